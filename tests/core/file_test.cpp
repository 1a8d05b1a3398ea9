// SPDX-License-Identifier: Apache-2.0
#include "core/file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <future>
#include <iterator>

#include "core/error.hpp"

namespace ridge {
namespace {

namespace fs = std::filesystem;

class WriteFile : public testing::Test {
  protected:
    WriteFile() { fs::create_directories(folder_); }
    ~WriteFile() override { fs::remove_all(folder_); }
    [[nodiscard]] std::size_t files() const {
        return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_), {}));
    }

    const fs::path folder_ = fs::path(testing::TempDir()) / ("write-file-" + std::to_string(getpid()));
    const fs::path path_ = folder_ / "a.txt";
};

TEST_F(WriteFile, ReplacesTheWholeContentAndLeavesNothingElse) {
    write_file(path_, std::string_view("one\0two\n", 8));
    EXPECT_EQ(read_file(path_), std::string("one\0two\n", 8));
    write_file(path_, "x");
    EXPECT_EQ(read_file(path_), "x");
    EXPECT_EQ(files(), 1U);
}

TEST_F(WriteFile, KeepsALinkAndWritesWhereItPoints) {
    write_file(path_, "old");
    fs::create_symlink(path_, folder_ / "link");
    write_file(folder_ / "link", "new");
    EXPECT_TRUE(fs::is_symlink(folder_ / "link"));
    EXPECT_EQ(read_file(path_), "new");
}

TEST_F(WriteFile, WritesIntoAPipe) {
    const auto pipe = folder_ / "pipe";
    ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
    auto read = std::async(std::launch::async, [&] {
        std::ifstream file(pipe);
        return std::string(std::istreambuf_iterator<char>(file), {});
    });
    write_file(pipe, "through");
    EXPECT_EQ(read.get(), "through");
    EXPECT_TRUE(fs::is_fifo(pipe));
}

TEST_F(WriteFile, SaysWhichFileCannotBeWrittenAndLeavesWhatIsThere) {
    const auto refused = [](const fs::path& path) {
        EXPECT_THAT([&] { write_file(path, "text"); },
                    testing::ThrowsMessage<EnvironmentError>(testing::HasSubstr(path.string())));
    };
    refused(folder_ / "none" / "a.txt");
    refused(folder_);
    EXPECT_TRUE(fs::is_directory(folder_));
    EXPECT_EQ(files(), 0U);
}

}  // namespace
}  // namespace ridge
