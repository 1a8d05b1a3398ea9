// SPDX-License-Identifier: Apache-2.0
#include "tuner/formats/csv.hpp"

#include <algorithm>
#include <array>

#include "core/error.hpp"
#include "core/text.hpp"
#include "tuner/formats/space_builder.hpp"

namespace ridge::tuner {
namespace {

struct CostColumn {
    std::string_view name;
    double RecordedConfig::*part;
};
constexpr auto cost_columns =
    std::to_array<CostColumn>({{"compile_ms", &RecordedConfig::compile_s},
                               {"benchmark_ms", &RecordedConfig::benchmark_s},
                               {"framework_ms", &RecordedConfig::framework_s},
                               {"strategy_ms", &RecordedConfig::search_s},
                               {"verification_ms", &RecordedConfig::verification_s}});
constexpr std::string_view ms_ending = "_ms";

struct Line {
    std::vector<std::string> fields;
    bool ended = false;  // by a line's end, not by the end of the text
};

// A field in quotes may hold commas, line ends and doubled quotes (RFC 4180).
class LineReader {
  public:
    explicit LineReader(std::string_view text) : text_(text) {}

    [[nodiscard]] bool done() const { return at_ >= text_.size(); }
    [[nodiscard]] std::size_t number() const { return number_; }

    Line next() {
        Line line;
        ++number_;
        for (;;) {
            line.fields.push_back(at_ < text_.size() && text_[at_] == '"' ? quoted() : plain());
            if (at_ >= text_.size()) return line;
            const char behind = text_[at_++];
            if (behind == ',') continue;
            if (behind == '\r' && at_ < text_.size() && text_[at_] == '\n') ++at_;
            line.ended = true;
            return line;
        }
    }

  private:
    std::string plain() {
        const auto end = std::min(text_.find_first_of(",\r\n", at_), text_.size());
        auto field = std::string(text_.substr(at_, end - at_));
        at_ = end;
        return field;
    }

    std::string quoted() {
        std::string field;
        for (++at_; at_ < text_.size(); ++at_) {
            if (text_[at_] == '"' && (++at_ >= text_.size() || text_[at_] != '"')) break;
            number_ += text_[at_] == '\n' ? 1U : 0U;
            field += text_[at_];
        }
        return field + plain();
    }

    std::string_view text_;
    std::size_t at_ = 0, number_ = 0;
};

// What a column's name says: "time_ms" is a time in seconds, a thousand to the unit, "energy [J]" an energy.
struct Quantity {
    std::string name, unit;
    double per_unit = 1;
};

Quantity quantity_of(const std::string& column) {
    if (column.ends_with(ms_ending))
        return {column.substr(0, column.size() - ms_ending.size()), "s", ms_per_second};
    const auto bracket = column.find(" [");
    if (bracket != std::string::npos && column.ends_with(']'))
        return {column.substr(0, bracket), column.substr(bracket + 2, column.size() - bracket - 3), 1};
    return {column, "", 1};
}

class CsvReader {
  public:
    explicit CsvReader(const Document& document)
        : document_(document), lines_(document.text), builder_(document.file) {}

    RecordedSpace read() {
        read_header();
        bool whole = true;
        while (!lines_.done()) {
            const auto line = lines_.next();
            if (line.fields.size() == 1 && line.fields.front().empty()) continue;
            whole = line.ended;
            if (whole || !document_.cut) add(line);
        }
        if (document_.cut)
            builder_.note_cut(!whole);
        else if (!whole)
            builder_.note(document_.file + ": the last line has no end; the file may have been cut");
        return builder_.finish();
    }

  private:
    void read_header() {
        columns_ = lines_.next().fields;
        const auto status = std::ranges::find(columns_, "status");
        status_ = static_cast<std::size_t>(status - columns_.begin());
        if (status == columns_.end() || status_ + 1 >= columns_.size())
            throw InputError(document_.file +
                             ": line 1 has no column 'status' with an objective such as 'time_ms' after it");
        builder_.set_parameters({columns_.begin(), status});
        for (auto column = status; column != columns_.end(); ++column)
            quantities_.push_back(quantity_of(*column));
        if (grows_with_quality(objective().name))
            throw InputError(document_.file + ": column '" + columns_[status_ + 1] +
                             "' is an objective of which more is better; only those of which less is better "
                             "can be read");
        builder_.space.objective = objective().name;
        builder_.space.unit = objective().unit;
    }

    // quantities_[0] is the status; the objective follows it.
    [[nodiscard]] const Quantity& objective() const { return quantities_[1]; }

    void add(const Line& line) {
        const auto number = lines_.number();
        builder_.add([&] { return document_.file + ", line " + std::to_string(number); },
                     [&] { return recorded(line.fields); });
    }

    RecordedConfig recorded(const std::vector<std::string>& fields) {
        if (fields.size() != columns_.size())
            throw InputError("it has " + std::to_string(fields.size()) + " fields, should have " +
                             std::to_string(columns_.size()));
        RecordedConfig out;
        for (std::size_t i = 0; i < status_; ++i) out.config.set(columns_[i], value_from_text(fields[i]));
        judge(out, fields[status_], fields[status_ + 1]);
        for (std::size_t i = status_ + 2; i < fields.size(); ++i)
            if (!fields[i].empty()) take(out, i, fields[i]);
        return out;
    }

