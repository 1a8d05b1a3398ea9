// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/operator_call.hpp"

/// Where the windows of convolutions and pools lie in images (batch × height × width × channels).
namespace ridge::operators {

/// Windows of `kernel` pixels along one side of an image, one every `stride` pixels; the first begins
/// `before` pixels outside. Pixels outside count as zeros of a convolution and as nothing in a pool.
struct Windows {
    std::int64_t side = 0, kernel = 1, stride = 1, before = 0;

    [[nodiscard]] std::int64_t count() const { return (side - 1) / stride + 1; }
    /// One past the last pixel that a window covers, which may lie outside.
    [[nodiscard]] std::int64_t end() const { return (count() - 1) * stride - before + kernel; }
    /// Pixels of the image that at least one window covers.
    [[nodiscard]] std::int64_t covered() const {
        if (kernel >= stride) return std::min(side, end());
        return count() * kernel - before - std::max<std::int64_t>(0, end() - side);
    }
};

/// The windows of a pool, or of a convolution that keeps the side of an image but for its stride: they reach
/// as far out on both sides where the kernel is odd, one pixel further at the end where it is even.
[[nodiscard]] inline Windows centred_windows(std::int64_t side, std::int64_t kernel, std::int64_t stride) {
    return {side, kernel, stride, (kernel - 1) / 2};
}

/// What a call of conv2d or patch_embedding computes: `pixels` rows of `features` sums over `taps` products.
struct Convolution {
    std::int64_t batch = 0, channels = 0, features = 0;
    Windows rows, columns;

    [[nodiscard]] static Convolution of(const OperatorCall& call);
    [[nodiscard]] std::int64_t kernel() const { return rows.kernel; }
    [[nodiscard]] std::int64_t pixels() const { return batch * rows.count() * columns.count(); }
    [[nodiscard]] std::int64_t taps() const { return kernel() * kernel() * channels; }
};

}  // namespace ridge::operators
