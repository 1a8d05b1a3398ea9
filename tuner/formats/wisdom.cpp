// SPDX-License-Identifier: Apache-2.0
#include "tuner/formats/wisdom.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

#include "core/error.hpp"
#include "core/json.hpp"
#include "core/text.hpp"
#include "tuner/formats/space_builder.hpp"

namespace ridge::tuner {
namespace {

std::string_view trimmed(std::string_view line) {
    const auto begin = line.find_first_not_of(" \t\r");
    return begin == std::string_view::npos ? std::string_view() : line.substr(begin);
}

bool is_comment(std::string_view line) {
    return line.empty() || line.starts_with('#') || line.starts_with("//");
}

std::vector<std::string> texts(const JsonReader& json) {
    std::vector<std::string> out;
    for (const auto& item : json.items()) out.push_back(item.text());
    return out;
}

class WisdomReader {
  public:
    explicit WisdomReader(const Document& document) : document_(document) {}

    Wisdom read() {
        const auto lines = split(document_.text, '\n');
        for (std::size_t i = 0; i < lines.size(); ++i) {
            const auto line = trimmed(lines[i]);
            if (!is_comment(line)) take(line, i + 1, i + 1 == lines.size());
        }
        if (!has_header_) throw InputError(document_.file + ": no header with 'tunable_parameters'");
        return std::move(wisdom_);
    }

  private:
    void take(std::string_view line, std::size_t number, bool last) {
        const auto place = document_.file + ", line " + std::to_string(number);
        if (!has_header_) return read_header(JsonReader(parsed_ = parse_json(line, place), place));
        try {
            parsed_ = parse_json(line, place);
            wisdom_.entries.push_back(entry(JsonReader(parsed_, place)));
            wisdom_.entries.back().line = std::string(line);
        } catch (const InputError& error) {
            ++wisdom_.dropped;
            constexpr std::size_t most_notes = 20;
            if (wisdom_.notes.size() < most_notes)
                wisdom_.notes.push_back(
                    error.what() + std::string(last ? "; the file may have been cut" : "") + "; dropped");
        }
    }

    void read_header(const JsonReader& header) {
        if (!header.at("version").text().starts_with("1."))
            header.at("version").fail("1.0 or another version 1");
        wisdom_.key = header.text_or("key", "");
        wisdom_.objective = header.text_or("objective", "time");
        wisdom_.parameters = texts(header.at("tunable_parameters"));
        if (std::set(wisdom_.parameters.begin(), wisdom_.parameters.end()).size() !=
            wisdom_.parameters.size())
            header.at("tunable_parameters").fail("names that stand once each");
        if (wisdom_.parameters.empty()) header.at("tunable_parameters").fail("a name or more");
        has_header_ = true;
    }

    [[nodiscard]] WisdomEntry entry(const JsonReader& json) const {
        WisdomEntry out;
        const auto values = json.at("config").items();
        if (values.size() != wisdom_.parameters.size())
            json.at("config").fail("a list of " + std::to_string(wisdom_.parameters.size()) + " values");
        for (std::size_t i = 0; i < values.size(); ++i)
            out.config.set(wisdom_.parameters[i], parameter_value(values[i]));
        for (const auto& size : json.at("problem_size").items()) out.problem_size.push_back(size.integer());
        out.device = json.at("environment").text_or("device_name", "");
        out.objective = json.at(wisdom_.objective).number();
        check_objective(out.objective, wisdom_.objective);
        return out;
    }

