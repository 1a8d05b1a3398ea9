// SPDX-License-Identifier: Apache-2.0
// 2:4 weights by portable code: a thread for each row of A and each vector of features, which walks the masks
// bit by bit.
#include "operators/gemm/packing.hpp"
#include "operators/gemm/two_of_four.hpp"

namespace ridge::operators {
namespace {

struct Fp32Value {
    using Stored = float;
    using Sum = float;
    KOKKOS_FORCEINLINE_FUNCTION static Sum widen(Stored value) { return value; }
};
struct Bf16Value {
    using Stored = std::uint16_t;
    using Sum = float;
    KOKKOS_FORCEINLINE_FUNCTION static Sum widen(Stored value) {
        return Kokkos::bit_cast<float>(static_cast<std::uint32_t>(value) << 16);
    }
};
struct Int8Value {
    using Stored = std::int8_t;
    using Sum = std::int32_t;
    KOKKOS_FORCEINLINE_FUNCTION static Sum widen(Stored value) { return value; }
};

template <typename Value>
struct TwoOfFourTask {
    using Stored = typename Value::Stored;
    using Sum = typename Value::Sum;
    static constexpr int features =
        static_cast<int>(dense_vector_bytes / static_cast<std::int64_t>(sizeof(Stored)) / group_length);

    const Stored* a;  ///< m × k, row-major
    const Stored* kept;
    const std::uint8_t* masks;
    Result c;
    std::int64_t m, n, k, groups, mask_bytes;

    // The two stored values of one feature times their partners in a group of A.
    KOKKOS_FORCEINLINE_FUNCTION static Sum product(const Stored* values, unsigned mask, const Stored* group) {
        Sum sum = 0;
        for (int i = 0; i < static_cast<int>(group_length); ++i)
            if ((mask >> i & 1u) != 0) sum += Value::widen(*values++) * Value::widen(group[i]);
        return sum;
    }

    KOKKOS_FUNCTION void operator()(const std::int64_t task) const {
        const std::int64_t panel = task / m, row = task % m;
        Sum sums[static_cast<std::size_t>(features)] = {};
        for (std::int64_t group = 0; group < groups; ++group) {
            const std::int64_t vector = panel * groups + group;
            const Stored* values = kept + vector * 2 * features;
            for (int j = 0; j < features; ++j) {
                const unsigned bits = masks[vector * mask_bytes + j / 2];  // two features share a byte
                sums[j] +=
                    product(values + 2 * j, (bits >> (j % 2 * 4)) & 0xFu, a + row * k + group * group_length);
            }
        }
        for (int j = 0; j < features && panel * features + j < n; ++j)
            write(row * n + panel * features + j, sums[j]);
    }

    KOKKOS_FORCEINLINE_FUNCTION void write(std::int64_t at, Sum sum) const {
        if (c.format == Output::bf16)
            static_cast<std::uint16_t*>(c.data)[at] = round_to_bf16(static_cast<float>(sum));
        else
            static_cast<Sum*>(c.data)[at] = sum;
    }
};

template <typename Value>
class TwoOfFourPortable : public PreparedGemm {
    using Task = TwoOfFourTask<Value>;

  public:
    explicit TwoOfFourPortable(const GemmOperands& operands)
        : PreparedGemm(operands),
          w_(PackedTwoOfFour::pack(operands, 1)),
          a_(upload_rows(operands.activations(), sizeof(typename Value::Stored))) {}

    void run() override {
        using Stored = typename Value::Stored;
        const Task task{a_.as<Stored>(),
                        w_.kept.template as<Stored>(),
                        w_.masks.template as<std::uint8_t>(),
                        {output().template as<void>(), call().n, output_format(call())},
                        call().m,
                        call().n,
                        call().k,
                        w_.groups,
                        w_.mask_bytes};
        Kokkos::parallel_for(
            "gemm 2:4",
            Kokkos::RangePolicy<DeviceSpace, Kokkos::IndexType<std::int64_t>>(0, w_.panels * call().m), task);
        DeviceSpace().fence("gemm 2:4");
    }

    std::vector<MemoryRegion> regions() override {
        return {a_.region(), w_.kept.region(), w_.masks.region(), output().region()};
    }

  private:
    PackedTwoOfFour w_;
    Buffer a_;
};

}  // namespace

std::unique_ptr<PreparedKernel> prepare_2of4_portable(const GemmOperands& operands, const KernelConfig&) {
    switch (operands.call().w.precision) {
        case Precision::bf16:
            return std::make_unique<TwoOfFourPortable<Bf16Value>>(operands);
        case Precision::int8:
            return std::make_unique<TwoOfFourPortable<Int8Value>>(operands);
        default:
            return std::make_unique<TwoOfFourPortable<Fp32Value>>(operands);
    }
}

}  // namespace ridge::operators
