// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/json.hpp"
#include "core/precision.hpp"
#include "core/sparsity.hpp"
#include "cost_model/validation/row_condition.hpp"

namespace ridge::cost_model {

/// How published measurements name frameworks, devices, models and number formats, in words of the
/// catalogues (configs/published/names.json).
class PublishedNames {
  public:
    /// Throws InputError naming file, key and value.
    [[nodiscard]] static PublishedNames from_json(const JsonReader& json);
    [[nodiscard]] static PublishedNames load();

    /// Class of a framework, "other" where none is known.
    [[nodiscard]] std::string framework(const std::string& name) const;
    /// Identifier of a device of the catalogue; nothing when none fits.
    [[nodiscard]] std::optional<std::string> device(const std::string& name) const;
    /// The name that the catalogue would have a model under, and whether it does.
    [[nodiscard]] std::string model_name(const std::string& name) const;
    [[nodiscard]] bool knows_model(const std::string& catalogue_name) const;
    /// Whether rows of a model of the catalogue count samples, since it generates nothing.
    [[nodiscard]] bool is_encoder(const std::string& catalogue_name) const;
    [[nodiscard]] std::optional<NumberFormat> weight_format(const std::string& name) const;
    /// Of 8 bits or fewer; nothing where activations are wider, or not known. Those that stand as the
    /// weights' have their format.
    [[nodiscard]] std::optional<NumberFormat> activation_format(const std::string& name,
                                                                const NumberFormat& weights) const;
    [[nodiscard]] std::optional<NumberFormat> cache_format(const std::string& name) const;
    /// Of weights; nothing where the name does not say which zeros there are.
    [[nodiscard]] std::optional<Sparsity> sparsity(const std::string& name) const;
    /// Mean prompt of a named workload.
    [[nodiscard]] std::optional<double> prompt_tokens(const std::string& workload) const;

  private:
    std::vector<std::pair<std::string, std::string>> frameworks_, devices_;
    std::vector<std::string> suffixes_, catalogue_devices_, catalogue_models_;
    std::map<std::string, std::string> models_;
    std::vector<std::string> encoders_;
    std::map<std::string, NumberFormat> formats_, caches_;
    std::vector<std::pair<TextCondition, std::optional<NumberFormat>>> activations_;  // nothing: the weights'
    std::vector<std::pair<TextCondition, Sparsity>> sparsities_;
    std::map<std::string, double> prompts_;
};

}  // namespace ridge::cost_model
