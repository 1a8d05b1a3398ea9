// SPDX-License-Identifier: Apache-2.0
#include "tuner/formats/written.hpp"

#include <cmath>

#include "tuner/formats/space_builder.hpp"

namespace ridge::tuner {

double milliseconds(double seconds) {
    const double product = seconds * ms_per_second;
    for (const double ms : {product, std::nextafter(product, 0.0), std::nextafter(product, INFINITY)})
        if (ms / ms_per_second == seconds) return ms;
    return product;
}

}  // namespace ridge::tuner
