// SPDX-License-Identifier: Apache-2.0
#include "profiler/process_settings.hpp"

#include <dlfcn.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

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

template <typename Function>
Function* of_openmp(const char* name) {
    return reinterpret_cast<Function*>(::dlsym(RTLD_DEFAULT, name));
}

// An OpenMP runtime that is told to bind has bound this thread to its first place before main(); the process
// that takes this one's place would inherit that and see a single core.
void leave_first_place() {
    const auto places = of_openmp<int()>("omp_get_num_places");
    const auto size_of = of_openmp<int(int)>("omp_get_place_num_procs");
    const auto list = of_openmp<void(int, int*)>("omp_get_place_proc_ids");
    if (places == nullptr || size_of == nullptr || list == nullptr || places() == 0) return;
    cpu_set_t all;
    CPU_ZERO(&all);
    for (int place = 0; place < places(); ++place) {
        std::vector<int> processors(static_cast<std::size_t>(size_of(place)));
        list(place, processors.data());
        for (const int processor : processors) CPU_SET(static_cast<std::size_t>(processor), &all);
    }
    ::sched_setaffinity(0, sizeof all, &all);
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
    leave_first_place();
    ::execv("/proc/self/exe", arguments);
    std::cerr << arguments[0] << ": could not start itself again; threads are not pinned\n";
}

}  // namespace ridge::profiler
