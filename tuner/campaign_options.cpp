// SPDX-License-Identifier: Apache-2.0
#include "tuner/campaign.hpp"

namespace ridge::tuner {

Json CampaignOptions::json() const {
    return {{"suite", suite.json()},
            {"suite_path", suite.path.string()},
            {"searcher", searcher},
            {"seed", seed},
            {"max_configs", max_configs},
            {"time_budget_s", time_budget_s},
            {"implementations", implementations},
            {"give_up_after", give_up_after},
            {"budget", budget.json()}};
}

CampaignOptions CampaignOptions::from_json(const JsonReader& json) {
    CampaignOptions options;
    options.suite = Suite::from_json(json.at("suite"));
    options.suite.path = json.text_or("suite_path", "");
    options.searcher = json.at("searcher").text();
    options.seed = static_cast<std::uint64_t>(json.at("seed").integer());
    options.max_configs = json.at("max_configs").integer();
    options.time_budget_s = json.at("time_budget_s").number();
    for (const auto& item : json.at("implementations").items())
        options.implementations.push_back(item.text());
    options.give_up_after = json.at("give_up_after").integer();
    options.budget = protocol::Budget::from_json(json.at("budget"));
    return options;
}

}  // namespace ridge::tuner
