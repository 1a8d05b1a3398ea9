// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "core/json.hpp"
#include "cost_model/serving/draws.hpp"

namespace ridge::cost_model::serving {

/// When requests come.
struct Arrivals {
    enum class Kind {
        poisson,      ///< independent: exponential times between
        bursty,       ///< gamma times between, of a coefficient of variation that is usually above 1
        closed_loop,  ///< `concurrency` users, each with the next request when the last one is answered
        at_once,      ///< all at the beginning, as offline work
        trace,        ///< as recorded
    };
    Kind kind = Kind::poisson;
    double per_second = 1;         ///< mean rate of poisson and bursty
    double variation = 1;          ///< standard deviation over mean of the times between, of bursty
    std::int64_t concurrency = 1;  ///< of closed_loop

    [[nodiscard]] bool is_open() const { return kind == Kind::poisson || kind == Kind::bursty; }
};

/// Throws InputError for a rate, variation or concurrency that makes no sense.
void check(const Arrivals& arrivals);

/// Time to the next arrival in seconds; 0 for kinds that have none of their own.
[[nodiscard]] double next_gap(const Arrivals& arrivals, Draws& draws);

/// "poisson:10", "bursty:10,3" (rate and coefficient of variation), "closed:64", "at-once", "trace".
[[nodiscard]] Arrivals parse_arrivals(const std::string& text);
[[nodiscard]] std::string text(const Arrivals& arrivals);

}  // namespace ridge::cost_model::serving
