// SPDX-License-Identifier: Apache-2.0
#include "recorded_space_fuzz.hpp"
#include "tuner/formats/kernel_tuner_cache.hpp"

int main(int argc, char** argv) {
    using namespace ridge;
    const std::vector<std::string> corpus = {
        fuzz::data_file("kernel_tuner_cut.json"), tuner::pack_gzip(fuzz::data_file("kernel_tuner_cut.json")),
        R"({"tune_params_keys":["a"],"tune_params":{"a":[1,2]},"objective":["energy","time"],"cache":{)"
        R"("1":{"a":1,"energy":0.5,"time":2},"2":{"a":2,"__error__":"InvalidConfig"}}})",
        fuzz::data_file("flat.csv")};
    return fuzz::run(argc, argv, corpus, [](const std::string& input) {
        fuzz::check_round_trip(input, tuner::write_kernel_tuner_cache);
    });
}
