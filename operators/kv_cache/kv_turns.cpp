// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "operators/attention/attention_operands.hpp"
#include "operators/copy_row.hpp"
#include "operators/error_bound.hpp"
#include "operators/kernel_table.hpp"
#include "operators/kv_cache/kv_cache_kernels.hpp"
#include "operators/kv_cache/row_writer.hpp"

/// kv_rerotate and kv_fuse: cached keys are turned to a new position. Rotary embeddings of the same pair add
/// their angles, so all keys of a chunk turn by the angles of the distance it moves.
namespace ridge::operators {
namespace {

// Inputs of both: first the turn, then caches; kv_fuse ends with the sources of its tokens.
enum Input : std::size_t { input_turn, first_cache };
enum Cache : std::size_t { cached_k, cached_v, fresh_k, fresh_v };

constexpr double theta = 10000.0;         // base of the angles, Su et al. 2021
constexpr double positions_moved = 1237;  // by which the chunk moves

CacheIndex input_cache(const KvCacheShape& shape, Cache cache) {
    return cache_index(shape.kv, first_cache, cache);
}

double turn_of(std::int64_t row, std::int64_t pair, std::int64_t head_dim) {
    const double angle =
        positions_moved * std::pow(theta, -2.0 * static_cast<double>(pair) / static_cast<double>(head_dim));
    return row == 0 ? std::cos(angle) : std::sin(angle);
}

void turned_reference(const KvCacheShape& shape, const TensorOperands& operands, std::int64_t from,
                      bool scales, const RowReference& row) {
    const auto half = shape.head_dim / 2;
    const auto key = [&](std::int64_t d) {
        return cache_value(operands, shape.kv, input_cache(shape, cached_k), from, d);
    };
    std::vector<double> exact;
    double largest = 0;
    for (std::int64_t d = 0; d < shape.head_dim; ++d) {
        const auto pair = d % half;
        const double x = key(pair), y = key(pair + half);
        const double cosine = operands.at(input_turn, 0, pair), sine = operands.at(input_turn, 1, pair);
        exact.push_back(d < half ? x * cosine - y * sine : x * sine + y * cosine);
        largest = std::max(
            largest, std::abs(x * cosine) + std::abs(y * sine) + std::abs(x * sine) + std::abs(y * cosine));
    }
    // Scale, two products, their sum: each rounds once.
    stored_reference(shape.kv, exact, summation_error(Precision::fp32, 4.0) * largest, scales, row);
}

bool is_scales(const KvCacheShape& shape, std::size_t output) {
    return shape.kv.is_scaled() && output % 2 == 1;
}

/// All heads of one token's keys.
template <typename Format>
struct TurnToken {
    CacheSide from;
    WritableSide to;
    const float* turn;
    std::int64_t kv_heads, head_dim;
    bool past_caches;

    template <typename Team>
    KOKKOS_FUNCTION void operator()(const std::int64_t token, const Team& team) const {
        for (std::int64_t row = token * kv_heads; row < (token + 1) * kv_heads; ++row)
            RowWriter<Format>::store(target_of(to, row, head_dim, past_caches),
                                     TurnedSource<Format>{from.row(row), from.scales_of(row), turn, head_dim},
                                     team);
    }
};

/// All heads of one token, keys and values: copied from the recomputed ones, or turned and copied from the
/// cache.
template <typename Format>
struct FuseToken {
    TurnToken<Format> turned;
    CacheSide cached_values, fresh_keys, fresh_values;
    WritableSide to_values;
    const std::int32_t* sources;  ///< row among the fresh tokens, or -1

    template <typename Team>
    KOKKOS_FUNCTION void operator()(const std::int64_t token, const Team& team) const {
        const std::int64_t fresh = sources[token];
        if (fresh < 0) {
            turned(token, team);
            copy(cached_values, token, to_values, token, team);
        } else {
            copy(fresh_keys, fresh, turned.to, token, team);
            copy(fresh_values, fresh, to_values, token, team);
        }
    }

