// SPDX-License-Identifier: Apache-2.0
#include "db/import/aiconfigurator_formats.hpp"

#include <algorithm>
#include <span>

namespace ridge::db {
namespace {

constexpr std::string_view nvfp4 = "fp4_e2m1:g16:fp8_e4m3", mxfp4 = "fp4_e2m1:g32:fp8_e8m0",
                           mxfp8 = "fp8_e4m3:g32:fp8_e8m0", fp8_groups = "fp8_e4m3:g128:fp32",
                           fp8_blocks = "fp8_e4m3:b128";

// One scale for a whole tensor takes no bytes worth counting: plain fp8_e4m3. TensorRT-LLM's weight-only
// formats have a scale for each output feature, its SmoothQuant one for each token too.
constexpr OperandFormats of_layers[] = {
    {"bfloat16", "bf16", "bf16"},
    {"float16", "fp16", "fp16"},
    {"half", "fp16", "fp16"},
    {"fp8", "fp8_e4m3", "fp8_e4m3"},
    {"fp8_static", "fp8_e4m3", "fp8_e4m3"},
    {"fp8_block", fp8_groups, fp8_blocks},
    {"nvfp4", nvfp4, nvfp4},
    {"int8_wo", "bf16", "int8:row"},
    {"int4_wo", "bf16", "int4:row"},
    {"sq", "int8:row", "int8:row"},
    {"w4a16_mxfp4", "bf16", mxfp4},
    {"w4a8_mxfp4_mxfp8", mxfp8, mxfp4},
    {"w4a8_mxfp4_fp8", "fp8_e4m3", mxfp4},
    {"w4afp8", "fp8_e4m3", "int4:g128"},
    {"mxfp4", mxfp4, mxfp4},
    {"mxfp8", mxfp8, mxfp8},
    {"w4a16_nvfp4", "bf16", nvfp4},
};

constexpr OperandFormats of_experts[] = {{"int4_wo", "bf16", "int4:g128"}};

constexpr std::pair<std::string_view, std::string_view> plain[] = {
    {"bfloat16", "bf16"}, {"float16", "fp16"}, {"half", "fp16"}, {"float", "fp32"},
    {"float32", "fp32"},  {"fp8", "fp8_e4m3"}, {"int8", "int8"},
};

const OperandFormats* find(std::span<const OperandFormats> table, std::string_view word) {
    const auto found = std::ranges::find(table, word, &OperandFormats::word);
    return found == table.end() ? nullptr : &*found;
}

[[noreturn]] void refuse(std::string_view word) {
    throw SetAside("unknown-dtype", "number format '" + std::string(word) + "'");
}

}  // namespace

const OperandFormats& weight_formats(std::string_view word) {
    if (const auto* found = find(of_layers, word)) return *found;
    refuse(word);
}

const OperandFormats& expert_formats(std::string_view word) {
    const auto* found = find(of_experts, word);
    return found != nullptr ? *found : weight_formats(word);
}

std::string_view plain_format(std::string_view word) {
    const auto* found = std::ranges::find(plain, word, [](const auto& pair) { return pair.first; });
    if (found == std::end(plain)) refuse(word);
    return found->second;
}

}  // namespace ridge::db
