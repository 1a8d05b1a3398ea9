// SPDX-License-Identifier: Apache-2.0
#include "operators/attention/attention_operands.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>
#include <numeric>

#include "operators/error_bound.hpp"
#include "operators/random.hpp"

namespace ridge::operators {
namespace {

constexpr std::uint64_t stream_q = 1, stream_k = 2, stream_v = 3, stream_pages = 8, stream_scales = 16;

// Queries four times as large as keys: some positions then weigh a hundred times as much as others.
double draw_query(std::uint64_t bits, Precision precision) { return 4.0 * draw_uniform(bits, precision); }

// Within the upper half of what puts integers into [-1, 1).
template <int largest>
double draw_scale(std::uint64_t bits, Precision) {
    return (0.5 + 0.5 * unit_interval(bits)) / largest;
}

std::int64_t scales_of_row(const NumberFormat& format, std::int64_t columns) {
    return format.row_scale ? 1 : columns / format.group_size;
}

std::vector<TensorSpec> input_specs(const AttentionShape& shape) {
    const auto rows = shape.slots() * shape.kv_heads;
    std::vector<TensorSpec> specs = {{"q", shape.q.precision, shape.query_rows(), shape.key_dim},
                                     {"k", shape.kv.precision, rows, shape.key_dim}};
    if (!shape.latent) specs.push_back({"v", shape.kv.precision, rows, shape.value_dim});
    if (shape.kv.is_scaled()) {
        specs.push_back(cache_scales("k scales", shape.kv, rows, shape.key_dim));
        if (!shape.latent) specs.push_back(cache_scales("v scales", shape.kv, rows, shape.value_dim));
    }
    if (shape.page > 0) specs.push_back({"block table", Precision::int32, shape.batch, shape.pages()});
    return specs;
}

void fill_inputs(const AttentionShape& shape, std::vector<Tensor>& inputs, std::uint64_t seed) {
    const auto in = AttentionInputs::of(shape);
    const auto scales = [&](std::size_t i) { return i == AttentionInputs::none ? nullptr : &inputs[i]; };
    inputs[in.q].fill_random(seed, stream_q, draw_query);
    fill_cache(inputs[in.k], scales(in.k_scales), seed, stream_k);
    if (in.v != AttentionInputs::none) fill_cache(inputs[in.v], scales(in.v_scales), seed, stream_v);
    if (in.table == AttentionInputs::none) return;
    const auto order = random_pages(shape.batch * shape.pages(), seed);
    inputs[in.table].fill([&](std::int64_t row, std::int64_t column) {
        return order[static_cast<std::size_t>(row * shape.pages() + column)];
    });
}

/// One row of the output in fp64.
class ReferenceRow {
  public:
    ReferenceRow(const TensorOperands& operands, const AttentionShape& shape, std::int64_t row)
        : operands_(operands), shape_(shape), in_(AttentionInputs::of(shape)), row_(row) {
        const auto head = row % shape.heads(), query = row / shape.heads() % shape.queries;
        sequence_ = row / shape.heads() / shape.queries;
        kv_head_ = head / shape.group;
        last_ = shape.context - shape.queries + query;
        first_ = std::max<std::int64_t>(0, last_ - shape.window + 1);
    }

    void compute(const RowReference& out) {
        const double largest_error = compute_weights();
        double total = 0;
        for (const double weight : weights_) total += weight;
        std::vector<double> magnitudes(out.values.size(), 0.0), squares(magnitudes);
        std::ranges::fill(out.values, 0.0);
        for (std::int64_t p = first_; p <= last_; ++p) add_value(p, total, out.values, magnitudes, squares);
        const double relative = relative_error(largest_error);
        for (std::size_t d = 0; d < out.values.size(); ++d) {
            const double error = 2.0 * relative * magnitudes[d] + weight_error(magnitudes[d], squares[d]);
            out.bounds[d] = error + rounding_error(shape_.q.precision, std::abs(out.values[d]) + error);
        }
    }

  private:
    [[nodiscard]] std::int64_t cache_row(std::int64_t position) const {
        auto slot = sequence_ * shape_.context + position;
        if (shape_.page > 0) {
            const auto page = operands_.at(in_.table, sequence_, position / shape_.page);
            slot = static_cast<std::int64_t>(page) * shape_.page + position % shape_.page;
        }
        return slot * shape_.kv_heads + kv_head_;
    }

    // Weights relative to the largest one; gives the largest error of a score.
    double compute_weights() {
        double largest_sum = 0;
        for (std::int64_t p = first_; p <= last_; ++p) {
            double score = 0, magnitude = 0;
            const auto row = cache_row(p);
            for (std::int64_t d = 0; d < shape_.key_dim; ++d) {
                const double product = operands_.at(in_.q, row_, d) *
                                       cached_value(operands_, shape_.kv, in_.k, in_.k_scales, row, d);
                score += product;
                magnitude += std::abs(product);
            }
            weights_.push_back(score / std::sqrt(static_cast<double>(shape_.key_dim)));
            largest_sum = std::max(largest_sum, magnitude / std::sqrt(static_cast<double>(shape_.key_dim)));
        }
        const double top = *std::ranges::max_element(weights_);
        for (auto& weight : weights_) weight = std::exp(weight - top);
        // Each product takes part in key_dim sums and carries the roundings of query, scale and key.
        return largest_sum * summation_error(Precision::fp32, static_cast<double>(shape_.key_dim) + 8.0);
    }

