// SPDX-License-Identifier: Apache-2.0
#include "operators/gemm/operands.hpp"

#include <Kokkos_Core.hpp>
#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "operators/error_bound.hpp"
#include "operators/gemm/epilogue_reference.hpp"
#include "operators/gemm/gemm_kernels.hpp"
#include "operators/gemm/gemm_memory.hpp"
#include "operators/gemm/row_groups.hpp"
#include "operators/host_packing.hpp"
#include "operators/installed_memory.hpp"
#include "operators/random.hpp"

namespace ridge::operators {
namespace {

enum Stream : std::uint64_t {
    stream_a = 1,
    stream_w = 2,
    stream_pattern = 3,
    stream_rows = 4,
    stream_zeros = 5,
    stream_extra = 6,
    stream_experts = 7
};

// Rows of A against which each row of W is multiplied while it is at hand.
constexpr std::size_t reference_rows = 8;
// Features that a task takes, so that its row of W is drawn into memory of its own.
constexpr std::int64_t reference_features = 16;

std::size_t count(std::int64_t rows, std::int64_t columns) {
    return static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns);
}

struct Products {
    double sum = 0.0, magnitude = 0.0;
};

// Eight partial sums, so that the compiler may use vectors without being allowed to reorder sums.
Products dot(const double* a, const double* w, std::int64_t k) {
    constexpr std::int64_t lanes = 8;
    std::array<double, lanes> sum{}, magnitude{};
    std::int64_t l = 0;
    for (; l + lanes <= k; l += lanes)
        for (std::int64_t lane = 0; lane < lanes; ++lane) {
            const double product = a[l + lane] * w[l + lane];
            sum[static_cast<std::size_t>(lane)] += product;
            magnitude[static_cast<std::size_t>(lane)] += std::abs(product);
        }
    for (; l < k; ++l) {
        sum[0] += a[l] * w[l];
        magnitude[0] += std::abs(a[l] * w[l]);
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
        rows.push_back(static_cast<std::int64_t>(random_bits(seed, stream_rows, i) %
                                                 static_cast<std::uint64_t>(call.m)));
    std::ranges::sort(rows);
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
    return rows;
}

// Rows of operand e; none without an epilogue.
std::int64_t extra_rows(const GemmCall& call) {
    if (call.epilogue == Epilogue::none) return 0;
    return call.epilogue == Epilogue::bias || call.epilogue == Epilogue::bias_gelu ? 1 : call.m;
}

// Multiplication and addition of each product, and what scales take.
double roundings(const GemmCall& call) { return 2.0 * static_cast<double>(call.k) + 4.0; }

double sum_bound(const GemmCall& call, double terms, double magnitude) {
    if (is_integer(call.c.precision)) return 0.5;
    if (call.c.precision != Precision::fp64) return summation_error(Precision::fp32, terms) * magnitude;
    return 2.0 * summation_error(Precision::fp64, terms) * magnitude;  // the reference is no better
}

}  // namespace

double gemm_error_bound(const GemmCall& call, double terms, double magnitude, double reference) {
    return finished(call, {reference, sum_bound(call, terms, magnitude)}, 0.0).bound;
}

GemmOperands::GemmOperands(const GemmCall& call, std::uint64_t seed)
    : call_(call),
      pattern_(call.sparsity, call.n, call.k, seed, stream_pattern),
      activations_(call.m, call.k, call.a, seed, stream_a),
      weights_(call.matrices * call.n, call.k, call.w, seed, stream_w),
      row_starts_(operators::row_starts(call, seed, stream_experts)),
      rows_(rows_to_check(call, seed)) {
    if (!call.sparsity.is_dense())
        weights_.set_mask(
            [this](std::int64_t row, std::span<std::uint8_t> keeps) { pattern_.mark_pruned(row, keeps); });
    if (!call.activation_sparsity.is_dense())
        activations_.set_mask(
            [zeros = ZeroPattern(call.activation_sparsity, call.m, call.k, seed, stream_zeros)](
                auto row, auto keeps) { zeros.mark_pruned(row, keeps); });
    if (extra_rows(call) > 0) extra_.emplace(extra_rows(call), call.n, call.c, seed, stream_extra);
    compute_reference();
}

void GemmOperands::compute_reference() {
    reference_.resize(rows_.size() * static_cast<std::size_t>(call_.n));
    bound_.resize(reference_.size());
    for (std::size_t first = 0; first < rows_.size();) {
        const auto matrix = matrix_of_row(row_starts_, rows_[first]);
        std::size_t last = first + 1;
        while (last < rows_.size() && last - first < reference_rows &&
               matrix_of_row(row_starts_, rows_[last]) == matrix)
            ++last;
        reference_of(first, last);
        first = last;
    }
    std::vector<double> extra(static_cast<std::size_t>(call_.n), 0.0);
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        if (extra_) extra_->values(extra_->rows() == 1 ? 0 : rows_[i], extra);
        finish_reference(i, extra);
    }
}

// Sums of checked rows [first, last), which meet the same matrix of weights.
void GemmOperands::reference_of(std::size_t first, std::size_t last) {
    const std::int64_t n = call_.n, k = call_.k;
    const std::int64_t weight_row = matrix_of_row(row_starts_, rows_[first]) * n;
    std::vector<double> a(count(static_cast<std::int64_t>(last - first), k));
    for (std::size_t i = first; i < last; ++i)
        activations_.values(rows_[i], std::span(a).subspan((i - first) * static_cast<std::size_t>(k),
                                                           static_cast<std::size_t>(k)));
    const std::int64_t tasks = (n + reference_features - 1) / reference_features;
    Kokkos::parallel_for("gemm reference", HostRange(0, tasks), [&, n, k](const std::int64_t task) {
        std::vector<double> w(static_cast<std::size_t>(k));
        for (std::int64_t j = task * reference_features; j < std::min(n, (task + 1) * reference_features);
             ++j) {
            weights_.values(weight_row + j, w);
            for (std::size_t i = first; i < last; ++i) {
                const auto [sum, magnitude] = dot(&a[(i - first) * static_cast<std::size_t>(k)], w.data(), k);
                const auto at = i * static_cast<std::size_t>(n) + static_cast<std::size_t>(j);
                reference_[at] = sum;
                bound_[at] = sum_bound(call_, roundings(call_), magnitude);
            }
        }
    });
}

void GemmOperands::finish_reference(std::size_t checked, const std::vector<double>& extra) {
    for (std::size_t j = 0; j < extra.size(); ++j) {
        const auto at = checked * extra.size() + j;
        const auto result = finished(call_, {reference_[at], bound_[at]}, extra[j]);
        reference_[at] = result.value;
        bound_[at] = result.bound;
    }
}

std::unique_ptr<OperandSet> make_gemm_operands(const OperatorCall& call, std::uint64_t seed) {
    const auto gemm = GemmCall::from(call);
    require_memory(call, gemm_memory_bytes(gemm));
    return std::make_unique<GemmOperands>(gemm, seed);
}

}  // namespace ridge::operators
