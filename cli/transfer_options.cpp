// SPDX-License-Identifier: Apache-2.0
#include "cli/transfer_options.hpp"

namespace ridge::cli {

void TransferOptions::add(CLI::App& command) {
    command.add_option("--transfer-bandwidth", bytes_per_s,
                       "bytes/s that a prefill replica sends KV with (default: 50e9, a 400 Gbit/s port)");
    command.add_option("--transfer-latency", latency_s, "seconds of each transfer (default: 0)");
}

}  // namespace ridge::cli
