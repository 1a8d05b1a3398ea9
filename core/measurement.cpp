// SPDX-License-Identifier: Apache-2.0
#include "core/measurement.hpp"

#include <array>

#include "core/error.hpp"

namespace ridge {
namespace {

constexpr std::array<std::string_view, 3> provenance_names = {"measured", "predicted", "specified"};
constexpr std::array<std::string_view, 4> status_names = {"ok", "invalid", "wrong", "failed"};
constexpr std::array<std::string_view, 2> cache_names = {"cold", "warm"};

template <typename Enum, std::size_t N>
Enum parse(std::string_view text, const std::array<std::string_view, N>& names, const char* what) {
    std::string known;
    for (std::size_t i = 0; i < N; ++i) {
        if (names[i] == text) return static_cast<Enum>(i);
        known += (i ? ", " : "") + std::string(names[i]);
    }
    throw InputError("unknown " + std::string(what) + " '" + std::string(text) + "'; known: " + known);
}

}  // namespace

std::string_view name(Provenance provenance) {
    return provenance_names[static_cast<std::size_t>(provenance)];
}
std::string_view name(Status status) { return status_names[static_cast<std::size_t>(status)]; }
std::string_view name(CacheState state) { return cache_names[static_cast<std::size_t>(state)]; }

Provenance parse_provenance(std::string_view text) {
    return parse<Provenance>(text, provenance_names, "provenance");
}
Status parse_status(std::string_view text) { return parse<Status>(text, status_names, "status"); }
CacheState parse_cache_state(std::string_view text) {
    return parse<CacheState>(text, cache_names, "cache state");
}

}  // namespace ridge
