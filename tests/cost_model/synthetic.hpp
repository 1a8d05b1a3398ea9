// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <random>
#include <string>
#include <vector>

#include "cost_model/kernel/fit.hpp"
#include "operators/catalogue.hpp"

/// A made-up processor and records of it, whose kernel times are known because they follow from planted
/// parameters.
namespace ridge::synthetic {

inline Device device() {
    Device out;
    out.id = "made-up";
    out.name = "Made-up processor";
    out.vendor = "nobody";
    out.kind = "cpu";
    out.units = 4;
    out.peak_flops = {{Precision::fp32, 2e11}, {Precision::int8, 8e11}};
    out.memory_bytes = 64e9;
    out.memory_bandwidth_bytes_per_s = 2e10;
    return out;
}

/// Dense fp32 GEMM shapes from decode to prefill; 60 of them.
inline std::vector<std::string> gemm_calls() {
    std::vector<std::string> out;
    for (const int m : {1, 4, 16, 128, 512})
        for (const int n : {256, 1024, 4096, 11008})
            for (const int k : {512, 2048, 4096})
                out.push_back("gemm m=" + std::to_string(m) + " n=" + std::to_string(n) +
                              " k=" + std::to_string(k) + " a=fp32 w=fp32 c=fp32");
    return out;
}

inline db::Record record(const std::string& call, double seconds, std::int64_t id = 1) {
    db::Record out;
    out.id = id;
    out.device = device().id;
    out.call = call;
    out.implementation = "planted";
    out.measurement.status = Status::ok;
    out.measurement.samples_s = std::vector<double>(9, seconds);
    out.summary = summarize(out.measurement.samples_s);
    return out;
}

/// A kernel that a launch, one share of arithmetic and one of bandwidth describe.
inline cost_model::KernelParameters planted_parameters() {
    return {.latencies = {{"launch", 2e-5, 0}},
            .shares = {{"compute", 0.8, 0}, {"DRAM", 0.7, 0}},
            .overlap = 3.0,
            .overlap_log_sd = 0};
}

inline double planted_time(const std::string& call, const cost_model::KernelParameters& planted) {
    const auto made_up = device();
    const auto ceilings = cost_model::make_ceilings(made_up, {});
    return cost_model::kernel_time(
        cost_model::call_features(operators::parse_call(call), {}, CacheState::cold, {made_up, ceilings}),
        planted);
}

/// One record a call: the planted time with log-normal noise, and every tenth call `outlier` times too slow.
inline std::vector<db::Record> records(const std::vector<std::string>& calls,
                                       const cost_model::KernelParameters& planted, double noise,
                                       double outlier) {
    std::mt19937_64 generator(7);
    std::normal_distribution<double> normal(0.0, noise);
    std::vector<db::Record> out;
    for (std::size_t i = 0; i < calls.size(); ++i) {
        const double factor = std::exp(normal(generator)) * (i % 10 == 9 ? outlier : 1.0);
        out.push_back(
            record(calls[i], planted_time(calls[i], planted) * factor, static_cast<std::int64_t>(i + 1)));
    }
    return out;
}

}  // namespace ridge::synthetic
