// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cost_model/scenario/question.hpp"

namespace ridge::cost_model {

/// "tdp_w", "memory_bytes", "bandwidth", "sparsity_ratio", "peak_" and a precision
/// ("peak_bf16"), or "has_peak_" and one: 1 or 0.
[[nodiscard]] Estimate device_figure(Answerer& answerer, const JsonReader& question);
/// "parameters", "weight_bytes" (of `weight_bits`), "kv_bytes_per_token", "flop_per_token".
[[nodiscard]] Estimate model_figure(Answerer& answerer, const JsonReader& question);
/// US dollars for a device and hour, of configs/prices.
[[nodiscard]] Estimate rent_figure(Answerer& answerer, const JsonReader& question);
/// "vendors": of the devices in the catalogue; "devices", "operators": their number.
[[nodiscard]] Estimate catalogue_figure(Answerer& answerer, const JsonReader& question);

}  // namespace ridge::cost_model
