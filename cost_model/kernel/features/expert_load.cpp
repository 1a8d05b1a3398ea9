// SPDX-License-Identifier: Apache-2.0
#include "cost_model/kernel/features/expert_load.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>
#include <vector>

#include "core/error.hpp"

namespace ridge::cost_model {
namespace {

// Draws over which a load's figures are averaged: their standard error is then about 5 % of an expert's rows
// and far less of a rank's, and a call takes a tenth of a millisecond.
constexpr int draws = 8;

struct Layer {
    double tokens = 0, pairs = 0;
    std::size_t experts = 0, local = 0;

    [[nodiscard]] std::size_t ranks() const { return std::max<std::size_t>(1, experts / local); }
};

Layer layer_of(const OperatorCall& call) {
    const auto number = [&](std::string_view name) { return static_cast<double>(call.dimension(name)); };
    return {number("tokens"), number("tokens") * number("k"),
            static_cast<std::size_t>(call.dimension("experts")),
            static_cast<std::size_t>(call.dimension("local_experts"))};
}

// SplitMix64 (Steele et al. 2014), as a number in [0, 1).
double next_uniform(std::uint64_t& state) {
    std::uint64_t z = (state += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return static_cast<double>((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

// Inverse of the distribution function of a density ~ x^-exponent over [low, high].
double power_law(double u, double exponent, double low, double high) {
    const double power = 1 - exponent;
    if (std::abs(power) < 1e-6) return low * std::pow(high / low, u);
    const double from = std::pow(low, power), to = std::pow(high, power);
    return std::pow((to - from) * u + from, 1 / power);
}

// One share from each of `experts` equally likely strata, in random order.
std::vector<double> drawn_shares(const Layer& layer, double exponent, std::uint64_t& state) {
    const auto count = static_cast<double>(layer.experts);
    const bool plenty = layer.pairs > count;
    const double low = plenty ? 1.0 : 0.01, high = plenty ? std::max(1.001, 0.8 * layer.tokens) : 2.0;
    std::vector<double> out(layer.experts);
    for (std::size_t i = 0; i < out.size(); ++i) {
        const double u = (static_cast<double>(i) + next_uniform(state)) / count;
        out[i] = power_law(u, exponent, low, high);
        const auto other = static_cast<std::size_t>(next_uniform(state) * static_cast<double>(i + 1));
        std::swap(out[i], out[other]);
    }
    return out;
}

// Whole rows: rounded shares, what rounding left over or took too much spread over the experts with most.
void round_to_rows(std::vector<double>& shares, double pairs) {
    const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
    for (auto& share : shares) share = std::round(share / sum * pairs);
    double left = pairs - std::accumulate(shares.begin(), shares.end(), 0.0);
    std::vector<std::size_t> order(shares.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return shares[a] > shares[b]; });
    const double each = std::trunc(left / static_cast<double>(shares.size()));
    for (auto& share : shares) share += each;
    left -= each * static_cast<double>(shares.size());
    for (std::size_t i = 0; i < order.size() && left > 0; ++i, --left) shares[order[i]] += 1;
    for (std::size_t i = 0; i < order.size() && left < 0; ++i, ++left) shares[order[i]] -= 1;
    for (auto& share : shares) share = std::max(0.0, share);
}

void add_rank(BusiestRank& out, const double* rows, std::size_t count, double tokens) {
    const double sum = std::accumulate(rows, rows + count, 0.0);
    out.share.rows += sum;
    out.share.tokens += std::min(tokens, sum);
    for (std::size_t i = 0; i < count; ++i) {
        if (rows[i] > 0) out.share.experts += std::min(1.0, rows[i]);
        out.padded_rows += std::ceil(rows[i] / expert_tile_rows) * expert_tile_rows;
    }
    out.most_rows += *std::max_element(rows, rows + count);
}

void add_busiest(BusiestRank& out, const std::vector<double>& rows, const Layer& layer) {
    std::size_t busiest = 0;
    double most = -1;
    for (std::size_t rank = 0; rank < layer.ranks(); ++rank) {
        const auto* first = rows.data() + rank * layer.local;
        const double sum = std::accumulate(first, first + layer.local, 0.0);
        if (sum > most) busiest = rank, most = sum;
    }
    add_rank(out, rows.data() + busiest * layer.local, layer.local, layer.tokens);
}

BusiestRank even_rank(const OperatorCall& call) {
    BusiestRank out{.share = operators::even_share(call)};
    if (out.share.experts <= 0) return out;
    out.most_rows = out.share.rows / out.share.experts;
    out.padded_rows = out.share.experts * std::ceil(out.most_rows / expert_tile_rows) * expert_tile_rows;
    return out;
}

}  // namespace

ExpertLoad ExpertLoad::parse(std::string_view text) {
    constexpr std::string_view law = "power_law_";
    if (text == "balanced") return {};
    double exponent = 0;
    if (text.starts_with(law)) {
        const auto* end = text.data() + text.size();
        const auto [stop, error] = std::from_chars(text.data() + law.size(), end, exponent);
        if (error == std::errc() && stop == end && exponent >= 0 && exponent <= 10) return {exponent};
    }
    throw InputError("load '" + std::string(text) +
                     "' of experts should be balanced or power_law_ with an exponent of 0 to 10");
}

BusiestRank busiest_rank(const OperatorCall& call, const ExpertLoad& load) {
    if (!load.exponent) return even_rank(call);
    const auto layer = layer_of(call);
    std::uint64_t state = 0;
    BusiestRank sum;
    for (int draw = 0; draw < draws; ++draw) {
        auto rows = drawn_shares(layer, *load.exponent, state);
        round_to_rows(rows, layer.pairs);
        add_busiest(sum, rows, layer);
    }
    constexpr double of_each = 1.0 / draws;
    return {.share = {sum.share.rows * of_each, sum.share.tokens * of_each, sum.share.experts * of_each},
            .padded_rows = sum.padded_rows * of_each,
            .most_rows = sum.most_rows * of_each};
}

}  // namespace ridge::cost_model
