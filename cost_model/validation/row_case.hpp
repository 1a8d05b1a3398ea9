// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "cost_model/serving/engine_fit.hpp"
#include "cost_model/serving/engine_regimes.hpp"
#include "cost_model/serving/sample_demands.hpp"
#include "cost_model/validation/published_benchmarks.hpp"
#include "cost_model/validation/published_names.hpp"
#include "cost_model/validation/published_row.hpp"
#include "cost_model/validation/row_rules.hpp"

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

/// What a row asks the cost model. Keeps its device by reference.
struct RowCase {
    Regime regime = Regime::static_batch;
    std::optional<StepModel> steps;  ///< not of an encoder
    SampleDemands samples;           ///< of an encoder
    RequestLengths lengths;          ///< as named
    double batch = 0;                ///< sequences of all replicas, where the regime has one
    double rate = 0;                 ///< requests/s of all replicas
    double replicas = 1;             ///< that share nothing
    /// Of one replica: a closed loop's, or one of everything queued where it is known how many requests.
    PlayedRuns runs;
    double beams = 1;  ///< of each sequence; more than one only where everything is queued
    const DeviceModel* device = nullptr;
    std::string framework;  ///< class
    ArithmeticClass arithmetic = ArithmeticClass::f16;
};

/// A case, or the reason that the row was left out.
struct RowReading {
    std::optional<RowCase> row_case;
    std::string left_out;
};

/// Catalogue and names in one place; each device, and each model on a device, is read once.
class RowReader {
  public:
    /// `kernels`: devices take the kernels that are shipped for them.
    explicit RowReader(PublishedNames names, bool kernels = false)
        : names_(std::move(names)),
          benchmarks_(PublishedBenchmarks::load()),
          rules_(RowRules::load()),
          kernels_(kernels) {}
    /// The case keeps what belongs to the reader by reference.
    [[nodiscard]] RowReading read(const PublishedRow& row);

  private:
    const DeviceModel& device(const std::string& id);
    /// The processor that computes the experts of a row, all its sockets as one.
    const DeviceModel& expert_device(const PublishedRow& row);
    const StepModel& steps(const std::string& model, const Precisions& precisions, const DeviceModel& device,
                           const Parallelism& parallelism, const DeviceModel* experts = nullptr);
    void set_steps(RowCase& out, const std::string& model, const Precisions& precisions,
                   Parallelism parallelism);
    void set_model(RowCase& out, const PublishedRow& row, const RowTraits& traits);
    void set_lengths(RowCase& out, const PublishedRow& row) const;
    void set_run(RowCase& out, const PublishedRow& row) const;

    PublishedNames names_;
    PublishedBenchmarks benchmarks_;
    RowRules rules_;
    bool kernels_ = false;
    std::map<std::string, DeviceModel> devices_;
    std::map<std::string, StepModel> steps_;
};

/// The number in "~294 (OpenOrca mean)", the middle of "~800-900"; nothing where there is none that stands
/// alone.
[[nodiscard]] std::optional<double> length_in(std::string_view text);

}  // namespace ridge::cost_model
