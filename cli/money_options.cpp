// SPDX-License-Identifier: Apache-2.0
#include "cli/money_options.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "cli/money_amount.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "cost_model/economy/figure_catalogue.hpp"

namespace ridge::cli {
namespace {

using cost_model::Acquisition;
using cost_model::Economy;
using cost_model::ExchangeRate;
using cost_model::Figure;

// An option that gives a figure: where it goes, its unit, and the file of configs/prices whose names it
// takes.
struct FigureOption {
    const char* name;
    const char* unit;
    const char* catalogue;  // nullptr: numbers only
    void (*set)(Economy&, const Figure&);
    const char* help;
};

constexpr FigureOption figure_options[] = {
    {"--lifetime", "years", nullptr, [](Economy& e, const Figure& f) { e.ownership.lifetime_years = f; },
     "years that an owned device is used"},
    {"--interest", "1/year", nullptr, [](Economy& e, const Figure& f) { e.ownership.interest_per_year = f; },
     "interest on the price of what is owned, a year: 0.08 or 8%"},
    {"--residual", "share", nullptr, [](Economy& e, const Figure& f) { e.ownership.residual_share = f; },
     "share of the price that comes back at the end of the lifetime"},
    {"--host-share", "ratio", nullptr, [](Economy& e, const Figure& f) { e.ownership.host_price_share = f; },
     "price of the host's part for a device, over the device's"},
    {"--network-share", "ratio", nullptr,
     [](Economy& e, const Figure& f) { e.ownership.network_price_share = f; },
     "price of the network's part for a device, over the device's"},
    {"--maintenance", "1/year", nullptr,
     [](Economy& e, const Figure& f) { e.ownership.maintenance_share_per_year = f; },
     "share of the price of device, host and network, a year"},
    {"--hosting", "USD/kW/month", "hosting",
     [](Economy& e, const Figure& f) { e.ownership.hosting_usd_per_kw_month = f; },
     "price of hosting for a kW and month, or a name of configs/prices/hosting"},
    {"--staff", "USD/year", nullptr, [](Economy& e, const Figure& f) { e.ownership.staff_usd_per_year = f; },
     "staff for a device and year"},
    {"--utilisation", "utilisation", nullptr, [](Economy& e, const Figure& f) { e.utilisation = f; },
     "share of the paid hours in which there is work (default: 1)"},
    {"--electricity,--tariff", "USD/kWh", "electricity",
     [](Economy& e, const Figure& f) { e.electricity = f; },
     "price of a kWh, or a name of configs/prices/electricity; added to a rent only when given"},
    {"--pue", "facility/computers", "pue", [](Economy& e, const Figure& f) { e.facility.pue = f; },
     "power usage effectiveness of the data centre, at least 1, or a name of configs/prices/pue"},
    {"--host-power", "ratio", nullptr, [](Economy& e, const Figure& f) { e.facility.host_power_share = f; },
     "power of the host's part for a device, over the device's"},
    {"--idle-power", "share", nullptr, [](Economy& e, const Figure& f) { e.facility.idle_power_share = f; },
     "power of an idle device over that of one at work"},
    {"--grid-intensity", "gCO2/kWh", "grid", [](Economy& e, const Figure& f) { e.grid_gco2_per_kwh = f; },
     "grams of CO2 for a kWh, or a name of configs/prices/grid, e.g. de"},
    {"--requests-per-day", "1/user/day", "demand",
     [](Economy& e, const Figure& f) { e.requests_per_user_day = f; },
     "requests of one user in a day, for the cost of a user and month"},
};

// What owning is asked with. Figures of rent, power and carbon stay.
constexpr const char* own_only[] = {"--lifetime",      "--interest",    "--residual", "--host-share",
                                    "--network-share", "--maintenance", "--hosting",  "--staff"};

// The text that the complaint names: the option without its other name.
std::string shown_name(const std::string& option) { return option.substr(0, option.find(',')); }

bool is_name(const std::string& text) {
    return !text.empty() && std::isalpha(static_cast<unsigned char>(text.front())) != 0;
}

Figure figure_from(const FigureOption& option, const std::string& text,
                   const std::vector<ExchangeRate>& rates) {
    if (option.catalogue && is_name(text)) {
        try {
            return cost_model::figure_catalogue(option.catalogue).at(text);
        } catch (const InputError& error) {
            throw InputError(shown_name(option.name) + " " + text + ": " + error.what());
        }
    }
    return parse_figure(text, option.unit, shown_name(option.name), rates);
}

// The amount for a device: its own, or else the one without a device's name. The last one given holds.
std::optional<Figure> amount_for(const std::string& word, const std::vector<std::string>& words,
                                 const char* option, const char* unit, const std::vector<std::string>& texts,
                                 const std::vector<ExchangeRate>& rates) {
    std::optional<Figure> own, general;
    for (const auto& text : texts) {
        const auto equals = text.rfind('=');
        const auto device = equals == std::string::npos ? std::string() : text.substr(0, equals);
        if (!device.empty() && std::ranges::find(words, device) == words.end())
            throw InputError(std::string(option) + " " + text + ": '" + device +
                             "' is none of the devices asked for: " + join(words, ", "));
        const auto amount =
            parse_figure(equals == std::string::npos ? text : text.substr(equals + 1), unit,
                         std::string(option) + (device.empty() ? "" : " of " + device), rates);
        if (device.empty())
            general = amount;
        else if (device == word)
            own = amount;
    }
    return own ? own : general;
}

void add_amounts(CLI::App& command, MoneyOptions& options) {
    const auto add = [&](const char* name, std::vector<std::string>& into, const char* help) {
        command.add_option(name, into, help)->allow_extra_args(false);
    };
    add("--price", options.prices,
        "rent of a device and hour in US dollars, or e.g. 10CNY; DEVICE=2.10 for one device, several may be "
        "given");
    add("--assumed-price", options.assumed_prices,
        "as --price, which goes before it, but the tables say that nobody asks or pays it");
    add("--purchase", options.purchases,
        "price of a device to own in US dollars, or e.g. 89999CNY@2023-03; DEVICE=35000 for one device");
    add("--exchange-rate", options.rates,
        "an exchange rate with its date, e.g. CNY=7.1@2026-06-01 for a US dollar");
}

}  // namespace

void MoneyOptions::add(CLI::App& command, bool with_rent_or_own) {
    add_amounts(command, *this);
    command.add_option("--currency", currency, "USD, CNY or EUR: what amounts are shown in (default: USD)");
    if (with_rent_or_own) {
        auto* owned =
            command.add_flag("--own", own, "the devices are bought: price, interest, host, hosting …");
        command.add_flag("--rent", rent, "the devices are rented (default)")->excludes(owned);
    }
    for (const auto& option : figure_options)
        command.add_option_function<std::string>(
            option.name, [this, name = option.name](const std::string& text) { figures[name] = text; },
            option.help);
}

std::vector<ExchangeRate> MoneyOptions::known_rates() const {
    auto known = cost_model::exchange_rates();
    for (const auto& text : rates) {
        const auto given = cost_model::parse_rate(text);
        std::erase_if(known, [&](const ExchangeRate& row) { return row.currency == given.currency; });
        known.push_back(given);
    }
    return known;
}

Economy MoneyOptions::economy(const std::string& word, const std::vector<std::string>& words) const {
    const auto known = known_rates();
    const auto amount = [&](const char* option, const char* unit, const std::vector<std::string>& texts) {
        return amount_for(word, words, option, unit, texts, known);
    };
    Economy out{.usd_per_hour = amount("--price", "USD/h", prices),
                .acquisition = own ? Acquisition::own : Acquisition::rent,
                .purchase_usd = amount("--purchase", "USD", purchases),
                .facility = cost_model::load_facility(),
                .requests_per_user_day = cost_model::figure_catalogue("demand").at("")};
    const auto assumed = amount("--assumed-price", "USD/h", assumed_prices);
    if (!out.usd_per_hour && assumed) out.usd_per_hour = assumed, out.price_assumed = true;
    if (own) {
        out.ownership = cost_model::load_ownership();
        out.electricity = cost_model::default_electricity();
    }
    for (const auto& option : figure_options) {
        const auto given = figures.find(option.name);
        if (given == figures.end()) continue;
        if (!own && std::ranges::find(own_only, std::string_view(option.name)) != std::end(own_only))
            throw InputError(std::string(option.name) + " is of an owned device, should go with --own");
        option.set(out, figure_from(option, given->second, known));
    }
    return out;
}

ExchangeRate MoneyOptions::shown() const { return cost_model::rate_of(known_rates(), currency); }

bool MoneyOptions::said() const { return own || currency != "USD" || !purchases.empty() || !figures.empty(); }

}  // namespace ridge::cli
