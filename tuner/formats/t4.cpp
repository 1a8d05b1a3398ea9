// SPDX-License-Identifier: Apache-2.0
#include "tuner/formats/t4.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "core/error.hpp"
#include "core/text.hpp"
#include "tuner/formats/space_builder.hpp"

namespace ridge::tuner {
namespace {

constexpr const char* schema_version = "1.0.0";

struct TimeUnit {
    std::string_view name;
    double per_second;
};
// "miliseconds" is how the public hub spells it.
constexpr auto time_units = std::to_array<TimeUnit>({{"milliseconds", 1e3},
                                                     {"miliseconds", 1e3},
                                                     {"ms", 1e3},
                                                     {"seconds", 1},
                                                     {"s", 1},
                                                     {"microseconds", 1e6},
                                                     {"us", 1e6},
                                                     {"nanoseconds", 1e9},
                                                     {"ns", 1e9}});

const TimeUnit* find_unit(std::string_view name) {
    const auto* found = std::ranges::find(time_units, name, &TimeUnit::name);
    return found == time_units.end() ? nullptr : found;
}

struct CostKey {
    std::string_view key;
    double RecordedConfig::*part;
};
// The first spelling of a part is the one that is written.
constexpr auto cost_keys = std::to_array<CostKey>({{"compilation_time", &RecordedConfig::compile_s},
                                                   {"framework", &RecordedConfig::framework_s},
                                                   {"search_algorithm", &RecordedConfig::search_s},
                                                   {"validation", &RecordedConfig::verification_s},
                                                   {"benchmark", &RecordedConfig::benchmark_s},
                                                   {"compilation", &RecordedConfig::compile_s}});
constexpr std::size_t written_cost_keys = 5;

struct Invalidity {
    std::string_view word, reason;
    Status status;
};
constexpr auto invalidities = std::to_array<Invalidity>({{"correct", "", Status::ok},
                                                         {"timeout", "timeout", Status::failed},
                                                         {"compile", "compile", Status::failed},
                                                         {"runtime", "runtime", Status::failed},
                                                         {"correctness", "correctness", Status::wrong},
                                                         {"constraints", "constraints", Status::invalid}});

class RowReader {
  public:
    RowReader(SpaceBuilder& builder, double per_second) : builder_(builder), per_second_(per_second) {}

    RecordedConfig read(const JsonReader& row) {
        RecordedConfig out;
        out.config = KernelConfig::from_json(row.at("configuration"));
        begin(row);
        take_times(out, row.at("times"));
        judge(out, row);
        return out;
    }

  private:
    // The first row says which parameters and which objective there are.
    void begin(const JsonReader& row) {
        std::string objective = "time";
        if (const auto list = row.find("objectives"); list && !list->items().empty())
            objective = list->items().front().text();
        if (builder_.names().empty()) {
            std::vector<std::string> names;
            for (const auto& [name, value] : row.at("configuration").members()) names.push_back(name);
            if (names.empty()) row.at("configuration").fail("a parameter or more");
            builder_.set_parameters(std::move(names));
            builder_.set_objective(objective);
            first_objective_ = objective;
        }
        if (objective != first_objective_)
            row.at("objectives").fail("'" + first_objective_ + "' first, as in the first row");
    }

    [[nodiscard]] double seconds(const JsonReader& value) const {
        if (value.number() < 0) value.fail("at least 0");
        return value.number() / per_second_;
    }

    void take_times(RecordedConfig& out, const JsonReader& times) const {
        for (const auto& cost : cost_keys)
            if (const auto found = times.find(cost.key)) out.*(cost.part) = seconds(*found);
        if (const auto runs = times.find("runtimes"))
            for (const auto& run : runs->items()) out.samples_s.push_back(seconds(run));
        if (!times.has("benchmark"))
            out.benchmark_s = std::accumulate(out.samples_s.begin(), out.samples_s.end(), 0.0);
    }

    void judge(RecordedConfig& out, const JsonReader& row) {
        const auto word = row.at("invalidity").text();
        const auto* known = std::ranges::find(invalidities, word, &Invalidity::word);
        if (known == invalidities.end())
            row.at("invalidity").fail("timeout, compile, runtime, correctness, constraints or correct");
        out.status = known->status;
        out.reason = known->reason;
        std::optional<RecordedQuantity> objective;
        std::string error;
        if (const auto list = row.find("measurements"))
            for (const auto& measurement : list->items()) take(out, objective, error, measurement);
        if (out.status != Status::ok) {
            out.samples_s.clear();
            return;
        }
        if (!error.empty()) return fail_with(out, error, builder_);
        const auto& name = builder_.space.objective;
        if (!objective) throw InputError("objective '" + name + "' is missing in the measurements");
        check_objective(objective->value, name);
        builder_.space.unit = objective->unit;
        out.objective = objective->value;
    }

    void take(RecordedConfig& out, std::optional<RecordedQuantity>& objective, std::string& error,
              const JsonReader& measurement) const {
        const auto name = measurement.at("name").text();
        const auto value = measurement.at("value");
        const bool is_objective = name == builder_.space.objective;
        if (is_objective && value.raw().is_string()) error = value.text();
        if (!value.raw().is_number()) return;
        auto quantity = quantity_of(name, measurement.text_or("unit", ""), value.number());
        if (is_objective)
            objective = std::move(quantity);
        else
            out.more.push_back(std::move(quantity));
    }

    // A time without a unit has that of the file.
    [[nodiscard]] RecordedQuantity quantity_of(const std::string& name, const std::string& unit,
                                               double value) const {
        const auto* known = find_unit(unit);
        if (known != nullptr) return {name, "s", value / known->per_second};
        if (name == "time" && unit.empty()) return {name, "s", value / per_second_};
        return {name, unit, value};
    }

