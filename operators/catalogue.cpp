// SPDX-License-Identifier: Apache-2.0
#include "operators/catalogue.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/text.hpp"
#include "operators/attention/attention_call.hpp"
#include "operators/collectives/collectives_call.hpp"
#include "operators/experts/experts_call.hpp"
#include "operators/gemm/gemm_call.hpp"
#include "operators/kv_cache/kv_cache_call.hpp"
#include "operators/program/program_call.hpp"
#include "operators/recurrent/recurrent_call.hpp"
#include "operators/row_operators.hpp"
#include "operators/stream/stream_call.hpp"
#include "operators/tokens/token_calls.hpp"
#include "operators/transfers/transfers_call.hpp"
#include "operators/vision/vision_call.hpp"

namespace ridge::operators {
namespace {

[[noreturn]] void fail(const OperatorCall& call, const std::string& why) {
    throw InputError("operator call '" + call.text() + "': " + why);
}

template <typename Infos>
std::string names_of(const Infos& infos) {
    std::vector<std::string> names;
    for (const auto& info : infos) names.emplace_back(info.name);
    return join(names, ", ");
}

// `given` in the order of `wanted`; refuses a missing and an unknown name.
template <typename Field, typename Info>
std::vector<Field> ordered(const std::vector<Field>& given, const std::vector<Info>& wanted,
                           const OperatorCall& call, const std::string& kind) {
    for (const auto& field : given)
        if (std::ranges::none_of(wanted, [&](const Info& info) { return info.name == field.name; }))
            fail(call, "unknown " + kind + " '" + field.name + "'; " + call.op + " has " + names_of(wanted));
    std::vector<Field> out;
    for (const auto& info : wanted) {
        const auto found =
            std::ranges::find_if(given, [&](const Field& field) { return field.name == info.name; });
        if (found == given.end()) fail(call, kind + " '" + std::string(info.name) + "' is missing");
        out.push_back(*found);
    }
    return out;
}

void check_scales(const OperatorCall& call, const Operand& operand) {
    if (operand.format.precision == Precision::fp8_e8m0)
        fail(call, operand.name + " is fp8_e8m0, a precision of scales only");
    if (operand.format.block_scale && operand.name != "w")
        fail(call,
             "scales of blocks go with weights, w, not with " + operand.name + "=" + operand.format.text());
}

}  // namespace

std::span<const OperatorInfo> catalogue() {
    static const std::vector<OperatorInfo> all = [] {
        std::vector<OperatorInfo> list = gemm_operators();
        for (auto& info : stream_operators()) list.push_back(std::move(info));
        for (auto& info : transfer_operators()) list.push_back(std::move(info));
        for (auto& info : collective_operators()) list.push_back(std::move(info));
        for (auto& info : attention_operators()) list.push_back(std::move(info));
        for (auto& info : kv_cache_operators()) list.push_back(std::move(info));
        for (auto& info : row_operators()) list.push_back(std::move(info));
        for (auto& info : token_operators()) list.push_back(std::move(info));
        for (auto& info : expert_operators()) list.push_back(std::move(info));
        for (auto& info : recurrent_operators()) list.push_back(std::move(info));
        for (auto& info : vision_operators()) list.push_back(std::move(info));
        return list;
    }();
    return all;
}

const OperatorInfo& find_operator(std::string_view name) {
    if (is_program(name)) return program_operator();
    std::vector<std::string> names;
    for (const auto& info : catalogue()) {
        if (info.name == name) return info;
        names.emplace_back(info.name);
    }
    const auto near = nearest(name, names);
    throw InputError("unknown operator '" + std::string(name) + "'" +
                     (near.empty() ? "" : ", did you mean '" + near + "'?") +
                     "; known: " + join(names, ", "));
}

OperatorCall canonical(const OperatorCall& call) {
    if (is_program(call.op)) return canonical_program(call);
    const auto& info = find_operator(call.op);
    OperatorCall out = call;
    out.dimensions = ordered(call.dimensions, info.dimensions, call, "dimension");
    out.operands = ordered(call.operands, info.operands, call, "operand");
    for (const auto& [name, value] : out.dimensions)
        if (value <= 0)
            fail(call, "dimension " + name + " is " + std::to_string(value) + ", should be at least 1");
    for (const auto& operand : out.operands) check_scales(out, operand);
    if (!call.activation_sparsity.is_dense() && call.op != "gemm")
        fail(call, "activation_sparsity is a field of gemm only");
    info.check(out);
    return out;
}

OperatorCall parse_call(std::string_view text) { return canonical(OperatorCall::parse(text)); }

Work work(const OperatorCall& call) { return find_operator(call.op).work(call); }

}  // namespace ridge::operators
