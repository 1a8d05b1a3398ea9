// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "db/store.hpp"

namespace ridge::db {

struct SkippedRow {
    std::string name;  ///< of the benchmark, or "benchmarks[3]" where it has none
    std::string reason;
};

struct ImportReport {
    ImportSource source;
    bool imported_before = false;  ///< the same content is in the store; nothing was added
    std::size_t rows = 0;          ///< in the file
    std::size_t added = 0;         ///< measurements; the repetitions of a benchmark are the samples of one
    std::vector<SkippedRow> skipped;
};

/// Reads a file that Google Benchmark wrote with --benchmark_format=json (or --benchmark_out). A benchmark
/// belongs to it when its name is "CALL/IMPLEMENTATION/CONFIG", optionally followed by further parts, e.g.
/// "gemm m=16 n=4096 k=4096 a=fp32 w=fp32 c=fp32/openblas/threads=2/min_time:0.5". A part "cold" says that
/// operands came from memory; without it the measurement is warm, since Google Benchmark runs the same call
/// in a loop. real_time is the sample; a row with an error becomes a measurement that failed. Rows that do
/// not fit are skipped and reported. Throws InputError when the file is missing, not JSON, or no such output,
/// or when the device is not in the store.
[[nodiscard]] ImportReport import_google_benchmark(Store& store, const std::filesystem::path& path,
                                                   const std::string& device);

}  // namespace ridge::db
