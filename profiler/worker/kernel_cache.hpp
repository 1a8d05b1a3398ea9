// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>

#include "operators/implementation.hpp"

namespace ridge::profiler {

using MakeOperands =
    std::function<std::unique_ptr<operators::OperandSet>(const OperatorCall&, std::uint64_t seed)>;

/// One configuration made ready, and what verification said of it.
struct ReadyKernel {
    std::string key;  ///< implementation and config
    std::unique_ptr<operators::PreparedKernel> kernel;
    std::int64_t bytes = 0;       ///< of all its regions
    std::optional<double> error;  ///< largest error over bound, once verified
};

/// Operands of the current call and the kernels prepared last for it, so that short requests that take turns
/// between configurations cost little more than their samples. A request for another call or seed lets go of
/// everything.
class KernelCache {
  public:
    /// Keeps at most `most_kernels`, and of those only the newest whose regions fit into `most_bytes`.
    KernelCache(MakeOperands make_operands, std::int64_t most_bytes, std::size_t most_kernels = 8);

    /// The kernel for a config that the implementation does not refuse; valid until the next call.
    [[nodiscard]] ReadyKernel& get(const operators::Implementation& implementation, const OperatorCall& call,
                                   std::uint64_t seed, const KernelConfig& config);
    /// Whether get() would have to make new operands.
    [[nodiscard]] bool needs_operands(const OperatorCall& call, std::uint64_t seed) const;
    void clear();

  private:
    void make_room(std::int64_t bytes, std::size_t kernels);

    MakeOperands make_operands_;
    std::int64_t most_bytes_;
    std::size_t most_kernels_;
    std::string operands_key_;
    std::unique_ptr<operators::OperandSet> operands_;
    std::list<ReadyKernel> kernels_;  // used last first; destroyed before the operands
};

}  // namespace ridge::profiler
