// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/gemm/packing.hpp"
#include "operators/gemm/tile.hpp"
#include "operators/gemm/variants.hpp"

/// GEMM for few rows of A, as in decoding: every weight is used about once, so the kernels here do nothing
/// but let the packed weights stream past, a panel at a time along all of k, and read A as it is. How the
/// weights of a panel are stored is a type of its own: dense (gemv.hpp), block-sparse (block_sparse.hpp).
namespace ridge::operators {

template <typename Dot>
struct SkinnyProblem {
    const typename Dot::Stored* a = nullptr;  ///< m × words, row-major
    const typename Dot::Sum* compensation = nullptr;
    Result c;
    std::int64_t m = 0, n = 0, words = 0, row_tiles = 0, panels = 0;
    MatrixRows rows = {};
    std::int64_t compensation_length = 0;  ///< of one matrix
};

/// One task: MR rows of A by one panel.
template <typename Dot, typename Weights, int MR, int NR>
struct SkinnyTask {
    using MicroTile = Tile<Dot, MR, NR>;
    SkinnyProblem<Dot> p;
    Weights weights;

    KOKKOS_FUNCTION void operator()(const std::int64_t task) const {
        const auto place = p.rows.place(task, MR);
        if (place.valid_rows <= 0) return;
        const std::int64_t column = weights.first_column(place.panel);
        const int valid_rows = static_cast<int>(place.valid_rows);
        const PlainRows<Dot, MR> rows(p.a + place.row * p.words, p.words, valid_rows);
        MicroTile tile;
        if constexpr (Dot::shifts_activations)
            tile.start_from(p.compensation + place.matrix * p.compensation_length + column);
        else
            tile.clear();
        weights.accumulate(tile, rows, task / p.rows.row_tiles);
        tile.store(p.c.of_matrix(place.matrix), place.row, column, valid_rows,
                   weights.valid_columns(place.panel, p.n));
    }
};

/// Storage has `Buffers(operands, config)`, regions(), panels() and view(), the Weights that a task reads.
template <typename Dot, typename Storage, int MR, int NR>
class SkinnyGemm : public PreparedGemm {
  public:
    template <typename Config>
    SkinnyGemm(const GemmOperands& operands, const Config& config)
        : PreparedGemm(operands),
          storage_(operands, config),
          a_(upload_rows(operands.activations(), sizeof(typename Dot::Stored))) {
        // The last panel may reach beyond the last feature.
        if (Dot::shifts_activations)
            compensation_ = shift_compensation(operands, call().n + Tile<Dot, MR, NR>::columns);
        problem_ = {.a = a_.as<typename Dot::Stored>(),
                    .compensation = compensation_.as<typename Dot::Sum>(),
                    .c = result(),
                    .m = call().m,
                    .n = call().n,
                    .words = static_cast<std::int64_t>(a_.bytes() / sizeof(typename Dot::Stored)) / call().m,
                    .row_tiles = (call().m + MR - 1) / MR,
                    .panels = storage_.panels(),
                    .rows = matrix_rows(MR, storage_.panels()),
                    .compensation_length = call().n + Tile<Dot, MR, NR>::columns};
    }

    void run() override {
        using Range = Kokkos::RangePolicy<DeviceSpace, Kokkos::Schedule<Kokkos::Static>,
                                          Kokkos::IndexType<std::int64_t>>;
        const auto view = storage_.view();
        Kokkos::parallel_for("gemm skinny", Range(0, problem_.rows.row_tiles * problem_.panels),
                             SkinnyTask<Dot, std::remove_cv_t<decltype(view)>, MR, NR>{problem_, view});
        DeviceSpace().fence("gemm skinny");
    }

    std::vector<MemoryRegion> regions() override {
        auto all = storage_.regions();
        all.insert(all.end(), {a_.region(), compensation_.region()});
        return with_result(std::move(all));
    }

  private:
    Storage storage_;
    Buffer a_, compensation_;
    SkinnyProblem<Dot> problem_;
};

}  // namespace ridge::operators
