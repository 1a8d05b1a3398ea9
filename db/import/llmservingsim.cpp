// SPDX-License-Identifier: Apache-2.0
// LLMServingSim's profiles of vLLM, bf16: of layers in nanoseconds and of attention in milliseconds (its
// first profiler), all of them in microseconds (the present one, whose tables lie in folders
// <model>/<variant>/tp<N>).
#include <algorithm>
#include <charconv>

#include "core/text.hpp"
#include "db/import/model_shape.hpp"
#include "db/import/timing_table.hpp"

namespace ridge::db {
namespace {

constexpr std::string_view format = "bf16";

void begin_old(const FileNames&, Timings& timings) { timings.set_implementation("vllm", ""); }
// The present profiler drives this version, as its source says.
void begin(const FileNames&, Timings& timings) { timings.set_implementation("vllm", "0.19"); }

// "Llama-3.1-8B_tp4_layers": the model before "_tp", the parts after it.
struct Subject {
    std::string model;
    std::int64_t parts = 1;
};

std::int64_t parts_of(std::string_view text) {
    std::int64_t parts = 1;
    std::from_chars(text.data(), text.data() + text.size(), parts);
    return std::max<std::int64_t>(1, parts);
}

Subject subject_of(const FileNames& names) {
    const auto at = names.stem.rfind("_tp");
    if (at != std::string::npos)
        return {names.stem.substr(0, at), parts_of(std::string_view(names.stem).substr(at + 3))};
    if (names.folder.starts_with("tp"))
        return {names.grandparent, parts_of(std::string_view(names.folder).substr(2))};
    return {names.stem, 1};
}

struct Layer {
    const ModelShape& model;
    std::int64_t rows, parts;
    [[nodiscard]] OperatorCall linear(std::int64_t n, std::int64_t k) const {
        return make_call("gemm", {{"m", rows}, {"n", n}, {"k", k}},
                         {{"a", format}, {"w", format}, {"c", format}});
    }
    [[nodiscard]] OperatorCall rowwise(std::string_view op, std::int64_t n) const {
        return make_call(op, {{"rows", rows}, {"n", n}}, {{"x", format}});
    }
    [[nodiscard]] std::int64_t queries() const { return model.heads * model.head_dim / parts; }
    [[nodiscard]] std::int64_t keys() const { return model.kv_heads * model.head_dim / parts; }
    [[nodiscard]] OperatorCall norm() const {
        return rowwise(model.layer_norm ? "layernorm" : "rmsnorm", model.hidden);
    }
};

// Layers of experts are whole on each part; everything else but norms and the table of tokens is divided.
struct KnownLayer {
    std::string_view name;
    OperatorCall (*call)(const Layer&);
};
constexpr KnownLayer known_layers[] = {
    {"embedding",
     [](const Layer& l) {
         return make_call("embedding",
                          {{"rows", l.rows}, {"n", l.model.hidden}, {"vocab", l.model.vocabulary}},
                          {{"x", format}});
     }},
    {"input_layernorm", [](const Layer& l) { return l.norm(); }},
    {"post_layernorm", [](const Layer& l) { return l.norm(); }},
    {"post_attention_layernorm", [](const Layer& l) { return l.norm(); }},
    {"layernorm", [](const Layer& l) { return l.norm(); }},
    {"final_layernorm", [](const Layer& l) { return l.norm(); }},
    {"q_proj", [](const Layer& l) { return l.linear(l.queries(), l.model.hidden); }},
    {"k_proj", [](const Layer& l) { return l.linear(l.keys(), l.model.hidden); }},
    {"v_proj", [](const Layer& l) { return l.linear(l.keys(), l.model.hidden); }},
    {"qkv_proj", [](const Layer& l) { return l.linear(l.queries() + 2 * l.keys(), l.model.hidden); }},
    {"o_proj", [](const Layer& l) { return l.linear(l.model.hidden, l.queries()); }},
    {"gate_proj", [](const Layer& l) { return l.linear(l.model.inter / l.parts, l.model.hidden); }},
    {"up_proj", [](const Layer& l) { return l.linear(l.model.inter / l.parts, l.model.hidden); }},
    {"gate_up_proj", [](const Layer& l) { return l.linear(2 * l.model.inter / l.parts, l.model.hidden); }},
    {"down_proj", [](const Layer& l) { return l.linear(l.model.hidden, l.model.inter / l.parts); }},
    {"act_fn",
     [](const Layer& l) {
         return l.rowwise("silu_mul", l.model.experts > 0 ? l.model.expert_inter : l.model.inter / l.parts);
     }},
    {"gate", [](const Layer& l) { return l.linear(l.model.experts, l.model.hidden); }},
    {"expert.w1", [](const Layer& l) { return l.linear(l.model.expert_inter, l.model.hidden); }},
    {"expert.w2", [](const Layer& l) { return l.linear(l.model.hidden, l.model.expert_inter); }},
    {"expert.w3", [](const Layer& l) { return l.linear(l.model.expert_inter, l.model.hidden); }},
    {"lm_head", [](const Layer& l) { return l.linear(l.model.vocabulary / l.parts, l.model.hidden); }},
    {"rope",
     [](const Layer& l) {
         const auto heads = std::max<std::int64_t>(1, (l.model.heads + l.model.kv_heads) / l.parts);
         return make_call("rope", {{"rows", l.rows}, {"heads", heads}, {"head_dim", l.model.head_dim}},
                          {{"x", format}});
     }},
};

OperatorCall attention_call(const ModelShape& model, std::int64_t parts, std::int64_t batch,
                            std::int64_t queries, std::int64_t context) {
    return make_call("attention",
                     {{"batch", batch},
                      {"heads", model.heads / parts},
                      {"kv_heads", std::max<std::int64_t>(1, model.kv_heads / parts)},
                      {"head_dim", model.head_dim},
                      {"queries", queries},
                      {"context", context}},
                     {{"q", format}, {"kv", format}});
}

KernelConfig layer_config(std::string_view layer) {
    KernelConfig config;
    config.set("layer", config_word(layer));
    return config;
}

void add_layer(std::string_view layer, std::int64_t rows, double time_s, const TableRow& row,
               const Subject& subject, Timings& timings) {
    const auto* known =
        std::ranges::find(known_layers, layer == "rotary_emb" ? "rope" : layer, &KnownLayer::name);
    if (known == std::end(known_layers)) throw SetAside("no-operator", "layer '" + std::string(layer) + "'");
    timings.add({known->call({timings.model_shape(subject.model), rows, subject.parts}),
                 layer_config(layer),
                 time_s,
                 {}},
                row.line());
}

void layers(const TableRow& row, const FileNames& names, Timings& timings) {
    auto subject = subject_of(names);
    subject.parts = std::max<std::int64_t>(1, row.count_or("tp_size", subject.parts));
    const double time_s = row.number("latency(ns)") * nanoseconds;
    const auto rows = row.count("input");
    if (row.text("layer_name") != "attn")
        return add_layer(row.text("layer_name"), rows, time_s, row, subject, timings);
    auto call = attention_call(timings.model_shape(subject.model), subject.parts, 1, rows,
                               rows + row.count("kv_cache"));
    timings.add({std::move(call), layer_config("attn"), time_s, {}}, row.line());
}

void dense(const TableRow& row, const FileNames& names, Timings& timings) {
    const bool tokens = !row.text_or_nothing("tokens").empty();
    add_layer(row.text("layer"), row.count(tokens ? "tokens" : "sequences"),
              row.number("time_us") * microseconds, row, subject_of(names), timings);
}

// A prompt's chunk alone, or cached sequences alone, is a call of attention; both in one kernel are not.
void mixed_attention(const TableRow& row, const FileNames& names, Timings& timings) {
    const auto subject = subject_of(names);
    const auto chunk = row.count("prefill_chunk"), cached = row.count("kv_prefill"),
               sequences = row.count("n_decode");
    const auto asked = row.count_or("decode_q_len", 1);
    if (const auto layer = row.text_or_nothing("layer"); !layer.empty() && layer != "attention")
        throw SetAside("no-operator", "layer '" + std::string(layer) + "'");
    if (chunk > 0 && sequences > 0)
        throw SetAside("mixed-batch", "a chunk of " + std::to_string(chunk) + " positions beside " +
                                          std::to_string(sequences) + " sequences");
    auto call = chunk > 0 ? attention_call(timings.model_shape(subject.model), subject.parts, 1, chunk,
                                           chunk + cached)
                          : attention_call(timings.model_shape(subject.model), subject.parts, sequences,
                                           asked, asked + row.count("kv_decode"));
    auto config = layer_config("attn");
    config.set("phase", std::string(chunk > 0 ? "prefill" : "decode"));
    timings.add({std::move(call), std::move(config), row.number("time_us") * microseconds, {}}, row.line());
}

// Medians in milliseconds; the row's own columns say how many heads there are.
void old_attention(const TableRow& row, const FileNames&, Timings& timings) {
    const bool prefill = row.text("is_prefill") == "True";
    const auto batch = row.count("batch_size");
    if (!prefill && batch > 1 && timings.applies("llmservingsim-decode"))
        throw SetAside("llmservingsim-decode", std::to_string(batch) + " sequences");
    const auto heads = row.count("n_q_head"), parts = row.count("num_tensor_parallel_workers");
    if (heads <= 0 || parts <= 0) throw SetAside("field", "n_q_head or num_tensor_parallel_workers is 0");
    ModelShape model;
    model.heads = heads, model.kv_heads = row.count("n_kv_head"),
    model.head_dim = row.count("n_embd") / heads;
    const auto queries = prefill ? row.count("prefill_chunk_size") : 1;
    auto call = attention_call(model, parts, batch, queries, queries + row.count("kv_cache_size"));
    auto config = layer_config("attn");
    config.set("phase", std::string(prefill ? "prefill" : "decode"));
    config.set("kernel", config_word(row.text("attention_backend")));
    const auto* column = prefill ? "time_stats.attn_prefill.median" : "time_stats.attn_decode.median";
    timings.add({std::move(call), std::move(config), row.number(column) * milliseconds, {}}, row.line());
}

void experts(const TableRow& row, const FileNames& names, Timings& timings) {
    const auto subject = subject_of(names);
    const auto& model = timings.model_shape(subject.model);
    const auto groups = std::max<std::int64_t>(1, row.count_or("ep", 1));
    if (model.experts % groups != 0)
        throw SetAside("impossible-call", "experts over " + std::to_string(groups) + " parts");
    Timing out{make_call("expert_layer",
                         {{"tokens", row.count("tokens")},
                          {"hidden", model.hidden},
                          {"inter", model.expert_inter / subject.parts},
                          {"experts", model.experts},
                          {"local_experts", model.experts / groups},
                          {"k", model.experts_of_token}},
                         {{"x", format}, {"w", format}, {"y", format}}),
               {},
               row.number("time_us") * microseconds,
               {}};
    out.config.set("activated_experts", row.count("activated_experts"));
    timings.add(out, row.line());
}

}  // namespace

std::vector<TimingTable> llmservingsim_tables() {
    constexpr std::string_view project = "llmservingsim";
    return {{project, {"layer_name", "input", "kv_cache", "latency(ns)"}, begin_old, layers},
            {project,
             {"time_stats.attn_prefill.median", "time_stats.attn_decode.median", "n_embd", "n_q_head",
              "n_kv_head", "num_tensor_parallel_workers", "batch_size", "prefill_chunk_size", "kv_cache_size",
              "is_prefill", "attention_backend"},
             begin_old,
             old_attention},
            {project, {"layer", "tokens", "time_us"}, begin, dense},
            {project, {"layer", "sequences", "time_us"}, begin, dense},
            {project,
             {"prefill_chunk", "kv_prefill", "n_decode", "kv_decode", "time_us"},
             begin,
             mixed_attention},
            {project, {"tokens", "activated_experts", "time_us"}, begin, experts}};
}

}  // namespace ridge::db
