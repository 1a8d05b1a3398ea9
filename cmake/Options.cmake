# SPDX-License-Identifier: Apache-2.0
# What every target of the project is compiled with: `ridge_options` for all, `ridge_hardening` for all but the kernels.
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    # What ccache has to be told before it keeps results of compilations with a precompiled header.
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE_PROGRAM})
endif()

add_library(ridge_options INTERFACE)
target_compile_features(ridge_options INTERFACE cxx_std_20)
# nvcc's front end reports warnings in code that it generates itself; the host build checks the same sources.
if(NOT RIDGE_ACCELERATOR)
    target_compile_options(ridge_options INTERFACE
        -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast -Wnon-virtual-dtor
        -Woverloaded-virtual -Wcast-qual -Wformat=2 -Wimplicit-fallthrough
        $<$<CXX_COMPILER_ID:GNU>:-Wduplicated-cond -Wlogical-op>
        # GCC 12 sees overlaps in std::string's operator+ that are not there (its bug 105651).
        $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict>
        $<$<BOOL:${RIDGE_WERROR}>:-Werror>)
endif()

if(RIDGE_SANITIZE)
    target_compile_options(ridge_options INTERFACE
        -fsanitize=${RIDGE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(ridge_options INTERFACE -fsanitize=${RIDGE_SANITIZE})
endif()

add_library(ridge_hardening INTERFACE)
if(CMAKE_BUILD_TYPE STREQUAL "Release" AND NOT RIDGE_SANITIZE)
    target_compile_options(ridge_hardening INTERFACE
        -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -D_GLIBCXX_ASSERTIONS -fstack-protector-strong)
    target_link_options(ridge_hardening INTERFACE -Wl,-z,relro,-z,now)
    # From a precompiled header GCC 12 inlines std::string's operator+ as if it were the project's code, and sees overflows that
    # are not there (its bugs 105329 and 105651).
    if(RIDGE_PRECOMPILE)
        target_compile_options(ridge_hardening INTERFACE -Wno-array-bounds -Wno-stringop-overflow)
    endif()
endif()
