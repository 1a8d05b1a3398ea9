// SPDX-License-Identifier: Apache-2.0
#include "cost_model/network/transformer_graph.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "cost_model/network/graph_builder.hpp"

namespace ridge::cost_model {
namespace {

// Hugging Face's default of top_k when sampling (transformers, GenerationConfig).
constexpr std::int64_t sampled_candidates = 50;

void check_positions(const ModelConfig& model, const Pass& pass) {
    if (pass.new_tokens < 1 || pass.new_tokens > pass.context)
        throw InputError("a pass of " + std::to_string(pass.new_tokens) + " new tokens in a context of " +
                         std::to_string(pass.context) +
                         " makes no sense; there should be at least one, and no more than that");
    if (pass.context > model.max_position_embeddings)
        throw InputError("context of " + std::to_string(pass.context) + " tokens is beyond the " +
                         std::to_string(model.max_position_embeddings) + " positions of " + model.name);
    if (!model.causal && pass.new_tokens != pass.context)
        throw InputError(model.name + " (" + model.architecture +
                         ") is an encoder: it reads a whole text at once and has no decode step");
}

void check_pass(const ModelConfig& model, const Pass& pass) {
    constexpr std::int64_t batch_limit = 1 << 20;
    if (pass.batch < 1 || pass.batch > batch_limit)
        throw InputError("batch is " + std::to_string(pass.batch) + ", should be between 1 and 2^20");
    check_positions(model, pass);
    // Keeps positions of all heads, and rows of all chosen experts, inside 64 bits.
    constexpr double limit = 0x1p60;
    const auto heads = static_cast<double>(model.num_attention_heads);
    if (static_cast<double>(pass.batch) * static_cast<double>(pass.context) * heads > limit)
        throw InputError("batch " + std::to_string(pass.batch) + " times context " +
                         std::to_string(pass.context) + " times heads is beyond 2^60");
}

void add_embedding(GraphBuilder& graph) {
    const auto& model = graph.model();
    const auto rows = graph.rows(), width = model.hidden_size;
    graph.lookup("embedding", model.vocab_size);
    if (model.positions == Positions::learned) {
        graph.lookup("position_embedding", model.max_position_embeddings);
        graph.by_row("position_sum", "residual_add", rows, width, 1);
    }
    if (model.token_types > 0) {
        graph.lookup("token_type_embedding", model.token_types);
        graph.by_row("token_type_sum", "residual_add", rows, width, 1);
    }
    if (model.embedding_norm) graph.by_row("embedding_norm", "layernorm", rows, width, 1);
}

// The first norm has no residual before it, every later one has.
void add_rms_layers(GraphBuilder& graph) {
    const auto rows = graph.rows(), width = graph.model().hidden_size, layers = graph.layers();
    graph.by_row("first_norm", "rmsnorm", rows, width, 1);
    graph.by_row("attention_norm", "add_rmsnorm", rows, width, layers - 1);
    add_attention(graph);
    const bool fed = graph.model().intermediate_size > 0 || graph.model().experts;
    if (fed) graph.by_row("feed_forward_norm", "add_rmsnorm", rows, width, layers);
    add_feed_forward(graph);
    if (graph.model().sandwich_norms) graph.by_row("inner_norms", "rmsnorm", rows, width, 2 * layers);
    graph.by_row("final_norm", "add_rmsnorm", rows, width, 1);
}

// An encoder's norms stand behind the sums instead of before the layers; the calls are the same.
void add_layernorm_layers(GraphBuilder& graph) {
    const auto rows = graph.rows(), width = graph.model().hidden_size, layers = graph.layers();
    graph.by_row("attention_norm", "layernorm", rows, width, layers);
    add_attention(graph);
    graph.by_row("residual", "residual_add", rows, width, 2 * layers);
    if (!graph.model().side_by_side) graph.by_row("feed_forward_norm", "layernorm", rows, width, layers);
    add_feed_forward(graph);
    if (graph.model().causal) graph.by_row("final_norm", "layernorm", rows, width, 1);
}

OperatorCall vocabulary_call(const GraphBuilder& graph, const char* op, std::int64_t rows) {
    const auto stream = graph.precisions().stream();
    return {op,
            {{"m", rows}, {"n", graph.model().vocab_size}, {"k", graph.model().hidden_size}},
            {{"a", stream}, {"w", graph.precisions().head()}, {"c", stream}},
            {}};
}

void add_decoder_head(GraphBuilder& graph) {
    const auto batch = graph.pass().batch;
    const auto vocabulary = graph.model().vocab_size;
    graph.add("lm_head", vocabulary_call(graph, "gemm", batch), 1);
    graph.add("sample",
              {"sample",
               {{"rows", batch}, {"n", vocabulary}, {"k", std::min(sampled_candidates, vocabulary)}},
               {{"x", graph.precisions().stream()}},
               {}},
              1);
}

void add_encoder_head(GraphBuilder& graph) {
    graph.linear("head_transform", graph.rows(), GraphBuilder::Activation::gelu);
    graph.by_row("head_norm", "layernorm", graph.rows(), graph.model().hidden_size, 1);
    graph.add("lm_head", vocabulary_call(graph, "gemm_bias", graph.rows()), 1);
}

}  // namespace

Pass prefill_pass(std::int64_t batch, std::int64_t prompt_tokens) {
    return {.batch = batch, .new_tokens = prompt_tokens, .context = prompt_tokens};
}
Pass decode_pass(std::int64_t batch, std::int64_t context) {
    return {.batch = batch, .new_tokens = 1, .context = context};
}

std::vector<NetworkCall> transformer_calls(const ModelConfig& model, const Pass& pass,
                                           const Precisions& precisions) {
    check_pass(model, pass);
    GraphBuilder graph(model, pass, precisions);
    add_embedding(graph);
    if (model.norm == Norm::rmsnorm)
        add_rms_layers(graph);
    else
        add_layernorm_layers(graph);
    if (model.causal)
        add_decoder_head(graph);
    else
        add_encoder_head(graph);
    return graph.take();
}

}  // namespace ridge::cost_model
