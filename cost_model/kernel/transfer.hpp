// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/device.hpp"
#include "cost_model/ceilings.hpp"
#include "cost_model/kernel/kernel_model.hpp"
#include "cost_model/kernel/transfer_policy.hpp"

/// Times on a device that was not measured, or hardly: what kernels achieve of their ceilings on the devices
/// most alike, applied to this device's own ceilings.
namespace ridge::cost_model {

/// What is known of a device before anything was measured on it.
struct DeviceFacts {
    Device device;
    Ceilings ceilings;
    std::string architecture;               ///< "hopper", "ada" …; empty where it is not known
    std::optional<double> process_nm = {};  ///< of manufacture
};

/// How far two devices are apart; 0 in all for the same figures.
[[nodiscard]] Unlikeness unlikeness(const DeviceFacts& one, const DeviceFacts& other);

/// Whether two devices are of one family: the same architecture.
[[nodiscard]] bool same_family(const DeviceFacts& one, const DeviceFacts& other);

struct TransferSource {
    DeviceFacts facts;
    std::shared_ptr<const KernelModel> kernels;
};

/// How well a source's kernels fit a question.
struct SourceFitness {
    Unlikeness apart;
    int formats = 0;  ///< 0: the call's own; else the larger, the less alike
    bool same_family = false;
};

/// What one source alone says of a call: ln(seconds) of the formula at each of the throttling_exponents, and
/// the correction's part.
struct SourceAnswer {
    std::string device;
    SourceFitness fitness;
    std::array<double, throttling_exponents.size()> analytical{};
    double correction = 0;
    /// At the likeness's throttling, with the part of the correction that it has carry over.
    [[nodiscard]] double log_time(const Likeness& likeness) const;
};

/// Shares of the sources in a transferred time, with the sum 1: those of the best formats, of these the
/// device's family alone where it has the implementation that was asked for, of these the most alike by
/// exp(-2 · distance).
[[nodiscard]] std::vector<double> source_weights(const std::vector<SourceFitness>& sources,
                                                 const Likeness& likeness);

/// ln(seconds) from what the sources say and their shares; what a source's correction counts is the
/// likeness's. As each source's times grow with the work, so does this.
[[nodiscard]] double blend(const std::vector<SourceAnswer>& answers, const std::vector<double>& weights,
                           const Likeness& likeness);

/// A call as asked of a transfer.
struct TransferQuery {
    OperatorCall call;
    std::string implementation = {}, version = {};  ///< empty: whichever the sources have
    CacheState cache = CacheState::warm;
    KernelConfig workload = {};
};

/// What was found, and where it stands among calibrating measurements.
struct TransferEstimate {
    double log_time = 0;   ///< ln(seconds)
    double deviation = 0;  ///< prior or posterior standard deviation of log_time, from how devices differ
    bool same_family = false;
    bool same_formats = false;
    std::vector<std::string> devices;  ///< that it comes from, the most alike first
    std::string implementation;        ///< of the most alike one
    KernelParameters parameters;       ///< mean over the sources, with their spread
    CallFeatures features;             ///< on the target

    /// For calibration: kind of call, parts of the time that each term takes, place on the correction's axes.
    std::string op, regime, formats;
    std::map<std::string, double> parts;
    std::vector<double> place;  ///< over the lengths of the nearest source's correction and the prior's reach
    TransferPrior prior;
};

/// A measurement of the target beside what was transferred.
struct CalibrationPoint {
    TransferEstimate estimate;
    double log_ratio = 0;  ///< ln(measured / transferred)
};

class Transfer {
  public:
    /// Sources in any order; those with the target's own id are left out.
    Transfer(DeviceFacts target, std::vector<TransferSource> sources, TransferPolicy policy = {});

    /// Nothing when no source has calls of this operator and regime. Throws InputError when the target has no
    /// ceiling that the call needs.
    [[nodiscard]] std::optional<TransferEstimate> estimate(const TransferQuery& query) const;

    /// Of every source that has such kernels.
    [[nodiscard]] std::vector<SourceAnswer> answers(const TransferQuery& query) const;

    /// Updates the target's parameters and level by measurements: Gaussian conditioning with the spread
    /// between devices as prior.
    void calibrate(std::vector<CalibrationPoint> points);
    [[nodiscard]] std::size_t calibrated_on() const { return points_.size(); }

    /// Greedily, of these estimates the `budget` whose measurement most lessens the variance of all, in the
    /// order of choice (Krause et al. 2008). Indices into `candidates`.
    [[nodiscard]] std::vector<std::size_t> most_telling(const std::vector<TransferEstimate>& candidates,
                                                        std::size_t budget) const;

    [[nodiscard]] const DeviceFacts& target() const { return target_; }

  private:
    void condition(TransferEstimate& estimate) const;

    DeviceFacts target_;
    std::vector<TransferSource> sources_;
    TransferPolicy policy_;
    std::vector<Unlikeness> unlikeness_;  // of each source
    std::vector<CalibrationPoint> points_;
    std::vector<double> weights_;    // (K + noise)⁻¹ · log ratios
    std::vector<double> precision_;  // (K + noise)⁻¹, row by row
};

}  // namespace ridge::cost_model
