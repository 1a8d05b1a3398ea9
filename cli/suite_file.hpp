// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "cost_model/network/model_calls.hpp"
#include "tuner/suite.hpp"

namespace ridge::cli {

/// "Llama 3.1_8B" becomes "llama-3.1-8b": what the schema of suites allows.
[[nodiscard]] std::string suite_name(const std::string& text);

/// A suite of a model's distinct calls; the weight of a call is its share, of three digits.
[[nodiscard]] tuner::Suite model_suite(const cost_model::Network& network, const cost_model::ModelUse& use,
                                       const std::string& name, std::int64_t version,
                                       const std::string& description);

/// JSON with a line for each call.
[[nodiscard]] std::string suite_file(const tuner::Suite& suite);

}  // namespace ridge::cli
