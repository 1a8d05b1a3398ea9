// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/bench_protocol.hpp"
#include "core/operator_call.hpp"
#include "tuner/campaign.hpp"
#include "tuner/search_space.hpp"

namespace ridge::tuner {

/// Whether an implementation says that it can run a (canonical) call: operator, formats and kind of sparsity.
[[nodiscard]] bool fits(const protocol::ImplementationInfo& implementation, const OperatorCall& call);

struct Candidate {
    protocol::ImplementationInfo info;
    SearchSpace space;
};

struct PlannedCall {
    SuiteCall call;
    std::vector<std::size_t> candidates;  ///< indices into Plan::candidates; may be empty
};

/// Which implementations a campaign tunes on which calls.
struct Plan {
    std::vector<Candidate> candidates;
    std::vector<PlannedCall> calls;
    std::vector<std::string> notes;  ///< what is left out, and why
    std::size_t planned = 0;         ///< configurations at most
    std::string digest;              ///< changes with the candidates' spaces and versions
};

/// Whether there is anything to choose.
[[nodiscard]] inline bool is_tunable(const Candidate& candidate) { return candidate.space.size() > 1; }
[[nodiscard]] bool is_tunable(const Plan& plan, const PlannedCall& call, const std::string& implementation);

/// Throws InputError when an asked-for implementation is unknown or no call can be run at all.
[[nodiscard]] Plan make_plan(const CampaignOptions& options, const protocol::Description& description);

}  // namespace ridge::tuner
