// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace ridge::cost_model {

/// Lengths of a request in tokens; means where they differ.
struct RequestLengths {
    double prompt = 1, output = 1;
};

}  // namespace ridge::cost_model
