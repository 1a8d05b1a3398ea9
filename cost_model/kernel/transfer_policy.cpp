// SPDX-License-Identifier: Apache-2.0
#include "cost_model/kernel/transfer_policy.hpp"

namespace ridge::cost_model {
namespace {

Json likeness_json(const Likeness& one) {
    return {{"family", one.family},         {"figures", one.figures},
            {"power", one.power},           {"implementation", one.implementation},
            {"correction", one.correction}, {"median", one.median},
            {"throttling", one.throttling}};
}

Likeness likeness_from(const JsonReader& json) {
    const Likeness usual;
    return {.family = json.amount_or("family", usual.family),
            .figures = json.amount_or("figures", usual.figures),
            .power = json.amount_or("power", usual.power),
            .implementation = json.amount_or("implementation", usual.implementation),
            .correction = json.amount_or("correction", usual.correction),
            .median = json.amount_or("median", usual.median),
            .throttling = json.amount_or("throttling", usual.throttling)};
}

Json prior_json(const TransferPrior& one) {
    return {{"level", one.level},
            {"local", one.local},
            {"parameters", one.parameters},
            {"noise", one.noise},
            {"reach", one.reach}};
}

TransferPrior prior_from(const JsonReader& json) {
    const TransferPrior usual;
    return {.level = json.amount_or("level", usual.level),
            .local = json.amount_or("local", usual.local),
            .parameters = json.amount_or("parameters", usual.parameters),
            .noise = json.at("noise").positive(),
            .reach = json.at("reach").positive()};
}

const char* family_name(bool same_family) { return same_family ? "same" : "other"; }

}  // namespace

const Likeness& TransferPolicy::likeness(std::string_view regime) const {
    static const Likeness usual;
    const auto found = likeness_.find(regime);
    return found == likeness_.end() ? usual : found->second;
}

const TransferPrior& TransferPolicy::prior(std::string_view regime, bool same_family) const {
    // Where too few devices tell: kernels of another architecture may be others altogether.
    static const TransferPrior other, same = {.level = 0.1, .local = 0.1};
    const auto found = priors_.find({std::string(regime), same_family});
    return found != priors_.end() ? found->second : same_family ? same : other;
}

Json TransferPolicy::json() const {
    Json likeness = Json::object(), priors = Json::object();
    for (const auto& [regime, one] : likeness_) likeness[regime] = likeness_json(one);
    for (const auto& [key, one] : priors_) priors[key.first][family_name(key.second)] = prior_json(one);
    return {{"likeness", likeness}, {"priors", priors}};
}

TransferPolicy TransferPolicy::from_json(const JsonReader& json) {
    TransferPolicy out;
    for (const auto& [regime, one] : json.at("likeness").members()) out.set(regime, likeness_from(one));
    for (const auto& [regime, families] : json.at("priors").members())
        for (const bool same : {true, false})
            if (const auto one = families.find(family_name(same))) out.set(regime, same, prior_from(*one));
    return out;
}

}  // namespace ridge::cost_model
