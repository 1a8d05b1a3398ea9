// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <sys/wait.h>

#include <functional>
#include <random>

#include "db/sqlite.hpp"
#include "fixture.hpp"

namespace ridge::db {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr std::array every_access = {Access::create, Access::read_write, Access::read_only};

void read_everything(const Store& store) {
    for (const auto& record : store.measurements({}))
        if (record.environment != 0) (void)store.environment(record.environment);
    (void)store.devices();
    (void)store.campaigns();
    (void)store.roofs("host");
    (void)store.newest_model("host", "kernel-analytical");
    (void)store.import_sources();
}

class FaultTest : public StoreTest {
  protected:
    void expect_damaged(const std::string& detail) {
        const auto bytes = read_bytes(path_);
        for (const auto access : every_access) {
            const auto message = message_of<InputError>([&] { read_everything(Store(path_, access)); });
            EXPECT_THAT(message,
                        AllOf(HasSubstr(path_.string()), HasSubstr("damaged or not a Ridgepoint store"),
                              HasSubstr(detail), HasSubstr("left as it was")));
        }
        EXPECT_EQ(read_bytes(path_), bytes);
    }
    std::string filled_bytes() {
        {
            auto store = filled();
            std::vector<Record> records;
            for (int round = 0; round < 200; ++round) records.push_back(ok_record("campaign-1", round));
            store.add(records);
        }
        return read_bytes(path_);
    }
    /// Runs as a user who may only read, also where the tests run as root; returns what `action` returned.
    int as_reader(const std::function<int()>& action) {
        std::filesystem::permissions(folder_, std::filesystem::perms(0555));
        const pid_t child = fork();
        if (child == 0) {
            if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) _exit(99);
            try {
                _exit(action());
            } catch (const Error& error) {
                std::fprintf(stderr, "%s\n", error.what());
                _exit(100 + static_cast<int>(error.code()));
            }
        }
        int status = 0;
        waitpid(child, &status, 0);
        std::filesystem::permissions(folder_, std::filesystem::perms::owner_all);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }
};

TEST_F(FaultTest, APathThatIsTooLongIsBadInput) {
    const auto path = folder_ / std::string(5000, 'x');
    for (const auto access : {Access::create, Access::read_only})
        EXPECT_THAT(message_of<InputError>([&] { Store(path, access); }), HasSubstr("no usable path"));
}

TEST_F(FaultTest, AMissingFileIsNamedWithWhatToRun) {
    for (const auto access : {Access::read_write, Access::read_only}) {
        EXPECT_THAT(message_of<InputError>([&] { Store(path_, access); }),
                    AllOf(HasSubstr(path_.string()), HasSubstr("there is no store here"),
                          HasSubstr("ridge tune --db")));
        EXPECT_FALSE(std::filesystem::exists(path_));
    }
}

TEST_F(FaultTest, PlacesWhereNoFileCanBe) {
    EXPECT_THAT(message_of<InputError>([&] { Store(folder_, Access::create); }), HasSubstr("is a folder"));
    EXPECT_THAT(message_of<InputError>([&] { Store("", Access::create); }), HasSubstr("is empty"));
    EXPECT_THAT(message_of<InputError>([&] { Store(folder_ / "none" / "a.db", Access::create); }),
                HasSubstr("does not exist"));
}

TEST_F(FaultTest, NamesWithAMeaningForSqliteAreFiles) {
    const auto before = std::filesystem::current_path();
    std::filesystem::current_path(folder_);
    for (const char* name : {":memory:", "file:a?mode=memory", "50%#1.db"}) {
        { Store(name, Access::create).put_device(test_device()); }
        EXPECT_EQ(Store(name, Access::read_only).devices().size(), 1u);
        EXPECT_TRUE(std::filesystem::exists(folder_ / name));
    }
    std::filesystem::current_path(before);
}

TEST_F(FaultTest, AnEmptyFileIsNoStoreButMayBecomeOne) {
    write_bytes(path_, "");
    for (const auto access : {Access::read_write, Access::read_only})
        EXPECT_THAT(message_of<InputError>([&] { Store(path_, access); }), HasSubstr("the file is empty"));
    EXPECT_EQ(read_bytes(path_), "");
    Store(path_, Access::create).put_device(test_device());
    EXPECT_EQ(Store(path_, Access::read_only).devices().size(), 1u);
}

TEST_F(FaultTest, ATextFileIsNoStore) {
    write_bytes(path_, "name,value\n" + std::string(5000, 'x'));
    expect_damaged("does not begin like a SQLite file");
}

TEST_F(FaultTest, AFileOfAnotherProgramIsNoStore) {
    {
        Connection(path_, OpenMode::create)
            .execute("CREATE TABLE note (text TEXT); PRAGMA application_id = 42; PRAGMA user_version = 1");
    }
    expect_damaged("another program");
    { Connection(path_, OpenMode::create).execute("PRAGMA application_id = 0; PRAGMA user_version = 0"); }
    expect_damaged("another program");
}

TEST_F(FaultTest, CutAtAnyOffset) {
    const auto whole = filled_bytes();
    for (std::size_t size = 1; size < whole.size(); size += size < 5000 ? 487 : 9973) {
        SCOPED_TRACE(size);
        write_bytes(path_, whole.substr(0, size));
        expect_damaged("");
    }
}

