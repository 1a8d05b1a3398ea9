# SPDX-License-Identifier: Apache-2.0
# Headers that nearly every source reads, parsed once for all targets that are compiled with the same flags: a third of the
# time of a whole build. Off by default, so that a build without it proves that every file includes what it uses.
option(RIDGE_PRECOMPILE "Parse the common headers once" OFF)

set(ridge_common_headers
    <algorithm> <array> <chrono> <cmath> <cstdint> <filesystem> <functional> <limits> <map> <memory> <optional> <ranges>
    <set> <span> <sstream> <string> <string_view> <utility> <variant> <vector> <nlohmann/json.hpp>)

# ridge_precompile(target <CLI/CLI.hpp>): headers of its own. ridge_precompile(target AS other): those of a target with the same flags.
function(ridge_precompile target)
    if(NOT RIDGE_PRECOMPILE)
        return()
    endif()
    cmake_parse_arguments(ARG "" "AS" "" ${ARGN})
    if(ARG_AS)
        target_precompile_headers(${target} REUSE_FROM ${ARG_AS})
    else()
        target_precompile_headers(${target} PRIVATE ${ridge_common_headers} ${ARG_UNPARSED_ARGUMENTS})
    endif()
endfunction()
