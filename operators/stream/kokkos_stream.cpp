// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>
#include <string>

#include "operators/stream/stream_kernels.hpp"
#include "operators/stream/stream_operands.hpp"

namespace ridge::operators {
namespace {

stream::Tuning tuning_of(const KernelConfig& config) {
    stream::Tuning tuning;
    tuning.unroll = static_cast<int>(config.integer("unroll"));
    if (config.has("order")) tuning.spread = config.word("order") == "spread";
    if (config.has("prefetch")) tuning.prefetch_bytes = static_cast<int>(config.integer("prefetch"));
    if (config.has("store")) tuning.nontemporal = config.word("store") == "nontemporal";
    return tuning;
}

class PreparedStream : public PreparedKernel {
  public:
    PreparedStream(const StreamOperands& operands, const KernelConfig& config)
        : operands_(operands), arrays_(operands.arrays()), tuning_(tuning_of(config)) {
        if (operands.pattern() == stream::Pattern::read) return;
        y_ = Buffer(operands.regions().front().bytes);
        arrays_.y = y_.as<void>();
    }

    void run() override { sum_ = stream::run(operands_.pattern(), arrays_, tuning_); }

    void poison_output() override {
        constexpr int all_bits = 0xff;  // a NaN in every format
        sum_ = std::numeric_limits<double>::quiet_NaN();
        const Kokkos::View<unsigned char*, DeviceMemory, Kokkos::MemoryTraits<Kokkos::Unmanaged>> bytes(
            y_.as<unsigned char>(), y_.bytes());
        if (y_.bytes() > 0) Kokkos::deep_copy(bytes, static_cast<unsigned char>(all_bits));
    }

    double error_over_bound() override {
        if (operands_.pattern() != stream::Pattern::read) return operands_.error_of(arrays_.y);
        const double error = std::abs(sum_ - operands_.reference_sum()) / stream_bound;
        return std::isnan(error) ? std::numeric_limits<double>::infinity() : error;
    }

    [[nodiscard]] std::int64_t workspace_bytes() const override { return 0; }

    std::vector<MemoryRegion> regions() override {
        auto all = operands_.regions();
        if (y_.bytes() > 0) all.push_back(y_.region());
        return all;
    }

  private:
    const StreamOperands& operands_;
    stream::Arrays arrays_;
    stream::Tuning tuning_;
    Buffer y_;
    double sum_ = 0;
};

ParameterSpace space_of(stream::Pattern pattern) {
    using Values = std::vector<ParameterValue>;
    const std::string consecutive = "consecutive", spread = "spread", regular = "regular",
                      nontemporal = "nontemporal";
    ParameterSpace space;
    space.parameters.push_back(
        {"unroll", Values{std::int64_t{4}, std::int64_t{8}}, std::int64_t{8}, "packs in flight"});
    if (!device_is_host) return space;
    space.parameters.push_back({"order", Values{consecutive, spread}, consecutive,
                                "packs in flight next to each other, or in parts far from each other"});
    space.parameters.push_back({"prefetch", Values{std::int64_t{0}, std::int64_t{512}, std::int64_t{2048}},
                                std::int64_t{0}, "bytes that are prefetched ahead; 0: left to the hardware"});
    if (pattern != stream::Pattern::read && stream::nontemporal_is_supported())
        space.parameters.push_back(
            {"store", Values{regular, nontemporal}, regular, "stores through or past the caches"});
    return space;
}

class KokkosStream : public Implementation {
  public:
    KokkosStream(std::string op, stream::Pattern pattern) : op_(std::move(op)), pattern_(pattern) {}

    [[nodiscard]] protocol::ImplementationInfo info() const override {
        return {.op = op_,
                .name = "kokkos-stream",
                .version = "",
                .formats = {"x=fp32", "x=fp64"},
                .sparsities = {"dense"},
                .space = space_of(pattern_)};
    }

    [[nodiscard]] std::optional<std::string> refusal(const OperatorCall& call,
                                                     const KernelConfig&) const override {
        const auto& x = call.operand("x");
        if (stream::is_supported(x.precision) && x.group_size == 0) return std::nullopt;
        return "kokkos-stream takes x=fp32 and x=fp64, not x=" + x.text();
    }

    [[nodiscard]] std::unique_ptr<PreparedKernel> prepare(const OperandSet& operands, const OperatorCall&,
                                                          const KernelConfig& config) const override {
        return std::make_unique<PreparedStream>(dynamic_cast<const StreamOperands&>(operands), config);
    }

  private:
    std::string op_;
    stream::Pattern pattern_;
};

Implementations only(std::string_view op, stream::Pattern pattern) {
    Implementations list;
    list.push_back(std::make_unique<KokkosStream>(std::string(op), pattern));
    return list;
}

}  // namespace

std::unique_ptr<OperandSet> make_stream_operands(const OperatorCall& call, std::uint64_t seed) {
    return std::make_unique<StreamOperands>(call, seed);
}

Implementations make_stream_read_implementations() { return only("stream_read", stream::Pattern::read); }
Implementations make_stream_copy_implementations() { return only("stream_copy", stream::Pattern::copy); }
Implementations make_stream_triad_implementations() { return only("stream_triad", stream::Pattern::triad); }

}  // namespace ridge::operators
