// SPDX-License-Identifier: Apache-2.0
#include "cli/validate_end_to_end.hpp"

#include <cstdlib>
#include <filesystem>
#include <map>

#include "core/error.hpp"
#include "core/file.hpp"
#include "cost_model/economy/prices.hpp"
#include "cost_model/validation/cost_order.hpp"
#include "cost_model/validation/error_summary.hpp"
#include "reports/validation_tables.hpp"

namespace ridge::cli {
namespace {

using cost_model::RowPrediction;

// The file named, else $RIDGE_E2E, else the one that comes with the project's data where there is one.
std::string rows_file(const std::string& named) {
    if (!named.empty()) return named;
    if (const char* given = std::getenv("RIDGE_E2E"); given && *given) return given;
    constexpr const char* usual = "../shared/facts/e2e.csv";
    if (std::filesystem::is_regular_file(usual)) return usual;
    throw InputError("no file of published measurements: give one to --end-to-end, or set RIDGE_E2E");
}

std::vector<RowPrediction> kept(std::vector<RowPrediction> rows, bool all_rows) {
    if (!all_rows) std::erase_if(rows, [](const RowPrediction& row) { return !row.is_test; });
    return rows;
}

struct Grouping {
    const char *id, *title;
    cost_model::RowKey key;
};

std::vector<Grouping> groupings() {
    return {{"by_regime", "By regime and metric",
             [](const RowPrediction& row) { return cost_model::error_kind(row.regime, row.row.metric); }},
            {"by_quantity", "By quantity",
             [](const RowPrediction& row) { return cost_model::quantity_of(row.row.metric); }},
            {"by_device", "By device", [](const RowPrediction& row) { return row.device; }},
            {"by_framework", "By framework", [](const RowPrediction& row) { return row.framework; }},
            {"by_source", "By source",
             [](const RowPrediction& row) { return cost_model::short_source(row.row.source); }}};
}

cost_model::PriceOf rental_prices_once() {
    auto known = std::make_shared<std::map<std::string, std::optional<double>>>();
    return [known](const std::string& device) {
        const auto found = known->find(device);
        if (found != known->end()) return found->second;
        std::optional<double> price;
        if (const auto rent = cost_model::default_price(cost_model::rental_prices(device)))
            price = rent->usd_per_hour;
        return known->emplace(device, price).first->second;
    };
}

}  // namespace

void EndToEndOptions::add(CLI::App& command) {
    command
        .add_option_function<std::string>(
            "--end-to-end",
            [this](const std::string& path) {
                chosen = true;
                file = path;
            },
            "compare with published end-to-end measurements of this file (default: $RIDGE_E2E, or the "
            "project's)")
        ->expected(0, 1)
        ->run_callback_for_default()
        ->default_str("");
    command.add_flag("--all-rows", all_rows, "of --end-to-end: rows that parameters were fitted on too");
    command.add_flag("--rows", rows, "of --end-to-end: every row beside its prediction");
}

ExitCode validate_end_to_end(const EndToEndOptions& options, const FormatOption& format) {
    const auto path = rows_file(options.file);
    const auto published = cost_model::read_published_rows(read_file(path), path);
    cost_model::RowReader reader(cost_model::PublishedNames::load(), cost_model::EngineFit::load());
    const auto rows = kept(cost_model::predict_published(reader, published), options.all_rows);
    std::vector<reports::Table> tables;
    if (options.rows) tables.push_back(reports::published_rows_table(rows));
    tables.push_back(reports::error_table("all", options.all_rows ? "All rows" : "Rows kept from fitting",
                                          {cost_model::summary(rows, "all")}));
    for (const auto& [id, title, key] : groupings())
        tables.push_back(reports::error_table(id, title, cost_model::summaries(rows, key)));
    tables.push_back(reports::left_out_table(cost_model::left_out(rows)));
    tables.push_back(reports::cost_order_table(cost_model::cost_order(rows, rental_prices_once())));
    format.print(tables);
    return ExitCode::done;
}

}  // namespace ridge::cli
