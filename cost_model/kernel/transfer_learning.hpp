// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cost_model/kernel/transfer.hpp"

/// Learns by which figures devices are alike, and how far a transfer is off before anything was measured,
/// from devices that are left out one by one: each one's calls are asked of the others.
namespace ridge::cost_model {

/// A measured call, ln(seconds).
struct LearningCall {
    TransferQuery query;
    std::string regime;
    double log_time = 0;
};

struct LearningDevice {
    DeviceFacts facts;
    std::vector<LearningCall> calls;
};

class TransferLearning {
  public:
    /// Asks every call of every source alone, once.
    TransferLearning(std::vector<LearningDevice> devices, std::vector<TransferSource> sources);

    /// From all devices but one, which is neither asked nor a source; an empty name leaves none out. What too
    /// few devices tell keeps the values of a TransferPolicy that learned nothing.
    [[nodiscard]] TransferPolicy without(const std::string& device) const;

  private:
    struct Asked {
        std::size_t device = 0;
        const LearningCall* call = nullptr;
        std::vector<SourceAnswer> answers;
    };
    [[nodiscard]] double likeness_loss(const std::string& regime, const std::string& without,
                                       const Likeness& likeness) const;
    void learn_likeness(TransferPolicy& policy, const std::string& regime, const std::string& without) const;
    void learn_priors(TransferPolicy& policy, const std::string& without) const;

    std::vector<LearningDevice> devices_;
    std::vector<TransferSource> sources_;
    std::vector<Asked> asked_;
};

}  // namespace ridge::cost_model
