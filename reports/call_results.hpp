// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/work.hpp"
#include "cost_model/device_model.hpp"
#include "db/store.hpp"

namespace ridge::reports {

/// What the roofs allow a call: the lower of its compute ceiling and intensity times the ceiling of the level
/// that its operands come from (cost_model::home_level), as the cost model has it.
struct Attainable {
    double rate = 0;                                ///< FLOP/s; bytes/s for a call without arithmetic
    std::string limiter;                            ///< "memory" or "compute"
    std::string roof;                               ///< "DRAM 25.3 GB/s, measured"
    Provenance provenance = Provenance::specified;  ///< of that roof
};

/// Everything the store knows of one call in one cache state, brought together for tables and charts.
struct CallResult {
    int number = 0;  ///< counts from 1; keeps when rows are filtered
    Work work;
    Precision compute = Precision::fp32;  ///< of Work::compute
    bool sparse = false;
    db::Record best;               ///< of our kernels; of a library when only libraries ran the call
    std::vector<db::Record> ties;  ///< other configurations whose interval overlaps the best one's
    /// The latest record of the default configuration, which the campaign measures first; absent when that
    /// was not ok.
    std::optional<db::Record> initial;
    std::optional<db::Record> library;     ///< the fastest library, unless that is `best`
    std::optional<Attainable> attainable;  ///< absent when the device lacks the roofs

    [[nodiscard]] double time_s() const { return best.summary->median; }
    [[nodiscard]] double flop_rate() const { return work.flop / time_s(); }
    [[nodiscard]] double byte_rate() const { return work.bytes() / time_s(); }
    /// Achieved over attainable; nothing without roofs.
    [[nodiscard]] std::optional<double> roof_share() const;
    [[nodiscard]] bool above_roof() const { return roof_share().value_or(0) > 1.0; }
};

/// One result for each call and cache state that has an ok record, ordered by operator, precision, sparsity
/// and intensity. Of a configuration that was measured several times the latest counts (db::latest_records).
/// `records` are of one device, which `model` is of, and every status. The device's caches say where warm
/// operands lie; without them they are taken to lie in DRAM.
[[nodiscard]] std::vector<CallResult> call_results(const std::vector<db::Record>& records,
                                                   const cost_model::DeviceModel& model);

/// A library's record carries the library's version; our own kernels have none.
[[nodiscard]] bool is_library(const db::Record& record);

[[nodiscard]] std::optional<Attainable> attainable(const Work& work, CacheState cache,
                                                   const cost_model::DeviceModel& model);

/// Which of the results a user wants to see.
struct CallFilter {
    std::string text;  ///< every word has to occur in call, implementation or configuration, any case
    std::optional<std::string> op = std::nullopt;
    std::optional<Precision> compute = std::nullopt;
    std::optional<CacheState> cache = std::nullopt;
};
[[nodiscard]] std::vector<CallResult> filtered(const std::vector<CallResult>& results,
                                               const CallFilter& filter);

}  // namespace ridge::reports
