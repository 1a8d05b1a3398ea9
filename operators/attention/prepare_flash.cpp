// SPDX-License-Identifier: Apache-2.0
#include "operators/attention/prepare_flash.hpp"

#include <algorithm>
#include <utility>

#include "operators/attention/attention_operands.hpp"
#include "operators/attention/flash.hpp"
#include "operators/kernel_table.hpp"

namespace ridge::operators {
namespace {

constexpr std::int64_t device_workers = 512;  // row blocks that run at once on a GPU
constexpr int device_team = 32;               // threads of one, each with row tiles of its own

template <typename Worker, typename Member>
struct TeamWorker {
    struct Team {
        const Member& member;
        int rank, size;
        KOKKOS_FUNCTION void barrier() const { member.team_barrier(); }
    };
    Worker worker;
    KOKKOS_FUNCTION void operator()(const Member& member) const {
        worker.work(member.league_rank(), Team{member, member.team_rank(), member.team_size()});
    }
};

template <int MR, int NR>
void launch(const FlashProblem& problem) {
    const FlashWorker<MR, NR> worker{problem};
    if constexpr (device_is_host) {
        using Workers = Kokkos::RangePolicy<DeviceSpace, Kokkos::Schedule<Kokkos::Static>,
                                            Kokkos::IndexType<std::int64_t>>;
        *problem.next_item = 0;
        Kokkos::parallel_for("attention flash", Workers(0, problem.workers), worker);
    } else {
        using Teams = Kokkos::TeamPolicy<DeviceSpace>;
        Kokkos::parallel_for("attention flash", Teams(static_cast<int>(problem.workers), device_team),
                             TeamWorker<FlashWorker<MR, NR>, Teams::member_type>{worker});
    }
}

using Launch = void (*)(const FlashProblem&);

template <std::size_t... i>
Launch find_launch(const std::string& tile, std::index_sequence<i...>) {
    Launch found = nullptr;
    ((tile == std::to_string(flash_tiles[i].rows) + "x" + std::to_string(flash_tiles[i].vectors)
          ? void(found = launch<flash_tiles[i].rows, flash_tiles[i].vectors>)
          : void()),
     ...);
    return found;
}

FlashTile find_tile(const std::string& text) {
    for (const auto& tile : flash_tiles)
        if (text == std::to_string(tile.rows) + "x" + std::to_string(tile.vectors)) return tile;
    return flash_tiles[0];
}

FlashProblem describe(const TensorOperands& operands, const AttentionShape& shape,
                      const KernelConfig& config) {
    const auto tile = find_tile(config.word("tile"));
    const auto layout = QueryRows::of(shape);
    const auto rows = std::min(config.integer("rows"), layout.rows());
    const float factor = cache_factor(shape.kv);
    return {.cache = cache_rows(operands, shape),
            .kv = shape.kv.precision,
            .ends = {.q = operands.input(AttentionInputs::of(shape).q).data<void>(),
                     .out = nullptr,
                     .precision = shape.q.precision,
                     .scale = factor * static_cast<float>(score_scale(shape)),
                     .factor = factor},
            .partial = {},
            .mask = mask_of(shape),
            .layout = layout,
            .batch = shape.batch,
            .key_dim = shape.key_dim,
            .value_dim = shape.value_dim,
            .splits = config.integer("splits"),
            .block_rows = FlashScratch::round_up(rows, tile.rows),
            .block_keys = std::min({config.integer("keys"), std::int64_t{most_block_keys},
                                    FlashScratch::round_up(shape.context, lanes)})};
}

float* add_floats(TensorKernel& kernel, std::int64_t floats) {
    return kernel.add_workspace(static_cast<std::size_t>(floats) * sizeof(float)).as<float>();
}

void add_workspace(TensorKernel& kernel, const AttentionShape& shape, FlashProblem& problem, int vectors) {
    const std::int64_t most = device_is_host ? DeviceSpace().concurrency() : device_workers;
    problem.workers = std::min<std::int64_t>(most, problem.items());
    problem.scratch_floats = FlashScratch::layout(problem, vectors * lanes, nullptr, nullptr);
    problem.scratch = add_floats(kernel, problem.workers * problem.scratch_floats);
    if constexpr (device_is_host)
        problem.next_item = kernel.add_workspace(sizeof(std::int64_t)).as<std::int64_t>();
    if (problem.splits == 1) return;
    problem.partial.width = FlashScratch::round_up(shape.value_dim, PartialRows::tail);
    problem.partial.data =
        add_floats(kernel, shape.query_rows() * problem.splits * (problem.partial.width + PartialRows::tail));
}

}  // namespace

ParameterSpace flash_space() {
    ParameterSpace space;
    space.parameters = {
        word_parameter("tile", {"12x2", "14x2", "6x4", "8x2"}, "query rows x vectors of keys in registers"),
        integer_parameter("rows", {512, 64, 128, 256, 1024}, "query rows of a block"),
        integer_parameter("keys", {512, 64, 128, 256}, "keys of a block"),
        integer_parameter("splits", {1, 2, 4, 8}, "parts of the context"),
    };
    return space;
}

std::unique_ptr<TensorKernel> prepare_flash(const TensorOperands& operands, const KernelConfig& config) {
    const auto shape = AttentionShape::from(operands.call());
    auto problem = describe(operands, shape, config);
    auto kernel = std::make_unique<TensorKernel>(operands);
    problem.ends.out = kernel->output(0).data<void>();
    add_workspace(*kernel, shape, problem, find_tile(config.word("tile")).vectors);
    const auto launch = find_launch(config.word("tile"), std::make_index_sequence<std::size(flash_tiles)>());
    kernel->set_launch([=] {
        launch(problem);
        if (problem.splits > 1)
            merge_partials(shape, problem.partial, problem.splits, problem.ends.factor, problem.ends.out);
    });
    return kernel;
}

}  // namespace ridge::operators
