// SPDX-License-Identifier: Apache-2.0
// NeuSight's measurements of PyTorch operators: latency in milliseconds, fp32 throughout.
#include <algorithm>

#include "db/import/timing_table.hpp"

namespace ridge::db {
namespace {

constexpr std::string_view format = "fp32";
// PyTorch as the source's document names it, by the maker of the device.
constexpr std::string_view version_nvidia = "2.1.0", version_amd = "2.4.1";

void begin(const FileNames& names, Timings& timings) {
    const bool amd = names.folder.find("AMD") != std::string::npos || names.folder.find("MI") == 0;
    timings.set_implementation("pytorch", std::string(amd ? version_amd : version_nvidia));
}

void add(const TableRow& row, OperatorCall call, Timings& timings) {
    Timing out{.call = std::move(call),
               .config = {},
               .time_s = row.number("latency_ms") * milliseconds,
               .power_w = {}};
    if (const auto kernel = row.text_or_nothing("kernel"); !kernel.empty())
        out.config.set("kernel", config_word(kernel));
    timings.add(out, row.line());
}

// (B, M, N) times (B, N, K): N is what is summed over.
void matrix_product(const TableRow& row, const FileNames&, Timings& timings) {
    const auto batch = row.count("B"), m = row.count("M"), n = row.count("K"), k = row.count("N");
    const bool linear = row.text("op") == "linear";
    std::vector<Dimension> dimensions = {{"m", linear ? batch * m : m}, {"n", n}, {"k", k}};
    if (!linear) dimensions.insert(dimensions.begin(), {"batch", batch});
    add(row,
        make_call(linear ? "gemm" : "gemm_batched", std::move(dimensions),
                  {{"a", format}, {"w", format}, {"c", format}}),
        timings);
}

constexpr std::pair<std::string_view, std::string_view> row_operators[] = {
    {"add", "residual_add"}, {"mul", "mul"},   {"div", "mul"},         {"gelu", "gelu"},
    {"relu", "relu"},        {"tanh", "tanh"}, {"softmax", "softmax"}, {"ln", "layernorm"},
};

void rows(const TableRow& row, const FileNames&, Timings& timings) {
    const auto op = row.text("op");
    const auto* found = std::ranges::find(row_operators, op, [](const auto& pair) { return pair.first; });
    if (found == std::end(row_operators)) throw SetAside("no-operator", "operator '" + std::string(op) + "'");
    add(row, make_call(found->second, {{"rows", row.count("B")}, {"n", row.count("H")}}, {{"x", format}}),
        timings);
}

// The catalogue's convolutions have kernel / 2 zeros around the image.
void convolution(const TableRow& row, const FileNames&, Timings& timings) {
    const auto kernel = row.count("Kernel_Szie"), padding = row.count("Padding"),
               size = row.count("Input_Size");
    if (padding != (kernel - 1) / 2)
        throw SetAside("no-operator", "a convolution of kernel " + std::to_string(kernel) + " with padding " +
                                          std::to_string(padding));
    add(row,
        make_call("conv2d",
                  {{"batch", row.count("B")},
                   {"height", size},
                   {"width", size},
                   {"channels", row.count("Input_Channel")},
                   {"features", row.count("Output_Channel")},
                   {"kernel", kernel},
                   {"stride", row.count("Stride")}},
                  {{"x", format}, {"w", format}, {"y", format}}),
        timings);
}

}  // namespace

std::vector<TimingTable> neusight_tables() {
    constexpr std::string_view project = "neusight";
    return {{project, {"op", "B", "M", "N", "K", "latency_ms"}, begin, matrix_product},
            {project, {"op", "B", "H", "latency_ms"}, begin, rows},
            {project,
             {"op", "B", "Input_Channel", "Output_Channel", "Kernel_Szie", "Input_Size", "Stride", "Padding",
              "latency_ms"},
             begin,
             convolution}};
}

}  // namespace ridge::db
