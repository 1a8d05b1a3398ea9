// SPDX-License-Identifier: Apache-2.0
#include "cost_model/network/graph_builder.hpp"

namespace ridge::cost_model {

// The state of a head decays by one number for each token, which is linear attention with a gate that all
// features of a key share: keys are the input projections, queries the output projections.
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
    graph.add("scan",
              {"gated_linear_attention",
               {{"batch", pass.batch},
                {"heads", recurrent.heads},
                {"length", pass.new_tokens},
                {"key_dim", recurrent.state},
                {"value_dim", recurrent.head_dim}},
               {{"x", stream}},
               {}},
              layers);
    graph.by_row("recurrent_gate", "silu_mul", rows, recurrent.inner(), layers);
    graph.by_row("recurrent_norm", "rmsnorm", rows, recurrent.inner(), layers);
    graph.quantise("quantise_recurrent_output", rows, recurrent.inner(), layers);
    graph.linear("out_proj", rows);
}

}  // namespace ridge::cost_model
