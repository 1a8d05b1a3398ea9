// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "operators/catalogue.hpp"

namespace ridge::operators {

/// host_to_device and device_to_host: n elements from the memory of the host to that of the device, or back.
/// Where the device is a CPU both are the same memory, and the transfer is a copy within it. send_recv: n
/// elements from one device to another.
[[nodiscard]] std::vector<OperatorInfo> transfer_operators();

}  // namespace ridge::operators
