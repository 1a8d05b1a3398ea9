// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "cost_model/serving/engine_fit.hpp"

namespace ridge::cost_model {

/// Whose overheads and shares of the ceilings a step has: one of the fit's frameworks on any device, or
/// parameters that are given.
class EngineChoice {
  public:
    /// "ideal": an engine that costs and wastes nothing, so that times are least times where nothing was
    /// measured; a framework of configs/published/engine-fit.json ("vllm"), "typical" for what they have in
    /// common; or the path of a file. Throws InputError for a name that is unknown.
    explicit EngineChoice(const std::string& name = "ideal");

    [[nodiscard]] EngineParameters on(const DeviceModel& device) const;
    [[nodiscard]] std::int64_t chunk_tokens() const;  ///< of a step; 0: prompts are not cut

  private:
    EngineParameters given_;
    std::string framework_;                 ///< empty: what is given
    std::shared_ptr<const EngineFit> fit_;  ///< there with a framework
};

/// What a command takes where no engine is named.
inline constexpr const char* usual_engine = "typical";

}  // namespace ridge::cost_model
