// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "operators/experts/experts_call.hpp"

namespace ridge::cost_model {

/// How tokens spread over experts. Without exponent every expert gets as many; else an expert's share of the
/// tokens is drawn from a density that falls as x^-exponent over [1, 0.8 tokens], or [0.01, 2] where there
/// are fewer token-expert pairs than experts, as the collector of the public expert measurements draws them
/// (github.com/ai-dynamo/aiconfigurator, collector/helper.py, power_law_logits_v3).
struct ExpertLoad {
    std::optional<double> exponent;

    /// "balanced", "power_law_1.2"; throws InputError for anything else.
    [[nodiscard]] static ExpertLoad parse(std::string_view text);
};

/// What the busiest of the ranks that share the experts gets, as a mean over drawn loads.
struct BusiestRank {
    operators::ExpertShare share;
    double padded_rows = 0;  ///< rows filled up to whole tiles for each expert
    double most_rows = 0;    ///< of one expert
};

/// Rows of a tile of tokens of one expert: the smallest tile that grouped products use for many rows.
inline constexpr double expert_tile_rows = 64;

/// For a canonical expert_layer call. The draws are the same for the same call on every machine.
[[nodiscard]] BusiestRank busiest_rank(const OperatorCall& call, const ExpertLoad& load);

}  // namespace ridge::cost_model