    const Document& document_;
    Wisdom wisdom_;
    Json parsed_;  // what a reader of a line looks at
    bool has_header_ = false;
};

struct Scenario {
    std::string device;
    std::vector<std::int64_t> problem_size;
    auto operator<=>(const Scenario&) const = default;
};

Scenario scenario_of(const WisdomEntry& entry) { return {entry.device, entry.problem_size}; }

Scenario most_frequent(const std::vector<WisdomEntry>& entries) {
    std::map<Scenario, std::size_t> counts;
    for (const auto& entry : entries) ++counts[scenario_of(entry)];
    return std::ranges::max_element(counts, {}, &std::pair<const Scenario, std::size_t>::second)->first;
}

std::vector<std::int64_t> problem_size_of(const RecordedSpace& space) {
    const auto json = Json::accept(space.problem) ? parse_json(space.problem, "problem") : Json();
    const auto list = json.is_number() ? Json::array({json}) : json;
    const bool sizes = list.is_array() && !list.empty() &&
                       std::ranges::all_of(list, [](const Json& size) { return size.is_number_integer(); });
    if (!sizes)
        throw InputError("wisdom needs a problem size such as [4096, 4096], the space has '" + space.problem +
                         "'");
    std::vector<std::int64_t> out;
    for (const auto& size : list) out.push_back(size.get<std::int64_t>());
    return out;
}

// What the space adds, best first.
std::vector<WisdomEntry> entries_of(const RecordedSpace& space, const std::vector<std::string>& parameters) {
    const auto problem_size = problem_size_of(space);
    std::vector<WisdomEntry> entries;
    for (const auto& recorded : space.configs) {
        if (!recorded.objective) continue;
        const double objective = space.unit == "s" ? milliseconds(*recorded.objective) : *recorded.objective;
        Json values = Json::array();
        for (const auto& name : parameters) values.push_back(to_json(recorded.config.values().at(name)));
        Json line = {{"config", std::move(values)},
                     {"problem_size", problem_size},
                     {"environment", {{"device_name", space.device}}}};
        line[space.objective] = objective;
        entries.push_back({recorded.config, problem_size, space.device, objective, to_line(line)});
    }
    return entries;
}

void check_older(const RecordedSpace& space, const std::vector<std::string>& names, const Wisdom& older) {
    const auto refuse = [](const std::string& what, const std::string& has, const std::string& wants) {
        throw InputError("the older wisdom is of the " + what + " '" + has + "', not '" + wants + "'");
    };
    if (older.key != space.kernel) refuse("kernel", older.key, space.kernel);
    if (older.objective != space.objective) refuse("objective", older.objective, space.objective);
    if (std::set(older.parameters.begin(), older.parameters.end()) != std::set(names.begin(), names.end()))
        refuse("parameters", join(older.parameters, ", "), join(names, ", "));
}

}  // namespace

Wisdom read_wisdom(const Document& document) { return WisdomReader(document).read(); }

bool is_wisdom(const Document& document) {
    for (const auto line : split(document.text, '\n'))
        if (const auto text = trimmed(line); !is_comment(text))
            return text.starts_with('{') && text.find("\"tunable_parameters\"") != std::string_view::npos;
    return false;
}

RecordedSpace read_wisdom_space(const Document& document) {
    auto wisdom = read_wisdom(document);
    if (wisdom.entries.empty()) throw InputError(document.file + ": no sound configuration in it");
    const auto chosen = most_frequent(wisdom.entries);
    SpaceBuilder builder(document.file);
    builder.space.kernel = wisdom.key;
    builder.space.device = chosen.device;
    builder.space.problem = Json(chosen.problem_size).dump();
    builder.set_parameters(wisdom.parameters);
    builder.set_objective(wisdom.objective);
    if (builder.space.objective != wisdom.objective)
        throw InputError(document.file + ": more of '" + wisdom.objective + "' is better, which is not read");
    std::ranges::stable_sort(wisdom.entries, {}, &WisdomEntry::objective);
    std::set<std::string> seen;
    std::size_t others = 0;
    for (const auto& entry : wisdom.entries) {
        if (scenario_of(entry) != chosen) {
            ++others;
            continue;
        }
        // Later runs add a line for a configuration that is there already: the best counts.
        if (!seen.insert(entry.config.text()).second) continue;
        RecordedConfig recorded;
        recorded.config = entry.config;
        recorded.status = Status::ok;
        recorded.objective = entry.objective / (wisdom.objective == "time" ? ms_per_second : 1);
        builder.add([&] { return document.file; }, [&] { return recorded; });
    }
    for (const auto& note : wisdom.notes) builder.drop(note.substr(0, note.rfind("; dropped")));
    if (others > 0)
        builder.note(document.file + ": " + std::to_string(others) +
                     " entries of other devices or problem sizes are left out");
    auto space = builder.finish();
    space.dropped = wisdom.dropped;
    return space;
}

Written write_wisdom(const RecordedSpace& space, const std::optional<Wisdom>& older) {
    if (space.device.empty()) throw InputError("wisdom is kept by device, and the space names none");
    if (space.valid() == 0) throw InputError("the space has no valid configuration");
    std::vector<std::string> names;
    for (const auto& parameter : space.parameters.parameters) names.push_back(parameter.name);
    if (older) {
        check_older(space, names, *older);
        names = older->parameters;
    }
    auto best = entries_of(space, names);
    Written out;
    const Json header = {{"version", "1.0"},
                         {"objective", space.objective},
                         {"tunable_parameters", names},
                         {"key", space.kernel}};
    out.text = to_line(header) + "\n";
    if (older)
        for (const auto& entry : older->entries) {
            const bool same = scenario_of(entry) == scenario_of(best.front());
            const bool newer = std::ranges::find(best, entry.config, &WisdomEntry::config) != best.end();
            if (!same) out.text += entry.line + "\n";
            if (same && !newer) best.push_back(entry);
        }
    std::ranges::stable_sort(best, {}, &WisdomEntry::objective);
    best.resize(std::min(best.size(), wisdom_results));
    for (const auto& entry : best) out.text += entry.line + "\n";
    out.lost.push_back("wisdom keeps the best " + std::to_string(wisdom_results) +
                       " configurations with their objective, of " + std::to_string(space.configs.size()));
    return out;
}

std::string wisdom_file_name(const std::string& kernel) {
    auto name = kernel;
    for (char& c : name) {
        const auto byte = static_cast<unsigned char>(c);
        const bool plain = byte < 0x80 && (std::isalnum(byte) != 0 || c == '_' || c == '.' || c == '-');
        if (!plain) c = '_';
    }
    return name + ".wisdom";
}

}  // namespace ridge::tuner
