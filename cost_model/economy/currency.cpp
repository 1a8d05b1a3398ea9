// SPDX-License-Identifier: Apache-2.0
#include "cost_model/economy/currency.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "core/configs.hpp"
#include "core/error.hpp"
#include "core/json.hpp"
#include "core/text.hpp"

namespace ridge::cost_model {
namespace {

ExchangeRate rate_from(const JsonReader& json) {
    ExchangeRate rate{json.at("currency").text(), json.at("per_usd").positive(), json.at("date").text(),
                      json.at("source").text()};
    static_cast<void>(json.at("date").parsed([](std::string_view text) { return rough_day(text, "date"); }));
    return rate;
}

std::string known_currencies(const std::vector<ExchangeRate>& rates) {
    std::set<std::string> names = {"USD"};
    for (const auto& rate : rates) names.insert(rate.currency);
    return join({names.begin(), names.end()}, ", ");
}

}  // namespace

double rough_day(std::string_view date, std::string_view what) {
    constexpr std::array<double, 3> days = {365.25, 30.44, 1};
    constexpr std::array<double, 3> middle = {0, 6.5, 15.5};  // of the months of a year, the days of a month
    constexpr std::array<std::int64_t, 3> most = {9999, 12, 31};
    const auto parts = split(date, '-');
    if (parts.size() > 3 || parts[0].size() != 4)
        throw InputError(std::string(what) + " is \"" + std::string(date) +
                         "\", should be a date like 2026, 2026-01 or 2026-01-27");
    double day = 0;
    for (std::size_t i = 0; i < 3; ++i) {
        if (i >= parts.size()) {
            day += middle[i] * days[i];
            continue;
        }
        const auto number = parse_integer(parts[i], what);
        if (number < 1 || number > most[i])
            throw InputError(std::string(what) + " is \"" + std::string(date) + "\", which is no day");
        day += static_cast<double>(number) * days[i];
    }
    return day;
}

std::vector<ExchangeRate> exchange_rates() {
    const auto path = find_config("prices", "currency");
    const Json document = read_json_file(path);
    std::vector<ExchangeRate> rates;
    for (const auto& row : JsonReader(document, path.string()).at("rates").items())
        rates.push_back(rate_from(row));
    return rates;
}

ExchangeRate rate_of(const std::vector<ExchangeRate>& rates, std::string_view currency,
                     std::string_view date) {
    if (currency == "USD") return {};
    const double wanted = date.empty() ? HUGE_VAL : rough_day(date, "date");
    const ExchangeRate* best = nullptr;
    double nearest_gap = HUGE_VAL;
    for (const auto& rate : rates) {
        if (rate.currency != currency) continue;
        const double day = rough_day(rate.date, "date");
        const double gap = date.empty() ? -day : std::abs(day - wanted);
        if (!best || gap < nearest_gap) best = &rate, nearest_gap = gap;
    }
    if (!best)
        throw InputError("currency '" + std::string(currency) + "' has no rate, should be one of " +
                         known_currencies(rates) +
                         "; --exchange-rate gives another, e.g. JPY=150@2026-01-27");
    constexpr double farthest_years = 3, days_of_a_year = 365.25;
    if (!date.empty() && nearest_gap > farthest_years * days_of_a_year)
        throw InputError("no rate of " + std::string(currency) + " is known within three years of " +
                         std::string(date) + ", should be nearer to " + best->date +
                         "; --exchange-rate gives another");
    return *best;
}

ExchangeRate parse_rate(std::string_view text) {
    const auto equals = text.find('=');
    const auto at = text.find('@');
    const std::string what = "rate '" + std::string(text) + "'";
    if (equals != 3) throw InputError(what + " should be like CNY=7.1@2026-06-01");
    if (at == std::string_view::npos || at + 1 == text.size())
        throw InputError(what + " has no date, should be like CNY=7.1@2026-06-01");
    if (at < equals) throw InputError(what + " should be like CNY=7.1@2026-06-01");
    ExchangeRate rate{std::string(text.substr(0, 3)), parse_number(text.substr(4, at - 4), what),
                      std::string(text.substr(at + 1)), "given by the user"};
    static_cast<void>(rough_day(rate.date, what + ": date"));
    if (!std::isfinite(rate.per_usd) || rate.per_usd <= 0)
        throw InputError(what + ": " + number_text(rate.per_usd) +
                         " should be units of the currency for a US dollar, above 0");
    return rate;
}

}  // namespace ridge::cost_model
