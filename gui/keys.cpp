// SPDX-License-Identifier: Apache-2.0
#include "gui/keys.hpp"

#include <QObject>

namespace ridge::gui {
namespace {

struct KeyRow {
    const char* keys;
    const char* meaning;
};

constexpr KeyRow rows[] = {
    {"Ctrl+O", "open a store; dropping its file on the window does the same"},
    {"F5", "read the store again; zoom, filter and choices stay"},
    {"Ctrl+E", "export the chart as PNG or SVG, or the table as CSV"},
    {"Ctrl+1, Ctrl+2", "Roofline page, Cost page"},
    {"Ctrl+F", "filter of the calls"},
    {"wheel", "zoom at the pointer"},
    {"drag", "zoom into the rectangle"},
    {"Shift+drag, middle button", "move the chart"},
    {"arrows", "move the chart"},
    {"+, -, 0", "zoom in, zoom out, whole chart (also a double click)"},
    {"Ctrl+Z, Ctrl+Shift+Z", "former view, next view"},
    {"Tab, Shift+Tab", "next point, former point"},
    {"Enter or click", "hold the point's numbers and select its row"},
    {"Esc", "let go of the point"},
    {"Ctrl+C", "copy the chart as a picture, or the selected rows of a table"},
    {"F1", "this sheet"},
};

}  // namespace

QString keys_sheet() {
    QString out = "<table cellspacing='6'>";
    for (const auto& [keys, meaning] : rows)
        out += QString("<tr><td><b>%1</b></td><td>%2</td></tr>")
                   .arg(QString(keys).toHtmlEscaped(), QString(meaning).toHtmlEscaped());
    return out + "</table>";
}

}  // namespace ridge::gui
