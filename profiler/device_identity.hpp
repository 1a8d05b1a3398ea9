// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "core/device.hpp"

namespace ridge::profiler {

/// The CPU as /proc and /sys show it: model, cores that are online, caches, memory, instruction sets that
/// kernels care about. Peaks and memory bandwidth stay unset: they are to be measured or specified, not
/// guessed.
[[nodiscard]] Device host_device(const std::filesystem::path& root = "/");

/// host_device() of this machine with the clock of a core, measured.
[[nodiscard]] Device clocked_host_device();

/// The device that kernels of this program run on: the host, or the accelerator of Kokkos' default execution
/// space. Kokkos has to be initialised.
[[nodiscard]] Device found_device();

}  // namespace ridge::profiler
