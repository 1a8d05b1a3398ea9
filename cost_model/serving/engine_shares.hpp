// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/json.hpp"
#include "core/precision.hpp"
#include "core/sparsity.hpp"
#include "core/statistics.hpp"
#include "cost_model/device_model.hpp"

namespace ridge::cost_model {

/// How weights and activations meet in the arithmetic: what an achieved share of the peak depends on.
enum class ArithmeticClass {
    f16,               ///< 16-bit or wider weights and activations
    fp8,               ///< both 8-bit floating point
    int8,              ///< both 8-bit integers
    fp4,               ///< both 4-bit floating point
    weight8,           ///< 8-bit weights widened to 16-bit arithmetic
    weight4,           ///< 4-bit weights widened to 16-bit arithmetic
    weight4_portable,  ///< likewise in kernels that are not written for one device (llama.cpp's quantised
                       ///< formats)
};
[[nodiscard]] std::string_view name(ArithmeticClass arithmetic);

/// What a device is to a serving engine.
struct EngineDevice {
    std::string id;
    double peak_flops = 0;        ///< of the linear layers' arithmetic
    double peak16_flops = 0;      ///< of 16-bit arithmetic: attention and lm_head
    double bandwidth = 0;         ///< bytes/s of the memory
    double memory_bytes = 0;      ///< 0: not known
    double tdp_w = 0;             ///< 0: not known
    double link_bytes_per_s = 0;  ///< one way, to the other devices of its node
    bool direct_link = false;     ///< by a link of its own rather than through PCIe
    bool narrow_rows =
        false;  ///< computes few rows as well as many (processors, Apple GPUs): no matrix tiles
};
/// Throws InputError naming the figure that the device lacks.
[[nodiscard]] EngineDevice engine_device(const DeviceModel& device, ArithmeticClass arithmetic);

/// The engine's model with every effect resolved for one framework, device and arithmetic. Shares are of the
/// data sheet's figures, times in seconds.
struct EngineShares {
    double compute = 1, memory = 1;           ///< linear layers
    double attention_compute = 1, cache = 1;  ///< attention
    double tile_rows = 0;  ///< rows at which half the arithmetic's share is reached, tiles being half empty
    double elementwise_passes = 0;                 ///< reads and writes of the residual stream in a layer
    double expert_compute = 1, expert_memory = 1;  ///< experts' shares as parts of those of linear layers
    double layer_s = 0;                            ///< between kernels, a layer
    double host_step_s = 0, host_sequence_s = 0;   ///< of the host, each step and each sequence of it
    double link_latency_s = 0;                     ///< of an all-reduce over two devices
    double latency_growth = 0;                     ///< exponent over half the devices
    double link = 1;                               ///< share of the link's bytes/s
    double sparse_gain = 0;  ///< share of what leaving out zero weights could gain in arithmetic
    double convolution_compute = 1;

    double memory_fraction = 1, workspace_bytes = 0;  ///< of the device's memory, and of each device
    double sequence_limit = 0;                        ///< most sequences at once
    double output_reserved = 1;  ///< share of a sequence's output that the cache holds on average
    double chunk_tokens = 0;     ///< most prompt tokens of a step

    double first_token_s = 0;                 ///< beside the prefill itself: offline
    double first_token_open_s = 0;            ///< under arrivals at a rate
    double first_token_closed_s = 0;          ///< in a loop of constant concurrency
    double admission_s = 0;                   ///< for each other request of such a loop
    double open_queue = 0, closed_queue = 0;  ///< factors of the waiting time ρ/(1-ρ) · prefill
    double burst = 0;          ///< prefills of the other requests that one waits for, as a share of them
    double random_length = 1;  ///< mean over largest length where lengths are drawn up to the named one

    double idle_power = 0, memory_power = 0, compute_power = 0;  ///< shares of the TDP
};

/// Parameters fitted on published measurements (configs/published/engine-fit.json), each a value for all
/// times factors of framework, device family, device and arithmetic; what was not in the fit has factor 1.
class EngineFit {
  public:
    /// Throws InputError naming file, key and value.
    [[nodiscard]] static EngineFit from_json(const JsonReader& json);
    /// The one that comes with the program.
    [[nodiscard]] static EngineFit load();

    [[nodiscard]] EngineShares shares(const std::string& framework, const EngineDevice& device,
                                      ArithmeticClass arithmetic) const;
    [[nodiscard]] std::vector<std::string> frameworks() const;
    /// Class of a device by its identifier, "other" where none is known.
    [[nodiscard]] std::string family(const std::string& device) const;
    /// Quantile bounds of measured over predicted on the training rows of a kind ("closed tpot"); all rows
    /// together where the kind had too few.
    [[nodiscard]] Interval error_factors(const std::string& kind) const;

  private:
    using Values = std::map<std::string, double>;
    [[nodiscard]] double factor(const std::map<std::string, Values>& table, const std::string& row,
                                const std::string& key) const;
    [[nodiscard]] double of_framework(const std::string& framework, const std::string& key) const;

    Values all_;
    std::map<std::string, Values> frameworks_, families_, devices_, arithmetic_, pairs_;
    std::vector<std::pair<std::string, std::string>> family_prefixes_;  ///< prefix of identifiers, family
    std::map<std::string, Interval> errors_;
};

}  // namespace ridge::cost_model
