// SPDX-License-Identifier: Apache-2.0
#include "operators/gemm/gemm_call.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <iterator>

#include "core/error.hpp"

namespace ridge::operators {
namespace {

constexpr double bits_per_byte = 8.0;
constexpr double index_bits = 32.0;

// 2^40 elements keep every product of two dimensions, times 8 bytes, inside 64 bits.
constexpr double limit = 0x1p40;

// Rows of a whole batch; beyond the limit any number beyond it will do.
std::int64_t rows_in_all(std::int64_t rows, std::int64_t matrices) {
    const bool fits = static_cast<double>(rows) * static_cast<double>(matrices) <= limit;
    return fits ? rows * matrices : static_cast<std::int64_t>(2.0 * limit);
}

double elements(std::int64_t rows, std::int64_t columns) {
    return static_cast<double>(rows) * static_cast<double>(columns);
}

// Bits of position information for each stored value of an N:M group: log2(M), as the hardware formats have
// it.
double position_bits(const Sparsity& sparsity) {
    return std::bit_width(static_cast<unsigned>(sparsity.group - 1));
}

// Of the column of a kept value.
double column_bits(std::int64_t k) { return k <= 65536 ? 16.0 : index_bits; }

double metadata_bits(const GemmCall& call) {
    const auto& sparsity = call.sparsity;
    const double kept = elements(call.n, call.k) * sparsity.density();
    switch (sparsity.kind) {
        case Sparsity::Kind::dense:
            return 0.0;
        case Sparsity::Kind::n_of_m:
            return kept * position_bits(sparsity);
        case Sparsity::Kind::block: {
            const double block_rows = std::ceil(static_cast<double>(call.n) / sparsity.block_rows);
            return index_bits * (kept / (sparsity.block_rows * sparsity.block_cols) + block_rows + 1.0);
        }
        case Sparsity::Kind::unstructured:
            return column_bits(call.k) * kept + index_bits * (static_cast<double>(call.n) + 1.0);
    }
    return 0.0;
}

[[noreturn]] void refuse(const OperatorCall& call, const std::string& why) {
    throw InputError("operator call '" + call.text() + "': " + why);
}

struct GemmOperator {
    std::string_view name;
    Rows rows;
    Epilogue epilogue;
    double epilogue_flop;        // of an element
    std::string_view multiples;  // name of the dimension that counts matrices of weights
    std::string_view summary, formula;
};

// exp and erf count as one FLOP each.
constexpr GemmOperator operators_here[] = {
    {"gemm", Rows::one_matrix, Epilogue::none, 0.0, "", "linear layer: activations times transposed weights",
     "C[i][j] = sum over l of A[i][l] * W[j][l]"},
    {"gemm_batched", Rows::batched, Epilogue::none, 0.0, "batch", "independent matrix products of one shape",
     "C[b][i][j] = sum over l of A[b][i][l] * W[b][j][l]"},
    {"gemm_grouped", Rows::grouped, Epilogue::none, 0.0, "experts",
     "layer of experts: rows are dealt out to the experts, some of which have none",
     "C[i][j] = sum over l of A[i][l] * W[expert of i][j][l]"},
    {"gemm_bias", Rows::one_matrix, Epilogue::bias, 1.0, "", "linear layer with bias",
     "C[i][j] = sum over l of A[i][l] * W[j][l] + e[j]"},
    {"gemm_bias_gelu", Rows::one_matrix, Epilogue::bias_gelu, 6.0, "", "linear layer with bias and GELU",
     "C[i][j] = gelu(sum over l of A[i][l] * W[j][l] + e[j]), gelu(x) = x / 2 * (1 + erf(x / sqrt(2)))"},
    {"gemm_silu_mul", Rows::one_matrix, Epilogue::silu_mul, 5.0, "",
     "gate projection of a SwiGLU layer, times its other projection e",
     "C[i][j] = s / (1 + exp(-s)) * e[i][j], s = sum over l of A[i][l] * W[j][l]"},
    {"gemm_residual", Rows::one_matrix, Epilogue::residual, 1.0, "", "linear layer with residual",
     "C[i][j] = sum over l of A[i][l] * W[j][l] + e[i][j]"},
};

const GemmOperator& operator_of(std::string_view name) {
    return *std::ranges::find(operators_here, name, &GemmOperator::name);
}

const GemmOperator& operator_of(const GemmCall& call) {
    return *std::ranges::find_if(operators_here, [&](const GemmOperator& one) {
        return one.rows == call.rows && one.epilogue == call.epilogue;
    });
}

constexpr int most_scaled_bits = 8;

// Kernels for integers want whole groups. A row of floats shorter than a group has one scale.
bool divides(const NumberFormat& format, std::int64_t k) {
    if (format.group_size == 0 || format.block_scale || k % format.group_size == 0) return true;
    return !is_integer(format.precision) && k < format.group_size;
}

void check_formats(const OperatorCall& call, const GemmCall& gemm) {
    for (const auto* format : {&gemm.a, &gemm.w}) {
        if (!divides(*format, gemm.k))
            refuse(call, "k should be a multiple of " + std::to_string(format->group_size) +
                             ", the group of format " + format->text());
        if (format->row_scale && format->zero_points)
            refuse(call,
                   "zero points go with scales of groups, as in int4:g128:zero, not with " + format->text());
        if (format->is_scaled() && storage_bits(format->precision) > most_scaled_bits)
            refuse(call, "scales go with formats of 8 bits and less, as in int4:g128 or int8:row, not with " +
                             format->text());
    }
    if (gemm.c.is_scaled()) refuse(call, "c should be a format without scales, not " + gemm.c.text());
    const bool integer_factors = is_integer(gemm.a.precision) && is_integer(gemm.w.precision) &&
                                 !gemm.a.is_scaled() && !gemm.w.is_scaled();
    if (is_integer(gemm.c.precision) && !integer_factors)
        refuse(call, "c should be a float format, since a and w are no plain integers");
}

void check(const OperatorCall& call) {
    const auto gemm = GemmCall::from(call);
    const auto& sparsity = gemm.sparsity;
    const double matrices = static_cast<double>(gemm.matrices);
    if (elements(gemm.m, gemm.k) > limit || elements(gemm.n, gemm.k) * matrices > limit ||
        elements(gemm.m, gemm.n) > limit)
        refuse(call, "an operand has more than 2^40 elements");
    if (sparsity.kind == Sparsity::Kind::n_of_m && gemm.k % sparsity.group != 0)
        refuse(call, "k should be a multiple of " + std::to_string(sparsity.group) + " for sparsity " +
                         sparsity.text());
    if (sparsity.kind == Sparsity::Kind::block &&
        (gemm.n % sparsity.block_rows != 0 || gemm.k % sparsity.block_cols != 0))
        refuse(call, "n and k should be multiples of the block of sparsity " + sparsity.text());
    if (!gemm.activation_sparsity.is_dense() && gemm.activation_sparsity.kind != Sparsity::Kind::unstructured)
        refuse(call,
               "activation_sparsity should be unstructured@SHARE, not " + gemm.activation_sparsity.text());
    if ((!sparsity.is_dense() || !call.activation_sparsity.is_dense()) && call.op != "gemm")
        refuse(call, call.op + " has dense operands; gemm may be sparse");
    check_formats(call, gemm);
}

// The multiplications run in the wider of the two factors' precisions.
Precision compute_precision(const GemmCall& call) {
    return storage_bits(call.a.precision) >= storage_bits(call.w.precision) ? call.a.precision
                                                                            : call.w.precision;
}

// Values of the weight columns that are needed, and all positions.
double needed_weight_bytes(const GemmCall& call) {
    const double positions = metadata_bits(call) / bits_per_byte;
    return (weight_bytes(call) - positions) * needed_columns(call) + positions;
}

double scale_bytes(const NumberFormat& format, double rows) {
    return format.row_scale ? storage_bits(format.scale) / bits_per_byte * rows : 0.0;
}

double bytes(const NumberFormat& format, double count) {
    return format.bits_per_element() * count / bits_per_byte;
}

Work gemm_work(const OperatorCall& call) {
    const auto gemm = GemmCall::from(call);
    const auto& op = operator_of(gemm);
    const double outputs = elements(gemm.m, gemm.n);
    const double dense_flop = 2.0 * outputs * static_cast<double>(gemm.k) + op.epilogue_flop * outputs;
    const double used = static_cast<double>(used_matrices(gemm)) / static_cast<double>(gemm.matrices);
    const double rows = static_cast<double>(gemm.m);
    Work work = {.flop = 2.0 * outputs * static_cast<double>(gemm.k) * gemm.sparsity.density() *
                             gemm.activation_sparsity.density() +
                         op.epilogue_flop * outputs,
                 .dense_flop = dense_flop,
                 .compute = compute_precision(gemm),
                 .traffic = {{"a", bytes(gemm.a, elements(gemm.m, gemm.k)) + scale_bytes(gemm.a, rows), 0.0},
                             {"w", needed_weight_bytes(gemm) * used, 0.0},
                             {"c", 0.0, bytes(gemm.c, outputs)}}};
    if (gemm.epilogue != Epilogue::none) {
        const bool of_features = gemm.epilogue == Epilogue::bias || gemm.epilogue == Epilogue::bias_gelu;
        work.traffic.push_back(
            {"e", bytes(gemm.c, of_features ? static_cast<double>(gemm.n) : outputs), 0.0});
    }
    return work;
}

OperatorInfo info_of(const GemmOperator& op) {
    OperatorInfo info = {.name = op.name,
                         .summary = op.summary,
                         .formula = op.formula,
                         .dimensions = {},
                         .operands = {{"a", "m x k", "activations"},
                                      {"w", "n x k", "weights, packed once"},
                                      {"c", "m x n", "result, and operand e where there is one"}},
                         .check = check,
                         .work = gemm_work};
    if (op.rows == Rows::batched) info.dimensions.push_back({"batch", "matrices of A, W and C"});
    if (op.rows == Rows::grouped) info.dimensions.push_back({"experts", "matrices of weights"});
    const std::string_view rows = op.rows == Rows::batched   ? "rows of each A"
                                  : op.rows == Rows::grouped ? "rows of A: tokens over all experts"
                                                             : "rows of A: tokens";
    info.dimensions.push_back({"m", rows});
    info.dimensions.push_back({"n", "rows of W: output features"});
    info.dimensions.push_back({"k", "columns: input features"});
    return info;
}

}  // namespace

GemmCall GemmCall::from(const OperatorCall& call) {
    const auto& op = operator_of(call.op);
    const auto matrices = op.multiples.empty() ? 1 : call.dimension(op.multiples);
    return {.m = op.rows == Rows::batched ? rows_in_all(call.dimension("m"), matrices) : call.dimension("m"),
            .n = call.dimension("n"),
            .k = call.dimension("k"),
            .a = call.operand("a"),
            .w = call.operand("w"),
            .c = call.operand("c"),
            .sparsity = call.sparsity,
            .activation_sparsity = call.activation_sparsity,
            .epilogue = op.epilogue,
            .rows = op.rows,
            .matrices = matrices};
}

OperatorCall GemmCall::call() const {
    const auto& op = operator_of(*this);
    OperatorCall out = {.op = std::string(op.name),
                        .dimensions = {{"m", rows == Rows::batched ? m / matrices : m}, {"n", n}, {"k", k}},
                        .operands = {{"a", a}, {"w", w}, {"c", c}},
                        .sparsity = sparsity,
                        .activation_sparsity = activation_sparsity};
    if (!op.multiples.empty())
        out.dimensions.insert(out.dimensions.begin(), {std::string(op.multiples), matrices});
    return out;
}

double needed_columns(const GemmCall& call) {
    return 1.0 - std::pow(1.0 - call.activation_sparsity.density(), static_cast<double>(call.m));
}

double weight_bytes(const GemmCall& call) {
    const double value_bits = call.w.bits_per_element() * elements(call.n, call.k) * call.sparsity.density();
    return static_cast<double>(call.matrices) * ((value_bits + metadata_bits(call)) / bits_per_byte +
                                                 scale_bytes(call.w, static_cast<double>(call.n)));
}

std::int64_t used_matrices(const GemmCall& call) {
    if (call.rows != Rows::grouped) return call.matrices;
    const auto experts = static_cast<double>(call.matrices);
    const double expected = experts * (1.0 - std::pow(1.0 - 1.0 / experts, static_cast<double>(call.m)));
    return std::clamp<std::int64_t>(std::llround(expected), 1, std::min(call.m, call.matrices));
}

bool is_gemm(const OperatorCall& call) {
    return std::ranges::find(operators_here, call.op, &GemmOperator::name) != std::end(operators_here);
}

bool has_epilogue(std::string_view op) { return operator_of(op).epilogue != Epilogue::none; }

std::vector<OperatorInfo> gemm_operators() {
    std::vector<OperatorInfo> list;
    for (const auto& op : operators_here) list.push_back(info_of(op));
    return list;
}

}  // namespace ridge::operators
