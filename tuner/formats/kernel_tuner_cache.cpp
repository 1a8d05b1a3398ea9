// SPDX-License-Identifier: Apache-2.0
#include "tuner/formats/kernel_tuner_cache.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "core/error.hpp"
#include "core/text.hpp"
#include "tuner/formats/space_builder.hpp"

namespace ridge::tuner {
namespace {

struct CostKey {
    std::string_view key;
    double RecordedConfig::*part;
};
constexpr auto cost_keys = std::to_array<CostKey>({{"compile_time", &RecordedConfig::compile_s},
                                                   {"verification_time", &RecordedConfig::verification_s},
                                                   {"benchmark_time", &RecordedConfig::benchmark_s},
                                                   {"strategy_time", &RecordedConfig::search_s},
                                                   {"framework_time", &RecordedConfig::framework_s}});

bool is_finite_number(const Json& value) { return value.is_number() && std::isfinite(value.get<double>()); }

// Numbers of a flat list, "[1.5, 2]", without the parser: of a large cache they are nearly all of the text.
// Nothing when it is anything else.
std::optional<std::vector<double>> plain_numbers(std::string_view list) {
    std::vector<double> numbers;
    const auto* at = list.data() + 1;
    const auto* end = list.data() + list.size() - 1;
    while (at < end) {
        double number = 0;
        const auto [behind, error] = std::from_chars(at, end, number);
        if (error != std::errc{} || !std::isfinite(number)) return std::nullopt;
        numbers.push_back(number);
        at = behind;
        if (at < end && *at++ != ',') return std::nullopt;
        while (at < end && *at == ' ') ++at;
    }
    return numbers;
}

// An entry with its single runs beside it.
struct Entry {
    Json json;
    std::vector<double> times_ms;
};

Entry parse_entry(const JsonSource& source, const JsonPiece& piece) {
    constexpr std::string_view key = "\"times\": [";
    const auto at = piece.text.find(key);
    const auto begin = at == std::string_view::npos ? at : at + key.size() - 1;
    const auto end = piece.text.find(']', std::min(begin, piece.text.size()));
    if (end == std::string_view::npos || std::ranges::count(piece.text.substr(0, at), '{') != 1)
        return {source.parse(piece), {}};
    auto numbers = plain_numbers(piece.text.substr(begin, end + 1 - begin));
    if (!numbers) return {source.parse(piece), {}};
    const auto rest = std::string(piece.text.substr(0, begin + 1)) + std::string(piece.text.substr(end));
    return {source.parse(piece, rest), std::move(*numbers)};
}

// Reads the entries of one cache.
class EntryReader {
  public:
    EntryReader(const JsonSource& source, SpaceBuilder& builder)
        : source_(source), builder_(builder), is_time_(builder.space.objective == "time") {}

    void read(const JsonPiece& piece) {
        builder_.add([&] { return source_.place(piece.text) + ", entry '" + piece.key.substr(0, 60) + "'"; },
                     [&] { return recorded(parse_entry(source_, piece), piece.key); });
    }

  private:
    RecordedConfig recorded(const Entry& entry, const std::string& key) {
        if (!entry.json.is_object()) throw InputError("it is not an object");
        RecordedConfig out;
        for (const double time : entry.times_ms) out.samples_s.push_back(time / ms_per_second);
        for (const auto& [name, value] : entry.json.items()) take(out, name, value);
        check_key(out.config, key);
        judge(out, entry.json);
        return out;
    }

    void take(RecordedConfig& out, const std::string& name, const Json& value) {
        const auto cost = std::ranges::find(cost_keys, name, &CostKey::key);
        if (std::ranges::find(builder_.names(), name) != builder_.names().end()) {
            out.config.set(name, parameter_value(JsonReader(value, "the entry", name)));
        } else if (cost != cost_keys.end()) {
            const bool sound = is_finite_number(value) && value.get<double>() >= 0;
            if (sound) out.*(cost->part) = value.get<double>() / ms_per_second;
            if (!sound && !value.is_null())
                builder_.note(source_.file() + ": '" + name + "' that is negative or no number counts as 0");
        } else if (name == "times" && value.is_array()) {
            for (const auto& sample : value)
                if (is_finite_number(sample)) out.samples_s.push_back(sample.get<double>() / ms_per_second);
        } else if (name != builder_.space.objective && is_finite_number(value)) {
            const bool time = name == "time";
            out.more.push_back({name, time ? "s" : "", value.get<double>() / (time ? ms_per_second : 1)});
        }
    }

