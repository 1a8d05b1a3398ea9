// SPDX-License-Identifier: Apache-2.0
#include "operators/gemm/operands.hpp"

#include <Kokkos_Core.hpp>
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>

#include "operators/error_bound.hpp"
#include "operators/gemm/gemm_kernels.hpp"
#include "operators/gemm/gemm_memory.hpp"
#include "operators/installed_memory.hpp"
#include "operators/random.hpp"

namespace ridge::operators {
namespace {

using HostRange = Kokkos::RangePolicy<Kokkos::DefaultHostExecutionSpace>;

enum Stream : std::uint64_t {
    stream_a = 1,
    stream_w = 2,
    stream_pattern = 3,
    stream_rows = 4,
    stream_zeros = 5
};

std::uint64_t hash(std::uint64_t seed, Stream stream, std::int64_t position) {
    return random_bits(seed, stream, position);
}

float draw(std::uint64_t bits, Precision precision) {
    const double value = 2.0 * unit_interval(bits) - 1.0;
    if (precision == Precision::int8) return static_cast<float>(std::round(127.0 * value));
    if (precision == Precision::bf16) return from_bf16(to_bf16(static_cast<float>(value)));
    return static_cast<float>(value);
}

std::size_t count(std::int64_t rows, std::int64_t columns) {
    return static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns);
}

void fill(std::vector<float>& values, Precision precision, std::uint64_t seed, Stream stream) {
    float* out = values.data();
    Kokkos::parallel_for("gemm operand", HostRange(0, static_cast<std::int64_t>(values.size())),
                         [=](const std::int64_t i) { out[i] = draw(hash(seed, stream, i), precision); });
}

// Zeroes values at random, a share of `kept_share` stays.
void prune(std::vector<float>& values, double kept_share, std::uint64_t seed) {
    if (kept_share >= 1.0) return;
    float* out = values.data();
    Kokkos::parallel_for("gemm activations", HostRange(0, static_cast<std::int64_t>(values.size())),
                         [=](const std::int64_t i) {
                             if (unit_interval(hash(seed, stream_zeros, i)) >= kept_share) out[i] = 0.0F;
                         });
}

// Zeroes all but `kept` of the `group` values at `values`, chosen by the hash of `position`.
void prune_group(float* values, int kept, int group, std::uint64_t bits) {
    for (int left = group, wanted = kept; left > 0; --left) {
        const bool keep = static_cast<int>(bits % static_cast<std::uint64_t>(left)) < wanted;
        bits = bits / static_cast<std::uint64_t>(left) ^ bits << 32;
        if (keep)
            --wanted;
        else
            values[group - left] = 0.0F;
    }
}

struct Products {
    double sum = 0.0, magnitude = 0.0;
};

// Eight partial sums, so that the compiler may use vectors without being allowed to reorder sums.
Products dot(const float* a, const float* w, std::int64_t k) {
    constexpr std::int64_t lanes = 8;
    std::array<double, lanes> sum{}, magnitude{};
    std::int64_t l = 0;
    for (; l + lanes <= k; l += lanes)
        for (std::int64_t lane = 0; lane < lanes; ++lane) {
            const double product = static_cast<double>(a[l + lane]) * static_cast<double>(w[l + lane]);
            sum[static_cast<std::size_t>(lane)] += product;
            magnitude[static_cast<std::size_t>(lane)] += std::abs(product);
        }
    for (; l < k; ++l) {
        sum[0] += static_cast<double>(a[l]) * static_cast<double>(w[l]);
        magnitude[0] += std::abs(static_cast<double>(a[l]) * static_cast<double>(w[l]));
    }
    return {std::accumulate(sum.begin(), sum.end(), 0.0),
            std::accumulate(magnitude.begin(), magnitude.end(), 0.0)};
}

std::vector<std::int64_t> rows_to_check(const GemmCall& call, std::uint64_t seed) {
    std::vector<std::int64_t> rows;
    const auto most = most_checked_rows(call);
    if (most == call.m) {
        rows.resize(static_cast<std::size_t>(call.m));
        std::iota(rows.begin(), rows.end(), 0);
        return rows;
    }
    rows = {0, call.m - 1};
    for (std::int64_t i = 2; i < most; ++i)
        rows.push_back(
            static_cast<std::int64_t>(hash(seed, stream_rows, i) % static_cast<std::uint64_t>(call.m)));
    std::ranges::sort(rows);
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
    return rows;
}

}  // namespace

std::uint16_t to_bf16(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    return static_cast<std::uint16_t>((bits + 0x7FFFu + (bits >> 16 & 1u)) >> 16);
}

