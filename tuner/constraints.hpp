// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/kernel_config.hpp"
#include "tuner/expression.hpp"

/// What the constraints of a parameter space leave of the product of its values.
namespace ridge::tuner {

/// A constraint, and the parameters that its names stand for, in the order of expression.names().
struct Constraint {
    Expression expression;
    std::vector<std::size_t> parameters;
};

/// Throws InputError beginning with `owner` when one cannot be parsed or names an unknown parameter.
[[nodiscard]] std::vector<Constraint> bind_constraints(const ParameterSpace& space, const std::string& owner);

/// Whether a constraint says something of a group of independent_groups(): over its parameters, or without a
/// name.
[[nodiscard]] bool concerns(const Constraint& constraint, const std::vector<std::size_t>& group);

/// Parameters that hang together through constraints, ascending; those of different groups may be chosen
/// independently. Every parameter is in one group.
[[nodiscard]] std::vector<std::vector<std::size_t>> independent_groups(
    std::size_t parameters, const std::vector<Constraint>& constraints);

/// How much of one group is looked at before it is refused: some ten seconds, and 256 MiB of ranks.
struct EnumerationLimits {
    std::uint64_t visited = std::uint64_t{1} << 27;
    std::uint64_t valid = std::uint64_t{1} << 25;
};

/// Ranks, ascending, of the choices of a group's parameters that satisfy every constraint over them:
/// positions of values as digits, the first parameter the highest. Constraints without a name count for every
/// group. Throws InputError beginning with `owner` when none does, a constraint cannot be evaluated, or a
/// limit is met.
[[nodiscard]] std::vector<std::uint64_t> valid_ranks(const ParameterSpace& space,
                                                     const std::vector<std::size_t>& group,
                                                     const std::vector<Constraint>& constraints,
                                                     const std::string& owner,
                                                     const EnumerationLimits& limits);

/// Text of the first constraint that a choice of a value for every parameter violates; empty when none is.
[[nodiscard]] std::string first_violated(const std::vector<Constraint>& constraints,
                                         const std::vector<const ParameterValue*>& choice);

}  // namespace ridge::tuner
