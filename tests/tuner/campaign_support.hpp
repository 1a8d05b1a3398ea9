// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <set>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "tests/tuner/support.hpp"

/// What the tests of campaigns share.
namespace ridge::tuner::testing_support {

// alpha has 19 configurations: a in 1..6, b in 1..4, a * b <= 12; beta has 3.
inline constexpr std::size_t alpha_size = 6 + 6 + 4 + 3, beta_size = 3;
// Of configurations that take the same time: they are not told apart before the end.
inline constexpr std::size_t turns_of_a_final = 5;

class CampaignTest : public testing::Test {
  protected:
    std::vector<db::Record> records() const { return store_.measurements({}); }

    CampaignResult run(const CampaignOptions& options, const std::string& mode = "ok",
                       CampaignHooks hooks = {}) {
        Worker worker(fake_worker(mode));
        return run_campaign(store_, {&worker, 1}, options, hooks);
    }

    CampaignResult resume(const std::string& uuid = "", const std::string& mode = "ok") {
        Worker worker(fake_worker(mode));
        return resume_campaign(store_, {&worker, 1}, uuid, {});
    }

    /// Stops after `count` answers.
    CampaignResult run_and_stop(const CampaignOptions& options, std::size_t count) {
        std::atomic<bool> stop = false;
        CampaignHooks hooks;
        hooks.stop = &stop;
        hooks.progress = [&](const Progress& progress) { stop = progress.measured >= count; };
        return run(options, "ok", hooks);
    }

    std::string resume_refusal(const std::string& uuid = "", const std::string& mode = "ok") {
        try {
            return resume(uuid, mode).state;
        } catch (const InputError& error) {
            return error.what();
        }
    }

    TemporaryFolder folder_;
    db::Store store_{folder_ / "ridge.db", db::Access::create};
};

inline std::set<std::string> keys(const std::vector<db::Record>& records) {
    std::set<std::string> out;
    for (const auto& record : records)
        out.insert(record.call + "|" + std::string(name(record.measurement.cache)) + "|" +
                   record.implementation + "|" + record.config.text());
    return out;
}

}  // namespace ridge::tuner::testing_support
