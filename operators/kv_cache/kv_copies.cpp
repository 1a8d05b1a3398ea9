// SPDX-License-Identifier: Apache-2.0
#include "operators/copy_row.hpp"
#include "operators/kernel_table.hpp"
#include "operators/kv_cache/kv_cache_kernels.hpp"
#include "operators/kv_cache/kv_operands.hpp"

/// kv_gather and kv_swap: rows move between pages and one piece, as they are. Inputs and outputs are the
/// tensors of one or two caches in the same order, so tensor i goes to tensor i.
namespace ridge::operators {
namespace {

std::size_t tensors_of_cache(const NumberFormat& format) { return cache_index(format, 0, 2).rows; }

/// One tensor's way: out of pages into one piece, or from one piece into pages.
struct PageCopy {
    const std::byte* from;
    std::byte* to;
    std::int64_t token_bytes;
    bool into_pages;
};

constexpr int most_copies = 8;  // keys, values and their scales, out and in

/// Row `task` of the loop is a page of one of the copies.
struct CopyPages {
    PageCopy copies[static_cast<std::size_t>(most_copies)];
    int count;
    const std::int32_t* table;
    std::int64_t page, tokens;
    bool past_caches;

    template <typename Team>
    KOKKOS_FUNCTION void operator()(const std::int64_t task, const Team& team) const {
        const PageCopy& copy = copies[task % count];
        const std::int64_t here = task / count, first = here * page;
        const std::int64_t there = std::int64_t{table[here]} * page;
        const std::int64_t bytes = Kokkos::min(page, tokens - first) * copy.token_bytes;
        copy_row(copy.to + (copy.into_pages ? there : first) * copy.token_bytes,
                 copy.from + (copy.into_pages ? first : there) * copy.token_bytes, bytes, team, past_caches);
    }
};

void reference(const KvCacheShape& shape, const TensorOperands& operands, const RowReference& row) {
    const auto table = operands.inputs().size() - 1;
    const auto token = row.row / shape.kv_heads, head = row.row % shape.kv_heads;
    auto from = static_cast<std::int64_t>(operands.at(table, 0, token / shape.page)) * shape.page +
                token % shape.page;
    if (row.output >= tensors_of_cache(shape.kv)) {  // coming in: the row is a slot
        std::int64_t page = 0;
        while (static_cast<std::int64_t>(operands.at(table, 0, page)) != token / shape.page) ++page;
        from = page * shape.page + token % shape.page;
    }
    copied_reference(operands, row.output, from * shape.kv_heads + head, row);
}

std::unique_ptr<TensorKernel> prepare(const TensorOperands& operands, const KernelConfig& config) {
    auto kernel = std::make_unique<TensorKernel>(operands);
    const auto shape = KvCacheShape::from(operands.call());
    const auto tuning = RowTuning::from(config);
    const auto table = operands.inputs().size() - 1;
    CopyPages body{.copies = {},
                   .count = static_cast<int>(table),
                   .table = operands.input(table).data<std::int32_t>(),
                   .page = shape.page,
                   .tokens = shape.tokens,
                   .past_caches = tuning.past_caches};
    for (std::size_t i = 0; i < table; ++i)
        body.copies[i] = {operands.input(i).data<std::byte>(), kernel->output(i).data<std::byte>(),
                          operands.input(i).spec().row_bytes() * shape.kv_heads,
                          i >= tensors_of_cache(shape.kv)};
    kernel->set_launch([=] { for_each_row(shape.pages() * body.count, tuning, body); });
    return kernel;
}

// `caches`: one that leaves its pages, and perhaps one that comes into them.
std::unique_ptr<OperandSet> make_operands_of(const OperatorCall& call, std::uint64_t seed,
                                             std::size_t caches) {
    const auto shape = KvCacheShape::from(call);
    TensorProblem problem;
    for (std::size_t i = 0; i < caches; ++i) {
        add_cache(problem.inputs, i == 0 ? "k" : "k of the tier", shape, shape.rows());
        add_cache(problem.inputs, i == 0 ? "v" : "v of the tier", shape, shape.rows());
    }
    problem.outputs = problem.inputs;
    problem.inputs.push_back(page_table(shape));
    problem.reference = [shape](const auto& operands, const auto& row) { reference(shape, operands, row); };
    problem.fill = [shape](std::vector<Tensor>& inputs, std::uint64_t from) {
        for (std::size_t i = 0; i + 1 < inputs.size(); ++i) inputs[i].fill_random(from, i + 1);
        fill_page_table(inputs.back(), shape, from);
    };
    return std::make_unique<TensorOperands>(call, seed, std::move(problem));
}

Implementations implementations_of(const std::string& op) {
    Implementations list;
    list.push_back(make_implementation({.op = op,
                                        .name = "kokkos-pages",
                                        .formats = cache_formats(),
                                        .space = row_space(),
                                        .prepare = prepare}));
    return list;
}

}  // namespace

std::unique_ptr<OperandSet> make_kv_gather_operands(const OperatorCall& call, std::uint64_t seed) {
    return make_operands_of(call, seed, 1);
}
std::unique_ptr<OperandSet> make_kv_swap_operands(const OperatorCall& call, std::uint64_t seed) {
    return make_operands_of(call, seed, 2);
}

Implementations make_kv_gather_implementations() { return implementations_of("kv_gather"); }
Implementations make_kv_swap_implementations() { return implementations_of("kv_swap"); }

}  // namespace ridge::operators
