// SPDX-License-Identifier: Apache-2.0
#include "cost_model/network/decoder_graph.hpp"

#include "core/error.hpp"
#include "operators/attention/attention_call.hpp"
#include "operators/catalogue.hpp"
#include "operators/gemm/gemm_call.hpp"

namespace ridge::cost_model {
namespace {

bool is_wide(const NumberFormat& format) {
    return storage_bits(format.precision) >= 16 && !is_integer(format.precision);
}

NumberFormat wide_or_bf16(const NumberFormat& format) {
    return is_wide(format) ? format : NumberFormat{.precision = Precision::bf16};
}

// Products of two integers accumulate in int32; the others are written as the residual stream has them.
NumberFormat result_format(const NumberFormat& a, const NumberFormat& w, const NumberFormat& stream) {
    return is_integer(a.precision) && is_integer(w.precision) ? NumberFormat{.precision = Precision::int32}
                                                              : stream;
}

class GraphBuilder {
  public:
    GraphBuilder(const ModelConfig& model, const Pass& pass, const Precisions& precisions)
        : model_(model), pass_(pass), precisions_(precisions), rows_(pass.batch * pass.new_tokens) {}

    std::vector<NetworkCall> build() {
        const auto layers = model_.num_hidden_layers;
        const auto query_width = model_.num_attention_heads * model_.head_dim;
        const auto kv_width = model_.num_key_value_heads * model_.head_dim;
        by_row("embedding", "embedding", model_.hidden_size, 1);
        by_row("attention_norm", "rmsnorm", model_.hidden_size, layers);
        linear("q_proj", query_width, model_.hidden_size);
        linear("k_proj", kv_width, model_.hidden_size);
        linear("v_proj", kv_width, model_.hidden_size);
        rope();
        attention();
        linear("o_proj", model_.hidden_size, query_width);
        by_row("residual", "residual_add", model_.hidden_size, 2 * layers);
        by_row("feed_forward_norm", "rmsnorm", model_.hidden_size, layers);
        linear("gate_proj", model_.intermediate_size, model_.hidden_size);
        linear("up_proj", model_.intermediate_size, model_.hidden_size);
        by_row("silu_mul", "silu_mul", model_.intermediate_size, layers);
        linear("down_proj", model_.hidden_size, model_.intermediate_size);
        by_row("final_norm", "rmsnorm", model_.hidden_size, 1);
        head();
        return std::move(calls_);
    }

  private:
    void add(std::string role, const OperatorCall& call, std::int64_t count) {
        calls_.push_back({std::move(role), operators::canonical(call), count});
    }

    void by_row(const char* role, const char* op, std::int64_t features, std::int64_t count) {
        add(role, {op, {{"rows", rows_}, {"n", features}}, {{"x", precisions_.stream()}}, {}}, count);
    }

    void linear(const char* role, std::int64_t outputs, std::int64_t inputs) {
        const operators::GemmCall gemm{
            .m = rows_,
            .n = outputs,
            .k = inputs,
            .a = precisions_.activations,
            .w = precisions_.weights,
            .c = result_format(precisions_.activations, precisions_.weights, precisions_.stream()),
            .sparsity = precisions_.weight_sparsity};
        add(role, gemm.call(), model_.num_hidden_layers);
    }

    void rope() {
        const auto heads = model_.num_attention_heads + model_.num_key_value_heads;
        add("rope",
            {"rope",
             {{"rows", rows_}, {"heads", heads}, {"head_dim", model_.head_dim}},
             {{"x", precisions_.stream()}},
             {}},
            model_.num_hidden_layers);
    }

    void attention() {
        const operators::AttentionCall call{.batch = pass_.batch,
                                            .heads = model_.num_attention_heads,
                                            .kv_heads = model_.num_key_value_heads,
                                            .head_dim = model_.head_dim,
                                            .queries = pass_.new_tokens,
                                            .context = pass_.context,
                                            .q = precisions_.stream(),
                                            .kv = precisions_.kv};
        add("attention", call.call(), model_.num_hidden_layers);
    }

    void head() {
        const operators::GemmCall gemm{.m = pass_.batch,
                                       .n = model_.vocab_size,
                                       .k = model_.hidden_size,
                                       .a = precisions_.stream(),
                                       .w = precisions_.head(),
                                       .c = precisions_.stream(),
                                       .sparsity = {}};
        add("lm_head", gemm.call(), 1);
    }

    const ModelConfig& model_;
    Pass pass_;
    Precisions precisions_;
    std::int64_t rows_;
    std::vector<NetworkCall> calls_;
};

void check_pass(const ModelConfig& model, const Pass& pass) {
    constexpr std::int64_t batch_limit = 1 << 20;  // keeps batch · context · heads inside 64 bits
    if (pass.batch < 1 || pass.batch > batch_limit)
        throw InputError("batch is " + std::to_string(pass.batch) + ", should be between 1 and 2^20");
    if (pass.new_tokens < 1 || pass.new_tokens > pass.context)
        throw InputError("a pass of " + std::to_string(pass.new_tokens) + " new tokens in a context of " +
                         std::to_string(pass.context) +
                         " makes no sense; there should be at least one, and no more than that");
    if (pass.context > model.max_position_embeddings)
        throw InputError("context of " + std::to_string(pass.context) + " tokens is beyond the " +
                         std::to_string(model.max_position_embeddings) + " positions of " + model.name);
}

}  // namespace

NumberFormat Precisions::stream() const { return wide_or_bf16(activations); }
NumberFormat Precisions::head() const { return wide_or_bf16(weights); }

Pass prefill_pass(std::int64_t batch, std::int64_t prompt_tokens) {
    return {batch, prompt_tokens, prompt_tokens};
}
Pass decode_pass(std::int64_t batch, std::int64_t context) { return {batch, 1, context}; }

std::vector<NetworkCall> decoder_calls(const ModelConfig& model, const Pass& pass,
                                       const Precisions& precisions) {
    check_pass(model, pass);
    return GraphBuilder(model, pass, precisions).build();
}

NetworkWork network_work(const std::vector<NetworkCall>& calls) {
    NetworkWork total;
    for (const auto& [role, call, count] : calls) {
        const auto work = operators::work(call);
        total.flop += static_cast<double>(count) * work.flop;
        total.bytes += static_cast<double>(count) * work.bytes();
    }
    return total;
}

}  // namespace ridge::cost_model
