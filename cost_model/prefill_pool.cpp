// SPDX-License-Identifier: Apache-2.0
#include "cost_model/prefill_pool.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "cost_model/batch_steps.hpp"

namespace ridge::cost_model {

Placement prefill_placement(const ModelConfig& model, const DeviceModel& device, const Workload& workload,
                            const Deployment& deployment) {
    if (workload.output_tokens < 2)
        throw InputError(
            "with a prefill pool output_tokens should be at least 2: what is left after the first token is "
            "what the other pool does");
    auto of_pool = deployment;
    of_pool.parallelism = deployment.prefill->parallelism;
    return placement_of(model, device, workload, of_pool);
}

Workload one_prompt(Workload workload) {
    workload.batch = 1;
    workload.output_tokens = 1;
    return workload;
}

MemoryNeed prefill_need(const Placement& pool, Deployment deployment, const Workload& workload) {
    deployment.prefill.reset();
    return need_of(pool, deployment, one_prompt(workload));
}

// A replica works on the next prompt while the last one's keys and values leave.
PrefillPoolCost prefill_pool_cost(const Placement& pool, const SeparatePrefill& prefill,
                                  const Workload& workload, double prompt_s, double decode_s) {
    PrefillPoolCost out{.devices = pool.devices(), .prompt_s = prompt_s};
    out.transfer_bytes =
        sequence_bytes(pool.model, pool.precisions, static_cast<double>(workload.prompt_tokens));
    const double sending_s = out.transfer_bytes / prefill.bytes_per_s;
    out.transfer_s = sending_s + prefill.latency_s;
    out.request_s = std::max(prompt_s, sending_s);
    out.replicas = static_cast<double>(workload.batch) * out.request_s / decode_s;
    return out;
}

}  // namespace ridge::cost_model
