// SPDX-License-Identifier: Apache-2.0
#include "cli/money_amount.hpp"

#include <algorithm>
#include <cctype>

#include "core/error.hpp"
#include "core/text.hpp"

namespace ridge::cli {
namespace {

using cost_model::Figure;

bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }

// Text before a separator; takes it and the separator off `text`'s end.
std::string_view cut_after(std::string_view& text, char separator) {
    const auto at = text.find(separator);
    if (at == std::string_view::npos) return {};
    const auto after = text.substr(at + 1);
    text = text.substr(0, at);
    return after;
}

// "10CNY" becomes "10", and what it has to be multiplied with to be in dollars.
double factor_of(std::string_view& text, bool is_money, const std::string& what,
                 const std::vector<cost_model::ExchangeRate>& rates) {
    const bool has_date = text.find('@') != std::string_view::npos;
    const auto date = cut_after(text, '@');
    if (has_date && date.empty()) throw InputError(what + " has an '@' without a date after it");
    if (text.ends_with('%') && !is_money) {
        text.remove_suffix(1);
        return 0.01;
    }
    // The letters at the end: "CNY" of "10CNY", all of "cheap", none of "1e9".
    const auto letters = std::find_if_not(text.rbegin(), text.rend(), is_letter).base();
    const std::string currency(letters, text.end());
    if (currency.size() != 3 || !is_money) {
        if (has_date) throw InputError(what + " has a date but no currency, should be like 10CNY@2023-03");
        return 1;
    }
    text = text.substr(0, text.size() - 3);
    return 1.0 / cost_model::rate_of(rates, currency, date).per_usd;
}

std::vector<double> numbers_of(std::string_view text, const std::string& what) {
    std::vector<double> out;
    while (true) {
        const auto dots = text.find("..");
        out.push_back(parse_number(text.substr(0, dots), what));
        if (dots == std::string_view::npos) return out;
        text.remove_prefix(dots + 2);
    }
}

Figure figure_of(const std::vector<double>& numbers, const std::string& what) {
    switch (numbers.size()) {
        case 1:
            return numbers[0];
        case 2:
            return {(numbers[0] + numbers[1]) / 2, {numbers[0], numbers[1]}};
        case 3:
            return {numbers[1], {numbers[0], numbers[2]}};
        default:
            throw InputError(what + " should be a number, LOW..HIGH or LOW..VALUE..HIGH");
    }
}

}  // namespace

Figure parse_figure(std::string_view text, std::string_view unit, const std::string& what,
                    const std::vector<cost_model::ExchangeRate>& rates) {
    const auto named = what + " " + std::string(text);
    const double factor = factor_of(text, unit.starts_with("USD"), named, rates);
    auto figure = figure_of(numbers_of(text, named), named).scaled(factor);
    figure.source = "given by the user";
    cost_model::check(figure, unit, named);
    return figure;
}

}  // namespace ridge::cli
