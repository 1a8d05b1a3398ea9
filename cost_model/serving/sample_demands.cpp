// SPDX-License-Identifier: Apache-2.0
#include "cost_model/serving/sample_demands.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <variant>

#include "core/caches.hpp"
#include "core/error.hpp"
#include "cost_model/network/network.hpp"
#include "cost_model/network/resnet.hpp"
#include "operators/catalogue.hpp"

namespace ridge::cost_model {
namespace {

// What is served at once where throughput counts; beyond the last one rates change no more.
constexpr std::array<std::int64_t, 7> batch_sizes = {1, 2, 4, 8, 16, 32, 64};

using CallsOfBatch = std::function<std::vector<NetworkCall>(std::int64_t)>;

Demands demands_of(const std::vector<NetworkCall>& calls, const DeviceModel& device) {
    Demands out;
    for (const auto& call : calls) out.calls.push_back(demand_of(call, predict(call.call, device), device));
    return out;
}

double bytes_of(const NetworkCall& call) { return operators::work(call.call).bytes(); }

// Bytes of a call grow with the batch by what it reads and writes of each sample; the rest are weights. What
// fits into the cache is still there when the next call asks for it. Bytes of samples are `width` times those
// of the calls.
void keep_in_cache(Demands& demands, const CallsOfBatch& calls, std::int64_t batch, double cache,
                   double width) {
    const auto here = calls(batch), twice = calls(2 * batch);
    for (std::size_t i = 0; i < demands.calls.size(); ++i) {
        const double bytes = bytes_of(here[i]), samples = bytes_of(twice[i]) - bytes;
        demands.calls[i].memory_s *= 1 - std::min(samples, cache / width) / bytes;
    }
}

SampleDemands for_batches(const CallsOfBatch& calls, const DeviceModel& device, double width) {
    SampleDemands out;
    for (const auto batch : batch_sizes) {
        auto demands = demands_of(calls(batch), device);
        keep_in_cache(demands, calls, batch, last_cache_bytes(device.device), width);
        out.batches.push_back({static_cast<double>(batch), std::move(demands)});
    }
    return out;
}

SampleDemands text_demands(const ModelConfig& model, const DeviceModel& device, const Precisions& precisions,
                           double tokens) {
    const auto calls = [&](std::int64_t batch) {
        return transformer_calls(model, prefill_pass(batch, std::llround(tokens)), precisions);
    };
    auto out = for_batches(calls, device, 1);
    for (auto& batch : out.batches)
        std::erase_if(batch.demands.calls,
                      [](const CallDemand& call) { return call.kind == DemandKind::head; });
    return out;
}

// The catalogue has convolutions of 16-bit numbers. Fused int8 ones read and write one byte an element, half
// of that, and compute at the rate of int8.
SampleDemands image_demands(const ResNetConfig& model, const DeviceModel& device,
                            const Precisions& precisions) {
    const auto calls = [&](std::int64_t batch) {
        return resnet_calls(model, batch, parse_precisions("bf16"));
    };
    const bool is_narrow = precisions.activations.precision == Precision::int8;
    auto out = for_batches(calls, device, is_narrow ? 0.5 : 1);
    if (!is_narrow) return out;
    const auto wide = compute_ceiling(device.ceilings, Precision::bf16),
               narrow = compute_ceiling(device.ceilings, Precision::int8);
    if (!wide || !narrow) throw InputError("device " + device.device.id + " has no peak for int8");
    for (auto& batch : out.batches)
        for (auto& call : batch.demands.calls) {
            call.arithmetic = ArithmeticClass::int8;
            call.compute_s *= wide->ceiling.rate / narrow->ceiling.rate;
            call.memory_s /= 2;
        }
    return out;
}

}  // namespace

SampleDemands sample_demands(const std::string& model, const DeviceModel& device,
                             const Precisions& precisions, double tokens) {
    const auto network = load_network(model);
    if (const auto* images = std::get_if<ResNetConfig>(&network))
        return image_demands(*images, device, precisions);
    return text_demands(std::get<ModelConfig>(network), device, precisions, tokens);
}

double samples_per_s(const SampleDemands& demands, const EngineParameters& engine) {
    double best = 0;
    for (const auto& batch : demands.batches)
        best = std::max(best, batch.samples / seconds_of(batch.demands, engine).total());
    return best;
}

}  // namespace ridge::cost_model
