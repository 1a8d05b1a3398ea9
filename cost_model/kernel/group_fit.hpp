// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cost_model/kernel/training_rows.hpp"

namespace ridge::cost_model {

/// Rows that a group is fitted on: pointers, since cross-validation takes many subsets.
using RowPointers = std::vector<const TrainingRow*>;

/// The analytical parameters by robust least squares in log space; nothing when it does not converge. With
/// those of kin as a prior each is pulled towards theirs, as strongly as kin agree on it.
[[nodiscard]] std::optional<KernelParameters> fit_parameters(const RowPointers& rows,
                                                             const KernelParameters* prior = nullptr);

/// The same with the tiles that explain matrix products best; nothing where none does.
[[nodiscard]] std::optional<KernelParameters> fit_tiles(const RowPointers& rows,
                                                        const KernelParameters& untiled);

/// ln(measured / analytical) of a row.
[[nodiscard]] double log_residual(const TrainingRow& row, const KernelParameters& parameters);

/// The learned correction of the residuals, with its lengths and noise chosen by cross-validation inside the
/// rows, and the intervals that the same cross-validation gives. Where the correction does not lessen the
/// cross-validated error it is left empty. Returns that error, of ln(time).
double fit_correction(KernelGroup& group, const RowPointers& rows);

/// fit_correction() without choosing anything anew: further rows become nodes.
void extend_correction(KernelGroup& group, const RowPointers& rows);

/// Errors on the largest of the rows by a fit to those of up to an eighth of the largest work; none where too
/// few are left.
[[nodiscard]] std::vector<ErrorBeyond> errors_beyond(const KernelGroup& group, const RowPointers& rows);

struct FittedBeyond {
    KernelGroup* group = nullptr;
    std::vector<ErrorBeyond> errors;
};

/// Groups of one device and regime tell of each other; a regime that tells nothing takes what all others do.
void set_widths_beyond(const std::vector<FittedBeyond>& groups);

/// Takes further rows in as nodes, under the parameters, lengths and intervals that the group has.
void add_nodes(KernelGroup& group, const RowPointers& rows);

}  // namespace ridge::cost_model
