// SPDX-License-Identifier: Apache-2.0
#include "tuner/trials.hpp"

#include <limits>

namespace ridge::tuner {
namespace {

std::size_t look_up(const std::unordered_map<std::size_t, std::size_t>& map, std::size_t key) {
    const auto found = map.find(key);
    return found == map.end() ? key : found->second;
}

}  // namespace

std::size_t Trials::at(std::size_t place) const { return look_up(at_, place); }
std::size_t Trials::place_of(std::size_t index) const { return look_up(place_, index); }

void Trials::record(std::size_t index, const Outcome& outcome) {
    const auto first_unknown = values_.size();
    const auto place = place_of(index);
    const auto moved = at(first_unknown);
    at_[place] = moved;
    place_[moved] = place;
    at_.erase(first_unknown);  // never asked for again
    place_.erase(index);
    const double value = outcome.value.value_or(std::numeric_limits<double>::infinity());
    values_[index] = value;
    history_.push_back(index);
    if (outcome.value && (!best_ || value < values_[*best_])) best_ = index;
}

std::size_t Trials::draw(Random& random) const {
    return at(values_.size() + static_cast<std::size_t>(below(random, left())));
}

}  // namespace ridge::tuner
