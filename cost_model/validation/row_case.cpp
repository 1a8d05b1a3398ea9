// SPDX-License-Identifier: Apache-2.0
#include "cost_model/validation/row_case.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>

#include "core/error.hpp"
#include "core/text.hpp"
#include "core/units.hpp"
#include "cost_model/shipped_kernels.hpp"
#include "cost_model/validation/row_layout.hpp"

namespace ridge::cost_model {
namespace {

// Why a row is left out: caught in read(), never further.
struct NotComparable {
    std::string reason;
};

constexpr auto known_metrics = std::to_array<std::string_view>(
    {"output_throughput_total", "output_throughput_per_device", "decode_throughput", "prefill_throughput",
     "ttft", "tpot", "throughput_latency", "energy_per_token", "gpu_power_avg", "samples_per_s"});

void check_metric(const PublishedRow& row) {
    if (std::ranges::find(known_metrics, row.metric) == known_metrics.end())
        throw NotComparable{"metric " + row.metric + " is not modelled"};
}

std::optional<double> number_alone(std::string_view text) {
    double value = 0;
    const auto end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, value);
    const bool whole = parsed.ec == std::errc() && parsed.ptr == end && std::isfinite(value);
    return whole ? std::optional(value) : std::nullopt;
}

void set_batch(RowCase& out, const PublishedRow& row, const RowTraits& traits) {
    const std::string_view batch = row.batch;
    if (batch == "saturated") {
        out.regime = Regime::saturated;
        if (row.metric == "ttft" || row.metric == "tpot")
            throw NotComparable{"latency of a burst of unknown length"};
        return;
    }
    if (batch.starts_with("conc=") || batch.starts_with("qps=")) {
        out.regime = batch.starts_with("conc=") ? Regime::closed_loop : Regime::open_queue;
        const auto number = number_alone(batch.substr(batch.find('=') + 1));
        if (!number || *number <= 0) throw NotComparable{"a burst of unknown length"};
        (out.regime == Regime::closed_loop ? out.batch : out.rate) = *number;
        return;
    }
    const auto number = number_alone(batch);
    if (!number || *number <= 0) throw NotComparable{"the batch is not given"};
    out.batch = *number;
    out.regime = traits.kept_up        ? Regime::steady
                 : traits.decode_alone ? Regime::decode
                                       : Regime::static_batch;
}

// What was measured may be a part of the run.
void narrow_regime(RowCase& out, const PublishedRow& row) {
    const bool whole_batch = out.regime == Regime::static_batch || out.regime == Regime::decode;
    if (row.metric == "prefill_throughput" || (whole_batch && row.metric == "ttft"))
        out.regime = Regime::prefill;
    else if (row.metric == "decode_throughput" || (whole_batch && row.metric == "tpot"))
        out.regime = Regime::decode;
}

NumberFormat plain(Precision precision) { return {.precision = precision}; }

// Weights of few bits may be widened: to the format of the activations.
NumberFormat widened(const NumberFormat& weights) {
    return plain(weights.precision == Precision::fp16 ? Precision::fp16 : Precision::bf16);
}

Precisions precisions_of(const PublishedRow& row, const PublishedNames& names, NumberFormat weights,
                         const std::string& framework) {
    Precisions out;
    out.activations = names.activation_format(row.act_precision, weights).value_or(widened(weights));
    // Rows of one scale are what integer arithmetic takes; widened weights have groups.
    const bool narrow = storage_bits(out.activations.precision) < 16;
    if (weights.row_scale && !narrow) weights = NumberFormat::parse("int8:g128");
    out.weights = weights;
    // Where nothing is said, a cache in fp8 goes with activations in fp8.
    const bool fp8 = out.activations.precision == Precision::fp8_e4m3;
    out.kv =
        names.cache_format(row.kv_precision).value_or(plain(fp8 ? Precision::fp8_e4m3 : Precision::bf16));
    const auto sparsity = names.sparsity(row.sparsity);
    if (!sparsity) throw NotComparable{"sparsity is not disclosed"};
    out.weight_sparsity = *sparsity;
    // llama.cpp's files of few bits have the output matrix in q6_k, 6.6 bits: int8 in groups is nearest.
    if (framework == "llamacpp" && storage_bits(weights.precision) < 8)
        out.head_weights = NumberFormat::parse("int8:g32");
    return out;
}

// "RTX4090D-24GB + 2xXeon-6454S (8ch DDR5-4800 per socket)": what stands behind the accelerator, and how
// many.
struct Host {
    std::string device;
    double sockets = 1;
};

Host host_of(std::string_view text) {
    constexpr std::string_view plus = " + ";
    const auto at = text.find(plus);
    if (at == std::string_view::npos) return {};
    Host out{std::string(text.substr(at + plus.size()))};
    const auto times = out.device.find('x');
    const auto count = number_alone(std::string_view(out.device).substr(0, times));
    if (times != std::string::npos && count) out.sockets = *count, out.device.erase(0, times + 1);
    return out;
}

// Each socket computes from its own memory.
void multiply(Ceilings& ceilings, double sockets) {
    for (auto& [precision, ceiling] : ceilings.compute) ceiling.rate *= sockets;
    for (auto* levels : {&ceilings.bandwidth, &ceilings.read})
        for (auto& [level, ceiling] : *levels) ceiling.rate *= sockets;
}

}  // namespace

