// SPDX-License-Identifier: Apache-2.0
#include "operators/rows.hpp"

namespace ridge::operators {

RowTuning RowTuning::from(const KernelConfig& config) {
    RowTuning tuning;
    if (config.has("threads")) tuning.one_thread = config.word("threads") == "one";
    if (config.has("store")) tuning.past_caches = config.word("store") == "nontemporal";
    if (config.has("team")) tuning.team = static_cast<int>(config.integer("team"));
    return tuning;
}

ParameterSpace row_space() {
    ParameterSpace space;
    if (!device_is_host) {
        space.parameters.push_back(
            integer_parameter("team", {128, 64, 256, 512}, "threads that share a row"));
        return space;
    }
    space.parameters.push_back(
        word_parameter("threads", {"all", "one"}, "all threads, or the calling one without waking others"));
    if (has_nontemporal_stores)
        space.parameters.push_back(
            word_parameter("store", {"regular", "nontemporal"}, "stores through or past the caches"));
    return space;
}

}  // namespace ridge::operators
