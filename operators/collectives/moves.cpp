// SPDX-License-Identifier: Apache-2.0
#include "operators/collectives/collectives_kernels.hpp"
#include "operators/collectives/exchange.hpp"

/// all_gather and all_to_all: slices move as they are, whatever their elements.
namespace ridge::operators {
namespace {

struct Arrays {
    const std::byte* x;
    std::byte* y;
    std::int64_t ranks, bytes, chunk;  // of one part's x
    RowTuning tuning;
};

Arrays arrays_of(const TensorKernel& kernel, const KernelConfig& config) {
    const auto& x = kernel.operands().input(0);
    const auto ranks = kernel.operands().call().dimension("ranks");
    return {x.data<std::byte>(),      kernel.output(0).data<std::byte>(), ranks,
            x.spec().bytes() / ranks, chunk_elements(config, 1),          RowTuning::from(config)};
}

// Every part has every array of x as a slice; without ring all at once.
Exchange gather_all(const Arrays& arrays, bool by_source) {
    return {.from = arrays.x,
            .to = arrays.y,
            .slices = {arrays.ranks, arrays.ranks * arrays.bytes, arrays.bytes, arrays.chunk},
            .from_part = arrays.bytes,
            .from_source = 0,
            .from_target = 0,
            .to_part = arrays.ranks * arrays.bytes,
            .to_source = arrays.bytes,
            .first_distance = 0,
            .last_distance = arrays.ranks - 1,
            .by_source = by_source,
            .ring = false,
            .past_caches = arrays.tuning.past_caches};
}

// Its own array, and then at each step what the neighbour got at the step before.
void gather_in_ring(const Arrays& arrays) {
    auto step = gather_all(arrays, false);
    step.last_distance = 0;
    for_each_row(step.slices.tasks(), arrays.tuning, step);
    step.from = arrays.y;
    step.from_part = step.to_part;
    step.from_source = step.to_source;
    step.ring = true;
    for (std::int64_t distance = 1; distance < arrays.ranks; ++distance) {
        step.first_distance = step.last_distance = distance;
        for_each_row(step.slices.tasks(), arrays.tuning, step);
    }
}

std::unique_ptr<TensorKernel> prepare_gather(const TensorOperands& operands, const KernelConfig& config) {
    auto kernel = std::make_unique<TensorKernel>(operands);
    const auto arrays = arrays_of(*kernel, config);
    const auto& algorithm = config.word("algorithm");
    if (algorithm == "ring") {
        kernel->set_launch([=] { gather_in_ring(arrays); });
    } else {
        const auto body = gather_all(arrays, algorithm == "push");
        kernel->set_launch([=] { for_each_row(body.slices.tasks(), arrays.tuning, body); });
    }
    return kernel;
}

std::unique_ptr<TensorKernel> prepare_all_to_all(const TensorOperands& operands, const KernelConfig& config) {
    auto kernel = std::make_unique<TensorKernel>(operands);
    const auto arrays = arrays_of(*kernel, config);
    const auto piece = arrays.bytes / arrays.ranks;
    auto body = gather_all(arrays, config.word("algorithm") == "push");
    body.slices = {arrays.ranks, arrays.bytes, piece, arrays.chunk};
    body.from_target = piece;
    body.to_part = arrays.bytes;
    body.to_source = piece;
    kernel->set_launch([=] { for_each_row(body.slices.tasks(), arrays.tuning, body); });
    return kernel;
}

Implementations moving(const std::string& op, TunableParameter algorithm,
                       std::unique_ptr<TensorKernel> (*prepare)(const TensorOperands&, const KernelConfig&)) {
    auto space = row_space();
    space.parameters.push_back(std::move(algorithm));
    space.parameters.push_back(chunk_parameter());
    Implementations list;
    list.push_back(make_implementation(
        {.op = op,
         .name = "kokkos-parts",
         .formats = formats_of("x", {Precision::fp32, Precision::bf16, Precision::fp16, Precision::fp64,
                                     Precision::fp8_e4m3, Precision::fp8_e5m2, Precision::int8}),
         .space = std::move(space),
         .prepare = prepare}));
    return list;
}

}  // namespace

Implementations make_all_gather_implementations() {
    return moving("all_gather",
                  word_parameter("algorithm", {"push", "pull", "ring"},
                                 "a part writes its array to all, reads the array of each, or takes in steps "
                                 "what its neighbour has"),
                  prepare_gather);
}

Implementations make_all_to_all_implementations() {
    return moving("all_to_all",
                  word_parameter("algorithm", {"push", "pull"},
                                 "a part writes its pieces to all, or reads its piece from each"),
                  prepare_all_to_all);
}

}  // namespace ridge::operators
