// SPDX-License-Identifier: Apache-2.0
#include "profiler/program/temporary_folder.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "core/error.hpp"

namespace ridge::profiler {
namespace {

[[noreturn]] void fail(const std::string& what) {
    throw EnvironmentError(what + ": " + std::generic_category().message(errno));
}

[[noreturn]] void remove_at_end(const std::filesystem::path& path, int life) {
    ::setsid();  // what ends us by its process group is not to end this
    for (int file = 0; file < 1024; ++file)
        if (file != life) ::close(file);
    char byte = 0;
    while (::read(life, &byte, 1) < 0 && errno == EINTR) continue;
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
    ::_exit(0);
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
    auto pattern = (std::filesystem::temp_directory_path() / "ridge-program-XXXXXX").string();
    std::array<int, 2> ends{};
    if (mkdtemp(pattern.data()) == nullptr) fail("cannot make the folder " + pattern);
    path_ = pattern;
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail("cannot make a pipe");
    remover_ = ::fork();
    if (remover_ < 0) fail("cannot start a process");
    if (remover_ == 0) {
        ::close(ends[1]);
        remove_at_end(path_, ends[0]);
    }
    ::close(ends[0]);
    life_ = ends[1];
}

TemporaryFolder::~TemporaryFolder() {
    ::close(life_);
    while (::waitpid(remover_, nullptr, 0) < 0 && errno == EINTR) continue;
}

}  // namespace ridge::profiler