// Most of these files can still be read, with wrong numbers in them; none may end in anything but an answer
// or a sentence.
TEST_F(FaultTest, RandomBytes) {
    const auto whole = filled_bytes();
    std::mt19937 random(1);
    int refused = 0;
    for (int trial = 0; trial < 80; ++trial) {
        auto bytes = whole;
        for (int i = 0; i < 40; ++i) bytes[random() % bytes.size()] = static_cast<char>(random());
        write_bytes(path_, bytes);
        try {
            const Store store(path_, Access::read_only);
            refused += store.problems().empty() ? 0 : 1;
            read_everything(store);
        } catch (const Error& error) {
            EXPECT_THAT(error.what(), HasSubstr(path_.string()));
            EXPECT_TRUE(error.code() == ExitCode::bad_input || error.code() == ExitCode::environment)
                << error.what();
            ++refused;
        }
        EXPECT_EQ(read_bytes(path_), bytes);
    }
    EXPECT_GT(refused, 40);
}

TEST_F(FaultTest, WordsThatOnlyDamageCanBring) {
    filled_bytes();
    Connection(path_, OpenMode::read_write)
        .execute(
            "PRAGMA ignore_check_constraints = ON; UPDATE measurement SET status = 'splendid' WHERE id = 7");
    EXPECT_THAT(message_of<InputError>([&] { (void)Store(path_, Access::read_only).measurements({}); }),
                AllOf(HasSubstr("damaged"), HasSubstr("splendid")));
    EXPECT_FALSE(Store(path_, Access::read_write).problems().empty());
}

TEST_F(FaultTest, JsonThatOnlyDamageCanBring) {
    filled_bytes();
    Connection(path_, OpenMode::read_write).execute("UPDATE config SET parameters = '{\"mr\": '");
    EXPECT_THAT(message_of<InputError>([&] { (void)Store(path_, Access::read_only).measurements({}); }),
                HasSubstr("not valid JSON"));
}

TEST_F(FaultTest, ALockedFileIsSaidToBeLocked) {
    filled_bytes();
    Connection other(path_, OpenMode::read_write);
    other.execute("BEGIN EXCLUSIVE");
    OpenOptions options;
    options.busy_timeout = std::chrono::milliseconds(30);
    Store store(path_, Access::read_write, options);
    EXPECT_EQ(store.measurements({}).size(), 200u);  // readers are never locked out
    const auto message =
        message_of<EnvironmentError>([&] { store.add(std::vector{ok_record("campaign-1", 999)}); });
    EXPECT_THAT(message, AllOf(HasSubstr(path_.string()), HasSubstr("locked by another program")));
    other.execute("COMMIT");
    EXPECT_EQ(store.add(std::vector{ok_record("campaign-1", 999)}), 1u);
}

TEST_F(FaultTest, AFullDiskKeepsWhatWasThere) {
    filled();
    OpenOptions options;
    options.max_bytes = static_cast<std::int64_t>(std::filesystem::file_size(path_)) + 64 * 1024;
    std::int64_t added = 0;
    {
        Store store(path_, Access::read_write, options);
        auto record = ok_record("campaign-1");
        record.measurement.samples_s.assign(100, 1e-6);
        const auto message = message_of<EnvironmentError>([&] {
            for (record.round = 0; record.round < 1000; ++record.round)
                added += static_cast<std::int64_t>(store.add(std::vector{record}));
        });
        EXPECT_THAT(message, HasSubstr("full"));
        EXPECT_EQ(store.measurements({}).size(), static_cast<std::size_t>(added));
    }
    EXPECT_GT(added, 10);
    Store store(path_, Access::read_write);
    EXPECT_EQ(store.measurements({}).size(), static_cast<std::size_t>(added));
    EXPECT_TRUE(store.problems().empty());
    EXPECT_EQ(store.add(std::vector{ok_record("campaign-1", 5000)}), 1u);
}

TEST_F(FaultTest, WritingToAStoreOpenedForReading) {
    filled();
    Store store(path_, Access::read_only);
    EXPECT_THAT(message_of<EnvironmentError>([&] { store.put_device(test_device("b")); }),
                HasSubstr("cannot be written"));
}

TEST_F(FaultTest, AReadOnlyFolderIsReadable) {
    filled_bytes();
    std::filesystem::permissions(path_, std::filesystem::perms(0444));
    const auto reader = [&] {
        return static_cast<int>(Store(path_, Access::read_only).measurements({}).size()) == 200 ? 0 : 1;
    };
    EXPECT_EQ(as_reader(reader), 0);
    EXPECT_EQ(as_reader([&] { return Store(path_, Access::read_write), 0; }),
              100 + static_cast<int>(ExitCode::environment));
    EXPECT_EQ(as_reader([&] { return Store(folder_ / "new.db", Access::create), 0; }),
              100 + static_cast<int>(ExitCode::environment));
}

TEST_F(FaultTest, AReadOnlyFolderWithChangesInAWalFile) {
    filled_bytes();
    const auto copy = folder_ / "copy.db";
    {
        Store store(path_, Access::read_write);
        store.add(std::vector{ok_record("campaign-1", 999)});
        for (const char* suffix : {"", "-wal", "-shm"}) {
            std::filesystem::copy_file(path_.string() + suffix, copy.string() + suffix);
            std::filesystem::permissions(copy.string() + suffix, std::filesystem::perms(0444));
        }
    }
    const auto reader = [&] { return Store(copy, Access::read_only).measurements({}).size() == 201 ? 0 : 1; };
    EXPECT_EQ(as_reader(reader), 0);
    std::filesystem::remove(copy.string() + "-shm");
    EXPECT_EQ(as_reader(reader), 100 + static_cast<int>(ExitCode::environment));
}

TEST_F(FaultTest, AnUnreadableFileIsSaidToBe) {
    filled_bytes();
    std::filesystem::permissions(path_, std::filesystem::perms::none);
    EXPECT_EQ(as_reader([&] { return Store(path_, Access::read_only), 0; }),
              100 + static_cast<int>(ExitCode::environment));
}

}  // namespace
}  // namespace ridge::db
