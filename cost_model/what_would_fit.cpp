// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "core/error.hpp"
#include "core/text.hpp"
#include "cost_model/batch_steps.hpp"

namespace ridge::cost_model {
namespace {

struct Question {
    Workload workload;
    Deployment deployment;
};

struct Change {
    std::string words;
    void (*apply)(Question& question);
};

void narrow_cache(Question& question) { question.workload.precisions.kv = NumberFormat::parse("fp8_e4m3"); }
void weights_of_8_bits(Question& question) {
    question.workload.precisions.weights = NumberFormat::parse("int8:g128");
}
void weights_of_4_bits(Question& question) {
    question.workload.precisions.weights = NumberFormat::parse("int4:g128");
}
void weights_in_dram(Question& question) { question.deployment.offload = {.tier = Tier::dram, .weights = 1}; }
template <std::int64_t ways>
void on_devices(Question& question) {
    question.deployment.parallelism.tensor = ways;
}

// From what costs least to what costs most.
const std::array changes = {Change{"--lever kv=fp8_e4m3", narrow_cache},
                            Change{"--lever weights=int8:g128", weights_of_8_bits},
                            Change{"--lever weights=int4:g128", weights_of_4_bits},
                            Change{"--parallel tp2", on_devices<2>},
                            Change{"--parallel tp4", on_devices<4>},
                            Change{"--parallel tp8", on_devices<8>},
                            Change{"--parallel tp16", on_devices<16>},
                            Change{"--lever offload-weights=1", weights_in_dram}};

bool fits(const ModelConfig& model, const DeviceModel& device, const Question& question) {
    try {
        const auto placement = placement_of(model, device, question.workload, question.deployment);
        return need_of(placement, question.deployment, question.workload).total() <= usable_bytes(placement);
    } catch (const InputError&) {
        return false;  // heads that do not divide, formats that do not go together
    }
}

std::string smaller_batch(const ModelConfig& model, const DeviceModel& device, const Question& question) {
    const auto placement = placement_of(model, device, question.workload, question.deployment);
    const double most =
        most_sequences(placement, question.deployment, question.workload, usable_bytes(placement));
    return most >= 1 ? "--batch " + number_text(most) : "";
}

}  // namespace

double usable_bytes(const Placement& placement) { return memory_fit(placement).usable; }

std::vector<std::string> what_would_fit(const ModelConfig& model, const DeviceModel& device,
                                        const Workload& workload, const Deployment& deployment) {
    const Question asked{workload, deployment};
    std::vector<std::string> out;
    if (auto batch = smaller_batch(model, device, asked); !batch.empty()) out.push_back(std::move(batch));
    for (const auto& change : changes) {
        auto changed = asked;
        change.apply(changed);
        if (fits(model, device, changed)) out.push_back(change.words);
        if (out.size() == 3) break;
    }
    return out;
}

}  // namespace ridge::cost_model
