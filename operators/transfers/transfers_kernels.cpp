// SPDX-License-Identifier: Apache-2.0
#include "operators/transfers/transfers_kernels.hpp"

#include "operators/copy_row.hpp"
#include "operators/error_bound.hpp"

namespace ridge::operators {
namespace {

bool goes_to_device(const TensorOperands& operands) { return operands.call().op == "host_to_device"; }

void reference(const TensorOperands& operands, const RowReference& row) {
    row.values[0] = operands.at(0, row.row, 0);
    row.bounds[0] = rounding_error(operands.outputs()[0].precision, row.values[0]) / 2.0;
}

struct CopyChunk {
    const std::byte* from;
    std::byte* to;
    std::int64_t bytes, chunk;
    bool past_caches;

    template <typename Team>
    KOKKOS_FUNCTION void operator()(const std::int64_t task, const Team& team) const {
        const std::int64_t first = task * chunk;
        copy_row(to + first, from + first, Kokkos::min(chunk, bytes - first), team, past_caches);
    }
};

std::unique_ptr<TensorKernel> prepare_copy(const TensorOperands& operands, const KernelConfig& config) {
    auto kernel = std::make_unique<TensorKernel>(operands);
    const auto tuning = RowTuning::from(config);
    const auto& x = operands.input(0);
    const CopyChunk body{x.data<std::byte>(), kernel->output(0).data<std::byte>(), x.spec().bytes(),
                         config.integer("chunk") * 1024, tuning.past_caches};
    kernel->set_launch([=] { for_each_row((body.bytes + body.chunk - 1) / body.chunk, tuning, body); });
    return kernel;
}

/// Kokkos::deep_copy between a tensor of the device and an array in memory of the host: the other tensor
/// itself where the device is the host.
template <typename HostMemory>
class DeepCopy : public TensorKernel {
  public:
    explicit DeepCopy(const TensorOperands& operands)
        : TensorKernel(operands), to_device_(goes_to_device(operands)) {
        const auto x = bytes_of(operands.input(0)), y = bytes_of(output(0));
        if constexpr (device_is_host)
            host_ = HostBytes((to_device_ ? x : y).data(), x.size());
        else
            host_ = HostBytes(Kokkos::view_alloc(Kokkos::WithoutInitializing, "host array"), x.size());
        if (to_device_ && !device_is_host) Kokkos::deep_copy(host_, x);
        if (to_device_)
            set_launch([y, host = host_] { Kokkos::deep_copy(DeviceSpace(), y, host); });
        else
            set_launch([x, host = host_] { Kokkos::deep_copy(DeviceSpace(), host, x); });
    }

    void poison_output() override {
        TensorKernel::poison_output();
        if (!to_device_ && !device_is_host) Kokkos::deep_copy(host_, bytes_of(output(0)));
    }
    double error_over_bound() override {
        if (!to_device_ && !device_is_host) Kokkos::deep_copy(bytes_of(output(0)), host_);
        return TensorKernel::error_over_bound();
    }

  private:
    using HostBytes = Kokkos::View<std::byte*, HostMemory>;
    using DeviceBytes = Kokkos::View<std::byte*, DeviceMemory, Kokkos::MemoryTraits<Kokkos::Unmanaged>>;

    static DeviceBytes bytes_of(const Tensor& tensor) {
        return DeviceBytes(tensor.data<std::byte>(), tensor.buffer().bytes());
    }

    bool to_device_;
    HostBytes host_;
};

std::unique_ptr<TensorKernel> prepare_deep_copy(const TensorOperands& operands, const KernelConfig& config) {
    if (config.has("host_memory") && config.word("host_memory") == "pinned")
        return std::make_unique<DeepCopy<Kokkos::SharedHostPinnedSpace>>(operands);
    return std::make_unique<DeepCopy<Kokkos::HostSpace>>(operands);
}

ParameterSpace copy_space() {
    auto space = row_space();
    space.parameters.push_back(
        integer_parameter("chunk", {64, 16, 256, 1024}, "KiB that a thread copies at a time"));
    return space;
}

ParameterSpace deep_copy_space() {
    ParameterSpace space;
    if (!device_is_host)
        space.parameters.push_back(
            word_parameter("host_memory", {"pinned", "pageable"},
                           "memory of the host that the device reaches itself, or any"));
    return space;
}

Implementations implementations_of(const std::string& op) {
    const auto formats = formats_of("x", {Precision::fp32, Precision::bf16, Precision::fp16, Precision::fp64,
                                          Precision::fp8_e4m3, Precision::fp8_e5m2, Precision::int8});
    Implementations list;
    if (device_is_host)
        list.push_back(make_implementation({.op = op,
                                            .name = "kokkos-one-memory",
                                            .formats = formats,
                                            .space = copy_space(),
                                            .prepare = prepare_copy}));
    list.push_back(
        make_implementation({.op = op,
                             .name = device_is_host ? "kokkos-deep-copy-one-memory" : "kokkos-deep-copy",
                             .formats = formats,
                             .space = deep_copy_space(),
                             .prepare = prepare_deep_copy}));
    return list;
}

}  // namespace

// One column, so that single elements of large arrays are checked.
std::unique_ptr<OperandSet> make_transfer_operands(const OperatorCall& call, std::uint64_t seed) {
    const auto n = call.dimension("n");
    const auto precision = call.operand("x").precision;
    return std::make_unique<TensorOperands>(
        call, seed,
        TensorProblem{
            .inputs = {{"x", precision, n, 1}}, .outputs = {{"y", precision, n, 1}}, .reference = reference});
}

Implementations make_host_to_device_implementations() { return implementations_of("host_to_device"); }
Implementations make_device_to_host_implementations() { return implementations_of("device_to_host"); }

}  // namespace ridge::operators
