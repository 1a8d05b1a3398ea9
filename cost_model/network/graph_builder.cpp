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

std::int64_t GraphBuilder::expert_rows() const {
    return pass_.expert_rows > 0 ? pass_.expert_rows : rows() * model_.experts->per_token;
}

void GraphBuilder::add(const std::string& role, const OperatorCall& call, std::int64_t count) {
    if (count > 0) calls_.push_back({role, operators::canonical(call), count});
}

void GraphBuilder::by_row(const std::string& role, const std::string& op, std::int64_t rows, std::int64_t n,
                          std::int64_t count) {
    add(role, {op, {{"rows", rows}, {"n", n}}, {{"x", precisions_.stream()}}, {}}, count);
}

// Zeros are skipped by plain products only, which leaves the bias, a row of numbers, out.
void GraphBuilder::linear(const std::string& role, std::int64_t rows, Activation activation) {
    const auto& one = layer(role);
    const bool gelu = activation == Activation::gelu;
    const auto weights = one.narrow ? precisions_.weight_sparsity : Sparsity{};
    const auto inputs = role.ends_with("down_proj") ? precisions_.inner_sparsity : Sparsity{};
    const bool biased = one.bias && weights.is_dense() && inputs.is_dense();
    const std::string op = !biased ? "gemm" : gelu ? "gemm_bias_gelu" : "gemm_bias";
    const auto stream = precisions_.stream();
    add(role,
        {op,
         {{"m", rows}, {"n", one.outputs}, {"k", one.inputs}},
         {{"a", one.narrow ? precisions_.activations : stream},
          {"w", one.narrow ? precisions_.weights : precisions_.head()},
          {"c", one.narrow ? precisions_.linear_result() : stream}},
         weights,
         inputs},
        one.count);
    if (gelu && !biased) by_row(role + "_gelu", "gelu", rows, one.outputs, one.count);
    if (activation == Activation::relu) by_row(role + "_relu", "relu", rows, one.outputs, one.count);
}

// Experts are dense: there is no grouped product that skips zeros.
void GraphBuilder::grouped_linear(const std::string& role, std::int64_t rows) {
    const auto& one = layer(role);
    add(role,
        {"gemm_grouped",
         {{"experts", one.experts}, {"m", rows}, {"n", one.outputs}, {"k", one.inputs}},
         {{"a", precisions_.activations},
          {"w", precisions_.of_experts()},
          {"c", precisions_.linear_result()}},
         {}},
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
