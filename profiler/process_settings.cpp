// SPDX-License-Identifier: Apache-2.0
#include "profiler/process_settings.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <string>

#include "operators/implementation.hpp"

namespace ridge::profiler {
namespace {

void set_unless_set(const char* name, const std::string& value) { ::setenv(name, value.c_str(), 0); }

// An OpenBLAS older than the CPU falls back to its kernels for SSE3 ("Prescott", a fifth of the speed or
// less); compared with those, everything would look fast. It then gets its kernels for the vectors that the
// CPU has.
void help_openblas_to_its_kernels() {
#if defined(__x86_64__)
    const auto has_fallen_back = [](const auto& implementation) {
        const auto version = implementation->info().version;
        return version.find("OpenBLAS") != std::string::npos && version.find("Prescott") != std::string::npos;
    };
    if (std::ranges::none_of(operators::make_implementations(), has_fallen_back)) return;
    if (__builtin_cpu_supports("avx512f"))
        set_unless_set("OPENBLAS_CORETYPE", "SkylakeX");
    else if (__builtin_cpu_supports("avx2"))
        set_unless_set("OPENBLAS_CORETYPE", "Haswell");
#endif
}

}  // namespace

void start_again_with_settings(char** arguments) {
    constexpr const char* mark = "RIDGE_PROCESS_SETTINGS";
    if (std::getenv(mark) != nullptr) return;
    set_unless_set(mark, "1");
    set_unless_set("OMP_PROC_BIND", "close");
    set_unless_set("OMP_PLACES", "cores");
    set_unless_set("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1");
    help_openblas_to_its_kernels();
    ::execv("/proc/self/exe", arguments);
    std::cerr << arguments[0] << ": could not start itself again; threads are not pinned\n";
}

}  // namespace ridge::profiler
