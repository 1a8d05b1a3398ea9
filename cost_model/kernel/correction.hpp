// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/json.hpp"
#include "cost_model/kernel/packed_column.hpp"

/// The learned correction: what is left of ln(measured / analytical time), interpolated between measured
/// calls by simple kriging (Matheron 1963; Gaussian process regression) with the product of one-dimensional
/// Ornstein-Uhlenbeck kernels exp(-|Δ| / length) over the axes, from the nearest nodes only: under this
/// kernel near nodes screen those behind them.
namespace ridge::cost_model {

/// A node: a measured call by its axes, with the residual found there.
struct CorrectionNode {
    std::vector<double> axes;
    double residual = 0;     ///< ln(measured / analytical)
    double noise = 0;        ///< variance of the measurement, in units of the residuals' own
    std::uint64_t site = 0;  ///< nodes of one site are left out together in cross-validation
};

struct CorrectionValue {
    double residual = 0;
    double variance = 1;  ///< of the interpolation, share of the residuals' variance: 0 at a node, 1 far away
    std::size_t nearest = 0;  ///< node
    double distance = 0;      ///< to it, in lengths summed over the axes
    double octaves = 0;       ///< to it, the largest difference over the axes in their own units
};

/// Which nodes an evaluation may use.
struct LeftOut {
    static constexpr std::size_t none = static_cast<std::size_t>(-1);
    std::size_t node = none;                            ///< not this one
    const std::vector<std::uint64_t>* sites = nullptr;  ///< with `node`: nor any of its site
    const std::vector<bool>* kept = nullptr;            ///< only those marked
};

class Correction {
  public:
    Correction() = default;
    /// `lengths`: one for each axis, in the axis' own units. Throws InputError when axes and lengths differ
    /// in number.
    Correction(std::vector<std::string> axes, std::vector<double> lengths,
               const std::vector<CorrectionNode>& nodes);

    [[nodiscard]] bool empty() const { return residuals_.size() == 0; }
    [[nodiscard]] std::size_t size() const { return residuals_.size(); }
    [[nodiscard]] const std::vector<std::string>& axes() const { return axes_; }
    [[nodiscard]] const std::vector<double>& lengths() const { return lengths_; }
    [[nodiscard]] double residual(std::size_t node) const { return residuals_[node]; }
    [[nodiscard]] bool corrects() const;  ///< whether any node has a residual

    /// At a place with as many axes as the nodes have.
    [[nodiscard]] CorrectionValue at(std::span<const double> place, const LeftOut& left_out = {}) const;
    /// at().residual; with solve() behind it in under a microsecond for some hundred nodes.
    [[nodiscard]] double residual_at(std::span<const double> place) const;
    /// Solves for the weights of all nodes together, once for every place: residuals then need no neighbours.
    /// Its time grows with the cube of the number of nodes (400: some 10 ms).
    void solve();

    /// At a node's own place.
    [[nodiscard]] CorrectionValue at_node(std::size_t node, const LeftOut& left_out) const;

    /// The nodes, to make another correction from; without their sites.
    [[nodiscard]] std::vector<CorrectionNode> nodes() const;

    [[nodiscard]] Json json() const;
    [[nodiscard]] static Correction from_json(const JsonReader& json);
    bool operator==(const Correction&) const = default;

  private:
    void unpack();
    void set_powers();
    [[nodiscard]] float weighted_powers(std::span<const float> place) const;
    [[nodiscard]] double octaves_to(std::size_t node, std::span<const float> place) const;
    [[nodiscard]] float common_distance(std::span<const float> place) const;  // along the other axes
    [[nodiscard]] double weighted(std::span<const float> place) const;
    [[nodiscard]] CorrectionValue at_scaled(std::span<const float> place, const LeftOut& left_out) const;

    std::vector<std::string> axes_;
    std::vector<double> lengths_;
    std::vector<PackedColumn> places_;        // one column for each axis
    PackedColumn residuals_, noises_;         // noises by their logarithm
    PackedColumn weights_, weight_rests_;     // of all nodes together; empty without solve()
    double mean_ = 0;                         // what the correction returns to far from every node
    std::vector<std::vector<float>> scaled_;  // places over lengths, and noises, for speed
    std::vector<std::size_t> varying_;        // axes along which nodes differ
    std::vector<float> noise_, weight_;

    // Along one of varying_: e^(place - middle) and e^(middle - place) of each node.
    struct Powers {
        float middle = 0;
        std::vector<float> up, down;
        bool operator==(const Powers&) const = default;
    };
    std::vector<Powers> powers_;  // empty without solve(), or where they would leave the range of a float
};

}  // namespace ridge::cost_model
