// SPDX-License-Identifier: Apache-2.0
#include "core/serve.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>

namespace ridge::protocol {
namespace {

struct Line {
    std::string text;
    bool too_long = false;
};

// A line is kept up to the limit and read to its end, so that the next one begins in the right place.
std::optional<Line> read_line(std::istream& in) {
    Line line;
    auto* buffer = in.rdbuf();
    int byte = buffer->sbumpc();
    if (byte == std::istream::traits_type::eof()) return std::nullopt;
    for (; byte != '\n' && byte != std::istream::traits_type::eof(); byte = buffer->sbumpc()) {
        line.too_long = line.too_long || line.text.size() >= longest_request;
        if (!line.too_long) line.text.push_back(static_cast<char>(byte));
    }
    return line;
}

bool is_blank(const std::string& text) { return text.find_first_not_of(" \t\r") == std::string::npos; }

std::optional<Json> answer_to(const Line& line, const AnswerLine& answer) {
    if (line.too_long)
        return protocol::error_answer(0, "request: longer than " + std::to_string(longest_request) +
                                             " bytes, should be one line of JSON");
    return answer(line.text);
}

}  // namespace

WriteLine line_writer(int file) {
    return [file](const std::string& text) {
        const auto line = text + '\n';
        for (std::size_t done = 0; done < line.size();) {
            const auto written = ::write(file, line.data() + done, line.size() - done);
            if (written <= 0 && errno != EINTR) return false;
            if (written > 0) done += static_cast<std::size_t>(written);
        }
        return true;
    };
}

void serve(std::istream& requests, const WriteLine& write, const AnswerLine& answer,
           const protocol::Greeting& greeting) {
    if (!write(to_line(greeting.json()))) return;
    while (const auto line = read_line(requests)) {
        if (!line->too_long && is_blank(line->text)) continue;
        const auto answered = answer_to(*line, answer);
        if (!answered || !write(to_line(*answered))) return;
    }
}

}  // namespace ridge::protocol
