// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "core/measurement.hpp"
#include "tuner/search_space.hpp"

namespace ridge::tuner {

/// What became of a configuration.
struct Outcome {
    Status status = Status::failed;
    std::optional<double> value;  ///< there when the status is ok, above 0; the smaller the better
};

/// What is known of a configuration before it is measured, in any unit of its own: the time on another
/// device, of a call nearby, or of a model. Nothing where nothing is known.
using Prior = std::function<std::optional<double>(std::size_t index)>;

/// Proposes configurations, by their index, of one search space for one operator call. The same space, prior,
/// seed and outcomes give the same proposals, so that a resumed campaign finds its way again; the default
/// configuration comes first; none comes that is known already.
class Searcher {
  public:
    virtual ~Searcher() = default;
    Searcher() = default;
    Searcher(const Searcher&) = delete;
    Searcher& operator=(const Searcher&) = delete;

    [[nodiscard]] virtual std::string_view name() const = 0;
    /// Begins anew; `space` outlives the search. A searcher that has no use for a prior ignores it.
    virtual void start(const SearchSpace& space, std::uint64_t seed, const Prior& prior) = 0;
    /// The next configuration, the same one until it was told of; nothing when the whole space is known.
    [[nodiscard]] virtual std::optional<std::size_t> next() = 0;
    /// What became of a configuration, whoever proposed it; once for each.
    virtual void tell(std::size_t index, const Outcome& outcome) = 0;
};

struct SearcherInfo {
    std::string_view name;
    std::string_view summary;
    std::unique_ptr<Searcher> (*make)();
};

/// Every searcher; the first one is the default.
[[nodiscard]] std::span<const SearcherInfo> searchers();

/// Throws InputError with the nearest known name.
[[nodiscard]] std::unique_ptr<Searcher> make_searcher(std::string_view name);

}  // namespace ridge::tuner
