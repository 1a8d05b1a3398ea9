// SPDX-License-Identifier: Apache-2.0
#include <filesystem>

#include "cli/commands.hpp"
#include "cli/device_choice.hpp"
#include "cli/options.hpp"
#include "core/text.hpp"
#include "cost_model/kernel/prediction.hpp"
#include "operators/catalogue.hpp"
#include "reports/table.hpp"

namespace ridge::cli {
namespace {

struct PredictOptions {
    DeviceOptions devices;
    FormatOption format;
    std::vector<std::string> call;
};

void add_prediction(reports::Table& table, const cost_model::DeviceModel& device,
                    const cost_model::Prediction& prediction) {
    table.add_row()
        .set("device", device.device.id)
        .set("time_s", prediction.time_s)
        .set("provenance", std::string(name(prediction.provenance)))
        .set("limiter", prediction.limiter)
        .set("implementation", prediction.implementation)
        .set("basis", prediction.basis);
    if (prediction.interval)
        table.set("time_low_s", prediction.interval->low).set("time_high_s", prediction.interval->high);
    else
        table.missing("time_low_s", "no interval is known").missing("time_high_s", "no interval is known");
}

ExitCode predict_call(const PredictOptions& options) {
    const auto call = operators::parse_call(join(options.call, " "));
    reports::Table table("predictions", call.text(),
                         {"device", "time_s", "time_low_s", "time_high_s", "provenance", "limiter",
                          "implementation", "basis"});
    reports::Table terms("terms", "What the time is made of, each alone", {"device", "term", "time_s"});
    for (const auto& device : options.devices.load()) {
        const auto prediction = cost_model::predict(call, device);
        add_prediction(table, device, prediction);
        for (const auto& term : prediction.terms)
            terms.add_row()
                .set("device", device.device.id)
                .set("term", term.name)
                .set("time_s", term.seconds);
    }
    options.format.print({table, terms});
    return ExitCode::done;
}

}  // namespace

void add_predict(CLI::App& app, Action& action) {
    auto* command = app.add_subcommand("predict", "Say how long an operator call takes on a device, and why");
    auto options = std::make_shared<PredictOptions>();
    options->devices.add(*command);
    options->format.add(*command);
    command->add_option("call", options->call, "e.g. gemm m=1 n=4096 k=4096 a=fp32 w=fp32 c=fp32")
        ->required();
    command->callback([options, &action] { action = [options] { return predict_call(*options); }; });
}

}  // namespace ridge::cli
