// SPDX-License-Identifier: Apache-2.0
#include "operators/stream/stream_call.hpp"

#include "core/error.hpp"

namespace ridge::operators {
namespace {

void check(const OperatorCall& call) {
    if (call.dimension("n") > (std::int64_t{1} << 40))
        throw InputError("operator call '" + call.text() + "': n is more than 2^40 elements");
    if (!call.sparsity.is_dense())
        throw InputError("operator call '" + call.text() + "': stream has no sparsity");
}

double array_bytes(const OperatorCall& call) {
    return static_cast<double>(call.dimension("n")) * call.operand("x").bits_per_element() / 8.0;
}

Work stream_work(const OperatorCall& call, double flop_per_element, double arrays_read,
                 double arrays_written) {
    const double flop = flop_per_element * static_cast<double>(call.dimension("n"));
    const double bytes = array_bytes(call);
    return {.flop = flop,
            .dense_flop = flop,
            .compute = call.operand("x").precision,
            .traffic = {{"x", bytes * arrays_read, 0.0}, {"y", 0.0, bytes * arrays_written}}};
}

Work read_work(const OperatorCall& call) { return stream_work(call, 1, 1, 0); }
Work copy_work(const OperatorCall& call) { return stream_work(call, 0, 1, 1); }
Work triad_work(const OperatorCall& call) { return stream_work(call, 2, 2, 1); }

OperatorInfo stream(std::string_view name, std::string_view summary, std::string_view formula,
                    Work (*work)(const OperatorCall&)) {
    return {.name = name,
            .summary = summary,
            .formula = formula,
            .dimensions = {{"n", "elements of each array"}},
            .operands = {{"x", "n", "every array"}},
            .check = check,
            .work = work};
}

}  // namespace

std::vector<OperatorInfo> stream_operators() {
    return {stream("stream_read", "sum of an array: read bandwidth", "s = sum over i of x[i]", read_work),
            stream("stream_copy", "copy of an array", "y[i] = x[i]", copy_work),
            stream("stream_triad", "scaled add of two arrays", "y[i] = x[i] + s * z[i]", triad_work)};
}

}  // namespace ridge::operators
