// SPDX-License-Identifier: Apache-2.0
#include "operators/collectives/collectives_call.hpp"

#include "core/error.hpp"
#include "operators/elementwise.hpp"

namespace ridge::operators {
namespace {

[[noreturn]] void refuse(const OperatorCall& call, const std::string& why) {
    throw InputError("operator call '" + call.text() + "': " + why);
}

void check_ranks(const OperatorCall& call) {
    const auto ranks = call.dimension("ranks");
    if (ranks < 2 || ranks > most_ranks)
        refuse(call, "ranks is " + std::to_string(ranks) + ", should be 2 to " + std::to_string(most_ranks) +
                         ": the parts of one machine");
    if (!call.sparsity.is_dense()) refuse(call, call.op + " has no sparsity; use sparsity=dense");
}

void check(const OperatorCall& call) {
    check_elementwise(call);
    check_ranks(call);
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

void check_exchange(const OperatorCall& call) {
    if (call.dimension("k") > call.dimension("experts")) refuse(call, "k should be at most experts");
    if (element_count(call, {"ranks", "tokens", "n", "k"}) > 0x1p40)
        refuse(call, "the parts exchange more than 2^40 elements");
    check_ranks(call);
}

// Every token in one part's memory once, and a copy of it for each of its experts.
Work dispatch_work(const OperatorCall& call) {
    const double tokens = bytes_of(call.operand("x"), element_count(call, {"ranks", "tokens", "n"}));
    return elementwise_work(call, 0.0, {{"x", tokens, 0.0}, {"y", 0.0, tokens * element_count(call, {"k"})}});
}

Work combine_work(const OperatorCall& call) {
    const double elements = element_count(call, {"ranks", "tokens", "n"});
    const double tokens = bytes_of(call.operand("x"), elements), k = element_count(call, {"k"});
    return elementwise_work(call, 2.0 * elements * k, {{"x", tokens * k, 0.0}, {"y", 0.0, tokens}});
}

OperatorInfo exchange(std::string_view name, std::string_view summary, std::string_view formula,
                      Work (*work)(const OperatorCall&)) {
    return {.name = name,
            .summary = summary,
            .formula = formula,
            .dimensions = {{"ranks", "parts that exchange; each has experts / ranks of the experts"},
                           {"tokens", "tokens that each part brings"},
                           {"n", "features of a token"},
                           {"experts", "experts over all parts"},
                           {"k", "experts of a token"}},
            .operands = {{"x", "ranks x tokens x n", "every part's tokens, and their copies"}},
            .check = check_exchange,
            .work = work};
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
                   check_divided, all_to_all_work),
        exchange("expert_dispatch", "every token to the parts that have its experts",
                 "y[s(e[r][t][j])] gets x[r][t], s(e) the part of expert e; a part sends tokens k n elements",
                 dispatch_work),
        exchange("expert_combine", "results of the experts back to the token's part, and their weighted sum",
                 "y[r][t] = sum over j of w[r][t][j] * x[s(e[r][t][j])]; a part sends tokens k n elements",
                 combine_work)};
}

std::optional<double> bus_bytes(const OperatorCall& call) {
    const bool shared = call.op == "reduce_scatter" || call.op == "all_to_all";
    if (!shared && call.op != "all_reduce" && call.op != "all_gather") return std::nullopt;
    const double ranks = element_count(call, {"ranks"}), others = (ranks - 1.0) * array_bytes(call);
    if (call.op == "all_gather") return others;
    return (shared ? 1.0 : 2.0) * others / ranks;
}

}  // namespace ridge::operators
