// SPDX-License-Identifier: Apache-2.0
#include "tuner/lane.hpp"

#include <algorithm>

#include "core/statistics.hpp"

namespace ridge::tuner {
namespace {

// A searcher may meet many configurations that do not fit a call; this many proposals for each one that
// counts are looked at.
constexpr std::int64_t proposals_per_config = 16;

// Stands for a time before any is known; only its place among others would matter.
constexpr double some_value = 1;

}  // namespace

Lane::Lane(const Candidate& candidate, const CampaignOptions& options, std::uint64_t seed, const Prior& prior)
    : candidate_(&candidate),
      options_(&options),
      seed_(seed),
      prior_(prior),
      aims_(aims_of(options.objectives)),
      best_(aims_.size()) {
    for (std::size_t i = 0; i < aims_.size(); ++i) searchers_.push_back(started(seed_ + i));
}

std::unique_ptr<Searcher> Lane::started(std::uint64_t seed) const {
    auto searcher = make_searcher(options_->searcher);
    searcher->start(candidate_->space, seed, prior_);
    return searcher;
}

bool Lane::exhausted() const {
    if (options_->patience > 0 && vain_ >= options_->patience) return true;
    const auto flying = static_cast<std::int64_t>(pending_.size());
    const auto most = options_->whole_suite ? 0 : options_->max_configs;
    return most > 0 && (counted_ + flying >= most || proposed_ + flying >= most * proposals_per_config);
}

std::optional<std::size_t> Lane::next(bool beside) {
    if (over_) return std::nullopt;
    if (exhausted()) {
        over_ = pending_.empty();
        return std::nullopt;
    }
    if (!pending_.empty()) return beside ? beside_pending() : std::nullopt;
    const auto index = searchers_[aim()]->next();
    if (!index) over_ = true;
    return index;
}

std::optional<std::size_t> Lane::beside_pending() const {
    const auto helper = started(seed_ + 0x9e3779b97f4a7c15U * (told_.size() + pending_.size()));
    std::vector<double> known;
    for (const auto& [index, outcomes] : told_) {
        helper->tell(index, outcomes[aim()]);
        if (outcomes[aim()].value) known.push_back(*outcomes[aim()].value);
    }
    const double lie = known.empty() ? some_value : median(known);
    for (const auto index : pending_) helper->tell(index, {.status = Status::ok, .value = lie});
    return helper->next();
}

void Lane::give_back(std::size_t index) {
    if (const auto found = std::ranges::find(pending_, index); found != pending_.end()) pending_.erase(found);
}

void Lane::take(std::size_t index, const db::Record& record) {
    give_back(index);
    auto& [place, outcomes] = told_.emplace_back(index, std::vector<Outcome>());
    bool better = false;
    for (std::size_t i = 0; i < aims_.size(); ++i) {
        outcomes.push_back(outcome_of(record, aims_[i]));
        const auto& value = outcomes.back().value;
        if (value && (!best_[i] || *value < *best_[i])) best_[i] = value, better = true;
        searchers_[i]->tell(index, outcomes.back());
    }
    ++proposed_;
    vain_ = better ? 0 : vain_ + 1;
    const auto status = record.measurement.status;
    if (status != Status::invalid) ++counted_;
    failures_ = status == Status::failed ? failures_ + 1 : 0;
    if (options_->give_up_after == 0 || failures_ < options_->give_up_after) return;
    over_ = true;
    gave_up_after_ = failures_;
}

}  // namespace ridge::tuner
