// SPDX-License-Identifier: Apache-2.0
#include "operators/collectives/collectives_call.hpp"

#include "core/error.hpp"
#include "operators/elementwise.hpp"

namespace ridge::operators {
namespace {

[[noreturn]] void refuse(const OperatorCall& call, const std::string& why) {
    throw InputError("operator call '" + call.text() + "': " + why);
}

void check(const OperatorCall& call) {
    check_elementwise(call);
    const auto ranks = call.dimension("ranks");
    if (ranks < 2 || ranks > most_ranks)
        refuse(call, "ranks is " + std::to_string(ranks) + ", should be 2 to " + std::to_string(most_ranks) +
                         ": the parts of one machine");
    if (call.operand("x").is_scaled()) refuse(call, "parts exchange elements without scales; use x=bf16");
}

void check_gather(const OperatorCall& call) {
    check(call);
    if (element_count(call, {"ranks", "ranks", "n"}) > 0x1p40)
        refuse(call, "the parts receive more than 2^40 elements");
}

void check_divided(const OperatorCall& call) {
    check(call);
    if (call.dimension("n") % call.dimension("ranks") != 0)
        refuse(call, "n is " + std::to_string(call.dimension("n")) + ", should be a multiple of ranks: " +
                         "every part has a piece of the same size for each");
}

double array_bytes(const OperatorCall& call) {
    return bytes_of(call.operand("x"), element_count(call, {"n"}));
}

// Reading every part's array and writing `arrays` of that size; sums have ranks - 1 additions an element.
Work work_of(const OperatorCall& call, bool sums, double arrays) {
    const double ranks = element_count(call, {"ranks"}), bytes = array_bytes(call);
    return elementwise_work(call, sums ? (ranks - 1.0) * element_count(call, {"n"}) : 0.0,
                            {{"x", ranks * bytes, 0.0}, {"y", 0.0, arrays * bytes}});
}

Work all_reduce_work(const OperatorCall& call) { return work_of(call, true, element_count(call, {"ranks"})); }
Work all_gather_work(const OperatorCall& call) {
    return work_of(call, false, element_count(call, {"ranks", "ranks"}));
}
Work reduce_scatter_work(const OperatorCall& call) { return work_of(call, true, 1.0); }
Work all_to_all_work(const OperatorCall& call) {
    return work_of(call, false, element_count(call, {"ranks"}));
}

OperatorInfo collective(std::string_view name, std::string_view summary, std::string_view formula,
                        void (*check_call)(const OperatorCall&), Work (*work)(const OperatorCall&)) {
    return {.name = name,
            .summary = summary,
            .formula = formula,
            .dimensions = {{"ranks", "parts of one machine that exchange"},
                           {"n", "elements that each part brings"}},
            .operands = {{"x", "ranks x n", "every part's array, and what it receives"}},
            .check = check_call,
            .work = work};
}

}  // namespace

std::vector<OperatorInfo> collective_operators() {
    return {
        collective("all_reduce", "every part of a machine gets the sum of the arrays of all",
                   "y[r][i] = sum over s of x[s][i]; a part sends 2 (ranks-1) / ranks n elements", check,
                   all_reduce_work),
        collective("all_gather", "every part of a machine gets the arrays of all, one after the other",
                   "y[r][s n + i] = x[s][i]; a part sends (ranks-1) n elements", check_gather,
                   all_gather_work),
        collective("reduce_scatter", "every part of a machine gets its piece of the sum of the arrays of all",
                   "y[r][i] = sum over s of x[s][r m + i], m = n / ranks; a part sends (ranks-1) m "
                   "elements",
                   check_divided, reduce_scatter_work),
        collective("all_to_all", "every part of a machine gets its piece of the array of each",
                   "y[r][s m + i] = x[s][r m + i], m = n / ranks; a part sends (ranks-1) m elements",
                   check_divided, all_to_all_work)};
}

std::optional<double> bus_bytes(const OperatorCall& call) {
    const bool shared = call.op == "reduce_scatter" || call.op == "all_to_all";
    if (!shared && call.op != "all_reduce" && call.op != "all_gather") return std::nullopt;
    const double ranks = element_count(call, {"ranks"}), others = (ranks - 1.0) * array_bytes(call);
    if (call.op == "all_gather") return others;
    return (shared ? 1.0 : 2.0) * others / ranks;
}

}  // namespace ridge::operators
