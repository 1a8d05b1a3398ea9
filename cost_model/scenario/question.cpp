// SPDX-License-Identifier: Apache-2.0
#include "cost_model/scenario/question.hpp"

#include <algorithm>
#include <array>

#include "core/error.hpp"
#include "core/known_keys.hpp"
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

using Keys = std::span<const std::string_view>;

constexpr auto engine_keys = std::to_array<std::string_view>(
    {"of",        "figure", "model",      "device",           "devices",    "stages",       "replicas",
     "framework", "batch",  "prompt",     "output",           "arithmetic", "weights",      "kv",
     "sparsity",  "reused", "recomputed", "load_bytes_per_s", "experts_on", "kernel_factor"});
constexpr auto device_keys = std::to_array<std::string_view>({"of", "figure", "device"});
constexpr auto model_keys = std::to_array<std::string_view>({"of", "figure", "model", "weight_bits"});
constexpr auto rent_keys = std::to_array<std::string_view>({"of", "device"});
constexpr auto catalogue_keys = std::to_array<std::string_view>({"of", "figure"});
constexpr auto range_keys = std::to_array<std::string_view>({"of", "low", "high"});
constexpr auto either_keys = std::to_array<std::string_view>({"of", "answers"});
constexpr auto value_keys = std::to_array<std::string_view>({"of", "answer"});

Estimate range(Answerer&, const JsonReader& question) {
    const double low = question.at("low").number(), high = question.at("high").number();
    if (low > high) question.at("low").fail("a number not above 'high'");
    return Estimate::between(low, high);
}

Estimate either(Answerer& answerer, const JsonReader& question) {
    const auto answers = question.at("answers").items();
    if (answers.empty()) question.at("answers").fail("a list of at least one expression");
    auto hull = answerer.answer(answers.front());
    for (std::size_t i = 1; i < answers.size(); ++i) {
        const auto next = answerer.answer(answers[i]).interval;
        hull =
            Estimate::between(std::min(hull.interval.low, next.low), std::max(hull.interval.high, next.high));
    }
    return hull;
}

Estimate bare_value(Answerer& answerer, const JsonReader& question) {
    return Estimate::exact(answerer.answer(question.at("answer")).value);
}

struct Form {
    std::string_view of;
    Keys keys;
    Estimate (*answer)(Answerer&, const JsonReader&);
};

constexpr auto forms = std::to_array<Form>({{"engine", engine_keys, engine_figure},
                                            {"device", device_keys, device_figure},
                                            {"model", model_keys, model_figure},
                                            {"rent", rent_keys, rent_figure},
                                            {"catalogue", catalogue_keys, catalogue_figure},
                                            {"range", range_keys, range},
                                            {"either", either_keys, either},
                                            {"value", value_keys, bare_value}});

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

Estimate Answerer::answer(const JsonReader& question) {
    if (question.raw().is_number()) return Estimate::exact(question.number());
    if (question.raw().is_array()) return of_operation(question);
    if (!question.raw().is_object())
        question.fail("a number, a list with a sign, or an object with a key 'of'");
    const auto of = question.at("of").text();
    const auto found = std::ranges::find(forms, of, &Form::of);
    if (found == forms.end())
        question.at("of").fail("engine, device, model, rent, catalogue, range, either or value");
    refuse_other_keys(question, found->keys);
    return found->answer(*this, question);
}

std::map<std::string_view, Keys> question_keys() {
    std::map<std::string_view, Keys> out;
    for (const auto& form : forms) out.emplace(form.of, form.keys);
    return out;
}

}  // namespace ridge::cost_model
