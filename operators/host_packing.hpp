// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Kokkos_Core.hpp>
#include <cstdint>
#include <vector>

#include "operators/memory.hpp"

/// What code that packs operands shares: the host's threads over a range, and small tables that kernels read.
namespace ridge::operators {

using HostRange = Kokkos::RangePolicy<Kokkos::DefaultHostExecutionSpace, Kokkos::IndexType<std::int64_t>>;

template <typename T>
[[nodiscard]] Buffer to_device(const std::vector<T>& values) {
    Buffer out(values.size() * sizeof(T));
    out.upload(values.data());
    return out;
}

}  // namespace ridge::operators
