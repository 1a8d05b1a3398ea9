// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "cost_model/network/graph_builder.hpp"

namespace ridge::cost_model {
namespace {

using Activation = GraphBuilder::Activation;

// The linear layers named by `prefix` (see linear_layers), `width` elements wide inside, in `layers` layers.
void add_dense(GraphBuilder& graph, const std::string& prefix, std::int64_t width, std::int64_t layers) {
    const auto rows = graph.rows();
    if (layers == 0 || width == 0) return;
    if (graph.model().feed_forward == FeedForward::gated_silu) {
        graph.linear(prefix + "gate_proj", rows);
        graph.linear(prefix + "up_proj", rows);
        graph.by_row(prefix + "silu_mul", "silu_mul", rows, width, layers);
    } else {
        const bool gelu = graph.model().feed_forward == FeedForward::gelu;
        graph.linear(prefix + "up_proj", rows, gelu ? Activation::gelu : Activation::relu);
    }
    graph.quantise(prefix + "quantise_inner", rows, width, layers);
    graph.linear(prefix + "down_proj", rows);
}

void route(GraphBuilder& graph, const char* op, std::int64_t count, const Experts& experts) {
    graph.add(op,
              {op,
               {{"rows", (graph.expert_rows() + experts.per_token - 1) / experts.per_token},
                {"n", graph.model().hidden_size},
                {"experts", std::max(experts.held_count(), experts.per_token)},
                {"k", experts.per_token}},
               {{"x", graph.precisions().stream()}},
               {}},
              count);
}

void add_experts(GraphBuilder& graph, const Experts& experts) {
    const auto layers = graph.model().expert_layers();
    const auto routed = graph.expert_rows();
    graph.linear("router", graph.rows());
    graph.add("router_top_k",
              {"router_top_k",
               {{"rows", graph.rows()}, {"experts", experts.count}, {"k", experts.per_token}},
               {{"x", graph.precisions().stream()}},
               {}},
              layers);
    route(graph, "permute", layers, experts);
    graph.grouped_linear("expert_gate_proj", routed);
    graph.grouped_linear("expert_up_proj", routed);
    graph.by_row("expert_silu_mul", "silu_mul", routed, experts.intermediate_size, layers);
    graph.quantise("expert_quantise_inner", routed, experts.intermediate_size, layers);
    graph.grouped_linear("expert_down_proj", routed);
    route(graph, "unpermute", layers, experts);
    if (experts.shared_width() == 0) return;
    add_dense(graph, "shared_", experts.shared_width(), layers);
    graph.by_row("shared_sum", "residual_add", graph.rows(), graph.model().hidden_size, layers);
}

}  // namespace

void add_feed_forward(GraphBuilder& graph) {
    const auto& model = graph.model();
    if (model.intermediate_size == 0 && !model.experts) return;
    graph.quantise("quantise_feed_forward_input", graph.rows(), model.hidden_size, graph.layers());
    add_dense(graph, "", model.intermediate_size, model.dense_layers());
    if (model.experts && model.expert_layers() > 0) add_experts(graph, *model.experts);
}

}  // namespace ridge::cost_model
