// SPDX-License-Identifier: Apache-2.0
// Operator tables of NVIDIA's aiconfigurator (`systems/data/<device>/<operator>_<framework>_<version>`):
// latency in milliseconds of one call, power in watts where there is a column of it.
#include <algorithm>
#include <array>

#include "core/text.hpp"
#include "db/import/aiconfigurator_formats.hpp"
#include "db/import/timing_table.hpp"

namespace ridge::db {
namespace {

constexpr std::string_view result_format = "bf16";
constexpr std::int64_t latent = 512, rope = 64, plain = 128, value = 128;  // DeepSeek-V2 and V3, MLA

constexpr std::string_view frameworks[] = {"trtllm", "vllm", "sglang", "nccl", "oneccl", "rccl"};

// "gemm_trtllm_1.3.0rc20": what follows a framework's name is its version.
void begin(const FileNames& names, Timings& timings) {
    for (std::size_t i = 0; i < names.words.size(); ++i)
        if (std::ranges::find(frameworks, names.words[i]) != std::end(frameworks)) {
            const std::vector<std::string> rest(names.words.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                                                names.words.end());
            return timings.set_implementation(names.words[i], join(rest, "_"));
        }
    // As the project itself lays them out: <operator>/<framework>/<version>/<file>.
    if (std::ranges::find(frameworks, names.parent) != std::end(frameworks))
        return timings.set_implementation(names.parent, names.folder);
    timings.set_implementation("unknown", "");
}

void begin_deepep(const FileNames& names, Timings& timings) {
    const auto version =
        names.words.size() > 1 ? names.words[names.words.size() - 2] + "-" + names.words.back() : "";
    timings.set_implementation("deepep", version);
}

Timing timing(const TableRow& row, OperatorCall call) {
    Timing out{std::move(call), {}, row.number("latency") * milliseconds, row.number_or_nothing("power")};
    if (const auto kernel = row.text_or_nothing("kernel_source"); !kernel.empty())
        out.config.set("kernel", config_word(kernel));
    return out;
}

void gemm(const TableRow& row, const FileNames& names, Timings& timings) {
    const auto& formats = weight_formats(row.text("gemm_dtype"));
    const bool fallback = names.folder.starts_with("rtx_pro_6000") && formats.word == "fp8_block" &&
                          row.text_or_nothing("kernel_source").starts_with("Triton");
    if (fallback && timings.applies("triton-fallback"))
        throw SetAside("triton-fallback", "kernel " + std::string(row.text("kernel_source")));
    timings.add(
        timing(row, make_call("gemm", {{"m", row.count("m")}, {"n", row.count("n")}, {"k", row.count("k")}},
                              {{"a", formats.activations}, {"w", formats.weights}, {"c", result_format}})),
        row.line());
}

// Up to 0.5.10: "0.5.9", "0.4.6.post1", "0.5.10rc1".
bool is_old_sglang(const std::string& version) {
    std::array<int, 3> numbers{};
    std::size_t part = 0;
    for (const auto text : split(version, '.')) {
        if (part == numbers.size()) break;
        int number = 0;
        for (const char c : text) {
            if (c < '0' || c > '9' || number > 10000) break;
            number = 10 * number + (c - '0');
        }
        numbers[part++] = number;
    }
    return numbers <= std::array{0, 5, 10};
}

// "prefill", "decode", or nothing where the file's name does not say.
std::string_view phase(const FileNames& names) {
    if (names.stem.find("generation") != std::string::npos) return "decode";
    return names.stem.find("context") != std::string::npos ? "prefill" : "";
}

void add_with_phase(Timing timing, const TableRow& row, const FileNames& names, Timings& timings) {
    if (const auto word = phase(names); !word.empty()) timing.config.set("phase", std::string(word));
    timings.add(timing, row.line());
}

void attention(const TableRow& row, const FileNames& names, Timings& timings) {
    const auto window = row.count_or("window_size", 0);
    if (window == 0 && timings.implementation() == "sglang" && is_old_sglang(timings.version()) &&
        timings.applies("sglang-window-0"))
        throw SetAside("sglang-window-0", "SGLang " + timings.version() + " with window_size 0");
    const auto q = row.text_or_nothing("attn_dtype");
    const auto kv_word = row.text_or_nothing("kv_cache_dtype");
    const auto q_format = plain_format(q.empty() ? "bfloat16" : q);
    const auto kv_format = plain_format(kv_word.empty() ? "bfloat16" : kv_word);
    const auto queries = row.count("isl");
    std::vector<Dimension> dimensions = {{"batch", row.count("batch_size")},
                                         {"heads", row.count("num_heads")},
                                         {"kv_heads", row.count("num_key_value_heads")},
                                         {"head_dim", row.count("head_dim")},
                                         {"queries", queries},
                                         {"context", queries + row.count("step")}};
    if (dimensions[2].value == 0) dimensions[2].value = dimensions[1].value;  // 0: as many as there are heads
    if (window > 0) dimensions.push_back({"window", window});
    add_with_phase(timing(row, make_call(window > 0 ? "attention_sliding" : "attention",
                                         std::move(dimensions), {{"q", q_format}, {"kv", kv_format}})),
                   row, names, timings);
}

void latent_attention(const TableRow& row, const FileNames& names, Timings& timings) {
    const auto q = plain_format(row.text("mla_dtype")), kv = plain_format(row.text("kv_cache_dtype"));
    const auto queries = row.count("isl"), context = queries + row.count("step");
    const Dimension batch{"batch", row.count("batch_size")}, heads{"heads", row.count("num_heads")};
    const bool decoding = phase(names) == "decode" || (phase(names).empty() && queries == 1);
    if (decoding && queries != 1)
        throw SetAside("impossible-call", "decoding of " + std::to_string(queries) + " positions at once");
    auto call = decoding ? make_call("attention_mla",
                                     {batch, heads, {"latent", latent}, {"rope", rope}, {"context", context}},
                                     {{"q", q}, {"kv", kv}})
                         : make_call("attention_mla_prefill",
                                     {batch,
                                      heads,
                                      {"nope", plain},
                                      {"rope", rope},
                                      {"value", value},
                                      {"queries", queries},
                                      {"context", context}},
                                     {{"q", q}, {"kv", kv}});
    add_with_phase(timing(row, std::move(call)), row, names, timings);
}

std::int64_t share(std::int64_t whole, std::int64_t parts, const char* what) {
    if (parts <= 0 || whole % parts != 0)
        throw SetAside("impossible-call", std::string(what) + " " + std::to_string(whole) + " over " +
                                              std::to_string(parts) + " parts");
    return whole / parts;
}

void experts(const TableRow& row, const FileNames&, Timings& timings) {
    const auto& formats = expert_formats(row.text("moe_dtype"));
    const auto all = row.count("num_experts");
    const bool ungated = row.text_or_nothing("kernel_source").find("nongated") != std::string_view::npos;
    auto out = timing(
        row, make_call(ungated ? "expert_layer_ungated" : "expert_layer",
                       {{"tokens", row.count("num_tokens")},
                        {"hidden", row.count("hidden_size")},
                        {"inter", share(row.count("inter_size"), row.count("moe_tp_size"), "inter_size")},
                        {"experts", all},
                        {"local_experts", share(all, row.count("moe_ep_size"), "num_experts")},
                        {"k", row.count("topk")}},
                       {{"x", formats.activations}, {"w", formats.weights}, {"y", result_format}}));
    out.config.set("load", config_word(row.text("distribution")));
    timings.add(out, row.line());
}

// A scale for each token is found and the token is rounded.
void quantisation(const TableRow& row, const FileNames&, Timings& timings) {
    const auto word = row.text("quant_dtype");
    if (word != "fp8") throw SetAside("unknown-dtype", "quant_dtype '" + std::string(word) + "'");
    timings.add(timing(row, make_call("quantise", {{"rows", row.count("m")}, {"n", row.count("k")}},
                                      {{"x", "bf16"}, {"y", "fp8_e4m3:row"}})),
                row.line());
}

void custom_all_reduce(const TableRow& row, const FileNames&, Timings& timings) {
    auto out = timing(
        row, make_call("all_reduce", {{"ranks", row.count("num_gpus")}, {"n", row.count("message_size")}},
                       {{"x", plain_format(row.text("allreduce_dtype"))}}));
    if (const auto backend = row.text_or_nothing("backend"); !backend.empty())
        out.config.set("backend", config_word(backend.substr(backend.find('_') + 1)));
    timings.add(out, row.line());
}

// message_size is what a part receives of a gather, and what it sends of the others, in elements
// (nccl-tests).
void collective(const TableRow& row, const FileNames&, Timings& timings) {
    constexpr std::pair<std::string_view, std::string_view> names_here[] = {
        {"all_reduce", "all_reduce"},
        {"all_gather", "all_gather"},
        {"reduce_scatter", "reduce_scatter"},
        {"alltoall", "all_to_all"},
        {"all_to_all", "all_to_all"}};
    const auto word = row.text_or_nothing("op_name");
    if (word.empty()) throw SetAside("operator-not-told", "there is no op_name");
    const auto* found = std::ranges::find(names_here, word, [](const auto& pair) { return pair.first; });
    if (found == std::end(names_here))
        throw SetAside("no-operator", "collective '" + std::string(word) + "'");
    const auto ranks = row.count("num_gpus"), size = row.count("message_size");
    const auto n = found->second == "all_gather" ? share(size, ranks, "message_size") : size;
    timings.add(timing(row, make_call(found->second, {{"ranks", ranks}, {"n", n}},
                                      {{"x", plain_format(row.text("nccl_dtype"))}})),
                row.line());
}

// Microseconds. Eight devices a node, as in the machines of the source; tokens travel as FP8 and come back as
// bf16.
void expert_exchange(const TableRow& row, const FileNames&, Timings& timings) {
    constexpr std::int64_t devices_of_node = 8;
    struct Direction {
        std::string_view op, column, format;
    };
    constexpr Direction directions[] = {{"expert_dispatch", "dispatch_avg_t_us", "fp8_e4m3:g128:fp32"},
                                        {"expert_combine", "combine_avg_t_us", "bf16"}};
    for (const auto& [op, column, format] : directions) {
        Timing out{.call = make_call(op,
                                     {{"ranks", devices_of_node * row.count("node_num")},
                                      {"tokens", row.count("num_token")},
                                      {"n", row.count("hidden_size")},
                                      {"experts", row.count("num_experts")},
                                      {"k", row.count("num_topk")}},
                                     {{"x", format}}),
                   .config = {},
                   .time_s = row.number(column) * microseconds,
                   .power_w = {}};
        out.config.set("ranks_per_node", devices_of_node);
        timings.add(out, row.line());
    }
}

void served_model(const TableRow&, const FileNames&, Timings&) {
    throw SetAside("not-an-operator", "a served model, not an operator");
}

void shape_only(const TableRow&, const FileNames&, Timings&) {
    throw SetAside("not-an-operator", "a shape without a time");
}

}  // namespace

std::vector<TimingTable> aiconfigurator_tables() {
    constexpr std::string_view project = "aiconfigurator";
    return {{project, {"gemm_dtype", "m", "n", "k", "latency"}, begin, gemm},
            {project,
             {"batch_size", "isl", "num_heads", "num_key_value_heads", "head_dim", "step", "latency"},
             begin,
             attention},
            {project,
             {"mla_dtype", "kv_cache_dtype", "num_heads", "batch_size", "isl", "step", "latency"},
             begin,
             latent_attention},
            {project,
             {"moe_dtype", "num_tokens", "hidden_size", "inter_size", "topk", "num_experts", "moe_tp_size",
              "moe_ep_size", "distribution", "latency"},
             begin,
             experts},
            {project, {"quant_dtype", "m", "k", "latency"}, begin, quantisation},
            {project, {"allreduce_dtype", "num_gpus", "message_size", "latency"}, begin, custom_all_reduce},
            {project, {"nccl_dtype", "num_gpus", "message_size", "latency"}, begin, collective},
            {project,
             {"node_num", "hidden_size", "num_token", "num_topk", "num_experts", "combine_avg_t_us",
              "dispatch_avg_t_us"},
             begin_deepep,
             expert_exchange},
            {project, {"model_path", "system", "silicon_ttft_ms", "silicon_tpot_ms"}, begin, served_model},
            {"inferencex", {"type", "name"}, begin, shape_only}};
}

}  // namespace ridge::db
