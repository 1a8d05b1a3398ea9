// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "db/schema.hpp"
#include "db/sqlite.hpp"
#include "fixture.hpp"

namespace ridge::db {
namespace {

using testing::HasSubstr;

const std::filesystem::path source = RIDGE_SOURCE_DIR;

std::vector<std::string> sql_blocks(const std::string& page) {
    constexpr std::string_view begin = "```sql\n", end = "```";
    std::vector<std::string> out;
    for (auto at = page.find(begin); at != std::string::npos; at = page.find(begin, at)) {
        at += begin.size();
        out.push_back(page.substr(at, page.find(end, at) - at));
    }
    return out;
}

class DocumentationTest : public StoreTest {
  protected:
    void SetUp() override {
        StoreTest::SetUp();
        Connection store(path_, OpenMode::create);
        store.execute(read_bytes(source / "tests/db/data/store_v2.sql"));
        // A configuration whose latest measurement failed is not the fastest of its call.
        store.execute("UPDATE measurement SET taken_at = '2026-11-21T19:00:00.000Z' WHERE status = 'failed'");
    }
    const std::string page = read_bytes(source / "docs/store.md");
};

TEST_F(DocumentationTest, ItsQueriesAnswer) {
    const auto queries = sql_blocks(page);
    ASSERT_EQ(queries.size(), 3u);
    Connection connection(path_, OpenMode::read_only);
    std::vector<std::string> first_rows;
    for (const auto& query : queries) {
        Statement statement(connection, query);
        ASSERT_TRUE(statement.step()) << query;
        auto row = statement.row();
        const auto first = row.text();
        first_rows.push_back(first + "|" + row.text());
    }
    EXPECT_EQ(first_rows, (std::vector<std::string>{"host|gemm m=1 n=64 k=64 a=fp32 w=fp32 c=fp32",
                                                    "kokkos-tiled|failed", "host|compute fma fp32 device"}));
}

TEST_F(DocumentationTest, ItNamesEveryTableAndEveryColumnOfAMeasurement) {
    Connection connection(path_, OpenMode::read_only);
    Statement names(connection,
                    "SELECT name FROM sqlite_schema WHERE type = 'table' UNION ALL SELECT name FROM "
                    "pragma_table_info('measurement')"
                    " WHERE name NOT IN ('id', 'uuid')");
    while (names.step()) EXPECT_THAT(page, HasSubstr("`" + names.row().text() + "`"));
    EXPECT_THAT(page, HasSubstr("| " + std::to_string(migrations().size()) + " | "));
}

}  // namespace
}  // namespace ridge::db
