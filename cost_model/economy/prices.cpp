// SPDX-License-Identifier: Apache-2.0
#include "cost_model/economy/prices.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "core/configs.hpp"
#include "core/error.hpp"
#include "core/json.hpp"
#include "core/text.hpp"
#include "cost_model/economy/currency.hpp"
#include "cost_model/economy/figure_catalogue.hpp"

namespace ridge::cost_model {
namespace {

constexpr std::array<std::string_view, 6> rental_terms = {"on_demand", "contract",   "spot",
                                                          "range_low", "range_high", "assumed"};
constexpr std::array<std::string_view, 6> purchase_kinds = {"list",      "street",     "retail",
                                                            "range_low", "range_high", "system_share"};
constexpr double days_of_rents = 366, days_of_purchases = 3 * 366;

template <typename Words>
std::string word_of(const JsonReader& json, const Words& known) {
    auto word = json.text();
    if (std::ranges::find(known, word) == known.end())
        json.fail("one of " + join({known.begin(), known.end()}, ", "));
    return word;
}

// Reads the rates only when a price is in another currency: most are in dollars.
double usd_from(const JsonReader& json, const std::string& date) {
    const double amount = json.at("amount").positive();
    const auto currency = json.at("currency").text();
    if (currency == "USD") return amount;
    if (date.empty()) json.at("currency").fail("USD where there is no date, since a rate is that of a date");
    return amount / rate_of(exchange_rates(), currency, date).per_usd;
}

RentalPrice rental_from(const JsonReader& json) {
    const auto date = json.text_or("date", "");
    return {.usd_per_hour = usd_from(json, date),
            .term = word_of(json.at("term"), rental_terms),
            .date = date,
            .source = json.at("source").text(),
            .range = {}};
}

PurchasePrice purchase_from(const JsonReader& json) {
    const auto date = json.text_or("date", "");
    const auto devices = json.integer_or("devices", 1);
    if (devices < 1) json.at("devices").fail("at least 1");
    const auto kind = word_of(json.at("kind"), purchase_kinds);
    return {.usd = usd_from(json, date) / static_cast<double>(devices),
            .kind = kind,
            .date = date,
            .source = json.at("source").text(),
            .includes_host = kind == "system_share",
            .range = {}};
}

template <typename Price, typename Read>
std::vector<Price> prices_of(const char* file, const std::string& device_id, Read read) {
    const auto path = find_config("prices", file);
    const Json document = read_json_file(path);
    std::vector<Price> rows;
    if (const auto found = JsonReader(document, path.string()).at("devices").find(device_id))
        for (const auto& row : found->items()) rows.push_back(read(row));
    return rows;
}

double amount(const RentalPrice& price) { return price.usd_per_hour; }
double amount(const PurchasePrice& price) { return price.usd; }

template <typename Price, typename Eligible>
std::optional<Price> newest(const std::vector<Price>& rows, Eligible eligible) {
    const Price* best = nullptr;
    for (const auto& row : rows) {
        if (row.date.empty() || !eligible(row)) continue;
        if (!best || std::pair(row.date, amount(row)) > std::pair(best->date, amount(*best))) best = &row;
    }
    return best ? std::optional(*best) : std::nullopt;
}

// The lowest and highest of the rows that are at most `days` older or younger than the chosen one.
template <typename Price, typename Eligible>
Interval range_of(const std::vector<Price>& rows, const Price& chosen, double days, Eligible eligible) {
    Interval range{amount(chosen), amount(chosen)};
    const double day = rough_day(chosen.date, "date");
    for (const auto& row : rows) {
        if (row.date.empty() || !eligible(row)) continue;
        if (std::abs(rough_day(row.date, "date") - day) > days) continue;
        range.low = std::min(range.low, amount(row));
        range.high = std::max(range.high, amount(row));
    }
    return range;
}

bool is_range(std::string_view word) { return word == "range_low" || word == "range_high"; }

}  // namespace

std::vector<RentalPrice> rental_prices(const std::string& device_id) {
    return prices_of<RentalPrice>("rental", device_id, rental_from);
}

std::optional<RentalPrice> default_price(const std::vector<RentalPrice>& rows) {
    auto chosen = newest(rows, [](const auto& row) { return row.term == "on_demand"; });
    if (!chosen) chosen = newest(rows, [](const auto& row) { return row.term == "contract"; });
    if (!chosen) return chosen;
    chosen->range = range_of(rows, *chosen, days_of_rents,
                             [](const auto& row) { return row.term != "spot" && row.term != "assumed"; });
    return chosen;
}

std::vector<PurchasePrice> purchase_prices(const std::string& device_id) {
    return prices_of<PurchasePrice>("purchase", device_id, purchase_from);
}

std::optional<PurchasePrice> default_purchase(const std::vector<PurchasePrice>& rows) {
    auto chosen = newest(rows, [](const auto& row) { return !row.includes_host && !is_range(row.kind); });
    if (!chosen) chosen = newest(rows, [](const auto& row) { return row.includes_host; });
    if (!chosen) return chosen;
    chosen->range = range_of(rows, *chosen, days_of_purchases,
                             [&](const auto& row) { return row.includes_host == chosen->includes_host; });
    return chosen;
}

Figure default_electricity() { return figure_catalogue("electricity").at(""); }

}  // namespace ridge::cost_model
