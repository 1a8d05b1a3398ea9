// SPDX-License-Identifier: Apache-2.0
#include "cost_model/kernel/packed_column.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <string_view>
#include <utility>

#include "core/error.hpp"

namespace ridge::cost_model {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr double greatest_word = 65535;

std::string base64(const std::vector<std::uint16_t>& words) {
    std::string out;
    out.reserve(words.size() * 8 / 3 + 4);
    std::uint32_t bits = 0;
    int held = 0;
    const auto push_byte = [&](std::uint32_t byte) {
        bits = (bits << 8U) | byte;
        for (held += 8; held >= 6; held -= 6)
            out += alphabet[(bits >> static_cast<unsigned>(held - 6)) & 63U];
    };
    for (const auto word : words) push_byte(word & 255U), push_byte(word >> 8U);
    if (held > 0) out += alphabet[(bits << static_cast<unsigned>(6 - held)) & 63U];
    return out;
}

std::array<int, 256> values_of_letters() {
    std::array<int, 256> out{};
    out.fill(-1);
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        out.at(static_cast<unsigned char>(alphabet[i])) = static_cast<int>(i);
    return out;
}

std::vector<std::uint16_t> words_of(const std::string& text) {
    static const auto values = values_of_letters();
    std::vector<std::uint16_t> out;
    out.reserve(text.size() * 3 / 8);
    std::uint32_t bits = 0, low_byte = 0;
    int held = 0;
    bool half = false;
    for (const char letter : text) {
        const int value = values.at(static_cast<unsigned char>(letter));
        if (value < 0) throw InputError("'" + text.substr(0, 16) + "…' is not base64");
        bits = (bits << 6U) | static_cast<std::uint32_t>(value);
        held += 6;
        if (held < 8) continue;
        held -= 8;
        const std::uint32_t byte = (bits >> static_cast<unsigned>(held)) & 255U;
        if (half) out.push_back(static_cast<std::uint16_t>(low_byte | (byte << 8U)));
        low_byte = byte;
        half = !half;
    }
    if (half) throw InputError("base64 of an odd number of bytes");
    return out;
}

}  // namespace

PackedColumn::PackedColumn(const std::vector<double>& values) {
    if (values.empty()) return;
    const auto [least, greatest] = std::ranges::minmax(values);
    if (!std::ranges::all_of(values, [](double value) { return std::isfinite(value); }))
        throw InputError("a column holds a number that is not finite");
    low_ = least;
    step_ = (greatest - least) / greatest_word;
    words_.reserve(values.size());
    for (const double value : values)
        words_.push_back(step_ > 0 ? static_cast<std::uint16_t>(std::lround((value - low_) / step_))
                                   : std::uint16_t{0});
}

Json PackedColumn::json() const {
    return {
        {"count", words_.size()}, {"low", low_}, {"step", step_}, {"words", step_ > 0 ? base64(words_) : ""}};
}

PackedColumn PackedColumn::from_json(const JsonReader& json) {
    PackedColumn out;
    out.low_ = json.at("low").number();
    out.step_ = json.amount_or("step", 0);
    const auto count = json.count_or("count", 0);
    out.words_ = json.at("words").parsed(words_of);
    if (out.step_ <= 0) out.words_.assign(static_cast<std::size_t>(count), 0);
    if (std::cmp_not_equal(out.words_.size(), count))
        throw InputError("a column of " + std::to_string(count) + " numbers holds " +
                         std::to_string(out.words_.size()));
    return out;
}

}  // namespace ridge::cost_model
