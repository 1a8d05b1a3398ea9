// SPDX-License-Identifier: Apache-2.0
#include "cost_model/validation/row_prediction.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

namespace ridge::cost_model {
namespace {

constexpr double ms = 1e3;

// What a regime yields, over all replicas.
struct Yield {
    double output_per_s = 0;  ///< generated tokens, or samples of an encoder
    double prompt_per_s = 0;  ///< prompt tokens
    double first_token_s = 0, token_s = 0;
    double watts_each = 0;
};

Yield of_state(const EngineState& state, double replicas, bool median) {
    Yield yield;
    yield.output_per_s = state.tokens_per_s * replicas;
    yield.token_s = median ? state.median_step_s() : state.step_s;
    yield.watts_each = state.watts;
    return yield;
}

Yield of_static_batch(const RowCase& row_case, double batch) {
    const auto run = static_batch(*row_case.steps, batch, row_case.lengths);
    Yield yield;
    yield.first_token_s = run.prefill_s;
    yield.output_per_s = batch * row_case.lengths.output / run.total_s * row_case.replicas;
    return yield;
}

Yield of_decode(const RowCase& row_case, double batch) {
    Yield yield;
    yield.token_s =
        decode_step_s(*row_case.steps, batch, row_case.lengths.prompt + row_case.lengths.output / 2);
    yield.output_per_s = batch / yield.token_s * row_case.replicas;
    return yield;
}

Yield of_prefill(const RowCase& row_case, double batch) {
    Yield yield;
    yield.first_token_s = row_case.steps->placement().engine.requests.first_token_s +
                          prefill_s(*row_case.steps, batch, row_case.lengths.prompt);
    yield.prompt_per_s = batch * row_case.lengths.prompt / yield.first_token_s * row_case.replicas;
    return yield;
}

Yield of_serving(const Serving& serving, double replicas) {
    auto yield = of_state(serving.state, replicas, false);
    yield.first_token_s = serving.first_token_s;
    return yield;
}

Yield of_encoder(const RowCase& row_case, const EngineParameters& engine) {
    Yield yield;
    yield.output_per_s = samples_per_s(row_case.samples, engine) * row_case.replicas;
    return yield;
}

EngineState of_queued(RowCase& row_case) {
    auto& runs = row_case.runs;
    if (runs.run().requests > 0) return run_to_end(*row_case.steps, row_case.lengths, runs, row_case.beams);
    return saturated(*row_case.steps, row_case.lengths, row_case.beams);
}

Serving of_loop(RowCase& row_case, double batch) {
    auto& runs = row_case.runs;
    return closed_loop(*row_case.steps, batch, mean_lengths(runs.run()), runs.of_users(runs.run().users));
}

std::optional<Yield> yield_of(RowCase& row_case, const EngineParameters& engine) {
    const double batch = row_case.batch / row_case.replicas;
    const auto& lengths = row_case.lengths;
    switch (row_case.regime) {
        case Regime::static_batch:
            return of_static_batch(row_case, batch);
        case Regime::decode:
            return of_decode(row_case, batch);
        case Regime::prefill:
            return of_prefill(row_case, batch);
        case Regime::saturated:
            return of_state(of_queued(row_case), row_case.replicas, false);
        case Regime::steady:
            return of_state(kept_running(*row_case.steps, batch, lengths), row_case.replicas, true);
        case Regime::closed_loop:
            return of_serving(of_loop(row_case, batch), row_case.replicas);
        case Regime::open_queue:
            if (const auto serving = open_queue(*row_case.steps, row_case.rate / row_case.replicas, lengths))
                return of_serving(*serving, row_case.replicas);
            return std::nullopt;
        case Regime::encoder:
            return of_encoder(row_case, engine);
    }
    return std::nullopt;
}

double in_unit(const Yield& yield, const RowCase& row_case, const PublishedRow& row) {
    const auto& metric = row.metric;
    if (metric == "prefill_throughput") return yield.prompt_per_s;
    if (metric == "ttft") return yield.first_token_s * ms;
    if (metric == "tpot") return yield.token_s * ms;
    if (metric == "throughput_latency") return ms / yield.output_per_s * row_case.replicas;
    if (metric == "output_throughput_per_device") return yield.output_per_s / row.devices;
    if (metric == "gpu_power_avg") return yield.watts_each * row.devices;
    if (metric == "energy_per_token") return yield.watts_each * row.devices / yield.output_per_s;
    if (metric == "samples_per_s" && row_case.regime != Regime::encoder)
        return yield.output_per_s / row_case.lengths.output;
    return yield.output_per_s;
}

// What is the same to the last digit of the figure, but for devices and parallelism.
using PublishedFigure = std::tuple<std::string, std::string, std::string, std::string, std::string,
                                   std::string, std::string, std::string, std::string, double>;

PublishedFigure figure_of(const PublishedRow& row) {
    return {row.source,    row.device,     row.model,     row.weight_precision, row.batch,
            row.input_len, row.output_len, row.framework, row.metric,           row.value};
}

std::map<PublishedFigure, double> fewest_devices(const std::vector<PublishedRow>& rows) {
    std::map<PublishedFigure, double> out;
    for (const auto& row : rows) {
        const auto [known, added] = out.emplace(figure_of(row), row.devices);
        if (!added) known->second = std::min(known->second, row.devices);
    }
    return out;
}

}  // namespace

std::string error_kind(Regime regime, const std::string& metric) {
    return std::string(name(regime)) + " " + metric;
}

std::optional<double> predict_row(RowCase& row_case, const PublishedRow& row,
                                  const EngineParameters& engine) {
    if (row_case.steps) row_case.steps->serve_with(engine);
    const auto yield = yield_of(row_case, engine);
    if (!yield) return std::nullopt;
    return in_unit(*yield, row_case, row);
}

std::vector<ReadRow> read_rows(RowReader& reader, const std::vector<PublishedRow>& rows) {
    const auto fewest = fewest_devices(rows);
    std::vector<ReadRow> out;
    out.reserve(rows.size());
    for (const auto& row : rows) {
        out.push_back({row, reader.read(row)});
        // Rounded figures may coincide.
        const bool exact = row.value != std::floor(row.value);
        if (exact && row.devices > fewest.at(figure_of(row)))
            out.back().reading = {std::nullopt, "the same figure stands for fewer devices: one measurement"};
    }
    return out;
}

RowPrediction predict_published(ReadRow& read, const EngineFit& fit) {
    RowPrediction out;
    out.row = read.row;
    out.is_test = read.row.is_test();
    out.left_out = read.reading.left_out;
    if (!read.reading.row_case) return out;
    auto& row_case = *read.reading.row_case;
    out.regime = row_case.regime;
    out.device = row_case.device->device.id;
    out.framework = row_case.framework;
    const auto predicted =
        predict_row(row_case, read.row, fit.parameters(row_case.framework, *row_case.device));
    if (!predicted || !(*predicted > 0)) {
        out.left_out = predicted ? "the device's power is not known"
                                 : "the rate is beyond what the engine keeps up with";
        return out;
    }
    out.predicted = *predicted;
    const auto factors = fit.error_factors(error_kind(out.regime, read.row.metric));
    out.interval = {out.predicted * factors.low, out.predicted * factors.high};
    return out;
}

std::vector<RowPrediction> predict_published(std::vector<ReadRow>& rows, const EngineFit& fit) {
    std::vector<RowPrediction> out;
    for (auto& row : rows) out.push_back(predict_published(row, fit));
    return out;
}

}  // namespace ridge::cost_model
