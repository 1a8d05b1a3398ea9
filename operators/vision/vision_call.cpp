// SPDX-License-Identifier: Apache-2.0
#include "operators/vision/vision_call.hpp"

#include <algorithm>
#include <array>

#include "core/error.hpp"
#include "operators/elementwise.hpp"
#include "operators/vision/windows.hpp"

namespace ridge::operators {

Convolution Convolution::of(const OperatorCall& call) {
    const bool patches = call.op == "patch_embedding";
    const auto windows = [&](const char* side) {
        return patches ? Windows{call.dimension("image"), call.dimension("patch"), call.dimension("patch"), 0}
                       : centred_windows(call.dimension(side), call.dimension("kernel"),
                                         call.dimension("stride"));
    };
    return {.batch = call.dimension("batch"),
            .channels = call.dimension("channels"),
            .features = call.dimension("features"),
            .rows = windows("height"),
            .columns = windows("width")};
}

namespace {

[[noreturn]] void refuse(const OperatorCall& call, const std::string& why) {
    throw InputError("operator call '" + call.text() + "': " + why);
}

// 2^40 elements of the largest tensors, as for gemm.
void check_size(const OperatorCall& call, std::initializer_list<double> elements) {
    for (const double count : elements)
        if (count > 0x1p40) refuse(call, "an operand has more than 2^40 elements");
    if (!call.sparsity.is_dense()) refuse(call, call.op + " has no sparsity; use sparsity=dense");
}

void check_windows(const OperatorCall& call, std::initializer_list<const char*> sides) {
    for (const char* side : sides)
        for (const char* window : {"kernel", "stride"})
            if (call.dimension(window) > call.dimension(side))
                refuse(call, std::string(window) + " is " + std::to_string(call.dimension(window)) +
                                 ", should be at most " + side + ", " + std::to_string(call.dimension(side)));
}

struct Formats {
    std::string_view x, y;
};
constexpr auto known_formats = std::to_array<Formats>({{"fp64", "fp64"},
                                                       {"fp32", "fp32"},
                                                       {"bf16", "bf16"},
                                                       {"bf16", "fp32"},
                                                       {"fp16", "fp16"},
                                                       {"fp16", "fp32"},
                                                       {"int8", "int32"}});

// A pixel has no scale of its own: the products of several pixels are one sum.
void check_formats(const OperatorCall& call) {
    const auto x = call.operand("x").text(), w = call.operand("w").text(), y = call.operand("y").text();
    const bool known = std::ranges::any_of(
        known_formats, [&](const Formats& one) { return one.x == x && one.x == w && one.y == y; });
    if (!known)
        refuse(call, "x, w and y are " + x + ", " + w + " and " + y +
                         "; x and w should be the same of fp64, fp32, bf16, fp16 and int8, and y the same "
                         "again, fp32 of 16 bits, or int32 of int8");
}

// Sums of products of int8 have to fit into int32, beside a bias of at most 2^24.
void check_convolution(const OperatorCall& call) {
    const auto shape = Convolution::of(call);
    const auto real = [](std::int64_t value) { return static_cast<double>(value); };
    const double taps = real(shape.kernel()) * real(shape.kernel()) * real(shape.channels);
    const double outputs = real(shape.batch) * real(shape.rows.count()) * real(shape.columns.count());
    check_size(call,
               {real(shape.batch) * real(shape.rows.side) * real(shape.columns.side) * real(shape.channels),
                taps * real(shape.features), outputs * real(shape.features)});
    check_formats(call);
    constexpr double largest_taps = 131072.0;  // (2^31 - 2^24) / 127^2, rounded down to a power of two
    if (call.operand("x").precision == Precision::int8 && taps > largest_taps)
        refuse(call, "sums of more than 131072 products of int8 do not fit into int32");
}

void check_conv2d(const OperatorCall& call) {
    check_windows(call, {"height", "width"});
    check_convolution(call);
}

void check_patches(const OperatorCall& call) {
    if (call.dimension("image") % call.dimension("patch") != 0)
        refuse(call, "image is " + std::to_string(call.dimension("image")) +
                         ", should be a multiple of patch, " + std::to_string(call.dimension("patch")));
    check_convolution(call);
}

void check_pool(const OperatorCall& call) {
    check_windows(call, {"height", "width"});
    check_size(call, {element_count(call, {"batch", "height", "width", "channels"})});
}

// Only pixels that a window covers are read; zeros around the image count as operands of products, as they do
// wherever the work of convolutions is given.
Work convolution_work(const OperatorCall& call) {
    const auto shape = Convolution::of(call);
    const auto features = static_cast<double>(shape.features), taps = static_cast<double>(shape.taps()),
               pixels = static_cast<double>(shape.pixels());
    const double read = element_count(call, {"batch", "channels"}) *
                        static_cast<double>(shape.rows.covered() * shape.columns.covered());
    const double bias_bytes = call.operand("x").precision == Precision::fp64 ? 8.0 : 4.0;
    return elementwise_work(call, 2.0 * pixels * features * taps,
                            {{"x", bytes_of(call.operand("x"), read), 0.0},
                             {"w", bytes_of(call.operand("w"), features * taps), 0.0},
                             {"bias", bias_bytes * features, 0.0},
                             {"y", 0.0, bytes_of(call.operand("y"), pixels * features)}});
}

// A comparison for each pixel of a window but the first.
Work pool_work(const OperatorCall& call) {
    const auto kernel = call.dimension("kernel"), stride = call.dimension("stride");
    const auto rows = centred_windows(call.dimension("height"), kernel, stride),
               columns = centred_windows(call.dimension("width"), kernel, stride);
    const double each = element_count(call, {"batch", "channels"});
    const double outputs = each * static_cast<double>(rows.count() * columns.count());
    const double read = each * static_cast<double>(rows.covered() * columns.covered());
    return elementwise_work(
        call, outputs * static_cast<double>(kernel * kernel - 1),
        {{"x", bytes_of(call.operand("x"), read), 0.0}, {"y", 0.0, bytes_of(call.operand("x"), outputs)}});
}

const DimensionInfo batch_info = {"batch", "images"}, height_info = {"height", "rows of pixels"},
                    width_info = {"width", "pixels of a row"};

OperatorInfo conv2d_info() {
    return {.name = "conv2d",
            .summary = "convolution with kernel / 2 zeros around the image and a bias for each feature",
            .formula =
                "y[b][i][j][f] = bias[f] + sum over p, q, c of w[f][p][q][c] * "
                "x[b][i*stride+p-(kernel-1)/2][j*stride+q-(kernel-1)/2][c]",
            .dimensions = {batch_info,
                           height_info,
                           width_info,
                           {"channels", "features of a pixel"},
                           {"features", "output features"},
                           {"kernel", "pixels of a side of the filter"},
                           {"stride", "pixels from one filter position to the next"}},
            .operands = {{"x", "batch x height x width x channels", "images"},
                         {"w", "features x kernel x kernel x channels", "filters"},
                         {"y", "batch x height/stride x width/stride x features", "output, rounded up"}},
            .check = check_conv2d,
            .work = convolution_work};
}

OperatorInfo max_pool2d_info() {
    return {.name = "max_pool2d",
            .summary = "largest value of each channel in each window",
            .formula =
                "y[b][i][j][c] = max over p, q of "
                "x[b][i*stride+p-(kernel-1)/2][j*stride+q-(kernel-1)/2][c]",
            .dimensions = {batch_info,
                           height_info,
                           width_info,
                           {"channels", "features of a pixel"},
                           {"kernel", "pixels of a side of the window"},
                           {"stride", "pixels from one window to the next"}},
            .operands = {{"x", "batch x height x width x channels", "images and output"}},
            .check = check_pool,
            .work = pool_work};
}

OperatorInfo patch_embedding_info() {
    return {.name = "patch_embedding",
            .summary = "patches of images as tokens",
            .formula =
                "y[b][i][j][f] = bias[f] + sum over p, q, c of w[f][p][q][c] * "
                "x[b][i*patch+p][j*patch+q][c]",
            .dimensions = {batch_info,
                           {"image", "pixels of a side of an image"},
                           {"patch", "pixels of a side of a patch"},
                           {"channels", "features of a pixel"},
                           {"features", "elements of a token"}},
            .operands = {{"x", "batch x image x image x channels", "images"},
                         {"w", "features x patch x patch x channels", "weights"},
                         {"y", "batch x image/patch x image/patch x features", "tokens"}},
            .check = check_patches,
            .work = convolution_work};
}

}  // namespace

std::vector<OperatorInfo> vision_operators() {
    return {conv2d_info(), max_pool2d_info(), patch_embedding_info()};
}

}  // namespace ridge::operators
