// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tuner/formats/json_source.hpp"
#include "tuner/formats/written.hpp"
#include "tuner/recorded_space.hpp"

namespace ridge::tuner {

/// Reads what Triton keeps of an autotuned kernel, "<kernel>.autotune.json":
/// {"key": […], "configs_timings": [[{"kwargs": {"BLOCK_M": 64}, "num_warps": 4, …}, timing], …]}. A timing
/// is in milliseconds: a number, or [median, 20 % quantile, 80 % quantile] of Triton's do_bench; Infinity is
/// a failure. The members of kwargs and the options beside them are the parameters; null means "not set" and
/// is left out. The key stands for the problem, the file's name for the kernel. What is whole of a file that
/// ends in the middle is read. Throws InputError when no entry is sound.
[[nodiscard]] RecordedSpace read_triton_autotune(const JsonSource& source);

/// Writes such a file; failures as Infinity, which is Python's JSON.
[[nodiscard]] Written write_triton_autotune(const RecordedSpace& space);

}  // namespace ridge::tuner
