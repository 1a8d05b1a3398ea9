// SPDX-License-Identifier: Apache-2.0
#include "cli/breakeven.hpp"

#include <array>

#include "cli/break_even_case.hpp"
#include "cli/options.hpp"

namespace ridge::cli {
namespace {

struct BreakEvenOptions {
    std::string buy, rent;
    double speed_ratio = 1;
    bool bare = false;
    MoneyOptions money;
    FormatOption format;
};

// What a price alone leaves out; an option that gives one of them still holds.
constexpr std::array bare_options = {"--interest",    "--residual", "--host-share", "--network-share",
                                     "--maintenance", "--hosting",  "--staff",      "--electricity,--tariff"};

MoneyOptions effective_money(const BreakEvenOptions& options) {
    auto money = options.money;
    if (options.bare)
        for (const auto* name : bare_options) money.figures.try_emplace(name, "0");
    return money;
}

ExitCode print(const BreakEvenOptions& options) {
    const auto& rented_word = options.rent.empty() ? options.buy : options.rent;
    const auto bought = cost_model::load_device(options.buy), rented = cost_model::load_device(rented_word);
    const auto found =
        break_even_case({options.buy, bought}, {rented_word, rented}, {options.buy, rented_word},
                        effective_money(options), options.speed_ratio);
    options.format.print({reports::break_even_table({found}, {.currency = options.money.shown()})});
    return ExitCode::done;
}

}  // namespace

void add_breakeven(CLI::App& app, Action& action) {
    auto* command = app.add_subcommand(
        "breakeven", "Say after how many months, and from which utilisation, buying is cheaper than renting");
    auto options = std::make_shared<BreakEvenOptions>();
    command->add_option("--buy", options->buy, "device of the catalogue that is bought")->required();
    command->add_option("--rent", options->rent, "device that is rented in its place (default: the same)");
    command
        ->add_option("--speed-ratio", options->speed_ratio,
                     "work of the rented device in an hour over that of the bought one (default: 1)")
        ->check(CLI::Range(1e-3, 1e3));
    command->add_flag("--bare", options->bare,
                      "the price alone: no host, network, hosting, staff, interest or electricity");
    options->money.add(*command, false);
    options->format.add(*command);
    command->callback([options, &action] { action = [options] { return print(*options); }; });
}

}  // namespace ridge::cli
