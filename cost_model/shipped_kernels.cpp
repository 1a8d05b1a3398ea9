// SPDX-License-Identifier: Apache-2.0
#include "cost_model/shipped_kernels.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "cost_model/kernel/fitted_files.hpp"

namespace ridge::cost_model {
namespace {

constexpr double farthest_octaves = 2;

// What the tables time by the same names; routed experts are timed there as whole layers.
bool has_kernels(const OperatorCall& call) {
    constexpr auto timed = std::to_array<std::string_view>(
        {"gemm", "attention", "attention_sliding", "rmsnorm", "rope", "silu_mul", "quantise"});
    return std::ranges::find(timed, call.op) != timed.end();
}

}  // namespace

void take_shipped_kernels(DeviceModel& device) {
    if (device.kernels) return;  // the store's own
    auto kernels = read_fitted(device.device.id);
    if (!kernels) return;
    auto shipped = device;
    shipped.measured.clear();
    shipped.kernels = std::move(kernels);
    device.shipped = std::make_shared<const DeviceModel>(std::move(shipped));
}

OperatorCall kernel_call(const OperatorCall& call) {
    if (call.op != "attention_paged") return call;
    auto out = call;
    out.op = "attention";
    const auto context = std::ranges::find(out.dimensions, "context", &Dimension::name);
    out.dimensions.insert(context, {"queries", 1});
    std::erase_if(out.dimensions, [](const Dimension& one) { return one.name == "page"; });
    return out;
}

std::optional<Prediction> kernel_prediction(const OperatorCall& call, const DeviceModel& device) {
    if (!device.shipped || device.measured.contains(call.text())) return std::nullopt;
    const auto kernel = kernel_call(call);
    if (!has_kernels(kernel)) return std::nullopt;
    auto found = predict(kernel, *device.shipped);
    const bool covered = found.kind == PredictionKind::fitted && found.nearest_octaves <= farthest_octaves;
    return covered ? std::optional(std::move(found)) : std::nullopt;
}

}  // namespace ridge::cost_model
