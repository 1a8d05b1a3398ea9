// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <filesystem>
#include <optional>

#include "cli/commands.hpp"
#include "cli/device_choice.hpp"
#include "cli/options.hpp"
#include "core/text.hpp"
#include "cost_model/kernel/call_energy.hpp"
#include "cost_model/kernel/prediction.hpp"
#include "operators/catalogue.hpp"
#include "reports/table.hpp"

namespace ridge::cli {
namespace {

struct PredictOptions {
    DeviceOptions devices;
    FormatOption format;
    std::vector<std::string> call;
    bool bare = false;
};

void set_interval(reports::Table& table, const std::optional<Interval>& interval, const char* low,
                  const char* high) {
    if (interval)
        table.set(low, interval->low).set(high, interval->high);
    else
        table.missing(low, "no interval is known").missing(high, "no interval is known");
}

void add_prediction(reports::Table& table, const cost_model::DeviceModel& device,
                    const cost_model::Prediction& prediction) {
    table.add_row()
        .set("device", device.device.id)
        .set("time_s", prediction.time_s)
        .set("provenance", std::string(name(prediction.provenance)))
        .set("rests_on", std::string(name(prediction.kind)))
        .set("correction", prediction.correction)
        .set("limiter", prediction.limiter)
        .set("implementation", prediction.implementation)
        .set("basis", prediction.basis);
    set_interval(table, prediction.interval, "time_low_s", "time_high_s");
    set_interval(table, prediction.interval_95, "time_low_95_s", "time_high_95_s");
}

void set_energy(reports::Table& table, const std::optional<cost_model::CallEnergy>& energy) {
    const std::string why = "the device's power is not known";
    if (!energy) {
        table.missing("energy_j", why).missing("energy_low_j", why).missing("energy_high_j", why);
        return;
    }
    table.set("energy_j", energy->energy_j)
        .set("energy_basis", std::string(name(energy->provenance)) + ": " + energy->basis);
    set_interval(table, energy->interval_80, "energy_low_j", "energy_high_j");
}

void add_terms(reports::Table& table, const cost_model::DeviceModel& device,
               const cost_model::Prediction& prediction) {
    for (const auto& term : prediction.terms)
        table.add_row().set("device", device.device.id).set("term", term.name).set("time_s", term.seconds);
}

void add_parameters(reports::Table& table, const cost_model::DeviceModel& device,
                    const cost_model::Prediction& prediction) {
    for (const auto& parameter : prediction.parameters) {
        table.add_row().set("device", device.device.id).set("term", parameter.name);
        if (parameter.value > 0)
            table.set("parameter_value", parameter.value).set("factor_sd", std::exp(parameter.log_sd));
    }
}

// The measurement nearest to the call, found in the store by its id.
void add_nearest(reports::Table& table, const std::optional<db::Store>& store,
                 const cost_model::DeviceModel& device, const cost_model::Prediction& prediction) {
    if (!store || prediction.nearest_record == 0) return;
    db::Filter filter;
    filter.device = device.device.id;
    filter.implementation = prediction.implementation;
    for (const auto& record : store->measurements(filter))
        if (record.id == prediction.nearest_record && record.summary)
            table.add_row()
                .set("device", device.device.id)
                .set("call", record.call)
                .set("time_s", record.summary->median)
                .set("octaves", prediction.nearest_octaves);
}

reports::Table work_table(const OperatorCall& call) {
    const auto work = operators::work(call);
    reports::Table table("work", "What the call has to do, whatever the device",
                         {"flop", "read_bytes", "written_bytes"});
    table.add_row()
        .set("flop", work.flop)
        .set("read_bytes", work.read_bytes())
        .set("written_bytes", work.written_bytes());
    return table;
}

ExitCode predict_call(const PredictOptions& options) {
    const auto call = operators::parse_call(join(options.call, " "));
    reports::Table table("predictions", call.text(),
                         {"device", "time_s", "time_low_s", "time_high_s", "time_low_95_s", "time_high_95_s",
                          "provenance", "rests_on", "correction", "limiter", "implementation", "basis",
                          "energy_j", "energy_low_j", "energy_high_j", "energy_basis"});
    reports::Table terms("terms", "What the time is made of, each alone", {"device", "term", "time_s"});
    reports::Table parameters("parameters", "Fitted parameters: seconds of latencies, shares of ceilings",
                              {"device", "term", "parameter_value", "factor_sd"});
    reports::Table nearest("nearest", "Nearest measurement", {"device", "call", "time_s", "octaves"});
    const auto store = options.devices.open();
    for (auto& device : options.devices.load()) {
        if (!options.bare) cost_model::add_fitted(device, call);
        const auto prediction = cost_model::predict(call, device);
        add_prediction(table, device, prediction);
        set_energy(table, cost_model::call_energy(call, prediction, device));
        add_terms(terms, device, prediction);
        add_parameters(parameters, device, prediction);
        add_nearest(nearest, store, device, prediction);
    }
    std::vector<reports::Table> tables = {table, work_table(call), terms};
    for (const auto& optional : {parameters, nearest})
        if (!optional.empty() || !options.format.is_text()) tables.push_back(optional);
    options.format.print(tables);
    return ExitCode::done;
}

}  // namespace

void add_predict(CLI::App& app, Action& action) {
    auto* command = app.add_subcommand("predict", "Say how long an operator call takes on a device, and why");
    auto options = std::make_shared<PredictOptions>();
    options->devices.add(*command);
    options->format.add(*command);
    command->add_flag(
        "--without-fitted", options->bare,
        "leave out what configs/fitted knows: measurements and fits of the store, else ceilings");
    command->add_option("call", options->call, "e.g. gemm m=1 n=4096 k=4096 a=fp32 w=fp32 c=fp32")
        ->required();
    command->callback([options, &action] { action = [options] { return predict_call(*options); }; });
}

}  // namespace ridge::cli
