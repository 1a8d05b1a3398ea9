// SPDX-License-Identifier: Apache-2.0
#include "reports/plot/axis.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "core/text.hpp"

namespace ridge::reports::plot {
namespace {

bool is_log(const Axis& axis) { return axis.scale == Scale::logarithmic; }

double forward(const Axis& axis, double value) { return is_log(axis) ? std::log10(value) : value; }
double backward(const Axis& axis, double value) { return is_log(axis) ? std::pow(10.0, value) : value; }

std::string fixed(double value, int decimals) {
    std::array<char, 352> buffer{};
    const auto end =
        std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed, decimals)
            .ptr;
    return {buffer.data(), end};
}

struct Prefix {
    double scale;
    const char* text;
};

Prefix prefix_for(double magnitude) {
    static constexpr std::array<Prefix, 11> prefixes = {{{1e-12, " p"},
                                                         {1e-9, " n"},
                                                         {1e-6, " µ"},
                                                         {1e-3, " m"},
                                                         {1, ""},
                                                         {1e3, " k"},
                                                         {1e6, " M"},
                                                         {1e9, " G"},
                                                         {1e12, " T"},
                                                         {1e15, " P"},
                                                         {1e18, " E"}}};
    Prefix best = prefixes.front();
    for (const auto& prefix : prefixes)
        if (magnitude >= prefix.scale * (1 - 1e-9)) best = prefix;
    return best;
}

// `step` is the distance to the next tick: it decides how many decimals tell the two apart.
std::string tick_text(const Axis& axis, double value, double step) {
    if (value == 0) return "0";
    const double magnitude = std::max(std::abs(value), step);
    const auto prefix = axis.si_prefix ? prefix_for(magnitude) : Prefix{1, ""};
    const int decimals =
        std::clamp(static_cast<int>(std::ceil(-std::log10(step / prefix.scale) - 1e-9)), 0, 12);
    return fixed(value / prefix.scale, decimals) + prefix.text;
}

double nice_step(double span, int wanted) {
    const double raw = span / std::max(1, wanted);
    const double power = std::pow(10.0, std::floor(std::log10(raw)));
    for (const double multiple : {1.0, 2.0, 5.0})
        if (raw <= multiple * power * (1 + 1e-9)) return multiple * power;
    return 10.0 * power;
}

std::vector<Tick> linear_ticks(const Axis& axis, int wanted) {
    const double step = nice_step(axis.high - axis.low, wanted);
    std::vector<Tick> out;
    const double slack = 1e-9 * (axis.high - axis.low);
    for (double i = std::ceil((axis.low - slack) / step); i * step <= axis.high + slack; ++i)
        out.push_back({i * step, tick_text(axis, i * step, step)});
    return out;
}

struct Decades {
    int stride;   // every how many decades a label stands
    bool halves;  // 2 and 5 carry labels too
    bool minor;   // 2 … 9 are drawn
};

Decades decades_for(double span, int wanted) {
    const int stride = std::max(1, static_cast<int>(std::ceil(span / std::max(1, wanted))));
    return {stride, stride == 1 && span * 3 <= wanted + 1, stride == 1 && span < 12};
}

void add_decade(std::vector<Tick>& out, const Axis& axis, int exponent, const Decades& how) {
    const double decade = std::pow(10.0, exponent);
    for (int digit = 1; digit <= (how.minor ? 9 : 1); ++digit) {
        const double value = digit * decade;
        if (value < axis.low * (1 - 1e-9) || value > axis.high * (1 + 1e-9)) continue;
        const bool labelled =
            (digit == 1 && exponent % how.stride == 0) || (how.halves && (digit == 2 || digit == 5));
        out.push_back({value, labelled ? tick_text(axis, value, decade) : ""});
    }
}

std::vector<Tick> log_ticks(const Axis& axis, int wanted) {
    const double low = std::log10(axis.low), high = std::log10(axis.high);
    if (high - low < 0.8) return linear_ticks(axis, wanted);
    const auto how = decades_for(high - low, wanted);
    std::vector<Tick> out;
    for (int exponent = static_cast<int>(std::floor(low)); exponent <= static_cast<int>(std::ceil(high));
         ++exponent)
        add_decade(out, axis, exponent, how);
    const auto labelled = std::ranges::count_if(out, &Tick::major);
    return labelled >= 2 ? out : linear_ticks(axis, wanted);
}

double round_decade(double value, bool up) {
    const double power = std::pow(10.0, std::floor(std::log10(value)));
    static constexpr std::array<double, 4> steps = {1, 2, 5, 10};
    if (up) {
        for (const double step : steps)
            if (step * power >= value * (1 - 1e-9)) return step * power;
        return 10 * power;
    }
    double best = power;
    for (const double step : steps)
        if (step * power <= value * (1 + 1e-9)) best = step * power;
    return best;
}

// Limits of zooming: a range of less than a millionth, or of more than 60 decades, shows nothing.
bool sane(const Axis& axis) {
    const double span = forward(axis, axis.high) - forward(axis, axis.low);
    const double scale = is_log(axis) ? 1.0 : std::max({std::abs(axis.low), std::abs(axis.high), 1e-300});
    return std::isfinite(span) && span > 1e-6 * scale &&
           (!is_log(axis) || (span < 60 && axis.low > 1e-60 && axis.high < 1e60));
}

Axis between(const Axis& axis, double first, double second) {
    Axis out = axis;
    out.low = from_unit(axis, first);
    out.high = from_unit(axis, second);
    return sane(out) ? out : axis;
}

}  // namespace

double to_unit(const Axis& axis, double value) {
    const double low = forward(axis, axis.low);
    return (forward(axis, value) - low) / (forward(axis, axis.high) - low);
}

double from_unit(const Axis& axis, double position) {
    const double low = forward(axis, axis.low);
    return backward(axis, low + position * (forward(axis, axis.high) - low));
}

std::vector<Tick> ticks(const Axis& axis, int wanted) {
    return is_log(axis) ? log_ticks(axis, wanted) : linear_ticks(axis, wanted);
}

Axis rounded_outwards(Axis axis) {
    if (is_log(axis)) {
        axis.low = round_decade(axis.low, false);
        axis.high = round_decade(axis.high, true);
        return axis;
    }
    const double step = nice_step(axis.high - axis.low, 6);
    axis.low = std::floor(axis.low / step + 1e-9) * step;
    axis.high = std::ceil(axis.high / step - 1e-9) * step;
    return axis;
}

Axis zoomed(const Axis& axis, double position, double factor) {
    return between(axis, position - position / factor, position + (1 - position) / factor);
}

Axis panned(const Axis& axis, double share) { return between(axis, share, 1 + share); }

Axis cut(const Axis& axis, double first, double second) {
    return between(axis, std::min(first, second), std::max(first, second));
}

}  // namespace ridge::reports::plot
