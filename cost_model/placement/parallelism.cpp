// SPDX-License-Identifier: Apache-2.0
#include "cost_model/placement/parallelism.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

#include "core/error.hpp"
#include "core/text.hpp"

namespace ridge::cost_model {
namespace {

// Far above any published deployment; products of two stay small.
constexpr std::int64_t most_ways = 1 << 16;

struct Way {
    std::string_view word;
    std::int64_t Parallelism::*ways;
};

constexpr auto known_ways = std::to_array<Way>({{"tp", &Parallelism::tensor},
                                                {"pp", &Parallelism::pipeline},
                                                {"ep", &Parallelism::expert},
                                                {"dp", &Parallelism::data},
                                                {"cp", &Parallelism::context}});

std::int64_t ceiling_of(std::int64_t value, std::int64_t parts) { return (value + parts - 1) / parts; }

[[noreturn]] void refuse(const ModelConfig& model, const std::string& why) {
    throw InputError(model.name + " can not be spread so: " + why);
}

void require_divides(const ModelConfig& model, const char* what, std::int64_t value, const char* word,
                     std::int64_t ways) {
    if (value % ways != 0)
        refuse(model,
               word + std::to_string(ways) + " does not divide its " + std::to_string(value) + " " + what);
}

void check_key_heads(const ModelConfig& model, std::int64_t tensor) {
    const auto heads = model.num_key_value_heads;
    if (model.latent || heads % tensor == 0 || tensor % heads == 0) return;
    refuse(model, "tp" + std::to_string(tensor) + " neither divides nor is a multiple of its " +
                      std::to_string(heads) + " heads of keys and values");
}

void check_experts(const ModelConfig& model, const Parallelism& parallelism) {
    const auto expert = parallelism.expert;
    if (!model.experts) {
        if (expert > 1)
            refuse(model, "it has no experts that ep" + std::to_string(expert) + " could deal out");
        return;
    }
    const auto among = parallelism.tensor * parallelism.data;
    if (among % expert != 0)
        refuse(model, "ep" + std::to_string(expert) + " does not divide the " + std::to_string(among) +
                          " devices of a stage (tensor times data)");
    require_divides(model, "experts", model.experts->count, "ep", expert);
    require_divides(model, "features of an expert", model.experts->intermediate_size, "tp",
                    parallelism.expert_tensor());
}

Way way_of(std::string_view word) {
    const auto found =
        std::ranges::find_if(known_ways, [&](const Way& way) { return word.starts_with(way.word); });
    if (found != known_ways.end()) return *found;
    throw InputError("parallelism '" + std::string(word) +
                     "' is not known, should be tp, pp, ep, dp or cp with a number, as in 'tp8 pp2'");
}

void set_way(Parallelism& out, std::string_view word) {
    const auto way = way_of(word);
    auto number = word.substr(way.word.size());
    if (number.starts_with('=')) number.remove_prefix(1);
    const auto ways = parse_integer(number, "parallelism '" + std::string(word) + "'");
    if (ways < 1 || ways > most_ways)
        throw InputError("parallelism '" + std::string(word) + "' should be between 1 and 65536 ways");
    out.*way.ways = ways;
}

}  // namespace

std::string Parallelism::text() const {
    std::vector<std::string> out;
    for (const auto& way : known_ways)
        if (this->*way.ways > 1) out.push_back(std::string(way.word) + std::to_string(this->*way.ways));
    return out.empty() ? "tp1" : join(out, " ");
}

Parallelism parse_parallelism(std::string_view text) {
    std::string blanks(text);
    std::ranges::replace(blanks, ',', ' ');
    Parallelism out;
    std::set<std::string_view> seen;
    for (const auto word : words(blanks)) {
        if (!seen.insert(way_of(word).word).second)
            throw InputError("parallelism '" + std::string(text) + "' names " +
                             std::string(way_of(word).word) + " twice, should name each way once");
        set_way(out, word);
    }
    return out;
}

void check(const Parallelism& parallelism, const ModelConfig& model) {
    for (const auto& way : known_ways)
        if (parallelism.*way.ways < 1)
            throw InputError("parallelism " + std::string(way.word) + " is " +
                             std::to_string(parallelism.*way.ways) + ", should be at least 1");
    const auto tensor = parallelism.tensor;
    require_divides(model, "heads", model.num_attention_heads, "tp", tensor);
    check_key_heads(model, tensor);
    if (model.recurrent) require_divides(model, "heads of states", model.recurrent->heads, "tp", tensor);
    if (model.dense_layers() > 0)
        require_divides(model, "features of a feed-forward layer", model.intermediate_size, "tp", tensor);
    if (parallelism.pipeline > model.num_hidden_layers)
        refuse(model, "pp" + std::to_string(parallelism.pipeline) + " is more stages than its " +
                          std::to_string(model.num_hidden_layers) + " layers");
    check_experts(model, parallelism);
}

namespace {

// Engines pad what is left of an expert to whole groups of the narrowest formats.
std::int64_t padded(std::int64_t features, std::int64_t ways) {
    constexpr std::int64_t group = 32;
    return ways > 1 && features > group ? ceiling_of(features, group) * group : features;
}

}  // namespace

ModelConfig shard(const ModelConfig& model, const Parallelism& parallelism) {
    ModelConfig out = model;
    const auto tensor = parallelism.tensor, stages = parallelism.pipeline;
    out.num_attention_heads /= tensor;
    out.num_key_value_heads = std::max<std::int64_t>(1, model.num_key_value_heads / tensor);
    out.intermediate_size = ceiling_of(model.intermediate_size, tensor);
    out.vocab_size = ceiling_of(model.vocab_size, tensor);
    out.num_hidden_layers = ceiling_of(model.num_hidden_layers, stages);
    // Where layers are of several kinds, a stage has its share of each.
    out.window_layers = ceiling_of(model.window_layers, stages);
    if (out.recurrent) {
        out.recurrent->layers = std::min(out.num_hidden_layers, ceiling_of(model.recurrent->layers, stages));
        out.recurrent->heads /= tensor;
    }
    if (!out.experts) return out;
    out.experts->held = model.experts->count / parallelism.expert;
    out.experts->intermediate_size =
        padded(model.experts->intermediate_size / parallelism.expert_tensor(), parallelism.expert_tensor());
    // A layer's shared experts are cut as the dense layers are.
    out.experts->shared_size = ceiling_of(model.experts->shared_width(), tensor);
    out.experts->dense_layers = model.experts->dense_layers / stages;
    return out;
}

}  // namespace ridge::cost_model
