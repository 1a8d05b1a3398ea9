// SPDX-License-Identifier: Apache-2.0
#include "operators/element_types.hpp"
#include "operators/kernel_table.hpp"
#include "operators/kv_cache/kv_cache_kernels.hpp"
#include "operators/kv_cache/row_writer.hpp"

namespace ridge::operators {
namespace {

enum Input : std::size_t { input_k, input_v, input_table };

void reference(const KvCacheShape& shape, const TensorOperands& operands, const RowReference& row) {
    const auto slot = row.row / shape.kv_heads, head = row.row % shape.kv_heads;
    std::int64_t page = 0;  // of the token that lies there
    while (static_cast<std::int64_t>(operands.at(input_table, 0, page)) != slot / shape.page) ++page;
    const auto from = (page * shape.page + slot % shape.page) * shape.kv_heads + head;
    const auto per_side = cache_index(shape.kv, 0, 1).rows;
    std::vector<double> exact;
    for (std::int64_t d = 0; d < shape.head_dim; ++d)
        exact.push_back(operands.at(row.output < per_side ? input_k : input_v, from, d));
    stored_reference(shape.kv, exact, 0.0, shape.kv.is_scaled() && row.output % 2 == 1, row);
}

/// All heads of one token, keys and values.
template <typename T, typename Format>
struct AppendToken {
    const T *k, *v;
    WritableSide to_k, to_v;
    Slots slots;
    std::int64_t kv_heads, head_dim;
    bool past_caches;

    template <typename Team>
    KOKKOS_FUNCTION void operator()(const std::int64_t token, const Team& team) const {
        const std::int64_t from = token * kv_heads, to = slots.of(token) * kv_heads;
        for (std::int64_t h = 0; h < kv_heads; ++h) {
            store(k + (from + h) * head_dim, to_k, to + h, team);
            store(v + (from + h) * head_dim, to_v, to + h, team);
        }
    }

  private:
    template <typename Team>
    KOKKOS_FORCEINLINE_FUNCTION void store(const T* from, const WritableSide& to, std::int64_t row,
                                           const Team& team) const {
        RowWriter<Format>::store(target_of(to, row, head_dim, past_caches), PlainSource<T>{from}, team);
    }
};

template <typename T, typename Format>
void set_launch(TensorKernel& kernel, const KvCacheShape& shape, const RowTuning& tuning) {
    const auto& operands = kernel.operands();
    const AppendToken<T, Format> body{operands.input(input_k).data<T>(),
                                      operands.input(input_v).data<T>(),
                                      write_side(kernel, shape.kv, cache_index(shape.kv, 0, 0)),
                                      write_side(kernel, shape.kv, cache_index(shape.kv, 0, 1)),
                                      {operands.input(input_table).data<std::int32_t>(), shape.page},
                                      shape.kv_heads,
                                      shape.head_dim,
                                      tuning.past_caches};
    kernel.set_launch([=] { for_each_row(shape.tokens, tuning, body); });
}

template <typename T>
void choose_format(TensorKernel& kernel, const KvCacheShape& shape, const RowTuning& tuning) {
    with_cache_format(shape.kv, [&](auto format) { set_launch<T, decltype(format)>(kernel, shape, tuning); });
}

std::unique_ptr<TensorKernel> prepare(const TensorOperands& operands, const KernelConfig& config) {
    auto kernel = std::make_unique<TensorKernel>(operands);
    const auto shape = KvCacheShape::from(operands.call());
    const auto tuning = RowTuning::from(config);
    with_element_of(ScoreElements(), operands.call().operand("x").precision,
                    [&](auto zero) { choose_format<decltype(zero)>(*kernel, shape, tuning); });
    return kernel;
}

}  // namespace

std::unique_ptr<OperandSet> make_kv_append_operands(const OperatorCall& call, std::uint64_t seed) {
    const auto shape = KvCacheShape::from(call);
    const auto x = call.operand("x").precision;
    TensorProblem problem{.inputs = {{"k", x, shape.rows(), shape.head_dim},
                                     {"v", x, shape.rows(), shape.head_dim},
                                     page_table(shape)}};
    add_cache(problem.outputs, "cached k", shape, shape.rows());
    add_cache(problem.outputs, "cached v", shape, shape.rows());
    problem.reference = [shape](const auto& operands, const auto& row) { reference(shape, operands, row); };
    problem.fill = [shape](std::vector<Tensor>& inputs, std::uint64_t from) {
        inputs[input_k].fill_random(from, 1);
        inputs[input_v].fill_random(from, 2);
        fill_page_table(inputs[input_table], shape, from);
    };
    return std::make_unique<TensorOperands>(call, seed, std::move(problem));
}

Implementations make_kv_append_implementations() {
    std::vector<std::string> formats;
    for (const char* x : {"x=fp32 ", "x=bf16 ", "x=fp16 "})
        for (const auto& kv : cache_formats()) formats.push_back(x + kv);
    Implementations list;
    list.push_back(make_implementation({.op = "kv_append",
                                        .name = "kokkos-rows",
                                        .formats = std::move(formats),
                                        .space = row_space(),
                                        .prepare = prepare}));
    return list;
}

}  // namespace ridge::operators