    void add_value(std::int64_t position, double total, std::span<double> values,
                   std::vector<double>& magnitudes, std::vector<double>& squares) {
        const double weight = weights_[static_cast<std::size_t>(position - first_)] / total;
        const auto rows = shape_.latent ? in_.k : in_.v;
        const auto scales = shape_.latent ? in_.k_scales : in_.v_scales;
        const auto row = cache_row(position);
        for (std::size_t d = 0; d < values.size(); ++d) {
            const double value =
                weight * cached_value(operands_, shape_.kv, rows, scales, row, static_cast<std::int64_t>(d));
            values[d] += value;
            magnitudes[d] += std::abs(value);
            squares[d] += value * value;
        }
    }

    // Weights, and their products with scales, may be rounded to bf16 where the queries are: products of bf16
    // are what such hardware has.
    [[nodiscard]] double weight_error(double magnitude, double squares) const {
        if (shape_.q.precision != Precision::bf16) return 0.0;
        return rounded_terms_error(Precision::bf16, magnitude, squares);
    }

    // Of numerator and denominator each: the exponential of a score's error, 2^-22 of the exponential
    // function, and for each position an addition, a product, and a rescaling with two roundings and the
    // error of its factor.
    [[nodiscard]] double relative_error(double score_error) const {
        const auto positions = static_cast<double>(weights_.size());
        return std::expm1(score_error) + 0x1p-22 + summation_error(Precision::fp32, 6.0 * positions + 16.0);
    }

    const TensorOperands& operands_;
    const AttentionShape& shape_;
    AttentionInputs in_;
    std::int64_t row_, sequence_ = 0, kv_head_ = 0, first_ = 0, last_ = 0;
    std::vector<double> weights_;
};

CacheSide cache_side(const TensorOperands& operands, std::size_t rows, std::size_t scales) {
    const auto& tensor = operands.input(rows);
    CacheSide side{.data = tensor.data<std::byte>(), .row_bytes = tensor.spec().row_bytes()};
    if (scales == AttentionInputs::none) return side;
    side.scales = operands.input(scales).data<std::byte>();
    side.row_scale_bytes = operands.input(scales).spec().row_bytes();
    return side;
}

}  // namespace

AttentionInputs AttentionInputs::of(const AttentionShape& shape) {
    AttentionInputs in;
    std::size_t next = 2;
    if (!shape.latent) in.v = next++;
    if (shape.kv.is_scaled()) {
        in.k_scales = next++;
        if (!shape.latent) in.v_scales = next++;
    }
    if (shape.page > 0) in.table = next;
    return in;
}

TensorSpec cache_scales(std::string name, const NumberFormat& format, std::int64_t rows,
                        std::int64_t columns) {
    return {std::move(name), format.row_scale ? Precision::fp32 : format.scale, rows,
            scales_of_row(format, columns)};
}

void fill_cache(Tensor& rows, Tensor* scales, std::uint64_t seed, std::uint64_t stream) {
    rows.fill_random(seed, stream);
    if (scales != nullptr)
        scales->fill_random(seed, stream_scales + stream,
                            rows.spec().precision == Precision::int4 ? draw_scale<7> : draw_scale<127>);
}

std::vector<std::int32_t> random_pages(std::int64_t pages, std::uint64_t seed) {
    std::vector<std::int32_t> order(static_cast<std::size_t>(pages));
    std::iota(order.begin(), order.end(), 0);
    std::ranges::sort(order, {}, [&](std::int32_t page) { return random_bits(seed, stream_pages, page); });
    return order;
}

double cached_value(const TensorOperands& operands, const NumberFormat& format, std::size_t rows,
                    std::size_t scales, std::int64_t row, std::int64_t column) {
    const double stored = operands.at(rows, row, column);
    if (!format.is_scaled()) return stored;
    return stored * operands.at(scales, row, format.row_scale ? 0 : column / format.group_size);
}

std::unique_ptr<OperandSet> make_attention_operands(const OperatorCall& call, std::uint64_t seed) {
    const auto shape = AttentionShape::from(call);
    return std::make_unique<TensorOperands>(
        call, seed,
        TensorProblem{.inputs = input_specs(shape),
                      .outputs = {{"o", shape.q.precision, shape.query_rows(), shape.value_dim}},
                      .reference =
                          [shape](const TensorOperands& operands, const RowReference& row) {
                              ReferenceRow(operands, shape, row.row).compute(row);
                          },
                      .operations_per_row =
                          2.0 * static_cast<double>(shape.window) * static_cast<double>(shape.key_dim),
                      .fill = [shape](std::vector<Tensor>& inputs,
                                      std::uint64_t from) { fill_inputs(shape, inputs, from); }});
}

CacheRows cache_rows(const TensorOperands& operands, const AttentionShape& shape) {
    const auto in = AttentionInputs::of(shape);
    CacheRows rows{
        .k = cache_side(operands, in.k, in.k_scales),
        .v = cache_side(operands, shape.latent ? in.k : in.v, shape.latent ? in.k_scales : in.v_scales),
        .kv_heads = shape.kv_heads,
        .context = shape.context,
        .pages = shape.pages()};
    if (shape.page == 0) return rows;
    rows.table = operands.input(in.table).data<std::int32_t>();
    rows.page_shift = std::countr_zero(static_cast<std::uint64_t>(shape.page));
    return rows;
}

Mask mask_of(const AttentionShape& shape) {
    return {.first_query = shape.context - shape.queries, .window = shape.window, .group = shape.group};
}

float cache_factor(const NumberFormat& format) {
    float factor = 1.0F;
    with_cache_format(format, [&](auto type) { factor = decltype(type)::factor; });
    return factor;
}

double score_scale(const AttentionShape& shape) {
    return std::numbers::log2e / std::sqrt(static_cast<double>(shape.key_dim));
}

}  // namespace ridge::operators
