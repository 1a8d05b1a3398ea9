// SPDX-License-Identifier: Apache-2.0
#include "cost_model/network/network_call.hpp"

#include <algorithm>
#include <array>

#include "core/error.hpp"
#include "core/text.hpp"
#include "operators/catalogue.hpp"

namespace ridge::cost_model {
namespace {

struct NamedPrecisions {
    std::string_view name, activations, weights, kv;
};

constexpr auto named = std::to_array<NamedPrecisions>({{"fp32", "fp32", "fp32", "fp32"},
                                                       {"bf16", "bf16", "bf16", "bf16"},
                                                       {"fp16", "fp16", "fp16", "fp16"},
                                                       {"int8", "int8:row", "int8:row", "bf16"},
                                                       {"w8a8", "int8:row", "int8:row", "bf16"},
                                                       {"fp8", "fp8_e4m3", "fp8_e4m3", "bf16"},
                                                       {"w8", "bf16", "int8:g128", "bf16"},
                                                       {"w4", "bf16", "int4:g128", "bf16"},
                                                       {"w4-zero", "bf16", "int4:g128:zero", "bf16"}});

bool is_wide(const NumberFormat& format) {
    return storage_bits(format.precision) >= 16 && !is_integer(format.precision);
}

NumberFormat wide_or_bf16(const NumberFormat& format) {
    return is_wide(format) ? format : NumberFormat{.precision = Precision::bf16};
}

Precisions of_formats(std::string_view activations, std::string_view weights, std::string_view kv) {
    return {.activations = NumberFormat::parse(activations),
            .weights = NumberFormat::parse(weights),
            .kv = NumberFormat::parse(kv),
            .weight_sparsity = {}};
}

std::string names() {
    std::vector<std::string> out;
    for (const auto& one : named) out.emplace_back(one.name);
    return join(out, ", ");
}

}  // namespace

NumberFormat Precisions::stream() const { return wide_or_bf16(activations); }
NumberFormat Precisions::head() const { return head_weights.value_or(wide_or_bf16(weights)); }

// Products of two plain integers are left as their int32 sums; the others are written as the stream has them.
NumberFormat Precisions::linear_result() const {
    const bool sums = is_integer(activations.precision) && is_integer(weights.precision) &&
                      !activations.is_scaled() && !weights.is_scaled();
    return sums ? NumberFormat{.precision = Precision::int32} : stream();
}

Precisions parse_precisions(const std::string& word) {
    const auto known = std::ranges::find(named, word, &NamedPrecisions::name);
    if (known != named.end()) return of_formats(known->activations, known->weights, known->kv);
    const auto parts = split(word, '/');
    if (parts.size() == 2) {
        auto out = of_formats(parts[0], parts[1], "bf16");
        out.kv = out.stream();
        return out;
    }
    if (parts.size() == 3) return of_formats(parts[0], parts[1], parts[2]);
    throw InputError("precision '" + word + "' is not known, should be one of " + names() +
                     ", or formats of activations, weights and KV cache as in bf16/int4:g64/int8:row");
}

NetworkWork network_work(const std::vector<NetworkCall>& calls) {
    NetworkWork total;
    for (const auto& [role, call, count] : calls) {
        const auto work = operators::work(call);
        total.flop += static_cast<double>(count) * work.flop;
        total.bytes += static_cast<double>(count) * work.bytes();
    }
    return total;
}

}  // namespace ridge::cost_model