    // A key that contradicts its entry says that one of them lies; texts with commas cannot be told apart.
    void check_key(const KernelConfig& config, const std::string& key) const {
        const auto parts = split(key, ',');
        if (parts.size() != builder_.names().size()) return;
        for (std::size_t i = 0; i < parts.size(); ++i) {
            const auto found = config.values().find(builder_.names()[i]);
            if (found == config.values().end()) return;
            const auto wanted = python_text(found->second);
            if (wanted != parts[i] && text(value_from_text(parts[i])) != text(value_from_text(wanted)))
                throw InputError("its key says " + builder_.names()[i] + "=" + std::string(parts[i]) +
                                 ", the entry itself " + wanted);
        }
    }

    void judge(RecordedConfig& out, const Json& entry) {
        const auto& objective = builder_.space.objective;
        const auto value = entry.find(objective);
        const auto error = entry.find("__error__");
        if (error != entry.end() && !error->is_null()) return fail(out, *error);
        if (value == entry.end() || value->is_null())
            throw InputError("objective '" + objective + "' is missing");
        if (!value->is_number()) return fail(out, *value);
        check_objective(value->get<double>(), objective);
        out.status = Status::ok;
        out.objective = value->get<double>() / (is_time_ ? ms_per_second : 1);
    }

    void fail(RecordedConfig& out, const Json& word) {
        const auto text = word.is_string() ? word.get<std::string>() : std::string();
        if (text.empty()) throw InputError("objective '" + builder_.space.objective + "' is no number");
        fail_with(out, text, builder_);
    }

    const JsonSource& source_;
    SpaceBuilder& builder_;
    bool is_time_;
};

std::string text_or_json(const Json& value) {
    return value.is_string() ? value.get<std::string>() : value.dump();
}

// The objective may be a list since Kernel Tuner knows more than one: the first is the objective.
std::string objective_of(const JsonReader& value) {
    if (!value.raw().is_array()) return value.text();
    if (value.items().empty()) value.fail("the name of an objective");
    return value.items().front().text();
}

class Header {
  public:
    Header(const JsonSource& source, const std::vector<JsonPiece>& pieces) : file_(source.file()) {
        for (const auto& piece : pieces)
            if (piece.whole && piece.key != "cache") header_[piece.key] = source.parse(piece);
    }

    void fill(SpaceBuilder& builder) const {
        const JsonReader header(header_, file_);
        auto& space = builder.space;
        space.kernel = header.text_or("kernel_name", "");
        space.device = header.text_or("device_name", "");
        if (header.has("problem_size")) space.problem = text_or_json(header.at("problem_size").raw());
        std::vector<std::string> names;
        for (const auto& name : header.at("tune_params_keys").items()) names.push_back(name.text());
        builder.set_parameters(std::move(names));
        if (const auto values = header.find("tune_params")) fill_values(builder, *values);
        if (header.has("objective")) builder.set_objective(objective_of(header.at("objective")));
    }

  private:
    static void fill_values(SpaceBuilder& builder, const JsonReader& values) {
        for (const auto& name : builder.names()) {
            std::vector<ParameterValue> listed;
            for (const auto& value : values.at(name).items()) listed.push_back(parameter_value(value));
            builder.set_values(name, std::move(listed));
        }
    }

