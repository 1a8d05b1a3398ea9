// SPDX-License-Identifier: Apache-2.0
#include "cli/number_list.hpp"

#include <string>

#include "core/error.hpp"
#include "core/text.hpp"

namespace ridge::cli {
namespace {

constexpr std::size_t most_numbers = 1'000'000;

[[noreturn]] void refuse(std::string_view what, std::string_view part) {
    throw InputError(std::string(what) + " '" + std::string(part) +
                     "' should be a number, or a range like 1..256*2 or 512..4096+512");
}

void add_range(std::vector<std::int64_t>& numbers, std::string_view part, std::size_t dots,
               std::string_view what) {
    const auto sign = part.find_first_of("*+", dots);
    if (sign == std::string_view::npos) refuse(what, part);
    const auto low = parse_integer(part.substr(0, dots), what),
               high = parse_integer(part.substr(dots + 2, sign - dots - 2), what),
               by = parse_integer(part.substr(sign + 1), what);
    const bool factor = part[sign] == '*';
    if (low < 1 || high < low || high > std::int64_t{1} << 40 || by > std::int64_t{1} << 20 ||
        by < (factor ? 2 : 1))
        refuse(what, part);
    for (auto value = low; value <= high; value = factor ? value * by : value + by) {
        numbers.push_back(value);
        if (numbers.size() > most_numbers)
            throw InputError(std::string(what) + " has more than 10^6 numbers");
    }
}

}  // namespace

std::vector<std::int64_t> parse_number_list(std::string_view text, std::string_view what) {
    std::vector<std::int64_t> numbers;
    for (const auto part : split(text, ',')) {
        if (const auto dots = part.find(".."); dots != std::string_view::npos)
            add_range(numbers, part, dots, what);
        else
            numbers.push_back(parse_integer(part, what));
    }
    return numbers;
}

}  // namespace ridge::cli
