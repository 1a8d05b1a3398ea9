// SPDX-License-Identifier: Apache-2.0
#include "tuner/model_prior.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/error.hpp"
#include "cost_model/kernel/prediction.hpp"
#include "operators/catalogue.hpp"
#include "tuner/random.hpp"

namespace ridge::tuner {
namespace {

// A model that expects less difference than this among so many configurations does not look at the
// parameters.
constexpr std::size_t sampled = 64;
constexpr double least_spread = 1.02;

}  // namespace

ConfigModel kernel_model_of(const SuiteCall& suite_call, const std::string& implementation,
                            const cost_model::DeviceModel& device) {
    return [call = operators::parse_call(suite_call.call), cache = suite_call.cache, implementation,
            &device](const KernelConfig& config) -> std::optional<double> {
        try {
            return cost_model::kernel_seconds(call, implementation, config, cache, device);
        } catch (const InputError&) {
            return std::nullopt;  // the device has no ceiling for it
        }
    };
}

Prior model_prior(const SearchSpace& space, ConfigModel model) {
    Random random(1);
    double least = INFINITY, most = 0;
    for (std::size_t i = 0; i < sampled; ++i)
        if (const auto value = model(space.config(space.random_index(random))); value && *value > 0)
            least = std::min(least, *value), most = std::max(most, *value);
    if (!(most > least_spread * least)) return {};
    return [&space, model = std::move(model)](std::size_t index) {
        auto value = model(space.config(index));
        return value && *value > 0 ? value : std::nullopt;
    };
}

}  // namespace ridge::tuner