    std::string file_;
    Json header_ = Json::object();
};

// Keys of an entry with a meaning of their own.
bool is_reserved(std::string_view name) {
    return name == "times" || name == "timestamp" || name == "__error__" ||
           std::ranges::find(cost_keys, name, &CostKey::key) != cost_keys.end();
}

bool is_parameter(const RecordedSpace& space, const std::string& name) {
    return std::ranges::find(space.parameters.parameters, name, &TunableParameter::name) !=
           space.parameters.parameters.end();
}

// Parameters, objective and quantities share one object with the costs.
void check_names(const RecordedSpace& space) {
    const auto refuse = [](const std::string& what, const std::string& name) {
        throw InputError(what + " '" + name + "' has the name of something else in a cache of Kernel Tuner");
    };
    for (const auto& parameter : space.parameters.parameters)
        if (is_reserved(parameter.name)) refuse("parameter", parameter.name);
    if (is_reserved(space.objective) || is_parameter(space, space.objective))
        refuse("objective", space.objective);
}

// "[4096,16]" is a list again, "20000000" a number.
Json problem_json(const std::string& problem) {
    const bool is_json = Json::accept(problem);
    const auto value = is_json ? parse_json(problem, "problem_size") : Json();
    return value.is_array() || value.is_number() ? value : Json(problem);
}

Json header_json(const RecordedSpace& space) {
    Json keys = Json::array(), values = Json::object();
    for (const auto& parameter : space.parameters.parameters) {
        keys.push_back(parameter.name);
        auto& list = values[parameter.name] = Json::array();
        for (const auto& value : parameter.values) list.push_back(to_json(value));
    }
    return {{"device_name", space.device},
            {"kernel_name", space.kernel},
            {"problem_size", problem_json(space.problem)},
            {"tune_params_keys", keys},
            {"tune_params", values},
            {"objective", space.objective}};
}

Json entry_json(const RecordedSpace& space, const RecordedConfig& recorded) {
    Json entry = Json::object();
    for (const auto& parameter : space.parameters.parameters)
        entry[parameter.name] = to_json(recorded.config.values().at(parameter.name));
    for (const auto& quantity : recorded.more)
        if (!is_reserved(quantity.name) && !is_parameter(space, quantity.name))
            entry[quantity.name] = quantity.unit == "s" ? milliseconds(quantity.value) : quantity.value;
    if (recorded.objective) {
        entry[space.objective] = space.unit == "s" ? milliseconds(*recorded.objective) : *recorded.objective;
    } else {
        entry[space.objective] = std::string(error_of(recorded));
        entry["__error__"] = entry[space.objective];
    }
    if (!recorded.samples_s.empty()) {
        auto& times = entry["times"] = Json::array();
        for (const double sample : recorded.samples_s) times.push_back(milliseconds(sample));
    }
    for (const auto& cost : cost_keys) entry[std::string(cost.key)] = milliseconds(recorded.*(cost.part));
    return entry;
}

std::string entry_key(const RecordedSpace& space, const RecordedConfig& recorded) {
    std::vector<std::string> parts;
    for (const auto& parameter : space.parameters.parameters)
        parts.push_back(python_text(recorded.config.values().at(parameter.name)));
    return join(parts, ",");
}

std::vector<std::string> losses(const RecordedSpace& space) {
    std::vector<std::string> lost;
    if (!space.parameters.constraints.empty()) lost.emplace_back("a cache has no place for constraints");
    if (!std::ranges::all_of(space.configs, has_own_error))
        lost.emplace_back(
            "Kernel Tuner has no error of its own for time-outs and wrong results: they are "
            "RuntimeFailedConfig");
    const bool units = std::ranges::any_of(space.configs, [](const RecordedConfig& recorded) {
        return std::ranges::any_of(recorded.more, [](const RecordedQuantity& quantity) {
            return !quantity.unit.empty() && quantity.name != "time";
        });
    });
    if (units) lost.emplace_back("units of other quantities are left out; times are in milliseconds");
    return lost;
}

}  // namespace

Written write_kernel_tuner_cache(const RecordedSpace& space) {
    check_names(space);
    Written out;
    auto header = header_json(space).dump(0, ' ', false, Json::error_handler_t::replace);
    header.erase(header.rfind("\n}"));
    out.text = header + ",\n\"cache\": {\n";
    for (const auto& recorded : space.configs)
        out.text += to_line(Json(entry_key(space, recorded))) + ": " + to_line(entry_json(space, recorded)) +
                    (&recorded == &space.configs.back() ? "}\n}" : ",\n");
    out.lost = losses(space);
    return out;
}

RecordedSpace read_kernel_tuner_cache(const JsonSource& source) {
    const auto [pieces, cut] = source.root();
    SpaceBuilder builder(source.file());
    Header(source, pieces).fill(builder);
    const auto cache = std::ranges::find(pieces, "cache", &JsonPiece::key);
    if (cache == pieces.end()) throw InputError(source.file() + ": key 'cache' is missing");
    EntryReader reader(source, builder);
    bool whole = true;
    for (const auto& piece : source.pieces(cache->text)) {
        whole = piece.whole;
        if (whole) reader.read(piece);
    }
    if (cut) builder.note_cut(!whole);
    return builder.finish();
}

}  // namespace ridge::tuner