std::string_view name(Regime regime) {
    constexpr std::array<std::string_view, 8> names = {
        "static batch", "decode", "prefill", "saturated", "steady", "closed loop", "open queue", "encoder"};
    return names.at(static_cast<std::size_t>(regime));
}

std::optional<double> length_in(std::string_view text) {
    const auto is_digit = [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; };
    const auto is_letter = [](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; };
    const char* const end = text.data() + text.size();
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (!is_digit(text[i]) || (i > 0 && (is_letter(text[i - 1]) || is_digit(text[i - 1])))) continue;
        double low = 0, high = 0;
        const auto first = std::from_chars(text.data() + i, end, low, std::chars_format::fixed);
        if (first.ec != std::errc() || (first.ptr != end && is_letter(*first.ptr))) continue;
        if (first.ptr == end || *first.ptr != '-') return low;
        const auto second = std::from_chars(first.ptr + 1, end, high, std::chars_format::fixed);
        return second.ec == std::errc() ? (low + high) / 2 : low;
    }
    return std::nullopt;
}

const DeviceModel& RowReader::device(const std::string& id) {
    const auto found = devices_.find(id);
    if (found != devices_.end()) return found->second;
    auto device = load_device(id);
    if (kernels_) take_shipped_kernels(device);
    return devices_.emplace(id, std::move(device)).first->second;
}

const DeviceModel& RowReader::expert_device(const PublishedRow& row) {
    const auto host = host_of(row.device);
    const auto id = names_.device(host.device);
    if (!id) throw NotComparable{"processor " + host.device + " is not in the catalogue"};
    constexpr double most_sockets = 64;
    if (!(host.sockets >= 1) || host.sockets > most_sockets)
        throw NotComparable{"a host of " + significant(host.sockets) + " sockets"};
    auto experts = device(*id);
    experts.device.id += " x" + significant(host.sockets);
    multiply(experts.ceilings, host.sockets);
    return devices_.emplace(experts.device.id, std::move(experts)).first->second;
}

const StepModel& RowReader::steps(const std::string& model, const Precisions& precisions,
                                  const DeviceModel& device, const Parallelism& parallelism,
                                  const DeviceModel* experts) {
    const auto key = join({model, device.device.id, experts ? experts->device.id : "", parallelism.text(),
                           precisions.activations.text(), precisions.weights.text(), precisions.kv.text(),
                           precisions.head().text(), precisions.weight_sparsity.text()},
                          "|");
    const auto found = steps_.find(key);
    if (found != steps_.end()) return found->second;
    auto placement = make_placement(load_model(model), precisions, device, parallelism);
    placement.expert_device = experts;
    return steps_.emplace(key, StepModel(std::move(placement))).first->second;
}

