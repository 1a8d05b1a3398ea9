// SPDX-License-Identifier: Apache-2.0
#include "core/sparsity.hpp"

#include <array>
#include <utility>

#include "core/error.hpp"
#include "core/text.hpp"

namespace ridge {
namespace {

constexpr std::string_view known_forms = "known forms: dense, 2:4, block:16x16@0.125, unstructured@0.1";

using KindName = std::pair<Sparsity::Kind, std::string_view>;
constexpr std::array<KindName, 4> kind_names = {{{Sparsity::Kind::dense, "dense"},
                                                 {Sparsity::Kind::n_of_m, "n_of_m"},
                                                 {Sparsity::Kind::block, "block"},
                                                 {Sparsity::Kind::unstructured, "unstructured"}}};

int positive(std::string_view text, std::string_view whole) {
    const auto value = parse_integer(text, "sparsity '" + std::string(whole) + "'");
    if (value < 1 || value > 4096)
        throw InputError("sparsity '" + std::string(whole) + "': " + std::string(text) +
                         " should be between 1 and 4096");
    return static_cast<int>(value);
}

double checked_share(double share) {
    if (!(share > 0.0 && share <= 1.0))
        throw InputError("sparsity: kept share " + number_text(share) + " should be above 0 and at most 1");
    return share;
}

Sparsity parse_block(std::string_view body, std::string_view whole) {
    const auto at = split(body, '@');
    const auto extent = split(at[0], 'x');
    if (at.size() != 2 || extent.size() != 2)
        throw InputError("sparsity '" + std::string(whole) + "' is not a block form; " +
                         std::string(known_forms));
    return Sparsity::block(positive(extent[0], whole), positive(extent[1], whole),
                           parse_number(at[1], "sparsity"));
}

}  // namespace

Sparsity Sparsity::n_of_m(int n, int m) {
    if (n < 1 || m < 2 || n >= m)
        throw InputError("sparsity '" + std::to_string(n) + ":" + std::to_string(m) +
                         "': N:M needs 1 <= N < M");
    return {.kind = Kind::n_of_m, .kept = n, .group = m, .kept_share = static_cast<double>(n) / m};
}

Sparsity Sparsity::block(int rows, int cols, double share) {
    return {.kind = Kind::block, .block_rows = rows, .block_cols = cols, .kept_share = checked_share(share)};
}

Sparsity Sparsity::unstructured(double share) {
    return {.kind = Kind::unstructured, .kept_share = checked_share(share)};
}

Sparsity Sparsity::parse(std::string_view text) {
    constexpr std::string_view block_prefix = "block:", unstructured_prefix = "unstructured@";
    if (text == "dense") return dense();
    if (text.starts_with(block_prefix)) return parse_block(text.substr(block_prefix.size()), text);
    if (text.starts_with(unstructured_prefix))
        return unstructured(parse_number(text.substr(unstructured_prefix.size()), "sparsity"));
    const auto parts = split(text, ':');
    if (parts.size() == 2) return n_of_m(positive(parts[0], text), positive(parts[1], text));
    throw InputError("unknown sparsity '" + std::string(text) + "'; " + std::string(known_forms));
}

std::string_view name(Sparsity::Kind kind) {
    for (const auto& [known, name] : kind_names)
        if (known == kind) return name;
    return "dense";
}

Sparsity::Kind parse_sparsity_kind(std::string_view text) {
    for (const auto& [kind, name] : kind_names)
        if (name == text) return kind;
    throw InputError("unknown kind of sparsity '" + std::string(text) +
                     "'; known: dense, n_of_m, block, unstructured");
}

std::string Sparsity::text() const {
    switch (kind) {
        case Kind::dense:
            return "dense";
        case Kind::n_of_m:
            return std::to_string(kept) + ":" + std::to_string(group);
        case Kind::block:
            return "block:" + std::to_string(block_rows) + "x" + std::to_string(block_cols) + "@" +
                   number_text(kept_share);
        case Kind::unstructured:
            return "unstructured@" + number_text(kept_share);
    }
    return "dense";
}

}  // namespace ridge
