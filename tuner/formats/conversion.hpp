// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "tuner/formats/moe_configs.hpp"
#include "tuner/formats/written.hpp"
#include "tuner/recorded_space.hpp"

namespace ridge::tuner {

struct OutputFormat {
    std::string_view name, title;
};
/// What a recorded space can be written as.
[[nodiscard]] std::span<const OutputFormat> output_formats();

struct OutputOptions {
    std::string format;          ///< name of one of output_formats()
    std::filesystem::path path;  ///< file, or for wisdom and vllm also a folder; empty: no file
    MoeName moe;                 ///< of a vllm file; its device is the space's
    std::int64_t tokens = 0;     ///< of a vllm file
};

struct Output {
    Written written;
    std::filesystem::path path;  ///< of the file, also where options.path is a folder
};

/// The content of the file. Wisdom and vllm files that are there already are added to. Throws InputError when
/// the format cannot express the space or the older file is not sound.
[[nodiscard]] Output make_output(const RecordedSpace& space, const OutputOptions& options);

/// Writes the file; a wisdom file that was there stays beside it as ".backup". Throws EnvironmentError.
void save(const Output& output, std::string_view format);

}  // namespace ridge::tuner
