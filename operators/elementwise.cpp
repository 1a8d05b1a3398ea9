// SPDX-License-Identifier: Apache-2.0
#include "operators/elementwise.hpp"

#include "core/error.hpp"

namespace ridge::operators {

void check_elementwise(const OperatorCall& call) {
    constexpr double limit = 1099511627776.0;  // 2^40, as for gemm
    double elements = 1.0;
    for (const auto& dimension : call.dimensions) elements *= static_cast<double>(dimension.value);
    if (elements > limit) throw InputError("operator call '" + call.text() + "': more than 2^40 elements");
    if (!call.sparsity.is_dense())
        throw InputError("operator call '" + call.text() + "': " + call.op +
                         " has no sparsity; use sparsity=dense");
}

double element_count(const OperatorCall& call, std::initializer_list<std::string_view> dimensions) {
    double elements = 1.0;
    for (const auto name : dimensions) elements *= static_cast<double>(call.dimension(name));
    return elements;
}

double bytes_of(const NumberFormat& format, double elements) {
    return format.bits_per_element() * elements / 8.0;
}

Work elementwise_work(const OperatorCall& call, double flop, std::vector<Traffic> traffic) {
    return {.flop = flop,
            .dense_flop = flop,
            .compute = call.operand("x").precision,
            .traffic = std::move(traffic)};
}

}  // namespace ridge::operators
