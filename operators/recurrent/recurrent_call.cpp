// SPDX-License-Identifier: Apache-2.0
#include "operators/recurrent/recurrent_call.hpp"

#include "core/error.hpp"
#include "operators/elementwise.hpp"

namespace ridge::operators {
namespace {

[[noreturn]] void refuse(const OperatorCall& call, const std::string& why) {
    throw InputError("operator call '" + call.text() + "': " + why);
}

// 2^40 elements of the largest tensors, as for gemm.
void check_largest(const OperatorCall& call, std::initializer_list<double> elements) {
    for (const double count : elements)
        if (count > 0x1p40) refuse(call, "an operand has more than 2^40 elements");
    if (!call.sparsity.is_dense()) refuse(call, call.op + " has no sparsity; use sparsity=dense");
}

void check_scan(const OperatorCall& call) {
    check_largest(call, {element_count(call, {"batch", "length", "channels"}),
                         element_count(call, {"batch", "length", "state"}),
                         element_count(call, {"batch", "channels", "state"})});
}

void check_attention(const OperatorCall& call) {
    check_largest(call, {element_count(call, {"batch", "length", "heads", "key_dim"}),
                         element_count(call, {"batch", "length", "heads", "value_dim"}),
                         element_count(call, {"batch", "heads", "key_dim", "value_dim"})});
}

void check_convolution(const OperatorCall& call) {
    check_largest(call, {element_count(call, {"batch", "length", "channels"}),
                         element_count(call, {"width", "channels"})});
}

double state_bytes(const OperatorCall& call, double elements) {
    return elements * (call.operand("x").precision == Precision::fp64 ? 8.0 : 4.0);
}

// For each state: exponent, exponential, decay, input, sum, output: 7 FLOP with the exponential as one. 3 for
// each element of x: step size times x, and D.
Work scan_work(const OperatorCall& call) {
    const auto& format = call.operand("x");
    const double elements = element_count(call, {"batch", "length", "channels"});
    const double projected = bytes_of(format, element_count(call, {"batch", "length", "state"}));
    const double state = state_bytes(call, element_count(call, {"batch", "channels", "state"}));
    const double states = element_count(call, {"state"});
    return elementwise_work(call, elements * (7.0 * states + 3.0),
                            {{"x", bytes_of(format, elements), 0.0},
                             {"delta", bytes_of(format, elements), 0.0},
                             {"a", state_bytes(call, element_count(call, {"state", "channels"})), 0.0},
                             {"b", projected, 0.0},
                             {"c", projected, 0.0},
                             {"d", state_bytes(call, element_count(call, {"channels"})), 0.0},
                             {"h", state, state},
                             {"y", 0.0, bytes_of(format, elements)}});
}

// For each element of the state: decay, product and sum of the update, product and sum of the output.
Work attention_work(const OperatorCall& call) {
    const auto& format = call.operand("x");
    const double keys = bytes_of(format, element_count(call, {"batch", "length", "heads", "key_dim"}));
    const double values = bytes_of(format, element_count(call, {"batch", "length", "heads", "value_dim"}));
    const double state = state_bytes(call, element_count(call, {"batch", "heads", "key_dim", "value_dim"}));
    return elementwise_work(call,
                            5.0 * element_count(call, {"batch", "length", "heads", "key_dim", "value_dim"}),
                            {{"q", keys, 0.0},
                             {"k", keys, 0.0},
                             {"g", keys, 0.0},
                             {"v", values, 0.0},
                             {"s", state, state},
                             {"o", 0.0, values}});
}

Work convolution_work(const OperatorCall& call) {
    const auto& format = call.operand("x");
    const double elements = element_count(call, {"batch", "length", "channels"});
    return elementwise_work(call, 2.0 * elements * element_count(call, {"width"}),
                            {{"x", bytes_of(format, elements), 0.0},
                             {"w", bytes_of(format, element_count(call, {"width", "channels"})), 0.0},
                             {"bias", bytes_of(format, element_count(call, {"channels"})), 0.0},
                             {"y", 0.0, bytes_of(format, elements)}});
}

}  // namespace

std::vector<OperatorInfo> recurrent_operators() {
    return {{.name = "selective_scan",
             .summary = "state space layer whose step and projections depend on the token",
             .formula = "h[t] = exp(d[t] * A) * h[t-1] + d[t] * B[t] * x[t]; y[t] = C[t] h[t] + D * x[t]",
             .dimensions = {{"batch", "sequences"},
                            {"length", "tokens of a sequence"},
                            {"channels", "features"},
                            {"state", "states of a channel"}},
             .operands = {{"x", "batch x length x channels",
                           "input, step sizes, projections (batch x length x state) and output"}},
             .check = check_scan,
             .work = scan_work},
            {.name = "gated_linear_attention",
             .summary = "linear attention whose state decays by a gate for each key feature",
             .formula = "S[t] = diag(g[t]) S[t-1] + k[t]^T v[t]; o[t] = q[t] S[t] / sqrt(key_dim)",
             .dimensions = {{"batch", "sequences"},
                            {"heads", "heads"},
                            {"length", "tokens of a sequence"},
                            {"key_dim", "elements of a query, key or gate"},
                            {"value_dim", "elements of a value"}},
             .operands = {{"x", "batch x length x heads x key_dim or value_dim",
                           "queries, keys, gates, values and output"}},
             .check = check_attention,
             .work = attention_work},
            {.name = "causal_conv1d",
             .summary = "convolution of each channel with its past",
             .formula = "y[t][c] = bias[c] + sum over i of w[i][c] * x[t-width+1+i][c]",
             .dimensions = {{"batch", "sequences"},
                            {"length", "tokens of a sequence"},
                            {"channels", "features"},
                            {"width", "taps of a filter"}},
             .operands = {{"x", "batch x length x channels", "input, filters, biases and output"}},
             .check = check_convolution,
             .work = convolution_work}};
}

}  // namespace ridge::operators
