// SPDX-License-Identifier: Apache-2.0
#include "cost_model/economy/prices.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "core/configs.hpp"
#include "core/error.hpp"
#include "core/json.hpp"
#include "core/text.hpp"

namespace ridge::cost_model {
namespace {

constexpr std::array<std::string_view, 6> known_terms = {"on_demand", "contract",   "spot",
                                                         "range_low", "range_high", "assumed"};

RentalPrice price_from(const JsonReader& json) {
    if (json.at("currency").text() != "USD") json.at("currency").fail("\"USD\"");
    RentalPrice price{.usd_per_hour = json.at("amount").positive(),
                      .term = json.at("term").text(),
                      .date = json.text_or("date", ""),
                      .source = json.at("source").text()};
    if (std::ranges::find(known_terms, price.term) == known_terms.end())
        json.at("term").fail("one of " + join({known_terms.begin(), known_terms.end()}, ", "));
    return price;
}

std::optional<RentalPrice> newest(const std::vector<RentalPrice>& rows, std::string_view term) {
    const RentalPrice* best = nullptr;
    for (const auto& row : rows) {
        if (row.term != term || row.date.empty()) continue;
        if (!best || std::pair(row.date, row.usd_per_hour) > std::pair(best->date, best->usd_per_hour))
            best = &row;
    }
    return best ? std::optional(*best) : std::nullopt;
}

}  // namespace

std::vector<RentalPrice> rental_prices(const std::string& device_id) {
    const auto path = find_config("prices", "rental");
    const Json document = read_json_file(path);
    std::vector<RentalPrice> rows;
    if (const auto found = JsonReader(document, path.string()).at("devices").find(device_id))
        for (const auto& row : found->items()) rows.push_back(price_from(row));
    return rows;
}

std::optional<RentalPrice> default_price(const std::vector<RentalPrice>& rows) {
    const auto on_demand = newest(rows, "on_demand");
    return on_demand ? on_demand : newest(rows, "contract");
}

Electricity default_electricity() {
    const auto path = find_config("prices", "electricity");
    const Json document = read_json_file(path);
    const JsonReader json(document, path.string());
    Electricity out{json.at("usd_per_kwh").positive(), json.at("pue").positive(), json.at("source").text()};
    if (out.pue < 1) json.at("pue").fail("a number of at least 1");
    return out;
}

}  // namespace ridge::cost_model