    SpaceBuilder& builder_;
    double per_second_;
    std::string first_objective_;
};

class Reader {
  public:
    explicit Reader(const JsonSource& source) : source_(source), builder_(source.file()) {}

    RecordedSpace read() {
        const auto [pieces, cut] = source_.root();
        check_version(find(pieces, "schema_version"));
        const double per_second = time_unit(find(pieces, "metadata"));
        const auto* results = find(pieces, "results");
        if (results == nullptr) throw InputError(source_.file() + ": key 'results' is missing");
        RowReader rows(builder_, per_second);
        bool whole = true;
        for (const auto& piece : source_.pieces(results->text)) {
            whole = piece.whole;
            if (!whole) break;
            builder_.add([&] { return source_.place(piece.text); },
                         [&] {
                             const auto row = source_.parse(piece);
                             return rows.read(JsonReader(row, "the row"));
                         });
        }
        if (cut) builder_.note_cut(!whole);
        return builder_.finish();
    }

  private:
    static const JsonPiece* find(const std::vector<JsonPiece>& pieces, std::string_view key) {
        const auto found = std::ranges::find(pieces, key, &JsonPiece::key);
        return found == pieces.end() ? nullptr : &*found;
    }

    void check_version(const JsonPiece* piece) {
        if (piece == nullptr || !piece->whole) {
            builder_.note(source_.file() + ": no schema_version; read as " + schema_version);
            return;
        }
        const auto value = source_.parse(*piece);
        const JsonReader version(value, source_.file(), "schema_version");
        if (!version.text().starts_with("1.")) version.fail("1.0.0 or another version 1");
    }

    double time_unit(const JsonPiece* piece) {
        const auto metadata = piece != nullptr && piece->whole ? source_.parse(*piece) : Json::object();
        const JsonReader reader(metadata, source_.file(), "metadata");
        builder_.space.kernel = reader.text_or("kernel_name", "");
        builder_.space.device = reader.text_or("device_name", "");
        builder_.space.problem = reader.text_or("problem_size", "");
        const auto name = reader.find("timeunit");
        if (!name) {
            builder_.note(source_.file() + ": no metadata.timeunit; times are taken for milliseconds");
            return ms_per_second;
        }
        const auto* unit = find_unit(name->text());
        if (unit == nullptr) name->fail("milliseconds, seconds, microseconds or nanoseconds");
        return unit->per_second;
    }

    const JsonSource& source_;
    SpaceBuilder builder_;
};

Json measurement_json(const std::string& name, const std::string& unit, double value) {
    const bool time = unit == "s";
    return {{"name", name}, {"value", time ? milliseconds(value) : value}, {"unit", time ? "ms" : unit}};
}

Json times_json(const RecordedConfig& recorded) {
    Json times = Json::object();
    for (std::size_t i = 0; i < written_cost_keys; ++i)
        times[std::string(cost_keys[i].key)] = milliseconds(recorded.*(cost_keys[i].part));
    if (recorded.samples_s.empty()) return times;
    Json runs = Json::array();
    for (const double sample : recorded.samples_s) runs.push_back(milliseconds(sample));
    times["runtimes"] = std::move(runs);
    return times;
}

std::string_view invalidity_of(const RecordedConfig& recorded) {
    const auto* same_reason = std::ranges::find(invalidities, recorded.reason, &Invalidity::reason);
    if (same_reason != invalidities.end() && same_reason->status == recorded.status) return same_reason->word;
    // Not the first, which is "correct", for one that failed for a reason that T4 has no word for.
    const auto* same_status = std::ranges::find(invalidities, recorded.status, &Invalidity::status);
    return recorded.status == Status::failed ? "runtime" : same_status->word;
}

Json row_json(const RecordedSpace& space, const RecordedConfig& recorded) {
    Json config = Json::object();
    for (const auto& parameter : space.parameters.parameters)
        config[parameter.name] = to_json(recorded.config.values().at(parameter.name));
    Json measurements = Json::array();
    if (recorded.objective)
        measurements.push_back(measurement_json(space.objective, space.unit, *recorded.objective));
    else
        measurements.push_back(
            {{"name", space.objective}, {"value", std::string(error_of(recorded))}, {"unit", ""}});
    for (const auto& quantity : recorded.more)
        if (quantity.name != space.objective)
            measurements.push_back(measurement_json(quantity.name, quantity.unit, quantity.value));
    return {
        {"configuration", std::move(config)},      {"times", times_json(recorded)},
        {"invalidity", invalidity_of(recorded)},   {"correctness", recorded.status == Status::wrong ? 0 : 1},
        {"measurements", std::move(measurements)}, {"objectives", Json::array({space.objective})}};
}

}  // namespace

RecordedSpace read_t4(const JsonSource& source) { return Reader(source).read(); }

Written write_t4(const RecordedSpace& space) {
    Written out;
    out.text = R"({"schema_version": ")" + std::string(schema_version) + R"(", "metadata": )";
    Json metadata = {{"timeunit", "milliseconds"}};
    if (!space.kernel.empty()) metadata["kernel_name"] = space.kernel;
    if (!space.device.empty()) metadata["device_name"] = space.device;
    if (!space.problem.empty()) metadata["problem_size"] = space.problem;
    out.text += to_line(metadata) + ", \"results\": [\n";
    for (const auto& recorded : space.configs)
        out.text += to_line(row_json(space, recorded)) + (&recorded == &space.configs.back() ? "\n" : ",\n");
    out.text += "]}\n";
    if (!space.parameters.constraints.empty())
        out.lost.emplace_back("T4 has no place for constraints; T1 has");
    return out;
}

}  // namespace ridge::tuner
