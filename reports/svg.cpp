// SPDX-License-Identifier: Apache-2.0
#include "reports/svg.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace ridge::reports {
namespace {

using namespace plot;

// Hundredths of a pixel, without trailing zeros.
std::string px(double value) {
    const double rounded = std::round(value * 100) / 100;
    std::array<char, 32> buffer{};
    const auto end =
        std::to_chars(buffer.data(), buffer.data() + buffer.size(), rounded == 0 ? 0.0 : rounded).ptr;
    return {buffer.data(), end};
}

class Writer {
  public:
    Writer(const Drawing& drawing, const SvgOptions& options) : drawing_(drawing), options_(options) {}
    std::string document() {
        begin();
        for (const auto& item : drawing_.items) std::visit([this](const auto& one) { write(one); }, item);
        return out_ + "</svg>\n";
    }

  private:
    void begin() {
        const auto size = px(drawing_.width) + " " + px(drawing_.height);
        out_ = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + size + "\" width=\"" +
               px(drawing_.width) + "\" height=\"" + px(drawing_.height) +
               "\" role=\"img\" aria-labelledby=\"" + options_.id + "-title " + options_.id +
               "-desc\" font-family=\"'DejaVu Sans', Verdana, Arial, sans-serif\">\n";
        out_ += "<title id=\"" + options_.id + "-title\">" + escaped(options_.title) +
                "</title>\n<desc id=\"" + options_.id + "-desc\">" + escaped(options_.description) +
                "</desc>\n";
        const auto& c = drawing_.clip;
        out_ += "<defs><clipPath id=\"" + options_.id + "-clip\"><rect x=\"" + px(c.left) + "\" y=\"" +
                px(c.top) + "\" width=\"" + px(c.width) + "\" height=\"" + px(c.height) +
                "\"/></clipPath></defs>\n";
        out_ += "<rect width=\"" + px(drawing_.width) + "\" height=\"" + px(drawing_.height) + "\"" +
                paint("fill", {Role::background}) + "/>\n";
    }

    // A presentation attribute cannot hold var(), a style can.
    std::string paint(std::string_view property, Colour colour) const {
        const std::string name(property);
        const std::string opacity =
            colour.opacity < 1 ? " " + name + "-opacity=\"" + px(colour.opacity) + "\"" : "";
        if (options_.css_colours)
            return " style=\"" + name + ":var(--" + std::string(role_name(colour.role)) + ")\"" + opacity;
        return " " + name + "=\"" + hex(options_.theme->of(colour.role)) + "\"" + opacity;
    }

    std::string two_paints(const std::optional<Colour>& fill, const std::optional<Colour>& stroke) const {
        if (!options_.css_colours || !fill || !stroke)
            return (fill ? paint("fill", *fill) : " fill=\"none\"") +
                   (stroke ? paint("stroke", *stroke) : "");
        return " style=\"fill:var(--" + std::string(role_name(fill->role)) + ");stroke:var(--" +
               std::string(role_name(stroke->role)) + ")\"";
    }

    static std::string path_data(const std::vector<Spot>& points, bool closed) {
        std::string out;
        for (const auto& point : points) out += (out.empty() ? "M" : "L") + px(point.x) + " " + px(point.y);
        return closed ? out + "Z" : out;
    }

    std::string tip(const std::string& id) const {
        return id.empty() || !options_.tooltip ? "" : options_.tooltip(id);
    }

    // Wraps an element that has something to say, so that a page's script and a screen reader find it.
    void with_tip(const std::string& id, const std::string& kind, const std::string& element) {
        const auto words = tip(id);
        if (words.empty()) {
            out_ += element + "\n";
            return;
        }
        out_ += "<g class=\"" + kind + "\" data-id=\"" + escaped(id) + "\" tabindex=\"0\"><title>" +
                escaped(words) + "</title>" + element + "</g>\n";
    }

    void write(const Path& path) {
        const std::string data = path_data(path.points, path.closed);
        const std::string clip = path.clipped ? " clip-path=\"url(#" + options_.id + "-clip)\"" : "";
        std::string element = "<path d=\"" + data + "\"" + two_paints(path.fill, path.stroke);
        if (path.stroke) element += " stroke-width=\"" + px(path.width) + "\"";
        if (path.dashed) element += " stroke-dasharray=\"7 5\"";
        element += clip + "/>";
        // A wide invisible twin makes a thin line easy to point at.
        if (!tip(path.id).empty())
            element += "<path d=\"" + data + "\" fill=\"none\" stroke=\"transparent\" stroke-width=\"12\"" +
                       clip + "/>";
        with_tip(path.id, "line", element);
    }

    std::string shape(const Marker& marker, double radius, const std::string& paints) const {
        const auto& corners = outline(marker.shape);
        if (corners.empty())
            return "<circle cx=\"" + px(marker.at.x) + "\" cy=\"" + px(marker.at.y) + "\" r=\"" + px(radius) +
                   "\"" + paints + "/>";
        std::vector<Spot> placed;
        for (const auto& corner : corners)
            placed.push_back({marker.at.x + radius * corner.x, marker.at.y + radius * corner.y});
        return "<path d=\"" + path_data(placed, true) + "\"" + paints + "/>";
    }

    void write(const Marker& marker) {
        const Colour surface = {Role::surface};
        const auto paints =
            two_paints(marker.hollow ? surface : marker.colour, marker.hollow ? marker.colour : surface) +
            " stroke-width=\"" + (marker.hollow ? "2" : "1") + "\"";
        std::string element = shape(marker, marker.radius, paints);
        if (marker.flagged)
            element += "<circle cx=\"" + px(marker.at.x) + "\" cy=\"" + px(marker.at.y) + "\" r=\"" +
                       px(marker.radius + 4) + "\"" + two_paints(std::nullopt, Colour{Role::warning}) +
                       " stroke-width=\"1.8\"/>";
        with_tip(marker.id, "point", element);
    }

    void write(const Text& text) {
        static constexpr std::array<std::string_view, 3> anchors = {"start", "middle", "end"};
        // The baseline lies about 0.35 of the size below the middle of the letters.
        const auto at = " x=\"" + px(text.at.x) + "\" y=\"" + px(text.at.y + 0.35 * text.size) + "\"";
        const auto turn = text.angle != 0 ? " transform=\"rotate(" + px(text.angle) + " " + px(text.at.x) +
                                                " " + px(text.at.y) + ")\""
                                          : "";
        out_ += "<text" + at + turn + " font-size=\"" + px(text.size) + "\" text-anchor=\"" +
                std::string(anchors[static_cast<std::size_t>(text.anchor)]) + "\"" +
                (text.bold ? " font-weight=\"bold\"" : "");
        out_ += text.halo ? two_paints(text.colour, Colour{Role::surface}) +
                                " stroke-width=\"3.5\" stroke-linejoin=\"round\" paint-order=\"stroke\""
                          : paint("fill", text.colour);
        out_ += ">" + escaped(text.text) + "</text>\n";
    }

    const Drawing& drawing_;
    const SvgOptions& options_;
    std::string out_;
};

}  // namespace

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\'':
                out += "&#39;";
                break;
            default:
                if (static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t') out += c;
        }
    }
    return out;
}

std::string to_svg(const plot::Drawing& drawing, const SvgOptions& options) {
    return Writer(drawing, options).document();
}

}  // namespace ridge::reports