void RowReader::set_lengths(RowCase& out, const PublishedRow& row) const {
    auto prompt = names_.prompt_tokens(row.input_len);
    if (!prompt) prompt = length_in(row.input_len);
    const auto output = length_in(row.output_len);
    if (out.regime == Regime::encoder) return;
    if (!prompt) throw NotComparable{"the length of prompts is not given"};
    if (!output) throw NotComparable{"the length of outputs is not given"};
    out.lengths = {std::max(*prompt, 1.0), std::max(*output, 1.0)};
}

void RowReader::set_run(RowCase& out, const PublishedRow& row) const {
    const auto& parallelism = out.steps->placement().parallelism;
    const ClosedRun run{.users = std::llround(std::clamp(out.batch / out.replicas, 1.0, 1e9)),
                        .longest = out.lengths,
                        .step_tokens = usual_chunk_tokens,
                        .replicas = parallelism.data};
    out.runs = PlayedRuns(benchmarks_.applied(run, row, out.framework, parallelism.tensor));
    if (out.regime == Regime::closed_loop) (void)out.runs.of_users(run.users);
}

// What was measured did fit: where a replica's devices cannot hold the weights, its parallelism was inferred
// (MLPerf names none), and the next one took as many devices for fewer replicas.
void RowReader::set_steps(RowCase& out, const std::string& model, const Precisions& precisions,
                          Parallelism parallelism) {
    out.steps = steps(model, precisions, *out.device, parallelism);
    while (!out.steps->memory().weights_fit() && out.replicas >= 2) {
        parallelism.tensor *= 2, out.replicas /= 2;
        out.steps = steps(model, precisions, *out.device, parallelism);
    }
}

void RowReader::set_model(RowCase& out, const PublishedRow& row, const RowTraits& traits) {
    const auto model = names_.model_name(row.model);
    if (!names_.knows_model(model)) throw NotComparable{"model " + row.model + " is not in the catalogue"};
    const auto id = names_.device(row.device);
    if (!id) throw NotComparable{"device " + row.device + " is not in the catalogue"};
    const auto weights = names_.weight_format(row.weight_precision);
    if (!weights) throw NotComparable{"weights in " + row.weight_precision + " are not known"};
    const auto layout = parse_layout(traits.experts_on_host ? "none" : row.parallelism, row.devices);
    if (!layout) throw NotComparable{"parallelism " + row.parallelism + " is not modelled"};
    out.device = &device(*id);
    out.framework = names_.framework(row.framework);
    const bool encoder = names_.is_encoder(model);
    if (encoder && out.framework.starts_with("trtllm")) out.framework = "tensorrt";
    const auto precisions = precisions_of(row, names_, *weights, out.framework);
    out.arithmetic = arithmetic_of(precisions.activations, precisions.weights);
    out.replicas = layout->replicas;
    out.beams = traits.beams;
    // MLPerf names the longest text of SQuAD that BERT gets; submissions compute what is there.
    if (encoder)
        out.samples = sample_demands(model, *out.device, precisions, *names_.prompt_tokens("squad"));
    else if (traits.experts_on_host)
        out.steps = steps(model, precisions, *out.device, layout->parallelism, &expert_device(row));
    else
        set_steps(out, model, precisions, layout->parallelism);
}

RowReading RowReader::read(const PublishedRow& row) {
    try {
        const auto framework = names_.framework(row.framework);
        if (const auto reason = rules_.left_out(row, framework)) throw NotComparable{*reason};
        check_metric(row);
        const auto traits = rules_.traits(row, framework);
        RowCase out;
        set_batch(out, row, traits);
        set_model(out, row, traits);
        narrow_regime(out, row);
        if (!out.steps) {
            if (out.regime != Regime::saturated || row.metric != "samples_per_s")
                throw NotComparable{"an encoder's latency is not modelled"};
            out.regime = Regime::encoder;
        }
        if (out.beams > 1 && out.regime != Regime::saturated)
            throw NotComparable{"a search with beams is modelled only where everything is queued"};
        set_lengths(out, row);
        if (out.regime == Regime::closed_loop || out.regime == Regime::saturated) set_run(out, row);
        return {std::move(out), {}};
    } catch (const NotComparable& left_out) {
        return {std::nullopt, left_out.reason};
    } catch (const InputError& error) {
        return {std::nullopt, error.what()};
    }
}

}  // namespace ridge::cost_model
