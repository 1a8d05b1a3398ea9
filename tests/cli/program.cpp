// SPDX-License-Identifier: Apache-2.0
#include "program.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace ridge::test {
namespace {

std::string quoted(const std::string& word) {
    std::string out = "'";
    for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out + "'";
}

}  // namespace

Scratch::Scratch() {
    std::string pattern = (std::filesystem::temp_directory_path() / "ridge-test-XXXXXX").string();
    if (!mkdtemp(pattern.data())) throw std::runtime_error("no scratch folder");
    folder_ = pattern;
}

Scratch::~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

std::string Scratch::write(const std::string& name, const std::string& content) const {
    std::ofstream(path(name), std::ios::binary) << content;
    return path(name);
}

std::string read_file(const std::string& path) {
    std::ostringstream content;
    content << std::ifstream(path, std::ios::binary).rdbuf();
    return content.str();
}

Background::Background(const std::vector<std::string>& arguments) {
    const std::string program = std::string(RIDGE_BINARY_DIR) + "/" + arguments.at(0);
    auto words = arguments;
    std::vector<char*> pointers;
    for (auto& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    pid_ = fork();
    if (pid_ < 0) throw std::runtime_error("fork");
    if (pid_ > 0) return;
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        dup2(open("/dev/null", O_RDWR | O_CLOEXEC), stream);
    execv(program.c_str(), pointers.data());
    _exit(127);
}

Background::~Background() { kill(); }

bool Background::kill() {
    if (pid_ < 0) return false;
    ::kill(pid_, SIGKILL);
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFSIGNALED(status);
}

Outcome run(const std::vector<std::string>& arguments) {
    const Scratch scratch;
    // A store that is not there, so that the user's own plays no part.
    std::string line = "RIDGE_DB=" + quoted(scratch.path("none.db")) + " " +
                       quoted(std::string(RIDGE_BINARY_DIR) + "/" + arguments.at(0));
    for (std::size_t i = 1; i < arguments.size(); ++i) line += " " + quoted(arguments[i]);
    line += " >" + quoted(scratch.path("out")) + " 2>" + quoted(scratch.path("err")) + " </dev/null";
    const int status = std::system(line.c_str());
    return {.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
            .out = read_file(scratch.path("out")),
            .err = read_file(scratch.path("err"))};
}

}  // namespace ridge::test
