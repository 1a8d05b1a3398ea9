// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cost_model/kernel/fit.hpp"
#include "cost_model/kernel/transfer.hpp"
#include "cost_model/kernel/transfer_widths.hpp"

/// How wrong the kernel model is on calls that it was not fitted on, by rules that are fixed in code.
namespace ridge::cost_model {

enum class Split {
    random,         ///< a quarter of the calls, by the hash of their text
    shapes,         ///< a quarter of the sites (site_text()), with all their calls
    extrapolation,  ///< calls of 4 to 8 times the work of the largest that the fit sees
    device,         ///< every call of a device, from the other devices and its data sheet
    calibrated,     ///< the same after 20 calls of each operator, chosen by the model
};
[[nodiscard]] std::string_view name(Split split);
/// Throws InputError naming the known splits.
[[nodiscard]] Split parse_split(std::string_view text);

/// A call that was asked for, what was measured, and what each method says.
struct ValidationPoint {
    Split split = Split::random;
    std::string device;
    GroupKey key;
    std::string call;
    double measured_s = 0, predicted_s = 0;
    std::optional<double> half_width_80;       ///< of the interval, ln
    bool same_family = true;                   ///< of the devices that it was transferred from
    double deviation = 0;                      ///< TransferEstimate::deviation; 0 for known devices
    std::map<std::string, double> yardsticks;  ///< seconds by name
};

/// One device's rows, ready to be fitted and asked for.
struct ValidationDevice {
    DeviceFacts facts;
    TrainingGroups groups;
};

/// A model of all of a device's rows.
[[nodiscard]] KernelModel fit_on_all(const ValidationDevice& device);

/// What was asked of one device, and what could not be: calls of groups that no fit describes, or of which
/// the split leaves too few to fit.
struct KnownValidation {
    std::vector<ValidationPoint> points;
    std::size_t unasked_groups = 0, unasked_calls = 0;
};

/// Every fitted group is fitted anew for each split, on the rows that the split leaves it. The roofline is
/// always beside; the other `yardsticks` (kernel/yardsticks.hpp) take longer than the model.
[[nodiscard]] KnownValidation validate_known(const ValidationDevice& device, Split split,
                                             bool yardsticks = false);

/// Every device of the list from the models of the others, which were fitted on all of theirs.
[[nodiscard]] std::vector<ValidationPoint> validate_unseen(
    const std::vector<ValidationDevice>& devices,
    const std::vector<std::shared_ptr<const KernelModel>>& models, Split split, bool yardsticks = false);

/// What transferred times were off by, in their own deviations, on every device but one.
[[nodiscard]] std::vector<TransferError> transfer_errors(const std::vector<ValidationPoint>& points,
                                                         const std::string& left_out = {});

/// Errors of some points.
struct ErrorSummary {
    std::size_t count = 0;
    double median = 0, mean = 0, p90 = 0;
    double within_10 = 0;                      ///< share with an error of at most 10 %
    std::optional<double> coverage_80;         ///< share inside the 80 % interval, of those that have one
    std::map<std::string, double> yardsticks;  ///< median error by name
    /// Points that more yardsticks than the roofline were asked about, and the model's median error on them:
    /// groups with too few calls to fit a yardstick on have the roofline alone.
    std::size_t beside = 0;
    double median_beside = 0;
};
[[nodiscard]] ErrorSummary summary_of(const std::vector<const ValidationPoint*>& points);

}  // namespace ridge::cost_model
