// SPDX-License-Identifier: Apache-2.0
#include "cost_model/kernel/kernel_parameters.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.hpp"

namespace ridge::cost_model {
namespace {

Json list_json(const std::vector<Parameter>& parameters) {
    Json out = Json::array();
    for (const auto& [name, value, log_sd] : parameters)
        out.push_back({{"name", name}, {"value", value}, {"log_sd", log_sd}});
    return out;
}

std::vector<Parameter> list_from(const JsonReader& json) {
    std::vector<Parameter> out;
    for (const auto& item : json.items())
        out.push_back({item.at("name").text(), item.at("value").positive(), item.amount_or("log_sd", 0)});
    return out;
}

// Terms and parameters come in the same order nearly always, so the place is tried first.
double at_or_named(const std::vector<Parameter>& parameters, std::size_t place, std::string_view name,
                   double fallback) {
    if (place < parameters.size() && parameters[place].name == name) return parameters[place].value;
    return value_of(parameters, name, fallback);
}

double in_fastest_tile(const CallFeatures& features, const KernelParameters& parameters) {
    double least = std::numeric_limits<double>::infinity();
    for (const auto& [tile, speed] : parameters.tiles) least = std::min(least, features.tiles[tile] / speed);
    return least;
}

Json tiles_json(const std::vector<TileSpeed>& tiles) {
    Json out = Json::array();
    for (const auto& [tile, speed] : tiles)
        out.push_back({{"name", product_tiles.at(tile).name}, {"speed", speed}});
    return out;
}

std::vector<TileSpeed> tiles_from(const JsonReader& json) {
    std::vector<TileSpeed> out;
    for (const auto& item : json.items()) {
        const auto name = item.at("name").text();
        const auto* found = std::ranges::find(product_tiles, name, &ProductTile::name);
        if (found == product_tiles.end()) throw InputError("kernel model: tile '" + name + "' is not known");
        out.push_back({static_cast<std::size_t>(found - product_tiles.begin()), item.at("speed").positive()});
    }
    return out;
}

struct Waiting {
    double launch_s = 0, others_s = 0;
};

Waiting waiting_of(const CallFeatures& features, const KernelParameters& parameters) {
    Waiting out;
    for (std::size_t i = 0; i < features.latencies.size(); ++i) {
        const auto& [name, count] = features.latencies[i];
        (name == "launch" ? out.launch_s : out.others_s) +=
            count * at_or_named(parameters.latencies, i, name, 0);
    }
    return out;
}

// (a^p + b^p)^(1/p), scaled by the larger, so that no power leaves the range of a double.
double norm_of(double a, double b, double p) {
    const auto [less, more] = std::minmax(a, b);
    if (p == 1 || more <= 0) return a + b;
    return more * std::pow(1.0 + std::pow(less / more, p), 1.0 / p);
}

}  // namespace

double value_of(const std::vector<Parameter>& parameters, std::string_view name, double fallback) {
    const auto found = std::ranges::find(parameters, name, &Parameter::name);
    return found == parameters.end() ? fallback : found->value;
}

double seconds_at(const CallFeatures& features, std::size_t ceiling, const KernelParameters& parameters) {
    const auto& [name, at_ceiling] = features.ceilings[ceiling];
    const bool tiled = !parameters.tiles.empty() && !features.tiles.empty() && name == "compute";
    return (tiled ? in_fastest_tile(features, parameters) : at_ceiling) /
           at_or_named(parameters.shares, ceiling, name, 1);
}

double kernel_time(const CallFeatures& features, const KernelParameters& parameters) {
    std::array<double, 6> seconds{};
    double largest = 0;
    for (std::size_t i = 0; i < features.ceilings.size(); ++i) {
        seconds.at(i) = seconds_at(features, i, parameters);
        largest = std::max(largest, seconds.at(i));
    }
    const auto [launch, others] = waiting_of(features, parameters);
    if (largest <= 0) return norm_of(launch, others, parameters.launch_overlap);
    // Scaled by the largest term, so that no power leaves the range of a double.
    double sum = 0;
    for (const double term : seconds)
        if (term > 0) sum += term == largest ? 1.0 : std::pow(term / largest, parameters.overlap);
    const double busy = others + largest * std::pow(sum, 1.0 / parameters.overlap);
    return norm_of(launch, busy, parameters.launch_overlap);
}

Json KernelParameters::json() const {
    Json out = {{"latencies", list_json(latencies)},
                {"shares", list_json(shares)},
                {"overlap", overlap},
                {"overlap_log_sd", overlap_log_sd},
                {"launch_overlap", launch_overlap}};
    if (!tiles.empty()) out["tiles"] = tiles_json(tiles);
    return out;
}

KernelParameters KernelParameters::from_json(const JsonReader& json) {
    const auto tiles = json.find("tiles");
    return {.latencies = list_from(json.at("latencies")),
            .shares = list_from(json.at("shares")),
            .tiles = tiles ? tiles_from(*tiles) : std::vector<TileSpeed>(),
            .overlap = json.at("overlap").positive(),
            .overlap_log_sd = json.amount_or("overlap_log_sd", 0),
            .launch_overlap = json.amount_or("launch_overlap", 1)};
}

}  // namespace ridge::cost_model
