// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/kernel_config.hpp"
#include "tuner/formats/document.hpp"
#include "tuner/formats/written.hpp"
#include "tuner/recorded_space.hpp"

/// Files of vLLM's fused mixture-of-experts kernel: the best configuration for each number of tokens, without
/// times: {"16": {"BLOCK_SIZE_M": 16, "BLOCK_SIZE_N": 64, …}, …}.
namespace ridge::tuner {

/// What vLLM looks a file up by.
struct MoeName {
    std::int64_t experts = 0;               ///< E
    std::int64_t intermediate = 0;          ///< N, of one rank
    std::string device;                     ///< as the driver names it
    std::string dtype;                      ///< "fp8_w8a8", "int8_w8a16", …; empty for bf16 and fp16
    std::vector<std::int64_t> block_shape;  ///< n and k of block-wise scales; empty without
};

/// "E=8,N=7168,device_name=NVIDIA_H100_80GB_HBM3,dtype=fp8_w8a8.json": blanks become _, and every H200 is
/// NVIDIA_H200, as vLLM has it.
[[nodiscard]] std::string moe_file_name(const MoeName& name);

struct MoeConfigs {
    std::string triton_version;                    ///< empty where the file does not say
    std::map<std::int64_t, KernelConfig> configs;  ///< by number of tokens, above 0

    /// The configuration that vLLM takes: of the nearest number of tokens, the smaller one of two. There must
    /// be one.
    [[nodiscard]] const KernelConfig& nearest(std::int64_t tokens) const;
};

/// Throws InputError naming file and key for what is no such file; one without a configuration is not.
[[nodiscard]] MoeConfigs read_moe_configs(const Document& document);
[[nodiscard]] bool is_moe_configs(const Document& document);

[[nodiscard]] Written write_moe_configs(const MoeConfigs& configs);

/// Puts the optimum of a space in for a number of tokens; parameters that the kernel does not know are left
/// out and named in the result. Throws InputError when the space has no valid configuration or lacks one of
/// BLOCK_SIZE_M, BLOCK_SIZE_N, BLOCK_SIZE_K, GROUP_SIZE_M, num_warps and num_stages.
std::vector<std::string> put_optimum(MoeConfigs& configs, const RecordedSpace& space, std::int64_t tokens);

}  // namespace ridge::tuner
