// SPDX-License-Identifier: Apache-2.0
#include "recorded_space_fuzz.hpp"
#include "tuner/formats/t4.hpp"

int main(int argc, char** argv) {
    using namespace ridge;
    const std::vector<std::string> corpus = {
        fuzz::data_file("t4.json"), tuner::pack_gzip(fuzz::data_file("t4.json")),
        R"({"schema_version":"1.0.0","metadata":{"timeunit":"seconds"},"results":[{"configuration":{"a":1},)"
        R"("times":{},"invalidity":"correct","measurements":[{"name":"time","value":1}]}]})"};
    return fuzz::run(argc, argv, corpus,
                     [](const std::string& input) { fuzz::check_round_trip(input, tuner::write_t4); });
}
