// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace ridge::profiler {

/// Starts this program once more with the variables that OpenMP, the C library and OpenBLAS read before
/// main() begins, unless they are set already: one thread for each core, each staying on its own, large
/// allocations of every library on huge pages, and an OpenBLAS that uses the vectors of the CPU, so that
/// implementations are compared on equal terms. To be called first in main(); returns in the program that
/// was started anew, or, with a line on stderr, when that was not possible.
void start_again_with_settings(char** arguments);

}  // namespace ridge::profiler
