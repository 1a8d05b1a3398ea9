// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>

namespace ridge::cost_model {

/// A way to cut a matrix product into blocks that units work on.
struct ProductTile {
    std::string_view name;
    double rows = 0, columns = 0;  ///< of the result
    bool split = false;            ///< whether units that would idle take parts of k
};

/// Those that libraries have kernels for (cuBLAS' and rocBLAS' names of kernels say theirs).
inline constexpr std::array<ProductTile, 16> product_tiles = {{{"32x128", 32, 128, false},
                                                               {"64x64", 64, 64, false},
                                                               {"64x128", 64, 128, false},
                                                               {"128x32", 128, 32, false},
                                                               {"128x64", 128, 64, false},
                                                               {"128x128", 128, 128, false},
                                                               {"128x256", 128, 256, false},
                                                               {"256x128", 256, 128, false},
                                                               {"32x128 split", 32, 128, true},
                                                               {"64x64 split", 64, 64, true},
                                                               {"64x128 split", 64, 128, true},
                                                               {"128x32 split", 128, 32, true},
                                                               {"128x64 split", 128, 64, true},
                                                               {"128x128 split", 128, 128, true},
                                                               {"128x256 split", 128, 256, true},
                                                               {"256x128 split", 256, 128, true}}};

}  // namespace ridge::cost_model
