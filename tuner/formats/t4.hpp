// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tuner/formats/json_source.hpp"
#include "tuner/formats/written.hpp"
#include "tuner/recorded_space.hpp"

/// T4, the results format of the auto-tuning community's schema (TuningSchema, T4 1.0.0).
namespace ridge::tuner {

/// Reads T4 results of version 1: the compile time as `compilation_time` or `compilation`, the unit of times
/// as metadata.timeunit in any common spelling (milliseconds where it is missing), rows with a text in the
/// place of a value, any number of objectives (the first is the objective, the others are quantities).
/// Without `times.benchmark`, which only this program writes, the runs' sum counts as time of benchmarking.
/// What is whole of a file that ends in the middle is read. Throws InputError when the version or unit is
/// unknown or no row is sound.
[[nodiscard]] RecordedSpace read_t4(const JsonSource& source);

/// Writes T4 1.0.0 with times in milliseconds. Additions that other readers may ignore: kernel_name,
/// device_name and problem_size in the metadata, `benchmark` in the times.
[[nodiscard]] Written write_t4(const RecordedSpace& space);

}  // namespace ridge::tuner
