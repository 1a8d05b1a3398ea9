// SPDX-License-Identifier: Apache-2.0
#include "cost_model/scenario/catalogue_figures.hpp"

#include <set>

#include "core/configs.hpp"
#include "core/error.hpp"
#include "cost_model/economy/prices.hpp"
#include "cost_model/network/memory_need.hpp"
#include "cost_model/network/network.hpp"
#include "operators/catalogue.hpp"

namespace ridge::cost_model {
namespace {

double known(double figure, const std::string& what, const Device& device) {
    if (figure > 0) return figure;
    throw Undecidable{"the data sheet of " + device.name + " gives no " + what};
}

double peak_of(const DeviceModel& device, const JsonReader& figure) {
    const auto precision = parse_precision(figure.text().substr(std::string("peak_").size()));
    const auto found = device.device.peak_flops.find(precision);
    return known(found == device.device.peak_flops.end() ? 0 : found->second,
                 "peak in " + std::string(name(precision)), device.device);
}

bool has_peak(const DeviceModel& device, const JsonReader& figure) {
    return device.device.peak_flops.contains(
        parse_precision(figure.text().substr(std::string("has_peak_").size())));
}

}  // namespace

Estimate device_figure(Answerer& answerer, const JsonReader& question) {
    const auto& model = answerer.device(question.at("device"));
    const auto& device = model.device;
    const auto figure = question.at("figure");
    const auto word = figure.text();
    if (word.starts_with("has_peak_")) return Estimate::exact(has_peak(model, figure) ? 1 : 0);
    if (word.starts_with("peak_")) return Estimate::exact(peak_of(model, figure));
    if (word == "tdp_w")
        return Estimate::exact(known(device.tdp_w.value_or(0), "thermal design power", device));
    if (word == "memory_bytes") return Estimate::exact(known(device.memory_bytes, "memory", device));
    if (word == "bandwidth")
        return Estimate::exact(known(device.memory_bandwidth_bytes_per_s, "memory bandwidth", device));
    if (word == "sparsity_ratio") return Estimate::exact(model.sparsity_max_ratio);
    figure.fail("tdp_w, memory_bytes, bandwidth, sparsity_ratio, peak_<precision> or has_peak_<precision>");
}

Estimate model_figure(Answerer&, const JsonReader& question) {
    const auto model = question.at("model").text();
    const auto figure = question.at("figure");
    const auto word = figure.text();
    if (word == "parameters") return Estimate::exact(parameters_of(load_network(model)));
    if (word == "weight_bytes") {
        constexpr double bits_per_byte = 8;
        return Estimate::exact(parameters_of(load_network(model)) * question.at("weight_bits").positive() /
                               bits_per_byte);
    }
    if (word == "kv_bytes_per_token")
        return Estimate::exact(kv_bytes_per_token(load_model(model), Precisions{}));
    if (word == "flop_per_token") return Estimate::exact(2 * parameters_of(load_network(model)));
    figure.fail("parameters, weight_bytes, kv_bytes_per_token or flop_per_token");
}

Estimate rent_figure(Answerer& answerer, const JsonReader& question) {
    const auto& device = answerer.device(question.at("device")).device;
    const auto price = default_price(rental_prices(device.id));
    if (!price) throw Undecidable{"no rental price of " + device.name + " is known"};
    return Estimate::exact(price->usd_per_hour);
}

Estimate catalogue_figure(Answerer&, const JsonReader& question) {
    const auto ids = list_configs("devices");
    const auto figure = question.at("figure");
    if (figure.text() == "devices") return Estimate::exact(static_cast<double>(ids.size()));
    if (figure.text() == "operators")
        return Estimate::exact(static_cast<double>(operators::catalogue().size()));
    if (figure.text() != "vendors") figure.fail("vendors, devices or operators");
    std::set<std::string> vendors;
    for (const auto& id : ids) vendors.insert(load_device(id).device.vendor);
    return Estimate::exact(static_cast<double>(vendors.size()));
}

}  // namespace ridge::cost_model