float from_bf16(std::uint16_t bits) { return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16); }

double gemm_error_bound(const GemmCall& call, double terms, double magnitude, double reference) {
    if (is_integer(call.c.precision)) return 0.5;
    const auto compute = call.c.precision == Precision::fp64 ? Precision::fp64 : Precision::fp32;
    const double accumulated = summation_error(compute, terms) * magnitude;
    const double rounding = call.c.precision == Precision::bf16 || call.c.precision == Precision::fp16
                                ? unit_roundoff(call.c.precision) * (std::abs(reference) + accumulated)
                                : 0.0;
    // A product that underflows loses at most the smallest normal number.
    return accumulated + rounding + 0x1p-126;
}

GemmOperands::GemmOperands(const GemmCall& call, std::uint64_t seed)
    : call_(call), a_(count(call.m, call.k)), w_(count(call.n, call.k)), rows_(rows_to_check(call, seed)) {
    fill(a_, call.a.precision, seed, stream_a);
    prune(a_, call.activation_sparsity.density(), seed);
    fill_weights(seed);
    compute_reference();
}

bool GemmOperands::block_kept(std::int64_t block_row, std::int64_t block_column) const {
    return kept_blocks_[count(block_row, call_.k / call_.sparsity.block_cols) +
                        static_cast<std::size_t>(block_column)] != 0;
}

// Keeps exactly the call's share of the blocks (to the nearest block): those with the smallest hashes.
void GemmOperands::choose_blocks(std::uint64_t seed) {
    const auto& sparsity = call_.sparsity;
    kept_blocks_.assign(count(call_.n / sparsity.block_rows, call_.k / sparsity.block_cols), 0);
    std::vector<std::pair<std::uint64_t, std::size_t>> ranks(kept_blocks_.size());
    for (std::size_t i = 0; i < ranks.size(); ++i)
        ranks[i] = {hash(seed, stream_pattern, static_cast<std::int64_t>(i)), i};
    std::ranges::sort(ranks);
    const auto kept =
        static_cast<std::size_t>(std::llround(sparsity.kept_share * static_cast<double>(ranks.size())));
    for (std::size_t i = 0; i < kept; ++i) kept_blocks_[ranks[i].second] = 1;
}

void GemmOperands::fill_weights(std::uint64_t seed) {
    fill(w_, call_.w.precision, seed, stream_w);
    const auto sparsity = call_.sparsity;
    const std::int64_t k = call_.k;
    float* w = w_.data();
    if (sparsity.kind == Sparsity::Kind::block) choose_blocks(seed);
    Kokkos::parallel_for("gemm pruning", HostRange(0, call_.n), [=, this](const std::int64_t row) {
        float* values = w + row * k;
        if (sparsity.kind == Sparsity::Kind::n_of_m)
            for (std::int64_t l = 0; l < k; l += sparsity.group)
                prune_group(values + l, sparsity.kept, sparsity.group,
                            hash(seed, stream_pattern, row * k + l));
        else if (sparsity.kind == Sparsity::Kind::block)
            for (std::int64_t l = 0; l < k; ++l)
                values[l] = block_kept(row / sparsity.block_rows, l / sparsity.block_cols) ? values[l] : 0.0F;
        else if (sparsity.kind == Sparsity::Kind::unstructured)
            for (std::int64_t l = 0; l < k; ++l)
                if (unit_interval(hash(seed, stream_pattern, row * k + l)) >= sparsity.kept_share)
                    values[l] = 0.0F;
    });
}

void GemmOperands::compute_reference() {
    const std::int64_t n = call_.n, k = call_.k;
    reference_.resize(rows_.size() * static_cast<std::size_t>(n));
    bound_.resize(reference_.size());
    const double roundings = 2.0 * static_cast<double>(k);
    Kokkos::parallel_for("gemm reference", HostRange(0, n), [=, this](const std::int64_t j) {
        for (std::size_t i = 0; i < rows_.size(); ++i) {
            const auto [sum, magnitude] = dot(&a_[count(rows_[i], k)], &w_[count(j, k)], k);
            const auto at = i * static_cast<std::size_t>(n) + static_cast<std::size_t>(j);
            reference_[at] = sum;
            bound_[at] = gemm_error_bound(call_, roundings, magnitude, sum);
        }
    });
}

std::unique_ptr<OperandSet> make_gemm_operands(const OperatorCall& call, std::uint64_t seed) {
    const auto gemm = GemmCall::from(call);
    require_memory(call, gemm_memory_bytes(gemm));
    return std::make_unique<GemmOperands>(gemm, seed);
}

}  // namespace ridge::operators
