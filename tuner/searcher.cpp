// SPDX-License-Identifier: Apache-2.0
#include "tuner/searcher.hpp"

#include <algorithm>
#include <array>

#include "core/error.hpp"
#include "core/text.hpp"
#include "tuner/searchers/exhaustive.hpp"
#include "tuner/searchers/random.hpp"

namespace ridge::tuner {
namespace {

template <typename S>
std::unique_ptr<Searcher> make() {
    return std::make_unique<S>();
}

constexpr std::array<SearcherInfo, 2> registry = {{
    {RandomSearcher::registered_name, "configurations in a random order, none twice", make<RandomSearcher>},
    {ExhaustiveSearcher::registered_name, "every configuration in the order of the space",
     make<ExhaustiveSearcher>},
}};

}  // namespace

std::span<const SearcherInfo> searchers() { return registry; }

std::unique_ptr<Searcher> make_searcher(std::string_view name) {
    const auto found = std::ranges::find(registry, name, &SearcherInfo::name);
    if (found != registry.end()) return found->make();
    std::vector<std::string> known;
    for (const auto& info : registry) known.emplace_back(info.name);
    const auto near = nearest(name, known);
    throw InputError("there is no searcher '" + std::string(name) + "'; " +
                     (near.empty() ? "known: " + join(known, ", ") : "did you mean '" + near + "'?"));
}

}  // namespace ridge::tuner
