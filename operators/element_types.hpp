// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "operators/element.hpp"

/// The element types that a kernel family is compiled for, as one list: what it offers and what it launches
/// come from the same place, and nothing is compiled that no call can ask for.
namespace ridge::operators {

template <typename... Ts>
struct ElementTypes {};

/// What layers compute on, and what scores and probabilities come in.
using FloatElements = ElementTypes<float, Bf16, Fp16, double>;
using ScoreElements = ElementTypes<float, Bf16, Fp16>;

template <typename T>
inline constexpr Precision precision_of = Precision::fp32;
template <>
inline constexpr Precision precision_of<double> = Precision::fp64;
template <>
inline constexpr Precision precision_of<Bf16> = Precision::bf16;
template <>
inline constexpr Precision precision_of<Fp16> = Precision::fp16;

/// "x=fp32", "x=bf16", … for each type.
template <typename... Ts>
[[nodiscard]] std::vector<std::string> formats_of(std::string_view operand, ElementTypes<Ts...>) {
    return {std::string(operand) + "=" + std::string(name(precision_of<Ts>))...};
}

/// Calls `f` with a zero element of the one type of the list that has the precision; throws Error when none
/// has, which a family's formats keep from happening.
template <typename... Ts, typename F>
void with_element_of(ElementTypes<Ts...>, Precision precision, const F& f) {
    const bool found = ((precision_of<Ts> == precision ? (f(Ts{}), true) : false) || ...);
    if (!found)
        throw Error(ExitCode::failed,
                    "internal: a kernel is not compiled for " + std::string(name(precision)));
}

}  // namespace ridge::operators
