// SPDX-License-Identifier: Apache-2.0
#include "cost_model/serving/arrivals.hpp"

#include <array>
#include <cmath>
#include <string_view>
#include <utility>

#include "core/error.hpp"
#include "core/text.hpp"

namespace ridge::cost_model::serving {
namespace {

using Kind = Arrivals::Kind;
constexpr double highest_rate = 1e9;       // requests/s; more than mankind asks for
constexpr double largest_variation = 100;  // shape 1e-4; beyond it nearly all gaps are 0
constexpr std::int64_t most_users = 100'000'000;

constexpr std::array<std::pair<std::string_view, Kind>, 5> words_of_kinds = {{{"poisson", Kind::poisson},
                                                                              {"bursty", Kind::bursty},
                                                                              {"closed", Kind::closed_loop},
                                                                              {"at-once", Kind::at_once},
                                                                              {"trace", Kind::trace}}};

[[noreturn]] void refuse(const std::string& given) {
    throw InputError("arrivals '" + given +
                     "' should be poisson:RATE, bursty:RATE,VARIATION, closed:USERS, at-once or trace");
}

Kind kind_of(std::string_view word, const std::string& given) {
    for (const auto& [known, kind] : words_of_kinds)
        if (word == known) return kind;
    refuse(given);
}

void read_numbers(Arrivals& arrivals, std::string_view numbers, const std::string& given) {
    const auto parts = split(numbers, ',');
    if (parts.size() != (arrivals.kind == Kind::bursty ? 2U : 1U)) refuse(given);
    if (arrivals.kind == Kind::closed_loop) {
        arrivals.concurrency = parse_integer(parts[0], "arrivals '" + given + "'");
        return;
    }
    arrivals.per_second = parse_number(parts[0], "arrivals '" + given + "'");
    if (arrivals.kind == Kind::bursty)
        arrivals.variation = parse_number(parts[1], "arrivals '" + given + "'");
}

}  // namespace

void check(const Arrivals& arrivals) {
    if (arrivals.is_open() && !(arrivals.per_second > 0 && arrivals.per_second <= highest_rate))
        throw InputError("arrivals: a rate of " + number_text(arrivals.per_second) +
                         " requests/s should be above 0 and at most 10^9");
    if (arrivals.kind == Kind::bursty && !(arrivals.variation > 0 && arrivals.variation <= largest_variation))
        throw InputError("arrivals: a coefficient of variation of " + number_text(arrivals.variation) +
                         " should be above 0 and at most 100");
    if (arrivals.kind == Kind::closed_loop && (arrivals.concurrency < 1 || arrivals.concurrency > most_users))
        throw InputError("arrivals: " + std::to_string(arrivals.concurrency) +
                         " users at once should be between 1 and 10^8");
}

double next_gap(const Arrivals& arrivals, Draws& draws) {
    if (arrivals.kind == Kind::poisson) return draws.exponential(1.0 / arrivals.per_second);
    if (arrivals.kind != Kind::bursty) return 0;
    const double square = arrivals.variation * arrivals.variation;
    return draws.gamma(1.0 / square, square / arrivals.per_second);
}

Arrivals parse_arrivals(const std::string& given) {
    const auto colon = given.find(':');
    Arrivals arrivals;
    arrivals.kind = kind_of(std::string_view(given).substr(0, colon), given);
    const bool has_numbers = arrivals.is_open() || arrivals.kind == Kind::closed_loop;
    if (has_numbers != (colon != std::string::npos)) refuse(given);
    if (has_numbers) read_numbers(arrivals, std::string_view(given).substr(colon + 1), given);
    check(arrivals);
    return arrivals;
}

std::string text(const Arrivals& arrivals) {
    switch (arrivals.kind) {
        case Kind::poisson:
            return "poisson:" + number_text(arrivals.per_second);
        case Kind::bursty:
            return "bursty:" + number_text(arrivals.per_second) + "," + number_text(arrivals.variation);
        case Kind::closed_loop:
            return "closed:" + std::to_string(arrivals.concurrency);
        case Kind::at_once:
            return "at-once";
        case Kind::trace:
            return "trace";
    }
    return "";
}

}  // namespace ridge::cost_model::serving
