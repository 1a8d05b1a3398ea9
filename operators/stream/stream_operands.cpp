// SPDX-License-Identifier: Apache-2.0
#include "operators/stream/stream_operands.hpp"

#include "core/error.hpp"

namespace ridge::operators {
namespace {

using Elements = Kokkos::RangePolicy<DeviceSpace, Kokkos::IndexType<std::int64_t>>;

// SplitMix64 (Steele, Lea, Flood 2014): a stateless hash, so that values do not depend on the number of
// threads.
KOKKOS_INLINE_FUNCTION std::uint64_t mixed(std::uint64_t value) {
    value += 0x9e3779b97f4a7c15u;
    value = (value ^ (value >> 30u)) * 0xbf58476d1ce4e5b9u;
    value = (value ^ (value >> 27u)) * 0x94d049bb133111ebu;
    return value ^ (value >> 31u);
}

template <typename T>
void fill(T* to, std::int64_t n, std::uint64_t seed) {
    Kokkos::parallel_for(
        "stream fill", Elements(0, n), KOKKOS_LAMBDA(std::int64_t i) {
            const auto eighths =
                static_cast<int>(mixed(seed + mixed(static_cast<std::uint64_t>(i))) % 17u) - 8;
            to[i] = static_cast<T>(eighths) / T(8);
        });
    Kokkos::fence("stream fill");
}

template <typename T>
double sum(const T* x, std::int64_t n) {
    double total = 0;
    Kokkos::parallel_reduce(
        "stream reference", Elements(0, n),
        KOKKOS_LAMBDA(std::int64_t i, double& part) { part += static_cast<double>(x[i]); }, total);
    return total;
}

template <typename T>
double largest_error(const T* x, const T* z, const T* y, std::int64_t n) {
    double largest = 0;
    Kokkos::parallel_reduce(
        "stream verification", Elements(0, n),
        KOKKOS_LAMBDA(std::int64_t i, double& worst) {
            double reference = static_cast<double>(x[i]);
            if (z != nullptr) reference += stream::triad_factor * static_cast<double>(z[i]);
            const double error = Kokkos::abs(static_cast<double>(y[i]) - reference) / stream_bound;
            const double counted = Kokkos::isnan(error) ? Kokkos::Experimental::infinity_v<double> : error;
            worst = counted > worst ? counted : worst;
        },
        Kokkos::Max<double>(largest));
    return largest;
}

// Calls f with the arrays as pointers to the call's element type.
template <typename F>
auto with_type(Precision precision, F f) {
    return precision == Precision::fp64 ? f(double{}) : f(float{});
}

}  // namespace

StreamOperands::StreamOperands(const OperatorCall& call, std::uint64_t seed)
    : n_(call.dimension("n")), precision_(call.operand("x").precision) {
    const auto pattern = stream::pattern_of(call.op);
    if (!pattern || !stream::is_supported(precision_))
        throw InputError("operator call '" + call.text() + "': stream kernels take fp32 and fp64");
    pattern_ = *pattern;
    const std::size_t bytes =
        static_cast<std::size_t>(n_) * static_cast<std::size_t>(storage_bits(precision_)) / 8;
    x_ = Buffer(bytes);
    if (pattern_ == stream::Pattern::triad) z_ = Buffer(bytes);
    with_type(precision_, [&](auto zero) {
        using T = decltype(zero);
        fill(x_.as<T>(), n_, mixed(seed));
        if (z_.bytes() > 0) fill(z_.as<T>(), n_, mixed(seed) + 1);
        sum_ = sum(x_.as<T>(), n_);
    });
}

stream::Arrays StreamOperands::arrays() const {
    return {.x = x_.as<void>(), .z = z_.as<void>(), .y = nullptr, .n = n_, .precision = precision_};
}

std::vector<MemoryRegion> StreamOperands::regions() const {
    std::vector<MemoryRegion> out = {x_.region()};
    if (z_.bytes() > 0) out.push_back(z_.region());
    return out;
}

double StreamOperands::error_of(const void* y) const {
    return with_type(precision_, [&](auto zero) {
        using T = decltype(zero);
        return largest_error(x_.as<const T>(), z_.as<const T>(), static_cast<const T*>(y), n_);
    });
}

}  // namespace ridge::operators
