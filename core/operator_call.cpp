// SPDX-License-Identifier: Apache-2.0
#include "core/operator_call.hpp"

#include <algorithm>
#include <cctype>

#include "core/error.hpp"
#include "core/text.hpp"

namespace ridge {
namespace {

bool looks_like_number(std::string_view text) {
    return !text.empty() &&
           (std::isdigit(static_cast<unsigned char>(text[0])) || text[0] == '-' || text[0] == '+');
}

[[noreturn]] void fail(std::string_view call, const std::string& why) {
    throw InputError("operator call '" + std::string(call) + "': " + why);
}

template <typename Fields>
const auto& find_field(const Fields& fields, std::string_view name, const OperatorCall& call,
                       const char* kind) {
    const auto found =
        std::ranges::find(fields, name, [](const auto& field) { return std::string_view(field.name); });
    if (found == fields.end())
        fail(call.text(), "has no " + std::string(kind) + " '" + std::string(name) + "'");
    return *found;
}

void add_field(OperatorCall& call, std::string_view text, std::string_view field) {
    const auto equals = field.find('=');
    if (equals == std::string_view::npos || equals == 0 || equals + 1 == field.size())
        fail(text, "'" + std::string(field) + "' should be name=value");
    const std::string name(field.substr(0, equals));
    const auto value = field.substr(equals + 1);
    const auto same_name = [&](const auto& other) { return other.name == name; };
    if (std::ranges::any_of(call.dimensions, same_name) || std::ranges::any_of(call.operands, same_name))
        fail(text, "'" + name + "' stands twice");
    if (name == "sparsity")
        call.sparsity = Sparsity::parse(value);
    else if (name == "activation_sparsity")
        call.activation_sparsity = Sparsity::parse(value);
    else if (looks_like_number(value))
        call.dimensions.push_back({name, parse_integer(value, name)});
    else
        call.operands.push_back({name, NumberFormat::parse(value)});
}

// The parsers of the values do not know the call that they are in.
void add_field_naming_call(OperatorCall& call, std::string_view text, std::string_view field) {
    try {
        add_field(call, text, field);
    } catch (const InputError& error) {
        if (std::string_view(error.what()).starts_with("operator call '")) throw;
        fail(text, error.what());
    }
}

// Fields that are neither dimension nor operand, each at most once.
constexpr std::string_view special_fields[] = {"sparsity", "activation_sparsity"};

void check_special_fields(std::string_view text, const std::vector<std::string_view>& fields) {
    for (const auto name : special_fields)
        if (std::ranges::count(fields, name,
                               [](std::string_view field) { return field.substr(0, field.find('=')); }) > 1)
            fail(text, "'" + std::string(name) + "' stands twice");
}

}  // namespace

std::string OperatorCall::text() const {
    std::string out = op;
    for (const auto& [name, value] : dimensions) out += " " + name + "=" + std::to_string(value);
    for (const auto& [name, format] : operands) out += " " + name + "=" + format.text();
    if (!sparsity.is_dense()) out += " sparsity=" + sparsity.text();
    if (!activation_sparsity.is_dense()) out += " activation_sparsity=" + activation_sparsity.text();
    return out;
}

OperatorCall OperatorCall::parse(std::string_view text) {
    const auto fields = words(text);
    if (fields.empty())
        fail(text, "is empty; it should be like 'gemm m=16 n=4096 k=4096 a=fp32 w=fp32 c=fp32'");
    OperatorCall call;
    call.op = fields.front();
    if (call.op.find('=') != std::string::npos) fail(text, "should begin with the operator's name");
    check_special_fields(text, fields);
    for (auto field = fields.begin() + 1; field != fields.end(); ++field)
        add_field_naming_call(call, text, *field);
    return call;
}

std::int64_t OperatorCall::dimension(std::string_view name) const {
    return find_field(dimensions, name, *this, "dimension").value;
}

const NumberFormat& OperatorCall::operand(std::string_view name) const {
    return find_field(operands, name, *this, "operand").format;
}

}  // namespace ridge
