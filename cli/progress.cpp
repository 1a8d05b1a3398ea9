// SPDX-License-Identifier: Apache-2.0
#include "cli/progress.hpp"

#include <unistd.h>

#include <cmath>
#include <iostream>

namespace ridge::cli {
namespace {

using Seconds = std::chrono::duration<double>;
constexpr Seconds redraw_interval{0.1};  // ten a second is as much as an eye follows
constexpr Seconds line_interval{15.0};   // in a log, where each line stays

std::string two_digits(long value) { return (value < 10 ? "0" : "") + std::to_string(value); }

std::string line(std::size_t done, std::size_t total, double elapsed_s, const std::string& what) {
    std::string out = std::to_string(done) + "/" + std::to_string(total);
    if (done > 0 && done < total) {
        const double left = elapsed_s / static_cast<double>(done) * static_cast<double>(total - done);
        out += ", about " + duration_text(left) + " left";
    }
    return out + ": " + what;
}

}  // namespace

std::string duration_text(double seconds) {
    const long whole = std::lround(seconds);
    const std::string tail = two_digits(whole % 60);
    if (whole < 3600) return std::to_string(whole / 60) + ":" + tail;
    return std::to_string(whole / 3600) + ":" + two_digits(whole / 60 % 60) + ":" + tail;
}

Progress::Progress(bool quiet)
    : quiet_(quiet),
      terminal_(isatty(STDERR_FILENO) == 1),
      begin_(Clock::now()),
      last_(begin_ - std::chrono::hours(1)) {}

Progress::~Progress() {
    if (drawn_ && terminal_) std::cerr << "\r\x1b[K" << std::flush;
}

void Progress::show(std::size_t done, std::size_t total, const std::string& what) {
    const auto now = Clock::now();
    if (quiet_ || (now - last_ < (terminal_ ? redraw_interval : line_interval) && done < total)) return;
    last_ = now;
    drawn_ = true;
    const auto text = line(done, total, Seconds(now - begin_).count(), what);
    if (terminal_)
        std::cerr << "\r\x1b[K" << text.substr(0, 110) << std::flush;
    else
        std::cerr << text << '\n';
}

}  // namespace ridge::cli
