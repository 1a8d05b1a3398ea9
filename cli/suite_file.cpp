// SPDX-License-Identifier: Apache-2.0
#include "cli/suite_file.hpp"

#include <algorithm>
#include <cmath>

namespace ridge::cli {
namespace {

constexpr double digits_kept = 3;

double rounded(double share) {
    const double unit = std::pow(10.0, digits_kept - 1 - std::floor(std::log10(share)));
    return std::round(share * unit) / unit;
}

char allowed(char c) {
    const bool upper = c >= 'A' && c <= 'Z';
    if (upper) return static_cast<char>(c - 'A' + 'a');
    const bool kept = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.';
    return kept ? c : '-';
}

}  // namespace

std::string suite_name(const std::string& text) {
    std::string out = text;
    std::ranges::transform(out, out.begin(), allowed);
    // The first character is a letter or a digit.
    out.erase(0, std::min(out.find_first_not_of("-."), out.size()));
    return out.empty() ? "model" : out;
}

tuner::Suite model_suite(const cost_model::Network& network, const cost_model::ModelUse& use,
                         const std::string& name, std::int64_t version, const std::string& description) {
    tuner::Suite suite{.name = name, .version = version, .description = description, .calls = {}, .path = {}};
    for (const auto& [call, cache, share] : cost_model::model_calls(network, use))
        suite.calls.push_back({.call = call.text(), .cache = cache, .weight = rounded(share)});
    return suite;
}

std::string suite_file(const tuner::Suite& suite) {
    auto head = suite.json();
    head.erase("calls");
    std::string out = head.dump(2);
    out.resize(out.size() - 2);  // "\n}"
    out += ",\n  \"calls\": [";
    for (const auto& one : suite.calls) {
        out += &one == &suite.calls.front() ? "\n    " : ",\n    ";
        out += "{\"call\": " + Json(one.call).dump() + ", \"cache\": " + Json(name(one.cache)).dump() +
               ", \"weight\": " + Json(one.weight).dump() + "}";
    }
    return out + "\n  ]\n}\n";
}

}  // namespace ridge::cli
