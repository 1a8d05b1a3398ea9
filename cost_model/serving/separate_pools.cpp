// SPDX-License-Identifier: Apache-2.0
#include "cost_model/serving/separate_pools.hpp"

#include <algorithm>
#include <cmath>

namespace ridge::cost_model::serving {
namespace {

// Seconds of a prompt, `together` in a step; alone it is cut into what a step may have.
double prompt_s(const PrefillPool& pool, double budget, double tokens, double together) {
    const double chunks = std::ceil(together * tokens / budget - 1e-9);
    auto load = prefill_load(together, tokens);
    load.prefill_tokens /= chunks;
    return chunks * pool.model.step(load).time_s / together;
}

}  // namespace

double prompts_per_s(const PrefillPool& pool, const Policy& policy, const MeanRequest& request) {
    const auto budget = static_cast<double>(policy.token_budget);
    const double together = std::max(1.0, std::floor(budget / request.prompt_tokens));
    const double least_s = std::min(prompt_s(pool, budget, request.prompt_tokens, 1),
                                    prompt_s(pool, budget, request.prompt_tokens, together));
    const double sending_s = request.prompt_tokens * pool.model.kv_bytes_per_token / pool.bytes_per_s;
    return 1.0 / std::max(least_s, sending_s);
}

SteadyState fastest_apart(const Service& service, const MeanRequest& request, double step_s) {
    const auto cost = [&](double sequences) {
        return service.model.step(
            decode_load(sequences, request.prompt_tokens + 0.5 * request.output_tokens));
    };
    SteadyState out;
    out.sequences = most_within(most_sequences(service.model, service.policy, request), step_s,
                                [&](double sequences) { return cost(sequences).time_s; });
    out.step_s = cost(out.sequences).time_s;
    const double steps = std::max(1.0, request.output_tokens - 1);
    const double each = prompts_per_s(*service.prefill, service.policy, request);
    out.requests_per_s =
        std::min(static_cast<double>(service.replicas) * out.sequences / (steps * out.step_s),
                 static_cast<double>(service.prefill->replicas) * each);
    out.output_tokens_per_s = out.requests_per_s * request.output_tokens;
    out.ttft_s = out.prompt_step_s = 1.0 / each;
    return out;
}

std::vector<PoolSizes> pool_sizes(const Service& one_of_each, const MeanRequest& request, double step_s) {
    constexpr double most = 16, most_decoding = 4;
    auto decoding = one_of_each;
    decoding.prefill->replicas = static_cast<std::int64_t>(1e9);
    const double ratio = fastest_apart(decoding, request, step_s).requests_per_s /
                         prompts_per_s(*one_of_each.prefill, one_of_each.policy, request);
    std::vector<PoolSizes> out;
    const auto add = [&](double prefill, double decode) {
        const PoolSizes sizes{std::llround(std::clamp(prefill, 1.0, most)),
                              std::llround(std::clamp(decode, 1.0, most))};
        if (std::ranges::find(out, sizes) == out.end()) out.push_back(sizes);
    };
    if (ratio < 1.0 / most_decoding)  // one prefill replica for many
        for (const double decode : {std::floor(1 / ratio), std::ceil(1 / ratio), std::floor(0.7 / ratio)})
            add(1, decode);
    else
        for (double decode = 1; decode <= most_decoding; ++decode)
            for (const double prefill : {std::floor(decode * ratio), std::ceil(decode * ratio)})
                add(prefill, decode);
    return out;
}

}  // namespace ridge::cost_model::serving
