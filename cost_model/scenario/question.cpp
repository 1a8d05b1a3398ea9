// SPDX-License-Identifier: Apache-2.0
#include "cost_model/scenario/question.hpp"

#include <algorithm>
#include <array>

#include "core/error.hpp"
#include "cost_model/scenario/catalogue_figures.hpp"
#include "cost_model/scenario/engine_question.hpp"

namespace ridge::cost_model {
namespace {

using Operation = Estimate (*)(const Estimate&, const Estimate&);

struct NamedOperation {
    std::string_view sign;
    Operation apply;
};

constexpr auto operations =
    std::to_array<NamedOperation>({{"+", [](const Estimate& a, const Estimate& b) { return a + b; }},
                                   {"-", [](const Estimate& a, const Estimate& b) { return a - b; }},
                                   {"*", [](const Estimate& a, const Estimate& b) { return a * b; }},
                                   {"/", [](const Estimate& a, const Estimate& b) { return a / b; }},
                                   {"^", [](const Estimate& a, const Estimate& b) { return power(a, b); }}});

struct Leaf {
    std::string_view of;
    Estimate (*answer)(Answerer&, const JsonReader&);
};

constexpr auto leaves = std::to_array<Leaf>({{"engine", engine_figure},
                                             {"device", device_figure},
                                             {"model", model_figure},
                                             {"rent", rent_figure},
                                             {"catalogue", catalogue_figure}});

}  // namespace

const DeviceModel& Answerer::device(const JsonReader& id) {
    const auto name = id.text();
    const auto found = devices_.find(name);
    if (found != devices_.end()) return found->second;
    return devices_.emplace(name, load_device(name)).first->second;
}

Estimate Answerer::of_operation(const JsonReader& question) {
    const auto items = question.items();
    if (items.size() < 3) question.fail("a sign and at least two expressions");
    const auto sign = items.front().text();
    const auto found = std::ranges::find(operations, sign, &NamedOperation::sign);
    if (found == operations.end()) items.front().fail("one of + - * / ^");
    auto result = answer(items[1]);
    for (std::size_t i = 2; i < items.size(); ++i) result = found->apply(result, answer(items[i]));
    return result;
}

Estimate Answerer::of_range(const JsonReader& question) {
    const double low = question.at("low").number(), high = question.at("high").number();
    if (low > high) question.at("low").fail("a number not above 'high'");
    return Estimate::between(low, high);
}

Estimate Answerer::of_either(const JsonReader& question) {
    const auto answers = question.at("answers").items();
    if (answers.empty()) question.at("answers").fail("a list of at least one expression");
    auto hull = answer(answers.front());
    for (std::size_t i = 1; i < answers.size(); ++i) {
        const auto next = answer(answers[i]).interval;
        hull =
            Estimate::between(std::min(hull.interval.low, next.low), std::max(hull.interval.high, next.high));
    }
    return hull;
}

Estimate Answerer::answer(const JsonReader& question) {
    if (question.raw().is_number()) return Estimate::exact(question.number());
    if (question.raw().is_array()) return of_operation(question);
    if (!question.raw().is_object())
        question.fail("a number, a list with a sign, or an object with a key 'of'");
    const auto of = question.at("of").text();
    if (of == "range") return of_range(question);
    if (of == "either") return of_either(question);
    if (of == "value") return Estimate::exact(answer(question.at("answer")).value);
    const auto found = std::ranges::find(leaves, of, &Leaf::of);
    if (found == leaves.end())
        question.at("of").fail("engine, device, model, rent, catalogue, range, either or value");
    return found->answer(*this, question);
}

}  // namespace ridge::cost_model