    void judge(RecordedConfig& out, const std::string& status, const std::string& value) const {
        if (status != "ok") {
            const auto outcome = outcome_of_error(status);
            if (!outcome)
                throw InputError("status is '" + status.substr(0, 60) +
                                 "', should be ok or the name of an error such as RuntimeFailedConfig");
            out.status = outcome->status;
            out.reason = outcome->reason;
            return;
        }
        const double number = parse_number(value, "objective '" + objective().name + "'");
        check_objective(number, objective().name);
        out.status = Status::ok;
        out.objective = number / objective().per_unit;
    }

    void take(RecordedConfig& out, std::size_t i, const std::string& field) {
        const double number = parse_number(field, "column '" + columns_[i] + "'");
        const auto cost = std::ranges::find(cost_columns, columns_[i], &CostColumn::name);
        const auto& quantity = quantities_[i - status_];
        if (cost == cost_columns.end())
            out.more.push_back({quantity.name, quantity.unit, number / quantity.per_unit});
        else if (number >= 0)
            out.*(cost->part) = number / ms_per_second;
        else
            throw InputError("column '" + columns_[i] + "' is " + field + ", should be at least 0");
    }

    const Document& document_;
    LineReader lines_;
    SpaceBuilder builder_;
    std::vector<std::string> columns_;
    std::size_t status_ = 0;
    std::vector<Quantity> quantities_;  // of each column from the status on
};

std::string column_of(const std::string& name, const std::string& unit) {
    if (unit == "s") return name + std::string(ms_ending);
    return unit.empty() ? name : name + " [" + unit + "]";
}

std::string number_in_column(const std::string& unit, double value) {
    return number_text(unit == "s" ? milliseconds(value) : value);
}

class CsvWriter {
  public:
    explicit CsvWriter(const RecordedSpace& space) : space_(space) {
        for (const auto& recorded : space.configs)
            for (const auto& quantity : recorded.more) add(column_of(quantity.name, quantity.unit));
    }

    Written write() {
        std::vector<std::string> header;
        for (const auto& parameter : space_.parameters.parameters) {
            if (parameter.name == "status")
                throw InputError("a parameter named 'status' cannot be told from the column of that name");
            header.push_back(parameter.name);
        }
        header.emplace_back("status");
        header.push_back(column_of(space_.objective, space_.unit));
        header.insert(header.end(), quantities_.begin(), quantities_.end());
        for (const auto& cost : cost_columns) header.emplace_back(cost.name);
        add_line(std::move(header));
        for (const auto& recorded : space_.configs) add_line(fields(recorded));
        note_losses();
        return std::move(out_);
    }

  private:
    void add(const std::string& column) {
        const bool cost = std::ranges::find(cost_columns, column, &CostColumn::name) != cost_columns.end();
        if (!cost && std::ranges::find(quantities_, column) == quantities_.end())
            quantities_.push_back(column);
    }

    void add_line(std::vector<std::string> fields) {
        for (auto& field : fields) field = csv_field(field);
        out_.text += join(fields, ",") + "\n";
    }

    [[nodiscard]] std::vector<std::string> fields(const RecordedConfig& recorded) const {
        std::vector<std::string> out;
        for (const auto& parameter : space_.parameters.parameters)
            out.push_back(python_text(recorded.config.values().at(parameter.name)));
        out.emplace_back(recorded.objective ? "ok" : error_of(recorded));
        out.push_back(recorded.objective ? number_in_column(space_.unit, *recorded.objective) : "");
        const auto first = out.size();
        out.resize(first + quantities_.size());
        for (const auto& quantity : recorded.more) {
            const auto found = std::ranges::find(quantities_, column_of(quantity.name, quantity.unit));
            if (found != quantities_.end())
                out[first + static_cast<std::size_t>(found - quantities_.begin())] =
                    number_in_column(quantity.unit, quantity.value);
        }
        for (const auto& cost : cost_columns) out.push_back(number_in_column("s", recorded.*(cost.part)));
        return out;
    }

    void note_losses() {
        const auto& configs = space_.configs;
        const auto note = [&](bool lost, const char* what) {
            if (lost) out_.lost.emplace_back(what);
        };
        note(std::ranges::any_of(configs, [](const auto& recorded) { return !recorded.samples_s.empty(); }),
             "a table has no place for single runs");
        note(!std::ranges::all_of(configs, has_own_error),
             "time-outs and wrong results are written as RuntimeFailedConfig");
        note(!space_.kernel.empty() || !space_.device.empty() || !space_.problem.empty(),
             "a table has no place for the names of kernel, device and problem");
        note(!space_.parameters.constraints.empty(), "a table has no place for constraints");
        for (const auto& parameter : space_.parameters.parameters)
            note(std::ranges::any_of(parameter.values, changes_type),
                 "texts that look like numbers are read back as numbers");
    }

    static bool changes_type(const ParameterValue& value) {
        return value_from_text(python_text(value)) != value;
    }

    const RecordedSpace& space_;
    std::vector<std::string> quantities_;
    Written out_;
};

}  // namespace

Written write_csv_space(const RecordedSpace& space) { return CsvWriter(space).write(); }

RecordedSpace read_csv_space(const Document& document) { return CsvReader(document).read(); }

}  // namespace ridge::tuner
