// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

/// A small deterministic fuzzer: mutates a corpus by a seeded random sequence and runs a target on each
/// result.
namespace ridge::fuzz {

/// Looks at one input. InputError is a right answer; any other exception is a failure, and so is a crash.
using Target = void (*)(const std::string& input);

/// Throws std::logic_error with the sentence when a property of a target does not hold.
void require(bool holds, const std::string& sentence);

/// main() of a target: SECONDS SEED FAILURE_FILE. The input is in FAILURE_FILE while the target looks at it,
/// so that it is there after a crash; the file is removed when all went well. Returns 1 after a failure. With
/// "--replay FILE" the target looks at that file only.
int run(int argc, char** argv, const std::vector<std::string>& corpus, Target target);

}  // namespace ridge::fuzz
