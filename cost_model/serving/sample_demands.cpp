// SPDX-License-Identifier: Apache-2.0
#include "cost_model/serving/sample_demands.hpp"

#include <algorithm>
#include <cmath>
#include <variant>

#include "core/error.hpp"
#include "cost_model/network/network.hpp"
#include "cost_model/network/resnet.hpp"

namespace ridge::cost_model {
namespace {

Demands demands_of(const std::vector<NetworkCall>& calls, const DeviceModel& device) {
    Demands out;
    for (const auto& call : calls) out.calls.push_back(demand_of(call, predict(call.call, device), device));
    return out;
}

Demands text_demands(const ModelConfig& model, const DeviceModel& device, const Precisions& precisions,
                     double tokens) {
    const auto pass = prefill_pass(samples_at_once, std::llround(tokens));
    auto out = demands_of(transformer_calls(model, pass, precisions), device);
    std::erase_if(out.calls, [](const CallDemand& call) { return call.kind == DemandKind::head; });
    return out;
}

// The catalogue has convolutions of 16-bit numbers. Fused int8 ones read and write one byte an element, half
// of that, and compute at the rate of int8.
Demands image_demands(const ResNetConfig& model, const DeviceModel& device, const Precisions& precisions) {
    auto out = demands_of(resnet_calls(model, samples_at_once, parse_precisions("bf16")), device);
    if (precisions.activations.precision != Precision::int8) return out;
    const auto wide = compute_ceiling(device.ceilings, Precision::bf16),
               narrow = compute_ceiling(device.ceilings, Precision::int8);
    if (!wide || !narrow) throw InputError("device " + device.device.id + " has no peak for int8");
    for (auto& call : out.calls) {
        call.arithmetic = ArithmeticClass::int8;
        call.compute_s *= wide->ceiling.rate / narrow->ceiling.rate;
        call.memory_s /= 2;
    }
    return out;
}

}  // namespace

Demands sample_demands(const std::string& model, const DeviceModel& device, const Precisions& precisions,
                       double tokens) {
    const auto network = load_network(model);
    if (const auto* images = std::get_if<ResNetConfig>(&network))
        return image_demands(*images, device, precisions);
    return text_demands(std::get<ModelConfig>(network), device, precisions, tokens);
}

double samples_per_s(const Demands& demands, const EngineParameters& engine) {
    return samples_at_once / seconds_of(demands, engine).total();
}

}  // namespace ridge::cost_model
