// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cli/options.hpp"
#include "cost_model/device_model.hpp"
#include "db/store.hpp"

namespace ridge::cli {

/// "this" is the device of the store that was measured last; any other word stays as it is. Throws InputError
/// when the store has no device.
[[nodiscard]] std::string device_id(const db::Store& store, const std::string& word);

/// --db, --device (several), --compute-efficiency and --memory-efficiency.
struct DeviceOptions {
    StoreOption store;
    std::vector<std::string> devices = {"this"};
    double compute_efficiency = 1, memory_efficiency = 1;
    std::string kernels = "engine";  ///< what times calls that were not measured: or "fitted"

    void add(CLI::App& command);
    /// The store, where its file is there.
    [[nodiscard]] std::optional<db::Store> open() const;
    /// The word "all" alone becomes every device of the catalogue.
    void take_all();
    /// Each device, measured in the store or else from the catalogue.
    [[nodiscard]] std::vector<cost_model::DeviceModel> load() const;
};

}  // namespace ridge::cli
