# SPDX-License-Identifier: Apache-2.0
# Kokkos 5: an installed one, the one that scripts/setup keeps in the user's cache, or the pinned release over the network.
execute_process(COMMAND ${PROJECT_SOURCE_DIR}/scripts/kokkos-prefix ${RIDGE_ACCELERATOR}
    OUTPUT_VARIABLE RIDGE_KOKKOS_PREFIX OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
find_package(Kokkos 5 QUIET HINTS ${RIDGE_KOKKOS_PREFIX})
if(NOT Kokkos_FOUND AND RIDGE_ACCELERATOR)
    message(FATAL_ERROR "Kokkos for ${RIDGE_ACCELERATOR} is not built yet: run scripts/setup --kokkos ${RIDGE_ACCELERATOR}")
endif()
if(NOT Kokkos_FOUND)
    message(STATUS "Kokkos 5 is not installed; fetching the pinned release (scripts/setup would keep a build of it)")
    set(Kokkos_ENABLE_OPENMP ON CACHE BOOL "")
    set(Kokkos_ENABLE_SERIAL ON CACHE BOOL "")
    set(Kokkos_ARCH_NATIVE ON CACHE BOOL "")
    FetchContent_Declare(kokkos
        URL https://github.com/kokkos/kokkos/releases/download/5.0.2/kokkos-5.0.2.tar.gz
            https://github.com/kokkos/kokkos/archive/refs/tags/5.0.2.tar.gz
        URL_HASH SHA256=188817bb452ca805ee8701f1c5adbbb4fb83dc8d1c50624566a18a719ba0fa5e)
    FetchContent_MakeAvailable(kokkos)
endif()
