// SPDX-License-Identifier: Apache-2.0
#include "operators/program/program_call.hpp"

#include <algorithm>
#include <cctype>

#include "core/error.hpp"

namespace ridge::operators {
namespace {

constexpr std::size_t longest_name = 64;

bool is_letter_or_digit(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

bool is_name(std::string_view text) {
    const auto fits = [](char c) { return is_letter_or_digit(c) || c == '.' || c == '_' || c == '-'; };
    return !text.empty() && text.size() <= longest_name && is_letter_or_digit(text[0]) &&
           std::ranges::all_of(text, fits);
}

void accept(const OperatorCall&) {}
Work no_work(const OperatorCall&) { return {}; }

}  // namespace

bool is_program(std::string_view op) { return op.starts_with(program_prefix); }

std::string_view program_name(std::string_view op) {
    const auto name = op.substr(std::min(op.size(), program_prefix.size()));
    if (!is_name(name))
        throw InputError("name of a program is '" + std::string(name) + "', should be 1 to " +
                         std::to_string(longest_name) +
                         " letters, digits, '.', '_' and '-', beginning with a letter or digit");
    return name;
}

OperatorCall canonical_program(const OperatorCall& call) {
    const auto fail = [&](const std::string& why) {
        throw InputError("operator call '" + call.text() + "': " + why);
    };
    static_cast<void>(program_name(call.op));
    auto out = call;
    std::ranges::sort(out.dimensions, {}, &Dimension::name);
    for (const auto& [name, value] : out.dimensions)
        if (value <= 0) fail("dimension " + name + " is " + std::to_string(value) + ", should be at least 1");
    if (!call.operands.empty())
        fail("a program has dimensions only, not '" + call.operands.front().name + "'");
    if (!call.sparsity.is_dense() || !call.activation_sparsity.is_dense()) fail("a program has no sparsity");
    return out;
}

const OperatorInfo& program_operator() {
    static const OperatorInfo info{.name = "program:NAME",
                                   .summary = "a program of the user's, on dimensions of its own",
                                   .formula = "",
                                   .dimensions = {},
                                   .operands = {},
                                   .check = accept,
                                   .work = no_work};
    return info;
}

}  // namespace ridge::operators
