// SPDX-License-Identifier: Apache-2.0
#include "operators/kv_cache/kv_operands.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "operators/attention/attention_operands.hpp"
#include "operators/error_bound.hpp"

namespace ridge::operators {
namespace {

constexpr double smallest_bound = std::numeric_limits<double>::min();

std::size_t tensors_of(const NumberFormat& format) { return format.is_scaled() ? 2 : 1; }

double largest_of(const std::vector<double>& values, std::size_t first, std::size_t count) {
    double largest = 0;
    for (std::size_t i = first; i < first + count; ++i) largest = std::max(largest, std::abs(values[i]));
    return largest;
}

/// Elements that share a scale, and how many steps the scale divides their largest magnitude into.
struct Steps {
    std::size_t group;
    double count;
    double scale_error;  ///< relative

    static Steps of(const NumberFormat& format, std::size_t columns) {
        const double fp32_error = 4.0 * unit_roundoff(Precision::fp32);
        const double steps = format.precision == Precision::int4 ? 7.0 : 127.0;
        if (format.row_scale) return {columns, steps, fp32_error};
        return {static_cast<std::size_t>(format.group_size), steps, unit_roundoff(format.scale) + fp32_error};
    }
};

void scale_reference(const Steps& steps, const std::vector<double>& exact, double error,
                     const RowReference& row) {
    for (std::size_t g = 0; g < row.values.size(); ++g) {
        row.values[g] = largest_of(exact, g * steps.group, steps.group) / steps.count;
        row.bounds[g] = row.values[g] * steps.scale_error + error / steps.count + smallest_bound;
    }
}

// Half a step, and what errors of the value and of the scale are in steps.
void step_reference(const Steps& steps, const std::vector<double>& exact, double error,
                    const RowReference& row) {
    for (std::size_t j = 0; j < row.values.size(); ++j) {
        const double largest = largest_of(exact, j / steps.group * steps.group, steps.group);
        const double step = largest / steps.count;
        row.values[j] = step > 0 ? exact[j] / step : 0.0;
        row.bounds[j] = 0.5 + steps.count * steps.scale_error + (step > 0 ? 2.0 * error / step : 0.0);
    }
}

}  // namespace

CacheIndex cache_index(const NumberFormat& format, std::size_t first, std::size_t i) {
    const auto rows = first + i * tensors_of(format);
    return {rows, rows + tensors_of(format) - 1};
}

void add_cache(std::vector<TensorSpec>& specs, const std::string& name, const KvCacheShape& shape,
               std::int64_t rows) {
    specs.push_back({name, shape.kv.precision, rows, shape.head_dim});
    if (shape.kv.is_scaled()) specs.push_back(cache_scales(name + " scales", shape.kv, rows, shape.head_dim));
}

CacheSide read_side(const TensorKernel& kernel, const NumberFormat& format, CacheIndex index) {
    const auto& rows = kernel.operands().input(index.rows);
    CacheSide side{.data = rows.data<std::byte>(), .row_bytes = rows.spec().row_bytes()};
    if (!format.is_scaled()) return side;
    const auto& scales = kernel.operands().input(index.scales);
    side.scales = scales.data<std::byte>();
    side.row_scale_bytes = scales.spec().row_bytes();
    return side;
}

WritableSide write_side(const TensorKernel& kernel, const NumberFormat& format, CacheIndex index) {
    const auto& rows = kernel.output(index.rows);
    WritableSide side{.data = rows.data<std::byte>(), .row_bytes = rows.spec().row_bytes()};
    if (!format.is_scaled()) return side;
    const auto& scales = kernel.output(index.scales);
    side.scales = scales.data<std::byte>();
    side.row_scale_bytes = scales.spec().row_bytes();
    return side;
}

TensorSpec page_table(const KvCacheShape& shape) {
    return {"block table", Precision::int32, 1, shape.pages()};
}

void fill_page_table(Tensor& table, const KvCacheShape& shape, std::uint64_t seed) {
    const auto full = shape.tokens / shape.page;
    const auto order = random_pages(full, seed);
    table.fill([&](std::int64_t, std::int64_t page) -> double {
        return page < full ? order[static_cast<std::size_t>(page)] : static_cast<std::int32_t>(page);
    });
}

double cache_value(const TensorOperands& operands, const NumberFormat& format, CacheIndex index,
                   std::int64_t row, std::int64_t column) {
    return cached_value(operands, format, index.rows, index.scales, row, column);
}

void copied_reference(const TensorOperands& operands, std::size_t input, std::int64_t from,
                      const RowReference& row) {
    for (std::size_t j = 0; j < row.values.size(); ++j) {
        row.values[j] = operands.at(input, from, static_cast<std::int64_t>(j));
        row.bounds[j] = smallest_bound;
    }
}

void stored_reference(const NumberFormat& format, const std::vector<double>& exact, double error, bool scales,
                      const RowReference& row) {
    if (format.is_scaled()) {
        const auto steps = Steps::of(format, exact.size());
        return scales ? scale_reference(steps, exact, error, row) : step_reference(steps, exact, error, row);
    }
    for (std::size_t j = 0; j < exact.size(); ++j) {
        row.values[j] = exact[j];
        row.bounds[j] = error + rounding_error(format.precision, std::abs(exact[j]) + error);
    }
}

std::vector<std::string> cache_formats() {
    return {"kv=fp32", "kv=bf16", "kv=fp16", "kv=fp8_e4m3", "kv=int8:row", "kv=int4:g32"};
}

}  // namespace ridge::operators
