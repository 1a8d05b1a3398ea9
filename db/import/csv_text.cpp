// SPDX-License-Identifier: Apache-2.0
#include "db/import/csv_text.hpp"

#include <deque>

namespace ridge::db {
namespace {

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r";
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

class Lines {
  public:
    explicit Lines(std::string_view text) : rest_(text) {
        if (rest_.starts_with("\xEF\xBB\xBF")) rest_.remove_prefix(3);  // the mark of UTF-8
    }

    bool next() {
        while (!rest_.empty()) {
            line_.fields = {};
            fields_.clear();
            unquoted_.clear();
            line_.number = number_;
            read_line();
            if (fields_.size() == 1 && fields_[0].empty()) continue;
            line_.fields = fields_;
            return true;
        }
        return false;
    }

    [[nodiscard]] const CsvLine& line() const { return line_; }

  private:
    void read_line() {
        for (bool more = true; more;) {
            const auto start = rest_.find_first_not_of(" \t");
            const bool quoted = start != std::string_view::npos && rest_[start] == '"';
            if (quoted) rest_.remove_prefix(start);
            fields_.push_back(quoted ? quoted_field() : plain_field());
            more = !rest_.empty() && rest_.front() == ',';
            if (!rest_.empty()) rest_.remove_prefix(1);  // the comma, or the line's end
        }
        ++number_;
    }

    std::string_view plain_field() {
        const auto end = std::min(rest_.find_first_of(",\n"), rest_.size());
        const auto field = trimmed(rest_.substr(0, end));
        rest_.remove_prefix(end);
        return field;
    }

    std::string_view quoted_field() {
        std::string& out = unquoted_.emplace_back();
        std::size_t at = 1;
        for (; at < rest_.size(); ++at) {
            if (rest_[at] == '\n') ++number_;
            if (rest_[at] != '"')
                out += rest_[at];
            else if (at + 1 < rest_.size() && rest_[at + 1] == '"')
                out += rest_[++at];
            else
                break;
        }
        rest_.remove_prefix(std::min(at + 1, rest_.size()));
        rest_.remove_prefix(std::min(rest_.find_first_of(",\n"), rest_.size()));
        return out;
    }

    std::string_view rest_;
    std::size_t number_ = 1;
    std::vector<std::string_view> fields_;
    std::deque<std::string> unquoted_;  // what fields that were in quotes point into
    CsvLine line_;
};

}  // namespace

void for_each_csv_line(std::string_view text, const std::function<void(const CsvLine&)>& visit) {
    for (Lines lines(text); lines.next();) visit(lines.line());
}

std::vector<std::string> csv_columns(std::string_view text) {
    Lines lines(text);
    if (!lines.next()) return {};
    return {lines.line().fields.begin(), lines.line().fields.end()};
}

}  // namespace ridge::db
