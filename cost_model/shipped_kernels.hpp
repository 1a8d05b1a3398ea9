// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "core/operator_call.hpp"
#include "cost_model/kernel/prediction.hpp"

/// Calls of a network's graph timed by the kernels that configs/fitted has of a device.
namespace ridge::cost_model {

/// Has networks on this device ask its shipped kernels; without effect where there are none.
void take_shipped_kernels(DeviceModel& device);

/// The call as tables of kernels name it: decode attention over pages is attention of one query.
[[nodiscard]] OperatorCall kernel_call(const OperatorCall& call);

/// By the device's shipped kernels: nothing where it has none, where the call itself was measured, or where
/// no kernel of the same formats was measured within two octaves of the call in every dimension. Throws
/// InputError as predict() does.
[[nodiscard]] std::optional<Prediction> kernel_prediction(const OperatorCall& call,
                                                          const DeviceModel& device);

}  // namespace ridge::cost_model
