// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/bench_protocol.hpp"
#include "core/kernel_config.hpp"
#include "core/operator_call.hpp"

/// The kernel side of an operator, seen by the profiler: operands, implementations, and a call made ready to
/// run. Nothing here names Kokkos, so that a kernel of any library fits.
namespace ridge::operators {

/// Memory that a run reads or writes, in the memory space of the device; flushed for cold measurements.
struct MemoryRegion {
    void* data = nullptr;
    std::size_t bytes = 0;
};

/// Seeded random operands of one call and the fp64 reference of its result (all rows on small shapes, a
/// seeded sample of rows on large ones). Kept by the worker while requests ask for the same call and seed.
class OperandSet {
  public:
    virtual ~OperandSet() = default;
    OperandSet() = default;
    OperandSet(const OperandSet&) = delete;
    OperandSet& operator=(const OperandSet&) = delete;
};

/// One call with one configuration: weights packed, workspace allocated, output owned.
class PreparedKernel {
  public:
    virtual ~PreparedKernel() = default;
    PreparedKernel() = default;
    PreparedKernel(const PreparedKernel&) = delete;
    PreparedKernel& operator=(const PreparedKernel&) = delete;

    /// One execution; complete when it returns (fenced).
    virtual void run() = 0;
    /// Fills the output with a value that no right result has, so that an element never written is found.
    virtual void poison_output() = 0;
    /// Largest |result - reference| / bound over the checked outputs; infinity for a NaN. At most 1 is right.
    virtual double error_over_bound() = 0;
    /// Memory beyond the packed operands and the output.
    [[nodiscard]] virtual std::int64_t workspace_bytes() const = 0;
    /// All that run() touches: operands, output, workspace.
    virtual std::vector<MemoryRegion> regions() = 0;
};

/// A kernel family that can run calls of one operator.
class Implementation {
  public:
    virtual ~Implementation() = default;

    [[nodiscard]] virtual protocol::ImplementationInfo info() const = 0;
    /// Why this call with this config cannot run here; nothing when it can. Cheap; allocates nothing.
    [[nodiscard]] virtual std::optional<std::string> refusal(const OperatorCall& call,
                                                             const KernelConfig& config) const = 0;
    /// Only for calls and configs that refusal() lets through. `operands` outlives the result.
    [[nodiscard]] virtual std::unique_ptr<PreparedKernel> prepare(const OperandSet& operands,
                                                                  const OperatorCall& call,
                                                                  const KernelConfig& config) const = 0;
};

/// Operands of a canonical call; throws InputError when they cannot fit into memory.
[[nodiscard]] std::unique_ptr<OperandSet> make_operands(const OperatorCall& call, std::uint64_t seed);

/// Every implementation compiled into this program, of every operator.
[[nodiscard]] std::vector<std::unique_ptr<Implementation>> make_implementations();

}  // namespace ridge::operators
