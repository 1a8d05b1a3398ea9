// SPDX-License-Identifier: Apache-2.0
#include "cost_model/serving/engine_choice.hpp"

#include <algorithm>
#include <filesystem>

#include "core/error.hpp"
#include "core/text.hpp"

namespace ridge::cost_model {

EngineChoice::EngineChoice(const std::string& name) {
    if (name == "ideal") return;
    if (name.find('/') != std::string::npos || std::filesystem::is_regular_file(name)) {
        given_ = load_engine(name);
        return;
    }
    fit_ = std::make_shared<const EngineFit>(EngineFit::load());
    const auto known = fit_->frameworks();
    if (name != usual_engine && std::ranges::find(known, name) == known.end())
        throw InputError("engine '" + name + "' is not known, should be ideal, typical, " +
                         join(known, ", ") + ", or the path of a file");
    framework_ = name;
}

EngineParameters EngineChoice::on(const DeviceModel& device) const {
    auto out = fit_ ? fit_->parameters(framework_, device) : given_;
    // What the user says that the device achieves goes before what the fit found.
    if (fit_ && !device.is_bound()) take_efficiencies(out);
    return out;
}

std::int64_t EngineChoice::chunk_tokens() const {
    if (!fit_) return given_.chunk_tokens;
    const auto found = fit_->effects().find({EffectLevel::all, "all", "chunk_tokens"});
    return found == fit_->effects().end() ? 0 : static_cast<std::int64_t>(found->second);
}

}  // namespace ridge::cost_model
