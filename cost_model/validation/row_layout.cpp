// SPDX-License-Identifier: Apache-2.0
#include "cost_model/validation/row_layout.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "core/text.hpp"

namespace ridge::cost_model {
namespace {

struct Counts {
    int tensor = 1, expert = 1, data = 1, attention_data = 1, stages = 1;
};

struct Word {
    std::string_view letters;
    int Counts::*count;
};

constexpr auto words_known = std::to_array<Word>({{"TP", &Counts::tensor},
                                                  {"EP", &Counts::expert},
                                                  {"DP", &Counts::data},
                                                  {"ADP", &Counts::attention_data},
                                                  {"PP", &Counts::stages}});

bool read_word(Counts& counts, std::string_view word) {
    const auto digit = std::min(word.find_first_of("0123456789"), word.size());
    const auto known = std::ranges::find(words_known, word.substr(0, digit), &Word::letters);
    int value = 0;
    const auto parsed = std::from_chars(word.data() + digit, word.data() + word.size(), value);
    if (known == words_known.end() || parsed.ec != std::errc() || value < 1 || value > 1'000'000)
        return false;
    const std::string_view rest(parsed.ptr, static_cast<std::size_t>(word.data() + word.size() - parsed.ptr));
    if (!rest.empty() && rest != "(layer split)" && rest != "-naive") return false;
    counts.*(known->count) = value;
    return true;
}

RowLayout layout_of(const Counts& counts, double devices) {
    RowLayout layout;
    layout.parallelism = {.tensor = counts.tensor, .pipeline = counts.stages, .expert = counts.expert};
    // Experts dealt out over devices of which each has the whole attention: as many replicas of it.
    layout.parallelism.data =
        std::max(counts.attention_data, counts.expert > 1 && counts.tensor == 1 ? counts.expert : 1);
    layout.replicas = counts.data;
    const bool simple = counts.data == 1 && counts.expert == 1 && counts.attention_data == 1;
    if (simple) layout.replicas = std::max(1.0, devices / (1.0 * counts.tensor * counts.stages));
    return layout;
}

}  // namespace

std::optional<RowLayout> parse_layout(std::string_view text, double devices) {
    if (text.ends_with(" sockets") || text == "none") return layout_of({}, devices);
    Counts counts;
    for (const auto word : split(text, 'x'))
        if (!read_word(counts, word)) return std::nullopt;
    return layout_of(counts, devices);
}

}  // namespace ridge::cost_model
