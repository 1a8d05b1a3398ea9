// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>

#include "operators/element_types.hpp"
#include "operators/error_bound.hpp"
#include "operators/rows.hpp"
#include "operators/vision/vision_kernels.hpp"
#include "operators/vision/windows.hpp"

namespace ridge::operators {
namespace {

struct PoolShape {
    std::int64_t batch, channels;
    Windows rows, columns;
    explicit PoolShape(const OperatorCall& call)
        : batch(call.dimension("batch")),
          channels(call.dimension("channels")),
          rows(centred_windows(call.dimension("height"), call.dimension("kernel"), call.dimension("stride"))),
          columns(
              centred_windows(call.dimension("width"), call.dimension("kernel"), call.dimension("stride"))) {}
};

struct Range {
    std::int64_t begin, end;
};

/// Pixels of the image under window `at`.
KOKKOS_FUNCTION Range inside(const Windows& windows, std::int64_t at) {
    const std::int64_t begin = at * windows.stride - windows.before, end = begin + windows.kernel;
    return {begin > 0 ? begin : 0, end < windows.side ? end : windows.side};
}

// The value is one of x: a right result has no error. The bound only has to be positive, and stays below the
// distance of neighbouring values.
void reference(const TensorOperands& operands, const RowReference& row) {
    const PoolShape shape(operands.call());
    const auto across = shape.columns.count(), down = shape.rows.count();
    const auto rows = inside(shape.rows, row.row / across % down),
               columns = inside(shape.columns, row.row % across);
    const auto image = row.row / across / down;
    const auto precision = operands.call().operand("x").precision;
    for (std::size_t c = 0; c < row.values.size(); ++c) {
        double largest = -std::numeric_limits<double>::infinity();
        for (auto y = rows.begin; y < rows.end; ++y)
            for (auto x = columns.begin; x < columns.end; ++x)
                largest =
                    std::max(largest, operands.at(0, (image * shape.rows.side + y) * shape.columns.side + x,
                                                  static_cast<std::int64_t>(c)));
        row.values[c] = largest;
        row.bounds[c] = rounding_error(precision, largest) / 2.0;
    }
}

/// An output row: the rows of pixels under it stay in the caches while the next ones pass.
template <typename T>
struct PoolRow {
    const T* x;
    T* y;
    std::int64_t channels, rows_out, columns_out;
    Windows rows, columns;
    bool past_caches;

    template <typename Team>
    KOKKOS_FUNCTION void operator()(const std::int64_t row, const Team& team) const {
        const auto under = inside(rows, row % rows_out);
        const T* image = x + row / rows_out * rows.side * columns.side * channels;
        for (std::int64_t column = 0; column < columns_out; ++column)
            pixel(image, under, inside(columns, column), y + (row * columns_out + column) * channels, team);
    }

    template <typename Team>
    KOKKOS_FORCEINLINE_FUNCTION void pixel(const T* image, Range down, Range across, T* to,
                                           const Team& team) const {
        for_each_pack_of_row<T>(channels, team, [&](const std::int64_t c, const int count) {
            auto largest = at(image, down.begin, across.begin, c, count);
            for (std::int64_t i = down.begin; i < down.end; ++i)
                for (std::int64_t j = across.begin; j < across.end; ++j)
                    largest = Kokkos::max(largest, at(image, i, j, c, count));
            store_up_to(to + c, largest, count, past_caches);
        });
    }

    KOKKOS_FORCEINLINE_FUNCTION Vector<Compute<T>> at(const T* image, std::int64_t row, std::int64_t column,
                                                      std::int64_t c, int count) const {
        return load_up_to(image + (row * columns.side + column) * channels + c, count);
    }
};

template <typename T>
void set_launch(TensorKernel& kernel, const KernelConfig& config) {
    const PoolShape shape(kernel.operands().call());
    const auto tuning = RowTuning::from(config);
    const PoolRow<T> body{kernel.operands().input(0).data<T>(),
                          kernel.output(0).data<T>(),
                          shape.channels,
                          shape.rows.count(),
                          shape.columns.count(),
                          shape.rows,
                          shape.columns,
                          tuning.past_caches};
    const std::int64_t rows = shape.batch * body.rows_out;
    kernel.set_launch([=] { for_each_row(rows, tuning, body); });
}

std::unique_ptr<TensorKernel> prepare(const TensorOperands& operands, const KernelConfig& config) {
    auto kernel = std::make_unique<TensorKernel>(operands);
    with_element_of(FloatElements(), operands.call().operand("x").precision,
                    [&](auto zero) { set_launch<decltype(zero)>(*kernel, config); });
    return kernel;
}

}  // namespace

std::unique_ptr<OperandSet> make_max_pool2d_operands(const OperatorCall& call, std::uint64_t seed) {
    const PoolShape shape(call);
    const auto precision = call.operand("x").precision;
    const auto window = static_cast<double>(shape.rows.kernel * shape.rows.kernel);
    return std::make_unique<TensorOperands>(
        call, seed,
        TensorProblem{
            .inputs = {{"x", precision, shape.batch * shape.rows.side * shape.columns.side, shape.channels}},
            .outputs = {{"y", precision, shape.batch * shape.rows.count() * shape.columns.count(),
                         shape.channels}},
            .reference = reference,
            .operations_per_row = window * static_cast<double>(shape.channels)});
}

Implementations make_max_pool2d_implementations() {
    Implementations list;
    list.push_back(make_implementation({.op = "max_pool2d",
                                        .name = "kokkos-rows",
                                        .formats = formats_of("x", FloatElements()),
                                        .space = row_space(),
                                        .prepare = prepare}));
    return list;
}

}  // namespace ridge::operators
