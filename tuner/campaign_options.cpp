// SPDX-License-Identifier: Apache-2.0
#include "tuner/campaign.hpp"

#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "core/text.hpp"
#include "tuner/searcher.hpp"

namespace ridge::tuner {
namespace {

void refuse_unless(bool right, const char* what, double value, const char* wanted) {
    if (!right)
        throw InputError(std::string("campaign: ") + what + " is " + number_text(value) + ", should be " +
                         wanted);
}

void check_budget(const protocol::Budget& budget) {
    const auto positive = [](double value, const char* what) {
        refuse_unless(std::isfinite(value) && value > 0, what, value, "a number above 0");
    };
    const auto at_least_one = [](std::int64_t value, const char* what) {
        refuse_unless(value >= 1, what, static_cast<double>(value), "1 or more");
    };
    positive(budget.target, "target");
    positive(budget.max_time_s, "max_time_s");
    positive(budget.timeout_s, "timeout_s");
    at_least_one(budget.min_samples, "min_samples");
    at_least_one(budget.max_samples, "max_samples");
}

}  // namespace

void check_options(const CampaignOptions& options) {
    const auto refuse_negative = [](double value, const char* what) {
        refuse_unless(std::isfinite(value) && value >= 0, what, value, "0 or more");
    };
    if (options.seed > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
        throw InputError("campaign: seed is " + std::to_string(options.seed) + ", should be below 2^63");
    refuse_negative(static_cast<double>(options.max_configs), "max_configs");
    refuse_negative(options.time_budget_s, "time_budget_s");
    refuse_negative(static_cast<double>(options.give_up_after), "give_up_after");
    refuse_negative(static_cast<double>(options.finalists), "finalists");
    refuse_negative(static_cast<double>(options.patience), "patience");
    refuse_unless(options.good_enough >= 0 && options.good_enough <= 1, "good_enough", options.good_enough,
                  "from 0 to 1");
    (void)make_searcher(options.searcher);
    if (options.objectives.empty()) throw InputError("campaign: there is no objective");
    if (options.whole_suite && options.max_configs == 0 && options.time_budget_s == 0)
        throw InputError(
            "campaign: a budget for the whole suite needs max_configs or time_budget_s above 0, to be "
            "shared");
    check_budget(options.budget);
}

Json CampaignOptions::json() const {
    return {{"suite", suite.json()},
            {"suite_path", suite.path.string()},
            {"searcher", searcher},
            {"seed", seed},
            {"max_configs", max_configs},
            {"time_budget_s", time_budget_s},
            {"implementations", implementations},
            {"give_up_after", give_up_after},
            {"budget", budget.json()},
            {"patience", patience},
            {"good_enough", good_enough},
            {"use_prior", use_prior},
            {"race", race},
            {"finalists", finalists},
            {"objectives", db::text(objectives)},
            {"whole_suite", whole_suite}};
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
    // Campaigns of former versions have none of these.
    options.patience = json.count_or("patience", 0);
    options.good_enough = json.amount_or("good_enough", 0);
    options.use_prior = json.has("use_prior") && json.at("use_prior").boolean();
    options.race = json.has("race") && json.at("race").boolean();
    options.finalists = json.count_or("finalists", 0);
    options.objectives = db::parse_objectives(json.text_or("objectives", "time"));
    options.whole_suite = json.has("whole_suite") && json.at("whole_suite").boolean();
    return options;
}

}  // namespace ridge::tuner
