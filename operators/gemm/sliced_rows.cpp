// SPDX-License-Identifier: Apache-2.0
#include "operators/gemm/sliced_rows.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "operators/gemm/gemm_kernels.hpp"
#include "operators/gemm/gemv.hpp"
#include "operators/host_packing.hpp"

namespace ridge::operators {
namespace {

struct KeptValue {
    std::uint16_t column;
    const std::byte* value;
};

// Calls `visit` with each element of a feature's row that has a bit set.
template <typename Visit>
void for_each_kept(const GemmOperands& operands, std::int64_t feature, const Visit& visit) {
    const auto bytes = operands.weights().element_bytes();
    const auto row = operands.weights().stored(feature);
    for (std::int64_t l = 0; l < operands.call().k; ++l) {
        const std::byte* value = row.data() + l * bytes;
        if (!operands.weights().is_zero(value)) visit(KeptValue{static_cast<std::uint16_t>(l), value});
    }
}

std::vector<std::int64_t> count_kept(const GemmOperands& operands) {
    std::vector<std::int64_t> counts(static_cast<std::size_t>(operands.call().n), 0);
    Kokkos::parallel_for("count kept", HostRange(0, operands.call().n), [&](const std::int64_t feature) {
        for_each_kept(operands, feature,
                      [&](const KeptValue&) { ++counts[static_cast<std::size_t>(feature)]; });
    });
    return counts;
}

// Features of every lane, -1 for none: slices from the longest to the shortest, dealt to the threads in turn.
std::vector<std::int32_t> deal_features(const std::vector<std::int64_t>& counts, std::int64_t threads) {
    std::vector<std::int32_t> order(counts.size());
    std::iota(order.begin(), order.end(), 0);
    const auto count = [&](std::int32_t feature) { return counts[static_cast<std::size_t>(feature)]; };
    std::ranges::stable_sort(order, [&](auto a, auto b) { return count(a) > count(b); });
    const auto features = static_cast<std::size_t>(slice_features);
    const std::size_t slices = (counts.size() + features - 1) / features;
    order.resize(slices * features, -1);
    std::vector<std::int32_t> dealt;
    for (std::size_t first = 0; first < static_cast<std::size_t>(threads); ++first)
        for (std::size_t slice = first; slice < slices; slice += static_cast<std::size_t>(threads))
            for (std::size_t lane = 0; lane < features; ++lane)
                dealt.push_back(order[slice * features + lane]);
    return dealt;
}

// A slice is as long as its first feature, the longest.
std::vector<std::int64_t> slice_starts(const std::vector<std::int32_t>& feature,
                                       const std::vector<std::int64_t>& counts) {
    std::vector<std::int64_t> starts = {0};
    for (std::size_t lane = 0; lane < feature.size(); lane += static_cast<std::size_t>(slice_features))
        starts.push_back(starts.back() + counts[static_cast<std::size_t>(feature[lane])]);
    return starts;
}

void pack_lane(const GemmOperands& operands, std::int32_t feature, std::int64_t at, std::uint16_t* columns,
               std::byte* values) {
    const auto bytes = operands.weights().element_bytes();
    if (feature < 0) return;
    for_each_kept(operands, feature, [&](const KeptValue& kept) {
        columns[at] = kept.column;
        std::memcpy(values + at * bytes, kept.value, static_cast<std::size_t>(bytes));
        at += slice_features;
    });
}

std::optional<std::string> refusal(const GemmCall& call, const KernelConfig&) {
    if (call.k <= most_sliced_columns) return std::nullopt;
    return "columns have 16 bits: k should be at most " + std::to_string(most_sliced_columns);
}

}  // namespace

PackedSlices PackedSlices::pack(const GemmOperands& operands, std::int64_t threads) {
    const auto counts = count_kept(operands);
    const auto feature = deal_features(counts, threads);
    const auto starts = slice_starts(feature, counts);
    PackedSlices packed;
    packed.slices = static_cast<std::int64_t>(starts.size()) - 1;
    packed.start = to_device(starts);
    packed.feature = to_device(feature);
    const auto cells = static_cast<std::size_t>(starts.back() * slice_features);
    packed.columns = Buffer(cells * sizeof(std::uint16_t));
    packed.values = Buffer(cells * static_cast<std::size_t>(operands.weights().element_bytes()));
    packed.columns.fill([&](std::byte* columns) {
        packed.values.fill([&](std::byte* values) {
            Kokkos::parallel_for(
                "pack slices", HostRange(0, packed.slices * slice_features), [&](const std::int64_t lane) {
                    const std::int64_t slice = lane / slice_features;
                    pack_lane(
                        operands, feature[static_cast<std::size_t>(lane)],
                        starts[static_cast<std::size_t>(slice)] * slice_features + lane % slice_features,
                        reinterpret_cast<std::uint16_t*>(columns), values);
                });
        });
    });
    return packed;
}

std::unique_ptr<Implementation> make_kokkos_sliced_rows() {
    std::vector<TunableParameter> parameters = {prefetch_parameter()};
    if (device_is_host)
        parameters.push_back(word_parameter("form", {"gather", "broadcast"},
                                            "vectors of features that gather activations, or vectors of rows "
                                            "of A that weights are broadcast to"));
    return make_family({.name = "kokkos-sliced-rows",
                        .sparsity = "unstructured",
                        .variants = {{"a=fp32 w=fp32 c=fp32", prepare_sliced_rows},
                                     {"a=bf16 w=bf16 c=fp32", prepare_sliced_rows},
                                     {"a=bf16 w=bf16 c=bf16", prepare_sliced_rows},
                                     {"a=fp16 w=fp16 c=fp16", prepare_sliced_rows},
                                     {"a=int8 w=int8 c=int32", prepare_sliced_rows}},
                        .tiles = {},
                        .parameters = parameters,
                        .refusal = refusal,
                        .other_sparsities = {"n_of_m"}});
}

}  // namespace ridge::operators
