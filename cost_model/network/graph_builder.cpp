// SPDX-License-Identifier: Apache-2.0
#include "cost_model/network/graph_builder.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "operators/catalogue.hpp"

namespace ridge::cost_model {

GraphBuilder::GraphBuilder(const ModelConfig& model, const Pass& pass, const Precisions& precisions)
    : model_(model), pass_(pass), precisions_(precisions), linear_layers_(linear_layers(model)) {}

const LinearLayer& GraphBuilder::layer(const std::string& role) const {
    const auto found = std::ranges::find(linear_layers_, role, &LinearLayer::role);
    if (found == linear_layers_.end())
        throw Error(ExitCode::failed, "internal: " + model_.name + " has no linear layer '" + role + "'");
    return *found;
}

void GraphBuilder::add(const std::string& role, const OperatorCall& call, std::int64_t count) {
    if (count > 0) calls_.push_back({role, operators::canonical(call), count});
}

void GraphBuilder::by_row(const std::string& role, const std::string& op, std::int64_t rows, std::int64_t n,
                          std::int64_t count) {
    add(role, {op, {{"rows", rows}, {"n", n}}, {{"x", precisions_.stream()}}, {}}, count);
}

void GraphBuilder::linear(const std::string& role, std::int64_t rows, Activation activation) {
    const auto& one = layer(role);
    const bool gelu = activation == Activation::gelu;
    const std::string op = !one.bias ? "gemm" : gelu ? "gemm_bias_gelu" : "gemm_bias";
    const auto stream = precisions_.stream();
    add(role,
        {op,
         {{"m", rows}, {"n", one.outputs}, {"k", one.inputs}},
         {{"a", one.narrow ? precisions_.activations : stream},
          {"w", one.narrow ? precisions_.weights : precisions_.head()},
          {"c", one.narrow ? precisions_.linear_result() : stream}},
         one.narrow ? precisions_.weight_sparsity : Sparsity{}},
        one.count);
    if (gelu && !one.bias) by_row(role + "_gelu", "gelu", rows, one.outputs, one.count);
}

void GraphBuilder::grouped_linear(const std::string& role, std::int64_t rows) {
    const auto& one = layer(role);
    add(role,
        {"gemm_grouped",
         {{"experts", one.experts}, {"m", rows}, {"n", one.outputs}, {"k", one.inputs}},
         {{"a", precisions_.activations}, {"w", precisions_.weights}, {"c", precisions_.linear_result()}},
         precisions_.weight_sparsity},
        one.count);
}

void GraphBuilder::batched(const std::string& role, std::int64_t batch, std::int64_t m, std::int64_t n,
                           std::int64_t k, std::int64_t count) {
    const auto stream = precisions_.stream();
    add(role,
        {"gemm_batched",
         {{"batch", batch}, {"m", m}, {"n", n}, {"k", k}},
         {{"a", stream}, {"w", stream}, {"c", stream}},
         {}},
        count);
}

void GraphBuilder::lookup(const std::string& role, std::int64_t table_rows) {
    add(role,
        {"embedding",
         {{"rows", rows()}, {"n", model_.hidden_size}, {"vocab", table_rows}},
         {{"x", precisions_.stream()}},
         {}},
        1);
}

void GraphBuilder::quantise(const std::string& role, std::int64_t rows, std::int64_t n, std::int64_t count) {
    if (!precisions_.activations.is_scaled()) return;
    add(role,
        {"quantise",
         {{"rows", rows}, {"n", n}},
         {{"x", precisions_.stream()}, {"y", precisions_.activations}},
         {}},
        count);
}

}  // namespace ridge::cost_model
