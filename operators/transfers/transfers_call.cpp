// SPDX-License-Identifier: Apache-2.0
#include "operators/transfers/transfers_call.hpp"

#include "core/error.hpp"
#include "operators/elementwise.hpp"

namespace ridge::operators {
namespace {

void check(const OperatorCall& call) {
    check_elementwise(call);
    if (call.operand("x").is_scaled())
        throw InputError("operator call '" + call.text() +
                         "': elements are transferred without scales; use x=bf16");
}

Work transfer_work(const OperatorCall& call) {
    const double bytes = bytes_of(call.operand("x"), element_count(call, {"n"}));
    return elementwise_work(call, 0.0, {{"x", bytes, 0.0}, {"y", 0.0, bytes}});
}

OperatorInfo transfer(std::string_view name, std::string_view summary, std::string_view formula) {
    return {.name = name,
            .summary = summary,
            .formula = formula,
            .dimensions = {{"n", "elements"}},
            .operands = {{"x", "n", "array at both ends"}},
            .check = check,
            .work = transfer_work};
}

}  // namespace

std::vector<OperatorInfo> transfer_operators() {
    return {transfer("host_to_device",
                     "from host to device memory; on a CPU they are the same memory, and it is a copy there",
                     "device[i] = host[i]"),
            transfer("device_to_host",
                     "from device to host memory; on a CPU they are the same memory, and it is a copy there",
                     "host[i] = device[i]"),
            transfer("send_recv", "from the memory of one part of a machine to that of another",
                     "received[i] = sent[i]")};
}

}  // namespace ridge::operators
