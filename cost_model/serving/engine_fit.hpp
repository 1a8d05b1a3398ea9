// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.hpp"
#include "core/statistics.hpp"
#include "cost_model/device_model.hpp"
#include "cost_model/serving/engine.hpp"

namespace ridge::cost_model {

/// What a fitted parameter's factor holds for.
enum class EffectLevel {
    all,                 ///< the value itself, one name: "all"
    framework,           ///< "vllm"
    architecture,        ///< of devices: "hopper"
    device,              ///< "h100-sxm"
    arithmetic,          ///< "fp8"; "weight4_portable" in llama.cpp
    framework_on_family  ///< "vllm hopper"
};
inline constexpr std::size_t effect_levels = 6;
[[nodiscard]] std::string_view name(EffectLevel level);

/// Where an effect stands: "host_step_s" of framework "vllm".
struct EffectKey {
    EffectLevel level = EffectLevel::all;
    std::string name, parameter;
    auto operator<=>(const EffectKey&) const = default;
};

/// Parameters of serving engines, fitted on published end-to-end measurements
/// (configs/published/engine-fit.json): each a value for all times factors of framework, architecture, device
/// and arithmetic. What was not in the fit has factor 1.
class EngineFit {
  public:
    /// Throws InputError naming file, key and value.
    [[nodiscard]] static EngineFit from_json(const JsonReader& json);
    /// The one that comes with the program.
    [[nodiscard]] static EngineFit load();
    /// Values and errors; whose rows they come from is the writer's to say.
    [[nodiscard]] Json to_json() const;

    /// A framework that is not in the fit, "other" for one, has the common values.
    [[nodiscard]] EngineParameters parameters(const std::string& framework, const DeviceModel& device) const;
    [[nodiscard]] std::vector<std::string> frameworks() const;

    [[nodiscard]] const std::map<EffectKey, double>& effects() const { return effects_; }
    void set_effect(const EffectKey& key, double value) { effects_[key] = value; }

    /// Quantile bounds of measured over predicted on the training rows of a kind ("closed tpot"); all rows
    /// together where the kind had too few.
    [[nodiscard]] Interval error_factors(const std::string& kind) const;
    void set_error_factors(const std::string& kind, const Interval& factors) { errors_[kind] = factors; }

  private:
    [[nodiscard]] double factor(EffectLevel level, const std::string& name, std::string_view parameter) const;

    std::map<EffectKey, double> effects_;
    std::map<std::string, Interval> errors_;
};

/// "hopper"; the vendor, or "cpu", where the catalogue names no architecture.
[[nodiscard]] std::string family_of(const DeviceModel& device);

/// Name of the class in the fit: llama.cpp's formats of few bits run on kernels of their own.
[[nodiscard]] std::string arithmetic_name(ArithmeticClass arithmetic, const std::string& framework);

/// "trtllm" of "trtllm-0", its releases before 1.0. A generation is a number behind the last dash; any other
/// name is the engine's own.
[[nodiscard]] std::string engine_of(const std::string& framework);

/// Name of the framework that a parameter stands under: generations of an engine launch and schedule
/// differently, on the same kernels.
[[nodiscard]] std::string generation_name(const std::string& framework, std::string_view parameter);

/// Whether the fit decides about a parameter of a framework: not about what its engine is known to reserve.
[[nodiscard]] bool depends_on(const std::string& framework, std::string_view parameter);

}  // namespace ridge::cost_model
