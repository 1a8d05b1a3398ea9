// SPDX-License-Identifier: Apache-2.0
#include "tuner/formats/trials_file.hpp"

#include "core/error.hpp"
#include "core/json.hpp"
#include "core/text.hpp"
#include "tuner/formats/document.hpp"

namespace ridge::tuner {
namespace {

TrialList read_search(std::string_view line, const std::string& place) {
    const auto parsed = parse_json(line, place);
    const JsonReader json(parsed, place);
    TrialList out{.strategy = json.at("strategy").text(), .configs = {}};
    for (const auto& trial : json.at("trials").items()) out.configs.push_back(KernelConfig::from_json(trial));
    return out;
}

}  // namespace

std::vector<TrialList> read_trials(const std::filesystem::path& path) {
    const auto document = read_document(path);
    std::vector<TrialList> out;
    std::size_t number = 0;
    for (const auto line : split(document.text, '\n')) {
        ++number;
        if (!line.empty())
            out.push_back(read_search(line, document.file + ", line " + std::to_string(number)));
    }
    if (out.empty())
        throw InputError(document.file + ": no search in it; it should have one JSON object a line");
    return out;
}

}  // namespace ridge::tuner
