// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cost_model/kernel/training_rows.hpp"

namespace ridge::cost_model {

/// Rows that a group is fitted on: pointers, since cross-validation takes many subsets.
using RowPointers = std::vector<const TrainingRow*>;

/// Parameters of relatives, and the standard deviation (ln) of what others differ from them by.
struct KernelPrior {
    KernelParameters centre;
    double spread = 0;
};

/// The analytical parameters by robust least squares in log space; nothing when it does not converge. With a
/// prior each is pulled towards its centre.
[[nodiscard]] std::optional<KernelParameters> fit_parameters(const RowPointers& rows,
                                                             const KernelPrior* prior = nullptr);

/// ln(measured / analytical) of a row.
[[nodiscard]] double log_residual(const TrainingRow& row, const KernelParameters& parameters);

/// The learned correction of the residuals, with its lengths and noise chosen by cross-validation inside the
/// rows, and the intervals that the same cross-validation gives. Where the correction does not lessen the
/// cross-validated error it is left empty.
void fit_correction(KernelGroup& group, const RowPointers& rows);

/// fit_correction() without choosing anything anew: further rows become nodes.
void extend_correction(KernelGroup& group, const RowPointers& rows);

/// Takes further rows in as nodes, under the parameters, lengths and intervals that the group has.
void add_nodes(KernelGroup& group, const RowPointers& rows);

}  // namespace ridge::cost_model
