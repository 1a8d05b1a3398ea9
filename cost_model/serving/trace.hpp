// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "cost_model/serving/request.hpp"

namespace ridge::cost_model::serving {

/// Recorded requests; what is wrong in the file is left out and counted.
struct Trace {
    Requests requests;        ///< by arrival, the first at 0
    std::size_t refused = 0;  ///< lines that make no request
    std::string complaint;    ///< of the first of them: file, line, key, value and what would be right
};

/// Reads JSON lines with timestamp (ms), input_length, output_length and hash_ids (may be missing), each id
/// for 512 tokens: the format of the Mooncake trace (Qin et al., FAST 2025, github.com/kvcache-ai/Mooncake);
/// or, when the first line begins with TIMESTAMP, CSV with the columns TIMESTAMP, ContextTokens and
/// GeneratedTokens: the format of the Azure LLM inference traces (Patel et al., ISCA 2024,
/// github.com/Azure/AzurePublicDataset). `file` is for messages. Throws InputError when no line is sound or a
/// column is missing.
[[nodiscard]] Trace parse_trace(std::string_view text, const std::string& file);
[[nodiscard]] Trace read_trace(const std::string& path);

}  // namespace ridge::cost_model::serving