  private:
    template <typename Team>
    KOKKOS_FORCEINLINE_FUNCTION void copy(const CacheSide& from, std::int64_t token, const WritableSide& to,
                                          std::int64_t to_token, const Team& team) const {
        const std::int64_t heads = turned.kv_heads;
        copy_row(to.data + to_token * heads * to.row_bytes, from.row(token * heads), heads * to.row_bytes,
                 team, turned.past_caches);
        if (to.row_scale_bytes > 0)
            copy_row(to.scales + to_token * heads * to.row_scale_bytes, from.scales_of(token * heads),
                     heads * to.row_scale_bytes, team, false);
    }
};

template <typename Format>
TurnToken<Format> turn_token(const TensorKernel& kernel, const KvCacheShape& shape, const RowTuning& tuning) {
    return {read_side(kernel, shape.kv, input_cache(shape, cached_k)),
            write_side(kernel, shape.kv, cache_index(shape.kv, 0, 0)),
            kernel.operands().input(input_turn).data<float>(),
            shape.kv_heads,
            shape.head_dim,
            tuning.past_caches};
}

template <typename Format>
void launch_turns(TensorKernel& kernel, const KvCacheShape& shape, const RowTuning& tuning) {
    const auto body = turn_token<Format>(kernel, shape, tuning);
    kernel.set_launch([=] { for_each_row(shape.tokens, tuning, body); });
}

template <typename Format>
void launch_fusion(TensorKernel& kernel, const KvCacheShape& shape, const RowTuning& tuning) {
    const auto side = [&](Cache cache) { return read_side(kernel, shape.kv, input_cache(shape, cache)); };
    const FuseToken<Format> body{
        turn_token<Format>(kernel, shape, tuning),
        side(cached_v),
        side(fresh_k),
        side(fresh_v),
        write_side(kernel, shape.kv, cache_index(shape.kv, 0, 1)),
        kernel.operands().input(kernel.operands().inputs().size() - 1).template data<std::int32_t>()};
    kernel.set_launch([=] { for_each_row(shape.tokens, tuning, body); });
}

std::unique_ptr<TensorKernel> prepare_turns(const TensorOperands& operands, const KernelConfig& config) {
    auto kernel = std::make_unique<TensorKernel>(operands);
    const auto shape = KvCacheShape::from(operands.call());
    with_cache_format(shape.kv, [&](auto format) {
        launch_turns<decltype(format)>(*kernel, shape, RowTuning::from(config));
    });
    return kernel;
}

std::unique_ptr<TensorKernel> prepare_fusion(const TensorOperands& operands, const KernelConfig& config) {
    auto kernel = std::make_unique<TensorKernel>(operands);
    const auto shape = KvCacheShape::from(operands.call());
    with_cache_format(shape.kv, [&](auto format) {
        launch_fusion<decltype(format)>(*kernel, shape, RowTuning::from(config));
    });
    return kernel;
}

void fill_turn(Tensor& turn, std::int64_t head_dim) {
    turn.fill([=](std::int64_t row, std::int64_t pair) { return turn_of(row, pair, head_dim); });
}

void fill_caches(std::vector<Tensor>& inputs, const KvCacheShape& shape, std::size_t caches,
                 std::uint64_t seed) {
    fill_turn(inputs[input_turn], shape.head_dim);
    for (std::size_t i = 0; i < caches; ++i) {
        const auto index = cache_index(shape.kv, first_cache, i);
        fill_cache(inputs[index.rows], shape.kv.is_scaled() ? &inputs[index.scales] : nullptr, seed, i + 1);
    }
}

// The recomputed tokens are chosen at random; they lie in order.
std::vector<std::int32_t> choose_sources(const KvCacheShape& shape, std::uint64_t seed) {
    auto order = random_pages(shape.tokens, seed);
    order.resize(static_cast<std::size_t>(shape.recomputed));
    std::ranges::sort(order);
    std::vector<std::int32_t> sources(static_cast<std::size_t>(shape.tokens), -1);
    for (std::size_t i = 0; i < order.size(); ++i)
        sources[static_cast<std::size_t>(order[i])] = static_cast<std::int32_t>(i);
    return sources;
}

void fused_reference(const KvCacheShape& shape, const TensorOperands& operands, const RowReference& row) {
    const auto token = row.row / shape.kv_heads, head = row.row % shape.kv_heads;
    const auto fresh = static_cast<std::int64_t>(operands.at(operands.inputs().size() - 1, 0, token));
    const bool of_keys = row.output < cache_index(shape.kv, 0, 1).rows, scales = is_scales(shape, row.output);
    const auto input_of = [&](Cache cache) {
        const auto index = input_cache(shape, cache);
        return scales ? index.scales : index.rows;
    };
    if (fresh >= 0)
        copied_reference(operands, input_of(of_keys ? fresh_k : fresh_v), fresh * shape.kv_heads + head, row);
    else if (of_keys)
        turned_reference(shape, operands, row.row, scales, row);
    else
        copied_reference(operands, input_of(cached_v), row.row, row);
}

TensorSpec turn_spec(const KvCacheShape& shape) { return {"turn", Precision::fp32, 2, shape.head_dim / 2}; }

KernelFamily family(const std::string& op, decltype(KernelFamily::prepare) prepare) {
    return {.op = op,
            .name = "kokkos-rows",
            .formats = cache_formats(),
            .space = row_space(),
            .prepare = prepare};
}

}  // namespace

std::unique_ptr<OperandSet> make_kv_rerotate_operands(const OperatorCall& call, std::uint64_t seed) {
    const auto shape = KvCacheShape::from(call);
    TensorProblem problem{.inputs = {turn_spec(shape)}};
    add_cache(problem.inputs, "k", shape, shape.rows());
    add_cache(problem.outputs, "turned k", shape, shape.rows());
    problem.reference = [shape](const TensorOperands& operands, const RowReference& row) {
        turned_reference(shape, operands, row.row, is_scales(shape, row.output), row);
    };
    problem.fill = [shape](std::vector<Tensor>& inputs, std::uint64_t from) {
        fill_caches(inputs, shape, 1, from);
    };
    return std::make_unique<TensorOperands>(call, seed, std::move(problem));
}

std::unique_ptr<OperandSet> make_kv_fuse_operands(const OperatorCall& call, std::uint64_t seed) {
    const auto shape = KvCacheShape::from(call);
    TensorProblem problem{.inputs = {turn_spec(shape)}};
    for (const char* name : {"cached k", "cached v"}) add_cache(problem.inputs, name, shape, shape.rows());
    for (const char* name : {"fresh k", "fresh v"})
        add_cache(problem.inputs, name, shape, shape.recomputed * shape.kv_heads);
    problem.inputs.push_back({"sources", Precision::int32, 1, shape.tokens});
    for (const char* name : {"k", "v"}) add_cache(problem.outputs, name, shape, shape.rows());
    problem.reference = [shape](const auto& operands, const auto& row) {
        fused_reference(shape, operands, row);
    };
    problem.fill = [shape](std::vector<Tensor>& inputs, std::uint64_t from) {
        fill_caches(inputs, shape, 4, from);
        const auto sources = choose_sources(shape, from);
        inputs.back().fill(
            [&](std::int64_t, std::int64_t token) { return sources[static_cast<std::size_t>(token)]; });
    };
    return std::make_unique<TensorOperands>(call, seed, std::move(problem));
}

Implementations make_kv_rerotate_implementations() {
    Implementations list;
    list.push_back(make_implementation(family("kv_rerotate", prepare_turns)));
    return list;
}
Implementations make_kv_fuse_implementations() {
    Implementations list;
    list.push_back(make_implementation(family("kv_fuse", prepare_fusion)));
    return list;
}

}  // namespace ridge::operators
