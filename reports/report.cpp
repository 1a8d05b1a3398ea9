// SPDX-License-Identifier: Apache-2.0
#include "reports/report.hpp"

#include <algorithm>
#include <set>

#include "core/error.hpp"
#include "core/file.hpp"
#include "reports/best_config_export.hpp"
#include "reports/call_table.hpp"
#include "reports/cost_tables.hpp"
#include "reports/svg.hpp"

namespace ridge::reports {
namespace {

ReportSection device_section(const DeviceReport& device) {
    return {device.device().id,
            {call_table(device.calls), roof_table(device), fit_table(device), device_table(device),
             environment_table(device)}};
}

std::string roofline_svg(const DeviceReport& device) {
    const auto scene = roofline_of(device, device.calls);
    const auto picture = plot::layout(scene, {.width = 1100, .height = 640});
    SvgOptions options;
    options.title = scene.title;
    options.description = scene.description;
    return to_svg(picture.drawing, options);
}

}  // namespace

ReportInput gather_report(const db::Store& store, std::vector<cost_model::TokenCost> costs,
                          const std::string& program) {
    ReportInput input;
    input.devices = read_devices(store);
    input.costs = std::move(costs);
    input.source = store.path().filename().string();
    input.generated_at = db::timestamp();
    input.program = program;
    return input;
}

std::vector<ReportSection> report_sections(const ReportInput& input) {
    std::vector<ReportSection> out;
    for (const auto& device : input.devices) out.push_back(device_section(device));
    if (!input.costs.empty())
        out.push_back({"",
                       {cost_table(input.costs, input.money.currency), money_table(input.costs, input.money),
                        hour_table(input.costs, input.money),
                        break_even_table(input.break_evens, input.money), breakdown_table(input.costs)}});
    for (auto& section : out) std::erase_if(section.tables, [](const Table& table) { return table.empty(); });
    return out;
}

Table glossary(const std::vector<ReportSection>& sections) {
    std::set<std::string_view> used;
    for (const auto& section : sections)
        for (const auto& table : section.tables)
            for (const auto* column : table.columns()) used.insert(column->id);
    std::vector<const Metric*> words;
    for (const auto& id : used) words.push_back(&metric(id));
    std::ranges::stable_sort(words, {}, &Metric::title);
    Table table("glossary", "Words", {"term", "unit", "explanation"});
    for (const auto* word : words) {
        table.add_row()
            .set("term", std::string(word->title))
            .set("explanation", std::string(word->explanation));
        if (!word->unit.empty()) table.set("unit", std::string(word->unit));
    }
    return table;
}

std::string file_stem(const ReportSection& section, const Table& table) {
    return table.id() + (section.device.empty() ? "" : "-" + section.device);
}

Json report_json(const ReportInput& input) {
    Json sections = Json::array();
    for (const auto& section : report_sections(input)) {
        Json tables = Json::array();
        for (const auto& table : section.tables) tables.push_back(to_json(table));
        sections.push_back(
            {{"device", section.device.empty() ? Json() : Json(section.device)}, {"tables", tables}});
    }
    return {{"schema", "ridge-report"},           {"version", 1},
            {"program", input.program},           {"source", input.source},
            {"generated_at", input.generated_at}, {"sections", sections}};
}

std::vector<std::filesystem::path> write_report(const ReportInput& input,
                                                const std::filesystem::path& directory) {
    std::error_code error;
    std::filesystem::create_directories(directory, error);
    if (error) throw EnvironmentError(directory.string() + ": cannot be made: " + error.message());
    std::vector<std::filesystem::path> out;
    const auto write = [&](const std::string& name, const std::string& content) {
        out.push_back(directory / name);
        write_file(out.back(), content);
    };
    write("report.html", html_page(input));
    write("report.json", report_json(input).dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
    for (const auto& section : report_sections(input))
        for (const auto& table : section.tables) write(file_stem(section, table) + ".csv", to_csv(table));
    for (const auto& device : input.devices) {
        write("roofline-" + device.device().id + ".svg", roofline_svg(device));
        write("best-configs-" + device.device().id + ".json",
              best_configs_json(device, input.generated_at).dump(2) + "\n");
    }
    return out;
}

}  // namespace ridge::reports
