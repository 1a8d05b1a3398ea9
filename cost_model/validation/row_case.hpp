// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "cost_model/serving/engine_regimes.hpp"
#include "cost_model/validation/published_names.hpp"
#include "cost_model/validation/published_row.hpp"

namespace ridge::cost_model {

/// How the requests of a measurement came.
enum class Regime {
    static_batch,  ///< a batch from start to end
    decode,        ///< tokens after the first alone
    prefill,       ///< prompts alone
    saturated,     ///< everything queued at the start
    steady,        ///< a stream that keeps a number of sequences running
    closed_loop,   ///< constant concurrency
    open_queue,    ///< arrivals at a rate
    encoder,       ///< samples of a network that generates nothing
};
[[nodiscard]] std::string_view name(Regime regime);

/// What a row asks the engine's model.
struct RowCase {
    Regime regime = Regime::static_batch;
    EngineCase engine;
    RequestLengths lengths;
    double batch = 0;     ///< sequences of all replicas, where the regime has one
    double rate = 0;      ///< requests/s of all replicas
    double replicas = 1;  ///< that share nothing
    double beams = 1;
    bool convolutions = false;
    std::string device;     ///< of the catalogue
    std::string framework;  ///< class
};

/// A case, or the reason that the row was left out.
struct RowReading {
    std::optional<RowCase> row_case;
    std::string left_out;
};

/// Catalogue, names and fit in one place, each device read once.
class RowReader {
  public:
    RowReader(PublishedNames names, EngineFit fit) : names_(std::move(names)), fit_(std::move(fit)) {}
    [[nodiscard]] RowReading read(const PublishedRow& row);
    [[nodiscard]] const EngineFit& fit() const { return fit_; }

  private:
    const DeviceModel& device(const std::string& id);
    const std::optional<EngineSizes>& sizes(const std::string& model);
    void set_engine(RowCase& out, const PublishedRow& row);
    void set_lengths(RowCase& out, const PublishedRow& row) const;

    PublishedNames names_;
    EngineFit fit_;
    std::map<std::string, DeviceModel> devices_;
    std::map<std::string, std::optional<EngineSizes>> sizes_;
};

/// The number in "~294 (OpenOrca mean)", the middle of "~800-900"; nothing where there is none that stands
/// alone.
[[nodiscard]] std::optional<double> length_in(std::string_view text);

}  // namespace ridge::cost_model
