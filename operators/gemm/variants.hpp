// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <iterator>
#include <span>
#include <utility>

#include "operators/gemm/prepared_gemm.hpp"
#include "operators/gemm/tile.hpp"
#include "operators/kernel_table.hpp"

/// A GEMM implementation as a table: operand formats, the kernels for each, the tiles that are compiled, the
/// parameters.
namespace ridge::operators {

struct RegisterTile {
    int mr, nr;  ///< rows, vectors of features
};

using PrepareVariant = std::unique_ptr<PreparedKernel> (*)(const GemmOperands& operands,
                                                           const KernelConfig& config);
struct Variant {
    std::string formats;  ///< "a=fp32 w=fp32 c=fp32"
    PrepareVariant prepare;
};

/// Both fp8 formats with their outputs.
[[nodiscard]] std::vector<Variant> fp8_variants(PrepareVariant e4m3, PrepareVariant e5m2);

struct Family {
    std::string name;
    std::string sparsity;  ///< kind of sparsity
    std::vector<Variant> variants;
    std::span<const RegisterTile> tiles;  ///< values of mr and nr; empty: the family has no register tile
    std::vector<TunableParameter> parameters;
    /// Reason of the family's own; may be null.
    std::optional<std::string> (*refusal)(const GemmCall& call, const KernelConfig& config) = nullptr;
    std::vector<std::string> other_sparsities = {};  ///< further kinds that it runs
    std::string op = "gemm";                         ///< one of gemm_operators()
};

[[nodiscard]] std::unique_ptr<Implementation> make_family(Family family);

/// Output format of a call that the kernels here run.
[[nodiscard]] Output output_format(const GemmCall& call);

/// Calls `make` with the compiled tile (a constant) that is mr × nr, and returns what it makes.
template <const auto& tiles, typename Make>
[[nodiscard]] std::unique_ptr<PreparedKernel> with_tile(int mr, int nr, const Make& make) {
    std::unique_ptr<PreparedKernel> kernel;
    const auto attempt = [&]<std::size_t I>(std::integral_constant<std::size_t, I> index) {
        if (tiles[I].mr == mr && tiles[I].nr == nr) kernel = make(index);
    };
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        (attempt(std::integral_constant<std::size_t, I>()), ...);
    }
    (std::make_index_sequence<std::size(tiles)>());
    return kernel;
}

}  // namespace ridge::operators
