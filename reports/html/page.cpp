// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/statistics.hpp"
#include "core/units.hpp"
#include "reports/call_table.hpp"
#include "reports/html/parts.hpp"
#include "reports/svg.hpp"

namespace ridge::reports {
namespace {

using html::provenance_mark;

std::string device_names(const ReportInput& input) {
    std::string out;
    for (const auto& device : input.devices) out += (out.empty() ? "" : ", ") + device.device().name;
    return out.empty() ? "no measured device" : out;
}

std::string legend() {
    return "<ul class=\"legend\"><li>" + provenance_mark("measured") + " timed on the device</li><li>" +
           provenance_mark("predicted") + " by a model fitted on measurements</li><li>" +
           provenance_mark("specified") +
           " from a data sheet</li><li class=\"none\">– no number; the reason shows when pointing at "
           "it</li></ul>\n";
}

std::string header(const ReportInput& input) {
    std::string nav = "<nav aria-label=\"Sections\">";
    for (const auto& device : input.devices)
        nav += "<a href=\"#" + device.device().id + "\">" + escaped(device.device().name) + "</a>";
    if (!input.costs.empty()) nav += "<a href=\"#cost\">Cost of tokens</a>";
    nav += "<a href=\"#words\">Words</a><a href=\"report.json\" download>All tables as JSON</a></nav>";
    return "<header><h1>Roofline and cost report: " + escaped(device_names(input)) +
           "</h1>\n<p class=\"sub\">" + escaped(input.program) + ", " + escaped(input.generated_at) +
           ", from " + escaped(input.source) + "</p>\n" + legend() + nav + "</header>\n";
}

std::string card(const std::string& label, const std::string& figure, const std::string& detail) {
    return "<div class=\"card\"><div class=\"label\">" + escaped(label) + "</div><div class=\"figure\">" +
           escaped(figure) + "</div><div class=\"label\">" + escaped(detail) + "</div></div>";
}

std::string roof_card(const std::string& label, const cost_model::Ceiling& ceiling, const char* unit) {
    return card(label, quantity(ceiling.rate, unit), std::string(name(ceiling.provenance)));
}

std::string share_card(const DeviceReport& device) {
    std::vector<double> shares;
    for (const auto& call : device.calls)
        if (const auto share = call.roof_share(); share && call.best.measurement.cache == CacheState::cold)
            shares.push_back(*share);
    if (shares.empty()) return "";
    return card("Share of the roof, median over calls", percent(median(shares)),
                "from " + percent(*std::ranges::min_element(shares)) + " to " +
                    percent(*std::ranges::max_element(shares)) + ", cold");
}

std::string cards(const DeviceReport& device) {
    std::string out = "<div class=\"cards\">";
    if (const auto* memory = cost_model::memory_ceiling(device.model.ceilings))
        out += roof_card("DRAM bandwidth", *memory, "B/s");
    for (const auto& [precision, ceiling] : device.model.ceilings.compute)
        out += roof_card("Peak " + std::string(name(precision)), ceiling,
                         is_integer(precision) ? "OP/s" : "FLOP/s");
    return out + share_card(device) + "</div>\n";
}

std::string facts(const DeviceReport& device) {
    std::string out = "<p class=\"facts\">";
    const auto table = device_table(device);
    for (const auto& row : table.rows())
        if (row[0].text != "Instruction sets" && row[0].text != "Name")
            out += "<span>" + escaped(row[0].text) + " <b>" + escaped(row[1].text) + "</b></span> ";
    out += "<span>Measurements <b>" + std::to_string(device.measurements) + "</b></span>";
    if (device.refused > 0) out += " <span>Refused <b>" + std::to_string(device.refused) + "</b></span>";
    if (!device.last_taken.empty())
        out += " <span>Taken <b>" + escaped(device.first_taken) + " … " + escaped(device.last_taken) +
               "</b></span>";
    return out + "</p>\n";
}

std::string folded(const std::string& summary, const std::string& content) {
    return "<details><summary>" + escaped(summary) + "</summary>\n" + content + "</details>\n";
}

std::string fit_figure(const DeviceReport& device) {
    const auto figure = html::fit(device);
    if (figure.empty()) return "";
    return "<h3>Measured and predicted</h3>\n<p>Calls that the fitted model did not see: on the line the "
           "prediction is the measurement; bars are its 90 % intervals.</p>\n" +
           figure;
}

std::string device_section(const DeviceReport& device, const ReportSection& section) {
    std::string out = "<section id=\"" + device.device().id + "\"><h2>" + escaped(device.device().name) +
                      "</h2>\n" + facts(device) + cards(device);
    out +=
        "<h3>Roofline</h3>\n<p>Each number is a call at its compulsory DRAM traffic; point at it for its "
        "figures, click to hold them. "
        "A point above its roof is marked, not clipped. <a href=\"roofline-" +
        device.device().id + ".svg\" download>SVG</a></p>\n";
    out += html::roofline(device);
    for (const auto& table : section.tables) {
        const bool calls = table.id() == "calls";
        const auto content = html::table(table, file_stem(section, table), calls ? "call:" : "");
        if (table.id() == "fit") out += fit_figure(device);
        const bool fold = table.id() == "device" || table.id() == "environment";
        out += fold ? folded(table.title(), content) : content;
        if (calls)
            out += "<p>The same for a serving stack: <a href=\"best-configs-" + device.device().id +
                   ".json\" download>best configurations as JSON</a>.</p>\n";
    }
    return out + "</section>\n";
}

std::string cost_section(const ReportInput& input, const ReportSection& section) {
    std::string out =
        "<section id=\"cost\"><h2>Cost of tokens</h2>\n<p>“≥” and “≤” mark bounds: figures of devices that "
        "are known from a "
        "data sheet only are the roofline itself, which no kernel beats.</p>\n";
    for (const auto& table : section.tables) {
        const auto content = html::table(table, file_stem(section, table));
        if (table.id() == "breakdown")
            out += "<h3>Where the time goes</h3>\n" + html::breakdown(input.costs) +
                   folded("Every call", content);
        else if (table.id() == "hour")
            out += "<h3>" + escaped(table.title()) + "</h3>\n" + html::hour(input) +
                   folded("Every part", content);
        else if (table.id() == "break_even")
            out += "<h3>" + escaped(table.title()) + "</h3>\n" + html::break_evens(input) + content;
        else
            out += content;
    }
    return out + "</section>\n";
}

std::string body(const ReportInput& input) {
    const auto sections = report_sections(input);
    std::string out = header(input) + "<main>\n";
    if (sections.empty()) out += "<p>The store has neither measurements nor roofs yet.</p>\n";
    for (std::size_t i = 0; i < sections.size(); ++i)
        out += i < input.devices.size() ? device_section(input.devices[i], sections[i])
                                        : cost_section(input, sections[i]);
    const auto words = glossary(sections);
    out += "<section id=\"words\"><h2>Words</h2>\n";
    std::string rows;
    for (const auto& row : words.rows())
        rows += "<tr><th scope=\"row\">" + escaped(row[0].text) + "</th><td>" + escaped(row[1].text) +
                "</td><td>" + escaped(row[2].text) + "</td></tr>\n";
    return out + "<table class=\"words\"><tbody>\n" + rows + "</tbody></table></section>\n</main>\n";
}

}  // namespace

std::string html_page(const ReportInput& input) {
    return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
           "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>" +
           escaped("Report: " + device_names(input)) + "</title>\n<style>\n" + html::style_sheet() +
           "</style>\n</head>\n<body>\n" + body(input) + "<script>" + std::string(html::script()) +
           "</script>\n</body>\n</html>\n";
}

}  // namespace ridge::reports
