// SPDX-License-Identifier: Apache-2.0
// A kernel of every operator with an error planted into its result: the worker has to call it wrong.
#include <gtest/gtest.h>

#include <Kokkos_Core.hpp>
#include <cstring>
#include <map>
#include <span>

#include "operators/catalogue.hpp"
#include "operators/memory.hpp"
#include "operators/registry.hpp"
#include "profiler/worker/worker.hpp"
#include "tests/profiler/scripted_machine.hpp"

namespace ridge::profiler {
namespace {

class KokkosRuntime : public ::testing::Environment {
  public:
    void SetUp() override { Kokkos::initialize(); }
    void TearDown() override { Kokkos::finalize(); }
};
[[maybe_unused]] const auto* const runtime = ::testing::AddGlobalTestEnvironment(new KokkosRuntime);

using Bytes = std::vector<std::byte>;
using DeviceBytes =
    Kokkos::View<std::byte*, operators::DeviceMemory, Kokkos::MemoryTraits<Kokkos::Unmanaged>>;
using HostBytes = Kokkos::View<std::byte*, Kokkos::HostSpace, Kokkos::MemoryTraits<Kokkos::Unmanaged>>;

DeviceBytes view(const operators::MemoryRegion& region) {
    return DeviceBytes(static_cast<std::byte*>(region.data), region.bytes);
}
Bytes read(const operators::MemoryRegion& region) {
    Bytes out(region.bytes);
    if (region.bytes > 0) Kokkos::deep_copy(HostBytes(out.data(), out.size()), view(region));
    return out;
}
void write(const operators::MemoryRegion& region, Bytes& bytes) {
    Kokkos::deep_copy(view(region), HostBytes(bytes.data(), bytes.size()));
}

// Changes the high bits of the last element in the middle word of 8 bytes, whatever its format.
void damage(const operators::MemoryRegion& region) {
    auto bytes = read(region);
    const std::size_t word = bytes.size() / 2 / 8 * 8;
    bytes[std::min(word + 7, bytes.size() - 1)] ^= std::byte{0x60};
    write(region, bytes);
}

/// Runs another kernel and damages its result; the output is the memory that poisoning changes. A kernel
/// whose result is not in memory (the sum of stream_read) gets a damaged input instead.
class DamagedKernel : public operators::PreparedKernel {
  public:
    explicit DamagedKernel(std::unique_ptr<PreparedKernel> kernel) : kernel_(std::move(kernel)) {
        std::vector<Bytes> before;
        kernel_->run();
        for (const auto& region : kernel_->regions()) before.push_back(read(region));
        kernel_->poison_output();
        const auto regions = kernel_->regions();
        for (std::size_t i = 0; i < regions.size(); ++i)
            if (read(regions[i]) != before[i]) output_ = regions[i];
        if (output_.data == nullptr) damage(regions.front());
    }
    void run() override {
        kernel_->run();
        if (output_.data != nullptr) damage(output_);
    }
    void poison_output() override { kernel_->poison_output(); }
    double error_over_bound() override { return kernel_->error_over_bound(); }
    [[nodiscard]] std::int64_t workspace_bytes() const override { return kernel_->workspace_bytes(); }
    std::vector<operators::MemoryRegion> regions() override { return kernel_->regions(); }

  private:
    std::unique_ptr<PreparedKernel> kernel_;
    operators::MemoryRegion output_;
};

class DamagedImplementation : public operators::Implementation {
  public:
    explicit DamagedImplementation(std::unique_ptr<Implementation> right) : right_(std::move(right)) {}
    [[nodiscard]] protocol::ImplementationInfo info() const override { return right_->info(); }
    [[nodiscard]] std::optional<std::string> refusal(const OperatorCall& call,
                                                     const KernelConfig& config) const override {
        return right_->refusal(call, config);
    }
    [[nodiscard]] std::unique_ptr<operators::PreparedKernel> prepare(
        const operators::OperandSet& operands, const OperatorCall& call,
        const KernelConfig& config) const override {
        return std::make_unique<DamagedKernel>(right_->prepare(operands, call, config));
    }

  private:
    std::unique_ptr<Implementation> right_;
};

// Small extents that fit each other, by the name of the dimension.
std::int64_t small_extent(const std::string& op, std::string_view dimension) {
    static const std::map<std::string_view, std::int64_t> extents = {
        {"rows", 3},     {"n", 64},         {"m", 5},         {"batch", 2},     {"heads", 4},
        {"kv_heads", 2}, {"head_dim", 32},  {"queries", 1},   {"context", 48},  {"page", 16},
        {"tokens", 32},  {"recomputed", 5}, {"experts", 4},   {"latent", 32},   {"rope", 16},
        {"window", 16},  {"length", 9},     {"channels", 16}, {"state", 4},     {"width", 8},
        {"key_dim", 16}, {"value_dim", 16}, {"height", 8},    {"features", 16}, {"kernel", 3},
        {"stride", 1},   {"image", 32},     {"patch", 16},    {"ranks", 4},     {"drafted", 3},
        {"vocab", 50}};
    if (dimension == "k") return op.starts_with("gemm") ? 128 : 2;
    if (op == "causal_conv1d" && dimension == "width") return 4;
    return extents.at(dimension);
}

std::string small_call(const protocol::ImplementationInfo& info) {
    static const std::map<std::string, std::string> sparse = {{"dense", ""},
                                                              {"n_of_m", " sparsity=2:4"},
                                                              {"block", " sparsity=block:16x16@0.5"},
                                                              {"unstructured", " sparsity=unstructured@0.5"}};
    std::string text = info.op;
    for (const auto& dimension : operators::find_operator(info.op).dimensions)
        text +=
            " " + std::string(dimension.name) + "=" + std::to_string(small_extent(info.op, dimension.name));
    return text + " " + info.formats.front() + sparse.at(info.sparsities.front());
}

Machine quiet_machine(testing::ScriptedClock& clock) {
    Machine machine;
    machine.timer = [&clock] { return clock.timer(); };
    machine.clock_hz = [] { return std::optional<double>(); };
    machine.available_bytes = [] { return std::optional<std::int64_t>(); };
    machine.flush = {[](std::span<const operators::MemoryRegion>) {}, "none"};
    return machine;
}

std::vector<std::unique_ptr<operators::Implementation>> damaged_implementations() {
    auto all = operators::make_implementations();
    for (auto& implementation : all)
        implementation = std::make_unique<DamagedImplementation>(std::move(implementation));
    return all;
}

TEST(PlantedErrors, AreWrongToTheWorkerInEveryImplementation) {
    testing::ScriptedClock clock({0.1});
    Worker worker(damaged_implementations(), operators::make_operands, quiet_machine(clock));
    std::map<std::string, int> seen;
    for (const auto& implementation : operators::make_implementations()) {
        const auto info = implementation->info();
        protocol::MeasureRequest request;
        request.call = operators::parse_call(small_call(info)).text();
        request.implementation = info.name;
        request.config = info.space.default_config();
        SCOPED_TRACE(request.call + " / " + info.name);
        if (implementation->refusal(operators::parse_call(request.call), request.config)) continue;
        const auto answer = worker.answer(request.json().dump()).value();
        EXPECT_EQ(answer.value("status", ""), "wrong") << answer.dump();
        ++seen[info.op];
    }
    for (const auto& row : operators::kernel_operators()) EXPECT_GT(seen[std::string(row.op)], 0) << row.op;
}

}  // namespace
}  // namespace ridge::profiler
