// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "db/file.hpp"
#include "fixture.hpp"

namespace ridge::db {
namespace {

using testing::HasSubstr;

const std::filesystem::path data = std::filesystem::path(RIDGE_SOURCE_DIR) / "tests/db/data";

class MigrationTest : public StoreTest {
  protected:
    void load_dump(const std::string& name) {
        Connection connection(path_, OpenMode::create);
        connection.execute(read_bytes(data / name));
    }
    void set_version(int version) {
        Connection(path_, OpenMode::read_write).execute("PRAGMA user_version = " + std::to_string(version));
    }
    std::unique_ptr<Connection> open(std::span<const Migration> steps, Access access = Access::read_write) {
        return open_file(path_, access, {}, steps);
    }
    std::vector<Migration> with_later(std::vector<Migration> later) {
        std::vector<Migration> steps(migrations().begin(), migrations().end());
        steps.insert(steps.end(), later.begin(), later.end());
        return steps;
    }
    [[nodiscard]] std::vector<std::string> files() const {
        std::vector<std::string> out;
        for (const auto& entry : std::filesystem::directory_iterator(folder_))
            out.push_back(entry.path().filename());
        std::ranges::sort(out);
        return out;
    }
};

constexpr const char* all_definitions =
    "SELECT group_concat(sql, ';') FROM (SELECT sql FROM sqlite_schema WHERE sql NOT NULL ORDER BY name)";

TEST_F(MigrationTest, AFileOfVersion1IsReadWhole) {
    load_dump("store_v1.sql");
    Store store(path_, Access::read_write);
    const auto records = store.measurements({});
    ASSERT_EQ(records.size(), 3u);
    EXPECT_EQ(records[0].summary->median, 4e-6);
    EXPECT_EQ(records[0].measurement.energy_j, 0.001);
    EXPECT_EQ(records[0].measurement.memory_bytes_per_s, std::nullopt);
    EXPECT_EQ(records[1].measurement.reason, "the worker hung");
    EXPECT_EQ(records[2].campaign, "");
    EXPECT_EQ(records[2].config.integer("mr"), 12);
    EXPECT_EQ(store.environment(records[0].environment)["governor"], "performance");
    EXPECT_EQ(store.campaigns().at(0).options["seed"], 7);
    EXPECT_EQ(store.roofs("host").at(0).roof.rate, 1e12);
    EXPECT_EQ(store.newest_model("host", "kernel-analytical")->fitted_on, std::vector{records[0].id});
    EXPECT_EQ(store.import_sources().at(0).name, "bench.json");
    EXPECT_TRUE(store.problems().empty());
}

// A step that was released must not change: files made by it are out there.
TEST_F(MigrationTest, EachStepMakesTheVersionThatWasReleased) {
    for (std::size_t version = 1; version <= migrations().size(); ++version) {
        const auto text = std::to_string(version);
        Connection released(folder_ / ("released" + text), OpenMode::create);
        released.execute(read_bytes(data / ("store_v" + text + ".sql")));
        Connection fresh(folder_ / ("fresh" + text), OpenMode::create);
        migrate(fresh, migrations().first(version));
        EXPECT_EQ(fresh.text(all_definitions), released.text(all_definitions)) << text;
    }
}

TEST_F(MigrationTest, AFileOfVersion2IsReadWithTheSpeedOfItsMemory) {
    load_dump("store_v2.sql");
    const Store store(path_, Access::read_only);
    const auto records = store.measurements({});
    ASSERT_EQ(records.size(), 3u);
    EXPECT_EQ(records[0].measurement.memory_bytes_per_s, 5.1e10);
    EXPECT_EQ(records[1].measurement.memory_bytes_per_s, std::nullopt);
}

TEST_F(MigrationTest, ANewFileCarriesTheIdentity) {
    const auto connection = open(migrations(), Access::create);
    EXPECT_EQ(connection->integer("PRAGMA application_id"), application_id);
    EXPECT_EQ(connection->integer("PRAGMA user_version"), static_cast<std::int64_t>(migrations().size()));
    EXPECT_EQ(connection->text("PRAGMA journal_mode"), "wal");
    EXPECT_EQ(connection->integer("PRAGMA foreign_keys"), 1);
    EXPECT_EQ(connection->integer("PRAGMA trusted_schema"), 0);
    EXPECT_EQ(connection->integer("PRAGMA synchronous"), 1);
    EXPECT_EQ(connection->integer("PRAGMA busy_timeout"), 5000);
}

TEST_F(MigrationTest, LaterStepsRunInOrderAfterACopyWasMade) {
    load_dump("store_v1.sql");
    const auto before = migrations().size();
    const auto steps =
        with_later({{"a note", "ALTER TABLE measurement ADD COLUMN note TEXT NOT NULL DEFAULT ''"},
                    {"its text", "UPDATE measurement SET note = 'round ' || round"}});
    const auto connection = open(steps);
    EXPECT_EQ(connection->integer("PRAGMA user_version"), static_cast<std::int64_t>(before + 2));
    EXPECT_EQ(connection->text("SELECT note FROM measurement WHERE id = 2"), "round 1");
    const auto backup = path_.string() + ".v1.bak";
    ASSERT_TRUE(std::filesystem::exists(backup));
    Connection copy(backup, OpenMode::read_only);
    EXPECT_EQ(copy.integer("PRAGMA user_version"), 1);
    EXPECT_EQ(copy.integer("SELECT count(*) FROM measurement"), 3);
}

TEST_F(MigrationTest, AStepThatRebuildsATableKeepsReferences) {
    load_dump("store_v1.sql");
    const auto steps = with_later(
        {{"rebuild",
          "CREATE TABLE new (id INTEGER PRIMARY KEY, slug TEXT, name TEXT, description TEXT) STRICT;"
          "INSERT INTO new SELECT * FROM device; DROP TABLE device; ALTER TABLE new RENAME TO device;"}});
    const auto connection = open(steps);
    EXPECT_EQ(connection->integer("SELECT count(*) FROM measurement m JOIN device d ON d.id = m.device_id"),
              3);
    EXPECT_EQ(connection->text("PRAGMA foreign_key_check"), "");
}

TEST_F(MigrationTest, AnEarlierCopyIsNotOverwritten) {
    load_dump("store_v1.sql");
    write_bytes(path_.string() + ".v1.bak", "mine");
    (void)open(with_later({{"nothing", "SELECT 1"}}));
    EXPECT_EQ(read_bytes(path_.string() + ".v1.bak"), "mine");
    EXPECT_TRUE(std::filesystem::exists(path_.string() + ".v1.2.bak"));
}

TEST_F(MigrationTest, AStepThatFailsLeavesTheVersionBeforeIt) {
    load_dump("store_v1.sql");
    const auto steps =
        with_later({{"good", "ALTER TABLE measurement ADD COLUMN note TEXT"},
                    {"bad", "ALTER TABLE measurement ADD COLUMN other TEXT; UPDATE nowhere SET x = 1"}});
    EXPECT_THROW((void)open(steps), Error);
    Connection connection(path_, OpenMode::read_only);
    EXPECT_EQ(connection.integer("PRAGMA user_version"), static_cast<std::int64_t>(migrations().size() + 1));
    EXPECT_EQ(
        connection.integer("SELECT count(*) FROM pragma_table_info('measurement') WHERE name = 'other'"), 0);
    EXPECT_EQ(connection.integer("SELECT count(*) FROM measurement"), 3);
}

TEST_F(MigrationTest, AStepThatBreaksAReferenceIsTakenBack) {
    load_dump("store_v1.sql");
    EXPECT_THAT(message_of<Error>([&] {
                    (void)open(with_later({{"bad", "DELETE FROM device"}}));
                }),
                HasSubstr("break a reference"));
    EXPECT_EQ(Store(path_, Access::read_only).devices().size(), 1u);
}

TEST_F(MigrationTest, ReadingAnOlderFileSaysHowToUpgradeIt) {
    load_dump("store_v1.sql");
    const auto bytes = read_bytes(path_);
    const auto message = message_of<InputError>([&] {
        (void)open(with_later({{"nothing", "SELECT 1"}}), Access::read_only);
    });
    const auto later = std::to_string(migrations().size() + 1);
    EXPECT_THAT(message,
                HasSubstr("version 1, this program reads version " + later + "; open it once for writing"));
    EXPECT_EQ(read_bytes(path_), bytes);
}

TEST_F(MigrationTest, ANewerFileIsLeftAsItWas) {
    filled();
    set_version(99);
    const auto bytes = read_bytes(path_);
    for (const auto access : {Access::create, Access::read_write, Access::read_only}) {
        const auto message = message_of<InputError>([&] { Store(path_, access); });
        EXPECT_THAT(message, HasSubstr("version 99, written by a newer Ridgepoint"));
        EXPECT_THAT(message, HasSubstr(path_.string()));
    }
    EXPECT_EQ(read_bytes(path_), bytes);
    EXPECT_EQ(files(), std::vector<std::string>{"store.db"});
}

// The version that a killed upgrade of a newer program left in the -wal file only.
TEST_F(MigrationTest, ANewerFileWithAWalIsLeftAsItWas) {
    {
        auto store = filled();
        Connection newer(path_, OpenMode::read_write);
        newer.set_checkpoint_on_close(false);
        newer.execute("PRAGMA user_version = 99");
        std::filesystem::copy_file(path_, folder_ / "copy.db");
        std::filesystem::copy_file(path_.string() + "-wal", folder_ / "copy.db-wal");
    }
    path_ = folder_ / "copy.db";
    const auto bytes = read_bytes(path_), wal = read_bytes(path_.string() + "-wal");
    for (const auto access : {Access::create, Access::read_write, Access::read_only})
        EXPECT_THAT(message_of<InputError>([&] { Store(path_, access); }), HasSubstr("newer Ridgepoint"));
    EXPECT_EQ(read_bytes(path_), bytes);
    EXPECT_EQ(read_bytes(path_.string() + "-wal"), wal);
}

}  // namespace
}  // namespace ridge::db
