// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/measurement.hpp"
#include "tuner/search_space.hpp"

namespace ridge::tuner {

/// What became of a configuration.
struct Outcome {
    Status status = Status::failed;
    std::optional<double> median_s;  ///< there when the status is ok
};

/// Proposes configurations of one search space for one operator call. The same space, seed and outcomes give
/// the same proposals, so that a resumed campaign finds its way again; the default configuration comes first;
/// none comes twice.
class Searcher {
  public:
    virtual ~Searcher() = default;
    Searcher() = default;
    Searcher(const Searcher&) = delete;
    Searcher& operator=(const Searcher&) = delete;

    [[nodiscard]] virtual std::string_view name() const = 0;
    /// Begins anew; `space` outlives the search.
    virtual void start(const SearchSpace& space, std::uint64_t seed) = 0;
    /// The next configuration; nothing when the search is over.
    [[nodiscard]] virtual std::optional<KernelConfig> next() = 0;
    /// Called once for each configuration that next() gave, before the next call of next().
    virtual void tell(const KernelConfig& config, const Outcome& outcome) = 0;
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
