// SPDX-License-Identifier: Apache-2.0
// Any text is an expression with a value, or refused with a sentence that quotes it.
#include "driver.hpp"
#include "tuner/expression.hpp"

namespace {

using ridge::fuzz::require;
using ridge::tuner::Expression;

const std::vector<std::string> corpus = {
    "mc % mr == 0 and nr <= 4",
    "1 < x <= 8 or not fast",
    "-2 ** 2 + (3 // -2) * 7 % 5",
    "min(mc, nr, 3) <= max(x, 2.5) and abs(-x) != 1e3",
    "layout == 'row' or layout == \"column\" and !fast",
    "x == 0 or mc / x > 1",
    "((((mc * nr) + 1) * 2) - x) <= 12*1024 && true || False",
    "use_shmem == 0 or (((mc*nr+(x-1)))*((mr*nr+(x-1)))) < 12*1024",
};

ridge::KernelConfig values() {
    ridge::KernelConfig config;
    config.set("mc", std::int64_t{96});
    config.set("mr", std::int64_t{12});
    config.set("nr", std::int64_t{4});
    config.set("x", 0.5);
    config.set("fast", true);
    config.set("layout", std::string("row"));
    return config;
}

void look(const std::string& input) {
    const auto expression = Expression::parse(input);
    require(Expression::parse(expression.text()).names() == expression.names(),
            "an expression's own text is another expression");
    static const auto config = values();
    const auto value = expression.evaluate(config);
    require(expression.evaluate(config) == value, "an expression has two values");
}

}  // namespace

int main(int argc, char** argv) { return ridge::fuzz::run(argc, argv, corpus, look); }
