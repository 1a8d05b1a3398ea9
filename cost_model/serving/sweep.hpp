// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cost_model/serving/steady_state.hpp"

namespace ridge::cost_model::serving {

/// A model on devices: what is made once and asked for every load.
struct SweepSetup {
    std::optional<ReplicaModel> model;  ///< absent when it cannot be, for `reason`
    std::string reason;
    Policy policy;                       ///< its batch limit is the load's
    std::optional<double> usd_per_hour;  ///< of one device
};

struct SweepLoad {
    std::int64_t batch = 1;
    MeanRequest request;
};

/// The axes: every setup with every load and price. An absent price is the setup's own.
struct SweepGrid {
    std::size_t setups = 0;
    std::function<SweepSetup(std::size_t)> make;  ///< called once for each, from several threads
    std::vector<SweepLoad> loads;
    std::vector<std::optional<double>> usd_per_hour = {std::nullopt};

    [[nodiscard]] std::size_t size() const { return setups * loads.size() * usd_per_hour.size(); }
};

/// One combination in its steady state.
struct SweepCell {
    bool ok = false;
    bool fits = false;               ///< prompts and answers of the batch, all at their longest
    double tokens_per_s_user = 0;    ///< 1 / mean time per output token
    double tokens_per_s_device = 0;  ///< output tokens
    double ttft_s = 0;
    double joules_per_token = 0;  ///< 0 when the power is not known
    double usd_per_million = 0;   ///< output tokens, prompts included; 0 without a price
};

/// Cells by setup, then load, then price, and the reasons of the setups that could not be.
struct SweepResult {
    std::vector<SweepCell> cells;
    std::vector<std::string> reasons;  ///< by setup, empty when it could be
    bool complete = true;              ///< false when `progress` ended it
};

/// Called after each setup that the calling thread has done; false ends the sweep.
using SweepProgress = std::function<bool(std::size_t done, std::size_t setups)>;

/// Throws InputError for a grid with an empty axis or beyond 10^8 cells. The result does not depend on the
/// number of threads.
[[nodiscard]] SweepResult sweep(const SweepGrid& grid, unsigned threads, const SweepProgress& progress = {});

}  // namespace ridge::cost_model::serving
