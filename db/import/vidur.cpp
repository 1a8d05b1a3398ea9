// SPDX-License-Identifier: Apache-2.0
// Vidur's profiles of the layers of models and of collectives: medians in milliseconds, fp16.
#include <algorithm>

#include "db/import/timing_table.hpp"

namespace ridge::db {
namespace {

constexpr std::string_view format = "fp16";
constexpr std::int64_t bytes_of_element = 2;

void begin(const FileNames&, Timings& timings) { timings.set_implementation("sarathi-serve", ""); }
void begin_network(const FileNames&, Timings& timings) { timings.set_implementation("nccl", ""); }

struct Layers {
    std::int64_t rows, hidden, heads, kv_heads, expanded, vocabulary, parts;
    bool gated;
    [[nodiscard]] std::int64_t head_dim() const { return hidden / heads; }
};

Layers layers_of(const TableRow& row) {
    const auto gated = row.text("use_gated_mlp");
    Layers out{row.count("num_tokens"),
               row.count("n_embd"),
               row.count("n_head"),
               row.count("n_kv_head"),
               row.count("n_expanded_embd"),
               row.count("vocab_size"),
               row.count("num_tensor_parallel_workers"),
               gated == "True" || gated == "true" || gated == "1"};
    if (out.heads <= 0 || out.parts <= 0)
        throw SetAside("field", "n_head or num_tensor_parallel_workers is 0");
    return out;
}

OperatorCall linear(std::int64_t m, std::int64_t n, std::int64_t k) {
    return make_call("gemm", {{"m", m}, {"n", n}, {"k", k}}, {{"a", format}, {"w", format}, {"c", format}});
}

OperatorCall rowwise(std::string_view op, std::int64_t rows, std::int64_t n) {
    return make_call(op, {{"rows", rows}, {"n", n}}, {{"x", format}});
}

// Models with a gated feed-forward layer (Llama and its kin) have RMS norms, the others layer norms.
OperatorCall norm(const Layers& m) { return rowwise(m.gated ? "rmsnorm" : "layernorm", m.rows, m.hidden); }

struct Layer {
    std::string_view column;
    OperatorCall (*call)(const Layers&);
};
constexpr Layer layers[] = {
    {"emb",
     [](const Layers& m) {
         return make_call("embedding", {{"rows", m.rows}, {"n", m.hidden}, {"vocab", m.vocabulary}},
                          {{"x", format}});
     }},
    {"input_layernorm", norm},
    {"attn_pre_proj",
     [](const Layers& m) {
         return linear(m.rows, (m.heads + 2 * m.kv_heads) * m.head_dim() / m.parts, m.hidden);
     }},
    {"attn_rope",
     [](const Layers& m) {
         const auto heads = std::max<std::int64_t>(1, (m.heads + m.kv_heads) / m.parts);
         return make_call("rope", {{"rows", m.rows}, {"heads", heads}, {"head_dim", m.head_dim()}},
                          {{"x", format}});
     }},
    {"attn_post_proj", [](const Layers& m) { return linear(m.rows, m.hidden, m.hidden / m.parts); }},
    {"post_attention_layernorm", norm},
    {"mlp_up_proj",
     [](const Layers& m) { return linear(m.rows, (m.gated ? 2 : 1) * m.expanded / m.parts, m.hidden); }},
    {"mlp_act",
     [](const Layers& m) {
         return rowwise(m.gated ? "silu_mul" : "gelu_tanh", m.rows, m.expanded / m.parts);
     }},
    {"mlp_down_proj", [](const Layers& m) { return linear(m.rows, m.hidden, m.expanded / m.parts); }},
    {"add", [](const Layers& m) { return rowwise("residual_add", m.rows, m.hidden); }},
};

// One row has a time of every layer.
void model_layers(const TableRow& row, const FileNames&, Timings& timings) {
    const auto shape = layers_of(row);
    for (const auto& layer : layers) {
        const auto time = row.number_or_nothing(std::string(layer.column) + ".median");
        if (!time) continue;
        KernelConfig config;
        config.set("layer", std::string(layer.column));
        timings.add({layer.call(shape), std::move(config), *time * milliseconds, {}}, row.line());
    }
}

// `size` is in bytes.
void network(const TableRow& row, const FileNames& names, Timings& timings) {
    const auto op = row.text("collective");
    const auto n = row.count("size") / bytes_of_element;
    if (op != "all_reduce" && op != "send_recv")
        throw SetAside("no-operator", "collective '" + std::string(op) + "'");
    std::vector<Dimension> dimensions = {{"n", n}};
    if (op == "all_reduce") dimensions.insert(dimensions.begin(), {"ranks", row.count("num_workers")});
    Timing out{make_call(op, std::move(dimensions), {{"x", format}}),
               {},
               row.number(std::string(op) + ".median") * milliseconds,
               {}};
    out.config.set("ranks_per_node", row.count("devices_per_node"));
    if (names.folder.find("pairwise_nvlink") != std::string::npos)
        out.config.set("topology", std::string("nvlink-pairs"));
    timings.add(out, row.line());
}

}  // namespace

std::vector<TimingTable> vidur_tables() {
    constexpr std::string_view project = "vidur";
    const std::vector<std::string_view> network_columns = {"num_workers", "size", "collective",
                                                           "devices_per_node"};
    auto with = [&](std::string_view time) {
        auto columns = network_columns;
        columns.push_back(time);
        return columns;
    };
    return {{project,
             {"n_head", "n_kv_head", "n_embd", "n_expanded_embd", "vocab_size", "use_gated_mlp", "num_tokens",
              "num_tensor_parallel_workers"},
             begin,
             model_layers},
            {project, with("all_reduce.median"), begin_network, network},
            {project, with("send_recv.median"), begin_network, network}};
}

}  // namespace ridge::db
