// SPDX-License-Identifier: Apache-2.0
#include "tuner/campaign_plan.hpp"

#include <algorithm>
#include <limits>

#include "core/error.hpp"
#include "core/text.hpp"
#include "operators/catalogue.hpp"
#include "tuner/random.hpp"

namespace ridge::tuner {
namespace {

std::string formats_of(const OperatorCall& call) {
    std::vector<std::string> parts;
    for (const auto& operand : call.operands) parts.push_back(operand.name + "=" + operand.format.text());
    return join(parts, " ");
}

bool contains(const std::vector<std::string>& list, const std::string& word) {
    return std::ranges::find(list, word) != list.end();
}

void check_wanted(const std::vector<std::string>& wanted, const protocol::Description& description) {
    std::vector<std::string> known;
    for (const auto& info : description.implementations)
        if (!contains(known, info.name)) known.push_back(info.name);
    for (const auto& name : wanted)
        if (!contains(known, name))
            throw InputError("the worker has no implementation '" + name + "'; known: " + join(known, ", "));
}

bool needed(const protocol::ImplementationInfo& info, const CampaignOptions& options) {
    if (!options.implementations.empty() && !contains(options.implementations, info.name)) return false;
    return std::ranges::any_of(
        options.suite.calls, [&](const auto& call) { return fits(info, operators::parse_call(call.call)); });
}

bool stands_already(const Plan& plan, const protocol::ImplementationInfo& info) {
    return std::ranges::any_of(plan.candidates, [&](const Candidate& candidate) {
        return candidate.info.op == info.op && candidate.info.name == info.name;
    });
}

// A space that makes no sense costs its implementation, not the campaign.
void add_candidate(Plan& plan, const protocol::ImplementationInfo& info) {
    const auto owner = "implementation '" + info.name + "' of " + info.op;
    try {
        if (stands_already(plan, info)) throw InputError(owner + ": the worker lists it twice");
        plan.candidates.push_back({info, SearchSpace(info.space, owner)});
    } catch (const InputError& error) {
        plan.notes.push_back(std::string("left out: ") + error.what());
    }
}

void add_call(Plan& plan, const SuiteCall& call, std::int64_t max_configs) {
    PlannedCall planned{.call = call, .candidates = {}};
    const auto parsed = operators::parse_call(call.call);
    const auto limit =
        max_configs > 0 ? static_cast<std::size_t>(max_configs) : std::numeric_limits<std::size_t>::max();
    for (std::size_t i = 0; i < plan.candidates.size(); ++i) {
        if (!fits(plan.candidates[i].info, parsed)) continue;
        planned.candidates.push_back(i);
        plan.planned += std::min(limit, plan.candidates[i].space.size());
    }
    if (planned.candidates.empty()) plan.notes.push_back("no implementation can run '" + call.call + "'");
    plan.calls.push_back(std::move(planned));
}

std::string digest_of(const std::vector<Candidate>& candidates) {
    std::string text;
    for (const auto& candidate : candidates) text += to_line(candidate.info.json()) + "\n";
    return std::to_string(hash_text(text));
}

}  // namespace

bool is_tunable(const Plan& plan, const PlannedCall& call, const std::string& implementation) {
    return std::ranges::any_of(call.candidates, [&](std::size_t index) {
        return plan.candidates[index].info.name == implementation && is_tunable(plan.candidates[index]);
    });
}

bool fits(const protocol::ImplementationInfo& implementation, const OperatorCall& call) {
    return implementation.op == call.op && contains(implementation.formats, formats_of(call)) &&
           contains(implementation.sparsities, std::string(name(call.sparsity.kind)));
}

Plan make_plan(const CampaignOptions& options, const protocol::Description& description) {
    check_wanted(options.implementations, description);
    Plan plan;
    for (const auto& info : description.implementations)
        if (needed(info, options)) add_candidate(plan, info);
    for (const auto& call : options.suite.calls) add_call(plan, call, options.max_configs);
    if (plan.planned == 0)
        throw InputError("suite '" + options.suite.name +
                         "': no implementation of this worker can run any of its calls" +
                         (plan.notes.empty() ? "" : " (" + plan.notes.front() + ")"));
    plan.digest = digest_of(plan.candidates);
    return plan;
}

}  // namespace ridge::tuner
