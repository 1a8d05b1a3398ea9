// SPDX-License-Identifier: Apache-2.0
#include "operators/attention/attention_shape.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "operators/attention/attention_call.hpp"

namespace ridge::operators {
namespace {

constexpr std::int64_t largest_page = 1024;  // positions; serving stacks use 8 to 256

AttentionShape latent_shape(const OperatorCall& call) {
    const auto latent = call.dimension("latent");
    AttentionShape shape;
    shape.kv_heads = 1;
    shape.group = call.dimension("heads");
    shape.queries = 1;
    shape.key_dim = latent + call.dimension("rope");
    shape.value_dim = latent;
    shape.latent = true;
    return shape;
}

AttentionShape grouped_shape(const OperatorCall& call) {
    AttentionShape shape;
    shape.kv_heads = call.dimension("kv_heads");
    shape.group = call.dimension("heads") / shape.kv_heads;
    shape.queries = call.op == "attention_paged" ? 1 : call.dimension("queries");
    shape.key_dim = shape.value_dim = call.dimension("head_dim");
    if (call.op == "attention_paged") shape.page = call.dimension("page");
    return shape;
}

}  // namespace

AttentionShape AttentionShape::from(const OperatorCall& call) {
    auto shape = call.op == "attention_mla" ? latent_shape(call) : grouped_shape(call);
    shape.batch = call.dimension("batch");
    shape.context = call.dimension("context");
    shape.window = shape.context;
    if (call.op == "attention_sliding") shape.window = std::min(shape.context, call.dimension("window"));
    shape.q = call.operand("q");
    shape.kv = call.operand("kv");
    return shape;
}

std::int64_t AttentionShape::first_position() const {
    return std::max<std::int64_t>(0, context - queries - window + 1);
}

// Queries whose window reaches the beginning see the triangle, the others the whole window.
double AttentionShape::pairs() const {
    const auto growing = std::clamp<std::int64_t>(window - (context - queries), 0, queries);
    return causal_pairs(growing, context - queries + growing) +
           static_cast<double>(queries - growing) * static_cast<double>(window);
}

double cached_bytes(const NumberFormat& format, double rows, double columns) {
    constexpr double row_scale_bytes = 4.0;  // fp32
    return rows * (columns * format.bits_per_element() / 8.0 + (format.row_scale ? row_scale_bytes : 0.0));
}

void check_cached_rows(const OperatorCall& call, const NumberFormat& format, std::int64_t columns) {
    const auto refuse = [&](const std::string& why) {
        throw InputError("operator call '" + call.text() + "': " + why);
    };
    if (format.group_size > 0 && columns % format.group_size != 0)
        refuse("cached rows of " + std::to_string(columns) + " elements do not divide into groups of " +
               std::to_string(format.group_size) + "; kv should have a group size that divides it");
    if (format.precision == Precision::int4 && columns % 2 != 0)
        refuse("cached rows of int4 should have an even number of elements, not " + std::to_string(columns));
}

void check_page(const OperatorCall& call) {
    const auto page = call.dimension("page");
    if (page > largest_page || (page & (page - 1)) != 0)
        throw InputError("operator call '" + call.text() + "': page is " + std::to_string(page) +
                         ", should be a power of two up to " + std::to_string(largest_page) + " positions");
}

}  // namespace ridge::operators
