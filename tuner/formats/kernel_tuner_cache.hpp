// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "tuner/formats/json_source.hpp"
#include "tuner/formats/written.hpp"
#include "tuner/recorded_space.hpp"

namespace ridge::tuner {

/// Reads a cache file of Kernel Tuner: {"device_name", "kernel_name", "problem_size", "tune_params_keys",
/// "tune_params", "objective", "cache": {"v1,v2": {parameter: value, "time": 3.9, "times": [3.9, 4.0],
/// "compile_time": 918.6, …}}}, all times in milliseconds. An error is a text in the place of the objective,
/// or under "__error__". Other numbers of an entry become quantities without a unit. What is whole of a file
/// that ends in the middle is read. Throws InputError when the header or every entry is unsound.
[[nodiscard]] RecordedSpace read_kernel_tuner_cache(const JsonSource& source);

/// Writes a cache as Kernel Tuner does, so that it can go on with it; an error stands in the place of the
/// objective and under "__error__", for readers old and new. Throws InputError for a
/// parameter or an objective with the name of another key ("times", "compile_time").
[[nodiscard]] Written write_kernel_tuner_cache(const RecordedSpace& space);

}  // namespace ridge::tuner
