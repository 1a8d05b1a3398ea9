// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "db/store.hpp"
#include "tuner/aim.hpp"
#include "tuner/campaign_plan.hpp"
#include "tuner/searcher.hpp"

namespace ridge::tuner {

/// Search of one implementation on one call. One searcher for each aim; they take turns and all learn of
/// every answer. While a configuration is being measured, further ones can be had for other workers.
class Lane {
  public:
    /// `candidate` and `options` outlive it.
    Lane(const Candidate& candidate, const CampaignOptions& options, std::uint64_t seed, const Prior& prior);

    /// The next configuration to look at; nothing while the one in flight has to be waited for, or when the
    /// lane is over. With `beside` one is wanted though others are in flight: by a search that takes these to
    /// be as good as the median of what is known (Ginsbourger et al. 2010, "constant liar").
    [[nodiscard]] std::optional<std::size_t> next(bool beside);
    void begin(std::size_t index) { pending_.push_back(index); }
    /// It was not measured: the worker was lost.
    void give_back(std::size_t index);
    void take(std::size_t index, const db::Record& record);
    void close() { over_ = true; }

    [[nodiscard]] bool over() const { return over_ && pending_.empty(); }
    [[nodiscard]] const Candidate& candidate() const { return *candidate_; }
    [[nodiscard]] std::int64_t proposed() const { return proposed_; }
    [[nodiscard]] std::size_t in_flight() const { return pending_.size(); }
    /// Failures in a row after which it was given up; 0 if it was not.
    [[nodiscard]] std::int64_t gave_up_after() const { return gave_up_after_; }

  private:
    [[nodiscard]] bool exhausted() const;
    [[nodiscard]] std::unique_ptr<Searcher> started(std::uint64_t seed) const;
    [[nodiscard]] std::optional<std::size_t> beside_pending() const;
    [[nodiscard]] std::size_t aim() const { return static_cast<std::size_t>(proposed_) % searchers_.size(); }

    const Candidate* candidate_;
    const CampaignOptions* options_;
    std::uint64_t seed_;
    Prior prior_;
    std::vector<Aim> aims_;
    std::vector<std::unique_ptr<Searcher>> searchers_;
    std::vector<std::pair<std::size_t, std::vector<Outcome>>> told_;  // an outcome for each aim
    std::vector<std::size_t> pending_;
    std::vector<std::optional<double>> best_;  // of each aim
    std::int64_t proposed_ = 0, counted_ = 0, failures_ = 0;
    std::int64_t vain_ = 0;  // proposals since the last better one
    std::int64_t gave_up_after_ = 0;
    bool over_ = false;
};

}  // namespace ridge::tuner
