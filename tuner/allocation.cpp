// SPDX-License-Identifier: Apache-2.0
#include "tuner/allocation.hpp"

#include <algorithm>
#include <cmath>

namespace ridge::tuner {
namespace {

// A call's own latest evaluations speak for it, as many as these; what all calls show at the same number of
// evaluations counts as much as so many of them.
constexpr std::size_t own_latest = 8;
constexpr double weight_of_all = 4;
// Before anything is known: an evaluation brings a tenth, the later ones less in proportion to their number.
constexpr double first_gain = 0.1;

// Logarithm of the improvement by evaluation `number`, counted from 0; nothing without a value before it.
std::optional<double> gain(const Course& course, std::size_t number) {
    if (number == 0 || number >= course.best.size() || !course.best[number - 1]) return std::nullopt;
    return std::log(*course.best[number - 1] / *course.best[number]);
}

// Mean over all calls of the gains by evaluations from half this number to twice it.
double usual_gain(std::span<const Course> courses, std::size_t number) {
    double sum = first_gain / static_cast<double>(number + 1), count = 1;
    for (const auto& course : courses)
        for (std::size_t i = (number + 1) / 2; i <= 2 * number && i < course.best.size(); ++i)
            if (const auto one = gain(course, i)) sum += *one, count += 1;
    return sum / count;
}

double own_gain(const Course& course, double usual) {
    double sum = weight_of_all * usual, count = weight_of_all;
    const auto size = course.best.size();
    for (std::size_t i = size - std::min(size, own_latest); i < size; ++i)
        if (const auto one = gain(course, i)) sum += *one, count += 1;
    return sum / count;
}

}  // namespace

void Course::add(std::optional<double> value) {
    auto next = best.empty() ? std::nullopt : best.back();
    if (value && (!next || *value < *next)) next = value;
    best.push_back(next);
}

std::vector<double> expected_gains(std::span<const Course> courses) {
    std::vector<double> out;
    for (const auto& course : courses) {
        const bool known = !course.best.empty() && course.best.back();
        const double share = known ? own_gain(course, usual_gain(courses, course.best.size())) : 0;
        out.push_back(known ? course.weight * *course.best.back() * -std::expm1(-share) : 0);
    }
    return out;
}

}  // namespace ridge::tuner
