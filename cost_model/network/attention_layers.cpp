// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "cost_model/network/graph_builder.hpp"

namespace ridge::cost_model {
namespace {

void add_rope(GraphBuilder& graph, std::int64_t heads, std::int64_t head_dim) {
    const bool pairs = graph.model().positions == Positions::rope_interleaved;
    if (!pairs && graph.model().positions != Positions::rope) return;
    graph.add("rope",
              {pairs ? "rope_interleaved" : "rope",
               {{"rows", graph.rows()}, {"heads", heads}, {"head_dim", head_dim}},
               {{"x", graph.precisions().stream()}},
               {}},
              graph.model().attention_layers());
}

void add_kv_append(GraphBuilder& graph, std::int64_t kv_heads, std::int64_t head_dim) {
    graph.add("kv_append",
              {"kv_append",
               {{"tokens", graph.rows()},
                {"kv_heads", kv_heads},
                {"head_dim", head_dim},
                {"page", graph.pass().page}},
               {{"x", graph.precisions().stream()}, {"kv", graph.precisions().kv}},
               {}},
              graph.model().attention_layers());
}

// Over a prompt in `layers` layers; `kv` is how the keys and values attended to are stored; a window of 0
// sees everything.
void add_prompt_attention(GraphBuilder& graph, const char* role, std::int64_t kv_heads,
                          const NumberFormat& kv, std::int64_t window, std::int64_t layers) {
    const auto& model = graph.model();
    const auto& pass = graph.pass();
    OperatorCall call{"attention",
                      {{"batch", pass.batch},
                       {"heads", model.num_attention_heads},
                       {"kv_heads", kv_heads},
                       {"head_dim", model.head_dim},
                       {"queries", pass.new_tokens},
                       {"context", pass.context}},
                      {{"q", graph.precisions().stream()}, {"kv", kv}},
                      {}};
    if (window > 0 && window < pass.context) {
        call.op = "attention_sliding";
        call.dimensions.push_back({"window", window});
    }
    graph.add(role, call, layers);
}

void add_paged_attention(GraphBuilder& graph, const char* role, std::int64_t window, std::int64_t layers) {
    const auto& model = graph.model();
    const auto context = window > 0 ? std::min(graph.pass().context, window) : graph.pass().context;
    graph.add(role,
              {"attention_paged",
               {{"batch", graph.pass().batch},
                {"heads", model.num_attention_heads},
                {"kv_heads", model.num_key_value_heads},
                {"head_dim", model.head_dim},
                {"context", context},
                {"page", graph.pass().page}},
               {{"q", graph.precisions().stream()}, {"kv", graph.precisions().kv}},
               {}},
              layers);
}

void attend(GraphBuilder& graph, const char* role, std::int64_t window, std::int64_t layers) {
    if (graph.decodes()) return add_paged_attention(graph, role, window, layers);
    add_prompt_attention(graph, role, graph.model().num_key_value_heads, graph.precisions().kv, window,
                         layers);
}

void project_queries_keys_values(GraphBuilder& graph) {
    const auto& model = graph.model();
    graph.quantise("quantise_attention_input", graph.rows(), model.hidden_size,
                   graph.model().attention_layers());
    if (model.fused_qkv) return graph.linear("qkv_proj", graph.rows());
    for (const char* role : {"q_proj", "k_proj", "v_proj"}) graph.linear(role, graph.rows());
}

void project_output(GraphBuilder& graph, std::int64_t width) {
    graph.quantise("quantise_attention_output", graph.rows(), width, graph.model().attention_layers());
    graph.linear("o_proj", graph.rows());
}

void add_grouped_attention(GraphBuilder& graph) {
    const auto& model = graph.model();
    const auto heads = model.num_attention_heads, kv_heads = model.num_key_value_heads;
    project_queries_keys_values(graph);
    if (model.qk_norm) {
        graph.by_row("query_norm", "rmsnorm", graph.rows() * heads, model.head_dim,
                     graph.model().attention_layers());
        graph.by_row("key_norm", "rmsnorm", graph.rows() * kv_heads, model.head_dim,
                     graph.model().attention_layers());
    }
    add_rope(graph, heads + kv_heads, model.head_dim);
    add_kv_append(graph, kv_heads, model.head_dim);
    const auto windowed = model.windowed_layers(), whole = model.attention_layers() - windowed;
    attend(graph, "attention", 0, whole);
    attend(graph, whole > 0 ? "attention_sliding" : "attention", model.window, windowed);
    if (model.output_gate)
        graph.by_row("output_gate", "silu_mul", graph.rows(), heads * model.head_dim,
                     model.attention_layers());
    project_output(graph, heads * model.head_dim);
}

// Scores of every position before each token, and the choice of the highest.
void add_index(GraphBuilder& graph, const PositionIndex& index) {
    const auto& pass = graph.pass();
    const auto layers = graph.model().attention_layers();
    const auto seen = std::max<std::int64_t>(1, pass.context - (pass.new_tokens - 1) / 2);  // in the mean
    graph.linear("index_q_proj", graph.rows());
    graph.linear("index_k_proj", graph.rows());
    graph.linear("index_weights", graph.rows());
    graph.batched("index_scores", pass.batch, pass.new_tokens * index.heads, seen, index.head_dim, layers);
    graph.add("index_top_k",
              {"sample",
               {{"rows", graph.rows()}, {"n", seen}, {"k", std::min(seen, index.chosen)}},
               {{"x", graph.precisions().stream()}},
               {}},
              layers);
}

std::int64_t attended(const GraphBuilder& graph) {
    const auto& index = graph.model().index;
    return index ? std::min(graph.pass().context, index->chosen) : graph.pass().context;
}

// The latent vectors are attended to as they are cached: what makes keys of them is applied to the queries,
// and what makes values of them to the result, head by head.
void add_absorbed_attention(GraphBuilder& graph, const Latent& latent) {
    const auto heads = graph.model().num_attention_heads, layers = graph.model().attention_layers();
    graph.batched("absorb_keys", heads, graph.rows(), latent.rank, latent.plain_dim, layers);
    graph.add("attention",
              {"attention_mla",
               {{"batch", graph.pass().batch},
                {"heads", heads},
                {"latent", latent.rank},
                {"rope", latent.rope_dim},
                {"context", attended(graph)}},
               {{"q", graph.precisions().stream()}, {"kv", graph.precisions().kv}},
               {}},
              layers);
    graph.batched("expand_values", heads, graph.rows(), latent.value_dim, latent.rank, layers);
}

void add_latent_queries(GraphBuilder& graph, const Latent& latent) {
    if (latent.query_rank == 0) return graph.linear("q_proj", graph.rows());
    graph.linear("q_a_proj", graph.rows());
    graph.by_row("query_norm", "rmsnorm", graph.rows(), latent.query_rank, graph.model().attention_layers());
    graph.quantise("quantise_queries", graph.rows(), latent.query_rank, graph.model().attention_layers());
    graph.linear("q_b_proj", graph.rows());
}

void add_latent_attention(GraphBuilder& graph, const Latent& latent) {
    const auto& model = graph.model();
    graph.quantise("quantise_attention_input", graph.rows(), model.hidden_size,
                   graph.model().attention_layers());
    add_latent_queries(graph, latent);
    graph.linear("kv_a_proj", graph.rows());
    graph.by_row("latent_norm", "rmsnorm", graph.rows(), latent.rank, graph.model().attention_layers());
    add_rope(graph, model.num_attention_heads + 1, latent.rope_dim);
    // The operator appends a key and a value of equal length; the latent vector with its rotated key is one
    // entry, as long as the two halves of it together.
    add_kv_append(graph, 1, (latent.rank + latent.rope_dim + 1) / 2);
    if (model.index) add_index(graph, *model.index);
    if (graph.decodes()) {
        add_absorbed_attention(graph, latent);
    } else {
        graph.linear("kv_b_proj", graph.pass().batch * graph.pass().context);
        // As many positions as an index chooses: what a window of that many has.
        add_prompt_attention(graph, "attention", model.num_attention_heads, graph.precisions().stream(),
                             model.index ? model.index->chosen : 0, model.attention_layers());
    }
    project_output(graph, model.num_attention_heads * latent.value_dim);
}

// Without a mask: every position sees every other one.
void add_full_attention(GraphBuilder& graph) {
    const auto& model = graph.model();
    const auto length = graph.pass().context, heads = graph.pass().batch * model.num_attention_heads;
    project_queries_keys_values(graph);
    graph.batched("scores", heads, length, length, model.head_dim, graph.model().attention_layers());
    graph.by_row("softmax", "softmax", heads * length, length, graph.model().attention_layers());
    graph.batched("weighted_values", heads, length, model.head_dim, length, graph.model().attention_layers());
    project_output(graph, model.num_attention_heads * model.head_dim);
}

}  // namespace

void add_attention(GraphBuilder& graph) {
    const auto& model = graph.model();
    if (model.recurrent) add_recurrent(graph, *model.recurrent);
    if (model.attention_layers() == 0) return;
    if (model.latent) return add_latent_attention(graph, *model.latent);
    if (model.causal) return add_grouped_attention(graph);
    add_full_attention(graph);
}

}  // namespace ridge::cost_model
