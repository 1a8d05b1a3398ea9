// SPDX-License-Identifier: Apache-2.0
#include "operators/tensor_kernel.hpp"

#include <Kokkos_Core.hpp>

namespace ridge::operators {

TensorKernel::TensorKernel(const TensorOperands& operands)
    : operands_(operands), replaced_(operands.inputs().size(), false) {
    for (const auto& spec : operands.outputs()) outputs_.emplace_back(spec);
}

const Buffer& TensorKernel::add_workspace(std::size_t bytes) {
    return *workspace_.emplace_back(std::make_unique<Buffer>(bytes));
}

const Buffer& TensorKernel::add_packed(std::size_t input, Buffer packed) {
    replaced_[input] = true;
    return *packed_.emplace_back(std::make_unique<Buffer>(std::move(packed)));
}

void TensorKernel::run() {
    launch_();
    DeviceSpace().fence("operator");
}

void TensorKernel::poison_output() {
    for (auto& output : outputs_) output.poison();
}

std::int64_t TensorKernel::workspace_bytes() const {
    std::int64_t bytes = 0;
    for (const auto& buffer : workspace_) bytes += static_cast<std::int64_t>(buffer->bytes());
    return bytes;
}

std::vector<MemoryRegion> TensorKernel::regions() {
    std::vector<MemoryRegion> all;
    for (std::size_t i = 0; i < replaced_.size(); ++i)
        if (!replaced_[i]) all.push_back(operands_.input(i).buffer().region());
    for (const auto& output : outputs_) all.push_back(output.buffer().region());
    for (const auto* list : {&workspace_, &packed_})
        for (const auto& buffer : *list) all.push_back(buffer->region());
    return all;
}

}  // namespace ridge::operators
