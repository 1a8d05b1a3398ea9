// SPDX-License-Identifier: Apache-2.0
#include "core/file.hpp"
#include "db/import/mapping.hpp"
#include "db/import/read_table.hpp"
#include "driver.hpp"

namespace {

using namespace ridge;

const std::string example = std::string(RIDGE_SOURCE_DIR) + "/examples/import-mapping/";

// A mapping of any content, applied to a table that fits the example's.
void look_at(const std::string& input) {
    static const std::string rows = read_file(example + "timings.csv");
    const auto mapping = db::parse_mapping(input, "mapping");
    const db::ReadTable table{db::csv_columns(rows), true, mapping.table};
    db::Timings timings(nullptr, {});
    (void)db::read_rows(table, rows, db::file_names("timings.csv"), timings);
    for (const auto& record : timings.records({}, "timings.csv"))
        fuzz::require(!record.call.empty() && !record.measurement.samples_s.empty(),
                      "a measurement is empty");
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> corpus = {
        read_file(example + "mapping.json"),
        R"({"operator":"rmsnorm","dimensions":{"rows":"tokens","n":4},"operands":{"x":"bf16"},)"
        R"("time":{"column":"avg_us","unit":"ns"},"implementation":{"column":"cuda"}})"};
    return fuzz::run(argc, argv, corpus, look_at);
}
