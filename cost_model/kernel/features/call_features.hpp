// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "core/device.hpp"
#include "core/kernel_config.hpp"
#include "core/measurement.hpp"
#include "core/operator_call.hpp"
#include "cost_model/ceilings.hpp"
#include "cost_model/kernel/features/product_tiles.hpp"

namespace ridge::cost_model {

/// A list of at most N values that needs no memory of its own.
template <class T, std::size_t N>
class ShortList {
  public:
    void add(const T& value) { items_.at(size_++) = value; }
    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] bool empty() const { return size_ == 0; }
    [[nodiscard]] const T* begin() const { return items_.data(); }
    [[nodiscard]] const T* end() const { return items_.data() + size_; }
    [[nodiscard]] T* begin() { return items_.data(); }
    [[nodiscard]] T* end() { return items_.data() + size_; }
    [[nodiscard]] const T& operator[](std::size_t i) const { return items_[i]; }
    [[nodiscard]] T& operator[](std::size_t i) { return items_[i]; }

  private:
    std::array<T, N> items_{};
    std::size_t size_ = 0;
};

/// Least time that a call needs at one of the device's ceilings; a fit scales it by the share that the kernel
/// achieves.
struct CeilingTerm {
    std::string_view name;  ///< "compute", "DRAM", "L2", "link" …
    double seconds = 0;
};

/// Something that takes the same time each time that it happens, one after the other; a fit finds the time.
struct LatencyTerm {
    std::string_view name;  ///< "launch", "step" …
    double count = 0;
};

/// A coordinate in which calls near each other have alike residuals: log2 of a dimension, or a dimensionless
/// quantity such as the fullness of the last wave.
struct Axis {
    std::string_view name;
    double value = 0;
};

/// What the time of a call is explained from:
///     t = (Σ count · latency + smooth maximum of (seconds / share)) · exp(correction(axes)).
/// Calls of one operator on one kind of device have the same terms and axes in the same order. Names are
/// string literals or those of the operator's catalogue entry.
struct CallFeatures {
    ShortList<CeilingTerm, 6> ceilings;
    ShortList<LatencyTerm, 6> latencies;
    ShortList<Axis, 12> axes;
    /// Of matrix products: seconds of "compute" in each of product_tiles; which ones a kernel has, a fit
    /// finds.
    ShortList<double, product_tiles.size()> tiles;
    std::string_view regime;  ///< "gemm", "prefill", "decode", "experts", "collective", "rows" …
};

/// A device with its ceilings, as features need it.
struct Machine {
    const Device& device;
    const Ceilings& ceilings;
};

/// Features of a canonical call. `config` holds tile sizes where the kernel has some ("mr", "nr" …) and what
/// the call itself does not say ("load" of experts). Throws InputError when the device has no ceiling that
/// the call needs.
[[nodiscard]] CallFeatures call_features(const OperatorCall& call, const KernelConfig& config,
                                         CacheState cache, const Machine& machine);

}  // namespace ridge::cost_model
