// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/registry.hpp"

namespace ridge::operators {

[[nodiscard]] std::unique_ptr<OperandSet> make_transfer_operands(const OperatorCall& call,
                                                                 std::uint64_t seed);

/// `kokkos-one-memory` and `kokkos-deep-copy-one-memory` where the device is the host: copies within its
/// memory; `kokkos-deep-copy` elsewhere.
[[nodiscard]] Implementations make_host_to_device_implementations();
[[nodiscard]] Implementations make_device_to_host_implementations();

}  // namespace ridge::operators
