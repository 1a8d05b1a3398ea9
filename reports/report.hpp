// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cost_model/token_cost.hpp"
#include "reports/device_report.hpp"
#include "reports/money_tables.hpp"

namespace ridge::reports {

/// Everything a report shows.
struct ReportInput {
    std::vector<DeviceReport> devices;         ///< measured ones, from the store
    std::vector<cost_model::TokenCost> costs;  ///< of these and of catalogue devices
    MoneyView money;                           ///< how amounts are shown
    std::vector<BreakEvenCase> break_evens;    ///< of the devices that can be bought and rented
    std::string source;                        ///< the store's file name
    std::string generated_at;                  ///< UTC, ISO 8601
    std::string program;                       ///< "ridge 0.1.0"
};

/// read_devices() of the store, with `costs` beside.
[[nodiscard]] ReportInput gather_report(const db::Store& store, std::vector<cost_model::TokenCost> costs,
                                        const std::string& program);

/// The tables of the report in the order in which it shows them; ids carry the device's id where there are
/// several devices.
struct ReportSection {
    std::string device;  ///< Device::id; empty for what belongs to no single device
    std::vector<Table> tables;
};
[[nodiscard]] std::vector<ReportSection> report_sections(const ReportInput& input);

/// Words of the report's columns with their meaning and unit, in alphabetical order.
[[nodiscard]] Table glossary(const std::vector<ReportSection>& sections);

/// Base name of a table's CSV file: "roofs-fixture-cpu", or "cost" for one without a device.
[[nodiscard]] std::string file_stem(const ReportSection& section, const Table& table);

/// The report as one self-contained HTML page: styles and script inside, nothing fetched from anywhere. Links
/// to the files that write_report() puts beside it.
[[nodiscard]] std::string html_page(const ReportInput& input);

/// The same tables as one JSON document: {"schema": "ridge-report", "version": 1, …}.
[[nodiscard]] Json report_json(const ReportInput& input);

/// Writes report.html, report.json, a CSV for each table, roofline-<device>.svg and
/// best-configs-<device>.json into a directory, which is made when missing, and returns the files, the page
/// first. Throws EnvironmentError when one cannot be written.
std::vector<std::filesystem::path> write_report(const ReportInput& input,
                                                const std::filesystem::path& directory);

}  // namespace ridge::reports
