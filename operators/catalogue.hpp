// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/operator_call.hpp"
#include "core/work.hpp"

/// The catalogue part of the operators: what they are and how much work a call is. It knows no kernel and no
/// Kokkos, and everybody (roofline, cost model, workers, reports, window) asks here.
namespace ridge::operators {

struct DimensionInfo {
    std::string_view name;
    std::string_view meaning;
};

struct OperandInfo {
    std::string_view name;
    std::string_view shape;  ///< in the operator's dimensions, e.g. "m × k"
    std::string_view meaning;
};

/// One operator. check() throws InputError when a call of the right fields makes no sense (shape of zero,
/// sparsity that does not fit); work() is defined for every call that passes it.
struct OperatorInfo {
    std::string_view name;
    std::string_view summary;
    std::string_view formula;
    std::vector<DimensionInfo> dimensions;  ///< in canonical order
    std::vector<OperandInfo> operands;      ///< in canonical order
    void (*check)(const OperatorCall& call);
    Work (*work)(const OperatorCall& call);
};

[[nodiscard]] std::span<const OperatorInfo> catalogue();

/// Throws InputError with the nearest known name.
[[nodiscard]] const OperatorInfo& find_operator(std::string_view name);

/// The call with its fields in canonical order; throws InputError when the operator is unknown, a field is
/// missing, unknown or given twice, a dimension is not positive, or the operator's check refuses it.
[[nodiscard]] OperatorCall canonical(const OperatorCall& call);

/// canonical(OperatorCall::parse(text)).
[[nodiscard]] OperatorCall parse_call(std::string_view text);

/// Work of a canonical call.
[[nodiscard]] Work work(const OperatorCall& call);

}  // namespace ridge::operators
