// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <cstdio>
#include <random>

#include "db/store.hpp"

namespace ridge::db {

std::string timestamp() {
    namespace chrono = std::chrono;
    const auto now = chrono::floor<chrono::milliseconds>(chrono::system_clock::now());
    const auto day = chrono::floor<chrono::days>(now);
    const chrono::year_month_day date(day);
    const chrono::hh_mm_ss time(now - day);
    char buffer[40];
    std::snprintf(buffer, sizeof buffer, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                  static_cast<int>(time.seconds().count()), static_cast<int>(time.subseconds().count()));
    return buffer;
}

// RFC 4122, 4.4: random bits, with the version in the 13th digit and the variant in the 17th.
std::string make_uuid() {
    std::random_device source;
    std::uniform_int_distribution<std::uint32_t> word;
    const std::uint32_t bits[4] = {word(source), word(source), word(source), word(source)};
    char buffer[40];
    std::snprintf(buffer, sizeof buffer, "%08x-%04x-4%03x-%04x-%04x%08x", bits[0], bits[1] >> 16,
                  bits[1] & 0xfff, (bits[2] >> 16 & 0x3fff) | 0x8000, bits[2] & 0xffff, bits[3]);
    return buffer;
}

}  // namespace ridge::db
