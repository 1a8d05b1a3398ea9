// SPDX-License-Identifier: Apache-2.0
#include "cost_model/economy/figure_catalogue.hpp"

#include <algorithm>

#include "core/configs.hpp"
#include "core/error.hpp"
#include "core/json.hpp"
#include "core/text.hpp"
#include "cost_model/economy/currency.hpp"

namespace ridge::cost_model {
namespace {

double in_usd(const JsonReader& json, const std::string& date) {
    const auto currency = json.text_or("currency", "USD");
    return currency == "USD" ? 1.0 : 1.0 / rate_of(exchange_rates(), currency, date).per_usd;
}

Figure figure_from(const std::string& file, const std::string& name, const JsonReader& json,
                   const std::string& unit) {
    const double value = json.at("value").number();
    const auto date = json.at("date").text();
    const Figure figure(value, {json.number_or("low", value), json.number_or("high", value)}, date,
                        json.at("source").text());
    const auto out = figure.scaled(in_usd(json, date));
    check(out, json.text_or("unit", unit), file + ": '" + name + "'");
    return out;
}

}  // namespace

const Figure* FigureCatalogue::find(const std::string& name) const {
    const auto found = std::ranges::find(figures, name.empty() ? default_name : name,
                                         &std::pair<std::string, Figure>::first);
    return found == figures.end() ? nullptr : &found->second;
}

std::vector<std::string> FigureCatalogue::names() const {
    std::vector<std::string> out;
    for (const auto& [name, figure] : figures) out.push_back(name);
    return out;
}

const Figure& FigureCatalogue::at(const std::string& name) const {
    if (const auto* figure = find(name)) return *figure;
    const auto known = names();
    const auto near = nearest(name, known);
    throw InputError(file + ": no figure '" + name + "'" +
                     (near.empty() ? ", there are " + join(known, ", ") : "; did you mean '" + near + "'?"));
}

FigureCatalogue figure_catalogue(const std::string& name) {
    const auto path = find_config("prices", name);
    const Json document = read_json_file(path);
    const JsonReader json(document, path.string());
    FigureCatalogue out{path.string(), json.text_or("default", ""), {}};
    const auto unit = json.text_or("unit", "");
    for (const auto& [key, row] : json.at("figures").members())
        out.figures.emplace_back(key, figure_from(out.file, key, row, unit));
    return out;
}

}  // namespace ridge::cost_model
