// SPDX-License-Identifier: Apache-2.0
#include "db/import/rules.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/text.hpp"

namespace ridge::db {
namespace {

// Defects of the sources as their own documents or the measurements themselves show them.
constexpr ImportRule rules[] = {
    {"sglang-window-0",
     "attention without a window by SGLang up to 0.5.10, which timed a window of nearly zero instead", true},
    {"triton-fallback",
     "block-scaled FP8 GEMM by vLLM on RTX PRO 6000, which falls back to a Triton kernel at nearly no rate",
     true},
    {"operator-not-told", "collectives of a file that does not say which operation a row timed", false},
    {"llmservingsim-decode",
     "decode attention of several sequences by LLMServingSim's first profiler: most of these times beat the "
     "memory's "
     "bandwidth",
     true},
    {"duplicate", "a row that repeats another one of its file in every field", true},
    {"contradictory", "rows of one file that give the same call times more than a factor of 2 apart", true},
    {"below-floor",
     "a time below the physical floor: the data sheet's peak rate, or its bandwidth for what the caches "
     "cannot hold",
     true},
    {"time", "a time that is zero, negative, infinite or no number", false},
    {"field", "a field that is missing or no number where there should be one", false},
    {"short-row", "a row with fewer or more fields than the file has columns", false},
    {"cut", "the last row of a file that was cut in the middle of it", false},
    {"unknown-dtype", "a number format that is not known", false},
    {"impossible-call", "a shape that the operator cannot have", false},
    {"unknown-model", "layers of a model whose dimensions configs/models does not have", false},
    {"mixed-batch", "attention over prompts and cached sequences in one kernel, which is no single call",
     false},
    {"no-shape", "times without the shapes that they belong to", false},
    {"not-an-operator", "rows about served models or shapes without times", false},
    {"no-operator", "a layer that is no operator of the catalogue", false},
};

std::string optional_names() {
    std::vector<std::string> names;
    for (const auto& rule : rules)
        if (rule.optional) names.emplace_back(rule.name);
    return join(names, ", ");
}

}  // namespace

std::span<const ImportRule> import_rules() { return rules; }

std::set<std::string, std::less<>> rules_to_keep(const std::vector<std::string>& names) {
    std::set<std::string, std::less<>> out;
    for (const auto& name : names) {
        const auto* found = std::ranges::find(rules, std::string_view(name), &ImportRule::name);
        if (found == std::end(rules))
            throw InputError("there is no import rule '" + name + "'; those that can be switched off are " +
                             optional_names());
        if (!found->optional)
            throw InputError("import rule '" + name + "' cannot be switched off, it sets aside " +
                             std::string(found->text) + "; those that can are " + optional_names());
        out.insert(name);
    }
    return out;
}

}  // namespace ridge::db
