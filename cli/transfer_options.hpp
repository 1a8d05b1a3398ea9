// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>

namespace ridge::cli {

/// How keys and values go from replicas that only do prompts to those that decode.
struct TransferOptions {
    double bytes_per_s = 50e9, latency_s = 0;

    void add(CLI::App& command);
};

}  // namespace ridge::cli
