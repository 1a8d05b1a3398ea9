// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/operator_call.hpp"

/// Which measured calls a fit may see: fixed rules, the same on every machine and in every version.
namespace ridge::cost_model {

/// FNV-1a of the text, then the finaliser of SplitMix64 to mix the low bits.
[[nodiscard]] std::uint64_t stable_hash(std::string_view text);

/// Whether a call is held out: a fixed quarter of all texts, by their hash.
[[nodiscard]] bool is_held_out(std::string_view call);

/// A call without the dimensions that vary from step to step in serving (rows, tokens, lengths of
/// sequences): all calls of one layer of one model, "gemm n=4096 k=4096 a=bf16 w=bf16 c=bf16". Holding out
/// sites asks for shapes that were never seen.
[[nodiscard]] std::string site_text(const OperatorCall& call);

}  // namespace ridge::cost_model
