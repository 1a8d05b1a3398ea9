// SPDX-License-Identifier: Apache-2.0
#include "operators/kernel_checks.hpp"

#include <gtest/gtest.h>

#include <Kokkos_Core.hpp>
#include <map>

#include "core/error.hpp"
#include "operators/catalogue.hpp"
#include "operators/tensor_kernel.hpp"

namespace ridge::operators {
namespace {

class KokkosRuntime : public ::testing::Environment {
  public:
    void SetUp() override { Kokkos::initialize(); }
    void TearDown() override { Kokkos::finalize(); }
};
[[maybe_unused]] const auto* const runtime = ::testing::AddGlobalTestEnvironment(new KokkosRuntime);

using ForFormat = std::function<void(const Implementation&, const std::string& formats)>;

// Each implementation of the operator with each of its formats (and sparsities, beside dense).
void for_each_format(const std::string& op, const ForFormat& visit) {
    int found = 0;
    for (const auto& implementation : make_implementations()) {
        const auto info = implementation->info();
        if (info.op != op) continue;
        for (const auto& formats : info.formats) visit(*implementation, formats);
        ++found;
    }
    EXPECT_GT(found, 0) << op << " has no implementation";
}

std::string call_text(const std::string& op, const std::string& dimensions, const std::string& formats) {
    return op + " " + dimensions + " " + formats;
}

// Whether the catalogue knows such a call and the implementation runs it: a format may not fit a shape.
bool can_run(const Implementation& implementation, const std::string& text, const KernelConfig& config) {
    try {
        return !implementation.refusal(parse_call(text), config);
    } catch (const InputError&) {
        return false;
    }
}

// Changes the middle element of the first output by flipping the highest bit of its exponent or value.
void plant_error(const TensorKernel& kernel) {
    const auto& output = kernel.output(0);
    std::vector<std::byte> bytes(output.buffer().bytes());
    output.buffer().download(bytes.data());
    const auto element = static_cast<std::size_t>((storage_bits(output.spec().precision) + 7) / 8);
    const auto last_byte = (bytes.size() / 2 / element) * element + element - 1;
    bytes[std::min(last_byte, bytes.size() - 1)] ^= std::byte{0x60};
    Buffer changed = Buffer(bytes.size());
    const Kokkos::View<std::byte*, DeviceMemory, Kokkos::MemoryTraits<Kokkos::Unmanaged>> to(
        output.data<std::byte>(), bytes.size());
    changed.upload(bytes.data());
    Kokkos::deep_copy(to, Kokkos::View<std::byte*, DeviceMemory, Kokkos::MemoryTraits<Kokkos::Unmanaged>>(
                              changed.as<std::byte>(), bytes.size()));
}

}  // namespace

std::int64_t random_extent(Random& random, std::int64_t most) {
    static const std::vector<std::int64_t> extents = {1,  2,  3,  5,  7,   13,  16,  17,  31,  32,  33,
                                                      48, 61, 64, 97, 100, 128, 131, 200, 257, 512, 1031};
    for (;;)
        if (const auto extent = pick(extents, random); extent <= most) return extent;
}

KernelConfig random_config(const ParameterSpace& space, Random& random) {
    KernelConfig config;
    for (const auto& parameter : space.parameters) config.set(parameter.name, pick(parameter.values, random));
    return config;
}

void expect_right(const Implementation& implementation, const std::string& text, const KernelConfig& config) {
    const auto call = parse_call(text);
    SCOPED_TRACE(text + " / " + implementation.info().name + " / " + config.text());
    const auto operands = make_operands(call, 5);
    const auto kernel = implementation.prepare(*operands, call, config);
    kernel->poison_output();
    ASSERT_GT(kernel->error_over_bound(), 1.0) << "poison has to be found";
    for (int repeat = 0; repeat < 2; ++repeat) kernel->run();
    EXPECT_LE(kernel->error_over_bound(), 1.0);
}

void expect_right_everywhere(const std::string& op, const RandomDimensions& dimensions, int tries) {
    Random random(20260101);
    for_each_format(op, [&](const Implementation& implementation, const std::string& formats) {
        const auto space = implementation.info().space;
        int ran = 0;
        for (int i = 0; i < 20 * tries && ran < tries; ++i) {
            const auto text = call_text(op, dimensions(random), formats);
            const auto config = random_config(space, random);
            if (!can_run(implementation, text, config)) continue;
            expect_right(implementation, text, config);
            ++ran;
        }
        EXPECT_GT(ran, tries / 4) << implementation.info().name << " refuses nearly everything of "
                                  << formats;
    });
}

void expect_right_on(const std::string& op, const std::vector<std::string>& dimensions) {
    std::map<std::string, int> ran;
    for_each_format(op, [&](const Implementation& implementation, const std::string& formats) {
        const auto config = implementation.info().space.default_config();
        for (const auto& one : dimensions) {
            const auto text = call_text(op, one, formats);
            if (!can_run(implementation, text, config)) continue;
            expect_right(implementation, text, config);
            ++ran[one];
        }
    });
    for (const auto& one : dimensions) EXPECT_GT(ran[one], 0) << "nothing runs " << op << " " << one;
}

void expect_planted_errors_found(const std::string& op, const std::string& dimensions) {
    for_each_format(op, [&](const Implementation& implementation, const std::string& formats) {
        const auto text = call_text(op, dimensions, formats);
        const auto call = parse_call(text);
        const auto config = implementation.info().space.default_config();
        if (implementation.refusal(call, config)) return;
        SCOPED_TRACE(text + " / " + implementation.info().name);
        const auto operands = make_operands(call, 5);
        const auto kernel = implementation.prepare(*operands, call, config);
        kernel->run();
        ASSERT_LE(kernel->error_over_bound(), 1.0);
        plant_error(dynamic_cast<const TensorKernel&>(*kernel));
        EXPECT_GT(kernel->error_over_bound(), 1.0);
    });
}

}  // namespace ridge::operators
