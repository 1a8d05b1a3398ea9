// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/device.hpp"
#include "cost_model/ceilings.hpp"
#include "cost_model/kernel/kernel_model.hpp"

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

/// How far two devices are apart; 0 for the same figures of the same architecture. 1 for another architecture
/// of the same vendor, 2 for another vendor, 3 for another kind of device; and a quarter of |ln ratio| of
/// each of units, ridge point, cache and bandwidth.
[[nodiscard]] double unlikeness(const DeviceFacts& one, const DeviceFacts& other);

/// Whether two devices are of one family: the same architecture.
[[nodiscard]] bool same_family(const DeviceFacts& one, const DeviceFacts& other);

struct TransferSource {
    DeviceFacts facts;
    std::shared_ptr<const KernelModel> kernels;
};

/// How well a source's kernels fit a question.
struct SourceFitness {
    double apart = 0;        ///< unlikeness()
    int formats = 0;         ///< 0: the call's own; else the larger, the less alike
    int implementation = 0;  ///< 1: another than was asked for, which counts as another architecture does
    bool operator==(const SourceFitness&) const = default;
};

/// Shares of the sources in a transferred time, with the sum 1: of those of the best formats the most alike,
/// by exp(-2 · distance).
[[nodiscard]] std::vector<double> source_weights(const std::vector<SourceFitness>& sources);

/// A call as asked of a transfer.
struct TransferQuery {
    OperatorCall call;
    std::string implementation = {}, version = {};  ///< empty: whichever the sources have
    CacheState cache = CacheState::warm;
    KernelConfig workload = {};
};

/// A term of the formula, as calibration sees it.
struct TermPart {
    double share = 0;   ///< of the time that it governs: slope of ln(time) in ln(parameter)
    double spread = 0;  ///< of ln(parameter) between the sources
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

    /// For calibration: kind of call, its terms, place on the correction's axes.
    std::string op, regime, formats;
    std::map<std::string, TermPart> parts;
    std::vector<double> place;  ///< over the lengths of the nearest source's correction
    double uncalibrated_log_time = 0;
};

/// A measurement of the target beside what was transferred.
struct CalibrationPoint {
    TransferEstimate estimate;
    double log_ratio = 0;  ///< ln(measured / transferred)
};

class Transfer {
  public:
    /// Sources in any order; those with the target's own id are left out.
    Transfer(DeviceFacts target, std::vector<TransferSource> sources);

    /// Nothing when no source has calls of this operator and regime. Throws InputError when the target has no
    /// ceiling that the call needs.
    [[nodiscard]] std::optional<TransferEstimate> estimate(const TransferQuery& query) const;

    /// Gaussian conditioning on measurements of the target (calibration.cpp has the prior).
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
    std::vector<double> unlikeness_;  // of each source
    std::vector<CalibrationPoint> points_;
    std::vector<double> weights_;    // (K + noise)⁻¹ · log ratios
    std::vector<double> precision_;  // (K + noise)⁻¹, row by row
};

}  // namespace ridge::cost_model
