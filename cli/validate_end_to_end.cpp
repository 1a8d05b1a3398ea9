// SPDX-License-Identifier: Apache-2.0
#include "cli/validate_end_to_end.hpp"

#include <cstdlib>
#include <filesystem>
#include <map>

#include "core/error.hpp"
#include "core/file.hpp"
#include "cost_model/economy/prices.hpp"
#include "cost_model/validation/cost_order.hpp"
#include "cost_model/validation/engine_fitting.hpp"
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

struct LeftOut {
    const char *name, *title;
    cost_model::LeaveOutKey key;
};

const LeftOut& left_out_by(const std::string& word) {
    using cost_model::ReadRow;
    static const std::vector<LeftOut> known = {
        {"source", "Training rows, each source by a fit to the others",
         [](const ReadRow& one) { return cost_model::short_source(one.row.source); }},
        {"device", "Training rows, each device by a fit to the others",
         [](const ReadRow& one) { return one.reading.row_case->device->device.id; }},
        {"framework", "Training rows, each framework by a fit to the others",
         [](const ReadRow& one) { return one.reading.row_case->framework; }}};
    for (const auto& one : known)
        if (one.name == word) return one;
    throw InputError("--leave-out " + word + " should be source, device or framework");
}

// As configs/published/engine-fit.json has it.
void write_fit(const std::string& path, const cost_model::EngineFit& fit, std::size_t rows) {
    auto document = fit.to_json();
    document["fit"] = {
        {"source", "published end-to-end measurements (docs/end-to-end.md)"},
        {"rule", "rows whose configuration has an FNV-1a hash that is no multiple of 4"},
        {"method",
         "soft-L1 least squares of log(predicted/measured), each effect drawn by a prior to 1, that of "
         "widened weights to 1/5 (cost_model/validation/engine_fitting.cpp)"},
        {"training_rows", rows}};
    write_file(path, document.dump(1) + '\n');
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
    command.add_option(
        "--leave-out", leave_out,
        "of --end-to-end: source, device or framework: training rows, each group by a fit to the "
        "others alone");
    command.add_option(
        "--fit", fit,
        "of --end-to-end: fit the engines' parameters to the training rows, and write this file");
    command
        .add_option("--kernels", kernels,
                    "of --end-to-end: engine, or fitted: calls timed by the kernels of configs/fitted where "
                    "they cover them (default: engine)")
        ->check(CLI::IsMember({"engine", "fitted"}));
    command.add_flag("--rows", rows, "of --end-to-end: every row beside its prediction");
}

ExitCode validate_end_to_end(const EndToEndOptions& options, const FormatOption& format) {
    const auto path = rows_file(options.file);
    const auto published = cost_model::read_published_rows(read_file(path), path);
    cost_model::RowReader reader(cost_model::PublishedNames::load(), options.kernels == "fitted");
    auto read = cost_model::read_rows(reader, published);
    auto fit = options.fit.empty() ? cost_model::EngineFit::load()
                                   : cost_model::fit_engines(cost_model::training_rows(read));
    if (!options.fit.empty()) write_fit(options.fit, fit, cost_model::training_rows(read).size());
    const auto* left_out = options.leave_out.empty() ? nullptr : &left_out_by(options.leave_out);
    const auto rows = left_out ? cost_model::leave_out(read, fit, left_out->key)
                               : kept(cost_model::predict_published(read, fit), options.all_rows);
    std::vector<reports::Table> tables;
    if (options.rows) tables.push_back(reports::published_rows_table(rows));
    const auto* heading = left_out           ? left_out->title
                          : options.all_rows ? "All rows"
                                             : "Rows kept from fitting";
    tables.push_back(reports::error_table("all", heading, {cost_model::summary(rows, "all")}));
    for (const auto& [id, title, key] : groupings())
        tables.push_back(reports::error_table(id, title, cost_model::summaries(rows, key)));
    tables.push_back(reports::left_out_table(cost_model::left_out(rows)));
    tables.push_back(reports::cost_order_table(cost_model::cost_order(rows, rental_prices_once())));
    format.print(tables);
    return ExitCode::done;
}

}  // namespace ridge::cli
