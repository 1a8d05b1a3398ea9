// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/device.hpp"
#include "core/operator_call.hpp"

namespace ridge::db {

/// The least time that a device can need for a canonical call by its data sheet: the greater of its FLOP at
/// the peak rate, and of its bytes beyond what the largest cache holds at the memory's bandwidth (operands
/// may have stayed in the cache from one run to the next). Of an exchange between devices, the share of one.
struct PhysicalFloor {
    double seconds = 0;  ///< 0 where the data sheet has neither figure
    /// Whether nothing can be faster. Not so of experts, of which a slice may get less than its share of the
    /// tokens, and of convolutions, which may be computed with fewer multiplications (Lavin and Gray, arXiv
    /// 1509.09308).
    bool strict = true;
};
[[nodiscard]] PhysicalFloor physical_floor(const OperatorCall& call, const Device& device);

}  // namespace ridge::db
