// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/precision.hpp"
#include "core/sparsity.hpp"

namespace ridge {

struct Dimension {
    std::string name;
    std::int64_t value = 0;
    bool operator==(const Dimension&) const = default;
};

struct Operand {
    std::string name;
    NumberFormat format;
    bool operator==(const Operand&) const = default;
};

/// An operator with shape, precision of each operand and sparsity. Its canonical text is its key everywhere:
/// "gemm m=16 n=4096 k=4096 a=bf16 w=int4:g128 c=bf16 sparsity=2:4" ("sparsity=dense" is left out, and so is
/// "activation_sparsity=dense").
/// Which dimensions and operands an operator has, and their order, is the catalogue's business
/// (operators/catalogue.hpp, whose canonical() checks and orders a call); this type only holds and writes
/// them.
struct OperatorCall {
    std::string op;
    std::vector<Dimension> dimensions;
    std::vector<Operand> operands;
    Sparsity sparsity;                  ///< of the weights
    Sparsity activation_sparsity = {};  ///< zeros among the activations, known only when the call runs

    [[nodiscard]] std::string text() const;

    /// Splits `text`; a value that is a whole number is a dimension, any other a number format.
    /// Throws InputError with the text and the field at fault.
    [[nodiscard]] static OperatorCall parse(std::string_view text);

    /// Value of a dimension or format of an operand; throws InputError when the call has none of that name.
    [[nodiscard]] std::int64_t dimension(std::string_view name) const;
    [[nodiscard]] const NumberFormat& operand(std::string_view name) const;
    bool operator==(const OperatorCall&) const = default;
};

}  // namespace ridge
