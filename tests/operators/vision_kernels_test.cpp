// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "operators/catalogue.hpp"
#include "operators/kernel_checks.hpp"
#include "operators/memory_needed.hpp"

namespace ridge::operators {
namespace {

std::string extent(const std::string& name, std::int64_t value) {
    return name + "=" + std::to_string(value) + " ";
}

std::int64_t up_to(Random& random, std::int64_t most) {
    return 1 + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(most));
}

// Sides of an image, and windows that fit in.
std::string image_shape(Random& random, std::int64_t most) {
    return extent("batch", up_to(random, 3)) + extent("height", up_to(random, most)) +
           extent("width", up_to(random, most));
}

std::string window_shape(Random& random) {
    return extent("kernel", up_to(random, 5)) + extent("stride", up_to(random, 4));
}

std::string convolution_shape(Random& random) {
    return image_shape(random, 13) + extent("channels", random_extent(random, 33)) +
           extent("features", random_extent(random, 131)) + window_shape(random);
}

std::string pool_shape(Random& random) {
    return image_shape(random, 23) + extent("channels", random_extent(random, 131)) + window_shape(random);
}

std::string patch_shape(Random& random) {
    const auto patch = up_to(random, 7);
    return extent("batch", up_to(random, 3)) + extent("image", patch * up_to(random, 5)) +
           extent("patch", patch) + extent("channels", up_to(random, 5)) +
           extent("features", random_extent(random, 131));
}

TEST(Convolution, AgreesWithTheReference) { expect_right_everywhere("conv2d", convolution_shape); }

// One pixel; filters as large as the image; filters of an even side; strides that leave pixels out; images
// and features of more than a strip and a panel; filters of more than one block; a stem on three channels.
TEST(Convolution, IsRightAtItsEdges) {
    expect_right_on("conv2d", {"batch=1 height=1 width=1 channels=1 features=1 kernel=1 stride=1",
                               "batch=2 height=5 width=5 channels=3 features=17 kernel=5 stride=5",
                               "batch=2 height=6 width=7 channels=5 features=33 kernel=4 stride=2",
                               "batch=3 height=7 width=9 channels=6 features=20 kernel=1 stride=3",
                               "batch=2 height=8 width=9 channels=5 features=70 kernel=2 stride=3",
                               "batch=1 height=23 width=29 channels=3 features=131 kernel=3 stride=1",
                               "batch=5 height=7 width=7 channels=130 features=64 kernel=3 stride=1",
                               "batch=1 height=31 width=31 channels=3 features=64 kernel=7 stride=2"});
}

TEST(Convolution, PlantedErrorsAreFound) {
    expect_planted_errors_found("conv2d", "batch=1 height=4 width=5 channels=7 features=9 kernel=3 stride=1");
}

TEST(PatchEmbedding, AgreesWithTheReference) { expect_right_everywhere("patch_embedding", patch_shape); }

TEST(PatchEmbedding, IsRightAtItsEdges) {
    expect_right_on("patch_embedding", {"batch=1 image=1 patch=1 channels=1 features=1",
                                        "batch=2 image=16 patch=16 channels=3 features=5",
                                        "batch=1 image=64 patch=4 channels=3 features=97"});
}

TEST(PatchEmbedding, PlantedErrorsAreFound) {
    expect_planted_errors_found("patch_embedding", "batch=1 image=6 patch=2 channels=3 features=9");
}

TEST(MaxPool, AgreesWithTheReference) { expect_right_everywhere("max_pool2d", pool_shape); }

TEST(MaxPool, IsRightAtItsEdges) {
    expect_right_on("max_pool2d", {"batch=1 height=1 width=1 channels=1 kernel=1 stride=1",
                                   "batch=2 height=5 width=7 channels=3 kernel=5 stride=5",
                                   "batch=2 height=6 width=7 channels=33 kernel=2 stride=2",
                                   "batch=1 height=9 width=8 channels=16 kernel=1 stride=4"});
}

TEST(MaxPool, PlantedErrorsAreFound) {
    expect_planted_errors_found("max_pool2d", "batch=1 height=5 width=6 channels=20 kernel=3 stride=2");
}

TEST(Vision, RefusesCallsThatMakeNoSense) {
    for (const char* text :
         {"conv2d batch=1 height=2 width=8 channels=3 features=4 kernel=3 stride=1 x=fp32 w=fp32 y=fp32",
          "conv2d batch=1 height=8 width=8 channels=3 features=4 kernel=3 stride=9 x=fp32 w=fp32 y=fp32",
          "conv2d batch=1 height=8 width=8 channels=3 features=4 kernel=0 stride=1 x=fp32 w=fp32 y=fp32",
          "conv2d batch=1 height=8 width=8 channels=3 features=4 kernel=3 stride=1 x=fp32 w=bf16 y=fp32",
          "conv2d batch=1 height=8 width=8 channels=3 features=4 kernel=3 stride=1 x=int8 w=int8 y=fp32",
          "conv2d batch=1 height=8 width=8 channels=3 features=4 kernel=3 stride=1 x=int8:row w=int8:row "
          "y=bf16",
          "conv2d batch=1 height=8 width=8 channels=16384 features=4 kernel=3 stride=1 x=int8 w=int8 y=int32",
          "conv2d batch=1 height=8 width=8 channels=3 features=4 kernel=3 stride=1 x=fp32 w=fp32 y=fp32 "
          "sparsity=2:4",
          "conv2d batch=1048576 height=1048576 width=1048576 channels=64 features=64 kernel=3 stride=1 "
          "x=fp32 w=fp32 y=fp32",
          "max_pool2d batch=1 height=8 width=2 channels=3 kernel=3 stride=1 x=fp32",
          "patch_embedding batch=1 image=30 patch=16 channels=3 features=64 x=fp32 w=fp32 y=fp32"})
        EXPECT_THROW((void)parse_call(text), InputError) << text;
}

// He et al. 2015, table 1: 112 x 112 behind the stem, 56 x 56 behind the pool.
TEST(Vision, CountsProductsAndTheBytesOfPixelsThatAreUsed) {
    const auto stem = work(parse_call(
        "conv2d batch=2 height=224 width=224 channels=3 features=64 kernel=7 stride=2 x=fp32 w=fp32 y=fp32"));
    EXPECT_EQ(stem.flop, 2.0 * 2 * 112 * 112 * 64 * 147);
    EXPECT_EQ(stem.read_bytes(), 4.0 * (2 * 224 * 224 * 3 + 64 * 147 + 64));
    EXPECT_EQ(stem.written_bytes(), 4.0 * 2 * 112 * 112 * 64);
    const auto shortcut =
        work(parse_call("conv2d batch=1 height=56 width=56 channels=256 features=512 kernel=1 stride=2 "
                        "x=fp32 w=fp32 y=fp32"));
    EXPECT_EQ(shortcut.traffic.front().read_bytes, 4.0 * 28 * 28 * 256);
    const auto pool =
        work(parse_call("max_pool2d batch=1 height=112 width=112 channels=64 kernel=3 stride=2 x=fp32"));
    EXPECT_EQ(pool.written_bytes(), 4.0 * 56 * 56 * 64);
    EXPECT_EQ(pool.flop, 8.0 * 56 * 56 * 64);
    const auto patches = work(parse_call(
        "patch_embedding batch=1 image=224 patch=16 channels=3 features=1024 x=fp32 w=fp32 y=fp32"));
    EXPECT_EQ(patches.flop, 2.0 * 196 * 1024 * 768);
}

// A shortcut reads a quarter of its pixels, but all of them lie in memory, and its filters twice.
TEST(Vision, NeedsMemoryForPixelsThatAreNotUsed) {
    const auto call = parse_call(
        "conv2d batch=1 height=56 width=56 channels=256 features=512 kernel=1 stride=2 x=fp32 w=fp32 y=fp32");
    EXPECT_EQ(memory_needed(call), 4.0 * (56 * 56 * 256 + 2 * 512 * 256 + 512 + 28 * 28 * 512));
}

}  // namespace
}  // namespace ridge::operators
