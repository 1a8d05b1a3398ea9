// SPDX-License-Identifier: Apache-2.0
#include "gui/plot_painter.hpp"

#include <QFontMetricsF>
#include <QPainterPath>

#include "gui/text.hpp"

namespace ridge::gui {
namespace {

using namespace reports::plot;

QPointF point(Spot spot) { return {spot.x, spot.y}; }

QFont sized(QFont font, double size, bool bold) {
    font.setPixelSize(std::max(1, static_cast<int>(std::lround(size))));
    font.setBold(bold);
    return font;
}

QPolygonF polygon(const std::vector<Spot>& spots, Spot at = {}, double radius = 1) {
    QPolygonF out;
    for (const auto& spot : spots) out << QPointF(at.x + radius * spot.x, at.y + radius * spot.y);
    return out;
}

struct Canvas {
    QPainter& painter;
    const Drawing& drawing;
    const Theme& theme;

    [[nodiscard]] QColor colour(Colour wanted) const { return colour_of(theme, wanted); }

    void set_pen(const Path& path) const {
        if (!path.stroke) {
            painter.setPen(Qt::NoPen);
            return;
        }
        QPen pen(colour(*path.stroke), path.width);
        pen.setCapStyle(Qt::FlatCap);
        if (path.dashed) pen.setDashPattern({7 / path.width, 5 / path.width});
        painter.setPen(pen);
    }

    void operator()(const Path& path) const {
        painter.save();
        if (path.clipped)
            painter.setClipRect(
                QRectF(drawing.clip.left, drawing.clip.top, drawing.clip.width, drawing.clip.height));
        set_pen(path);
        painter.setBrush(path.fill ? QBrush(colour(*path.fill)) : QBrush(Qt::NoBrush));
        if (path.closed)
            painter.drawPolygon(polygon(path.points));
        else
            painter.drawPolyline(polygon(path.points));
        painter.restore();
    }

    void operator()(const Marker& marker) const {
        const QColor own = colour(marker.colour), surface = colour({Role::surface});
        painter.setPen(QPen(marker.hollow ? own : surface, marker.hollow ? 2 : 1));
        painter.setBrush(marker.hollow ? surface : own);
        const auto& corners = outline(marker.shape);
        if (corners.empty())
            painter.drawEllipse(point(marker.at), marker.radius, marker.radius);
        else
            painter.drawPolygon(polygon(corners, marker.at, marker.radius));
        if (!marker.flagged) return;
        painter.setPen(QPen(colour({Role::warning}), 1.8));
        painter.setBrush(Qt::NoBrush);
        painter.drawEllipse(point(marker.at), marker.radius + 4, marker.radius + 4);
    }

    void operator()(const Text& text) const {
        painter.save();
        painter.setFont(sized(painter.font(), text.size, text.bold));
        const QString words = qt(text.text);
        const double width = QFontMetricsF(painter.font()).horizontalAdvance(words);
        const double left = text.anchor == Anchor::start    ? 0
                            : text.anchor == Anchor::middle ? -width / 2
                                                            : -width;
        painter.translate(point(text.at));
        painter.rotate(text.angle);
        const QPointF baseline(left, 0.35 * text.size);
        if (text.halo) {
            QPainterPath letters;
            letters.addText(baseline, painter.font(), words);
            painter.strokePath(
                letters, QPen(colour({Role::surface}), 3.5, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        }
        painter.setPen(colour(text.colour));
        painter.drawText(baseline, words);
        painter.restore();
    }
};

std::uint32_t rgb(const QColor& colour) { return colour.rgb() & 0xffffffU; }

}  // namespace

QColor colour_of(const Theme& theme, Colour colour) {
    QColor out = QColor::fromRgb(theme.of(colour.role));
    out.setAlphaF(static_cast<float>(colour.opacity));
    return out;
}

void paint(QPainter& painter, const Drawing& drawing, const Theme& theme) {
    painter.setRenderHint(QPainter::Antialiasing);
    painter.fillRect(QRectF(0, 0, drawing.width, drawing.height), colour_of(theme, {Role::background}));
    const Canvas canvas{painter, drawing, theme};
    for (const auto& item : drawing.items) std::visit(canvas, item);
}

TextMeasure text_measure(const QFont& font) {
    return [font](std::string_view text, double size) {
        return QFontMetricsF(sized(font, size, false)).horizontalAdvance(qt(text));
    };
}

LayoutOptions layout_options(const QWidget& widget) {
    // Letters of a chart are smaller than those of the window around it, and never unreadable.
    constexpr double share_of_line = 0.78, least_pixels = 11;
    LayoutOptions options;
    options.width = widget.width();
    options.height = widget.height();
    options.font_size = std::max(least_pixels, QFontMetricsF(widget.font()).height() * share_of_line);
    options.measure = text_measure(widget.font());
    return options;
}

Theme theme_of(const QPalette& palette) {
    const bool dark = palette.color(QPalette::Window).lightnessF() < 0.5F;
    Theme theme = dark ? dark_theme() : light_theme();
    const auto set = [&](Role role, const QColor& colour) {
        theme.rgb[static_cast<std::size_t>(role)] = rgb(colour);
    };
    set(Role::background, palette.color(QPalette::Base));
    set(Role::surface, palette.color(QPalette::Base));
    set(Role::text, palette.color(QPalette::Text));
    return theme;
}

QImage picture_of(const Drawing& drawing, double scale, const QFont& font) {
    QImage image(QSizeF(drawing.width * scale, drawing.height * scale).toSize(), QImage::Format_RGB32);
    image.fill(Qt::white);
    QPainter painter(&image);
    painter.setFont(font);
    painter.scale(scale, scale);
    paint(painter, drawing, light_theme());
    return image;
}

}  // namespace ridge::gui
