// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/command.hpp"

/// One function for each command, in the file of its name.
namespace ridge::cli {

void add_doctor(CLI::App& app, Action& action);
void add_operators(CLI::App& app, Action& action);
void add_devices(CLI::App& app, Action& action);
void add_worker(CLI::App& app, Action& action);
void add_suite(CLI::App& app, Action& action);
void add_roof(CLI::App& app, Action& action);
void add_tune(CLI::App& app, Action& action);
void add_best(CLI::App& app, Action& action);
void add_train(CLI::App& app, Action& action);
void add_calibrate(CLI::App& app, Action& action);
void add_scenario(CLI::App& app, Action& action);
void add_validate(CLI::App& app, Action& action);
void add_predict(CLI::App& app, Action& action);
void add_cost(CLI::App& app, Action& action);
void add_simulate(CLI::App& app, Action& action);
void add_plan(CLI::App& app, Action& action);
void add_sweep(CLI::App& app, Action& action);
void add_report(CLI::App& app, Action& action);
void add_import(CLI::App& app, Action& action);
void add_export(CLI::App& app, Action& action);
void add_space(CLI::App& app, Action& action);
void add_merge(CLI::App& app, Action& action);
void add_store(CLI::App& app, Action& action);

}  // namespace ridge::cli
