// SPDX-License-Identifier: Apache-2.0
#include "cost_model/network/graph_builder.hpp"

namespace ridge::cost_model {

namespace {

void add_selective_scan(GraphBuilder& graph, const Recurrent& recurrent) {
    const auto rows = graph.rows();
    graph.linear("scan_proj", rows);
    graph.by_row("step_norm", "rmsnorm", rows, recurrent.step_rank, recurrent.layers);
    graph.linear("step_proj", rows);
    graph.add("scan",
              {"selective_scan",
               {{"batch", graph.pass().batch},
                {"length", graph.pass().new_tokens},
                {"channels", recurrent.inner()},
                {"state", recurrent.state}},
               {{"x", graph.precisions().stream()}},
               {}},
              recurrent.layers);
}

// Mamba-2's state of a head decays by one number for each token, which is linear attention with a gate that
// all features of a key share: keys are the input projections, queries the output projections. The delta rule
// first reads what the state has under the key, which is as much again.
void add_linear_attention(GraphBuilder& graph, const Recurrent& recurrent) {
    const OperatorCall scan{"gated_linear_attention",
                            {{"batch", graph.pass().batch},
                             {"heads", recurrent.heads},
                             {"length", graph.pass().new_tokens},
                             {"key_dim", recurrent.state},
                             {"value_dim", recurrent.head_dim}},
                            {{"x", graph.precisions().stream()}},
                            {}};
    const bool delta = recurrent.kind == RecurrentKind::gated_delta;
    graph.add("scan", scan, recurrent.layers * (delta ? 2 : 1));
}

}  // namespace

void add_recurrent(GraphBuilder& graph, const Recurrent& recurrent) {
    const auto& pass = graph.pass();
    const auto stream = graph.precisions().stream();
    const auto rows = graph.rows(), layers = recurrent.layers;
    graph.quantise("quantise_recurrent_input", rows, graph.model().hidden_size, layers);
    graph.linear("in_proj", rows);
    graph.add("convolution",
              {"causal_conv1d",
               {{"batch", pass.batch},
                {"length", pass.new_tokens},
                {"channels", recurrent.convolved()},
                {"width", recurrent.filter}},
               {{"x", stream}},
               {}},
              layers);
    const bool channels = recurrent.kind == RecurrentKind::mamba1;
    (channels ? add_selective_scan : add_linear_attention)(graph, recurrent);
    graph.by_row("recurrent_gate", "silu_mul", rows, recurrent.inner(), layers);
    if (!channels) graph.by_row("recurrent_norm", "rmsnorm", rows, recurrent.inner(), layers);
    graph.quantise("quantise_recurrent_output", rows, recurrent.inner(), layers);
    graph.linear("out_proj", rows);
}

}  // namespace ridge::cost_model
