// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace ridge::test {

/// What a program left behind when it ended.
struct Outcome {
    int code = 0;  ///< exit code; 128 + signal when it was killed by one
    std::string out, err;
};

/// Runs build/bin/<arguments[0]> and waits for its end.
[[nodiscard]] Outcome run(const std::vector<std::string>& arguments);

/// build/bin/<arguments[0]> in the background, with its output thrown away; killed when it is destroyed.
class Background {
  public:
    explicit Background(const std::vector<std::string>& arguments);
    ~Background();
    Background(const Background&) = delete;
    Background& operator=(const Background&) = delete;
    /// Sends SIGKILL and waits; whether it was still running.
    bool kill();

  private:
    pid_t pid_ = -1;
};

/// An empty folder that is removed again.
class Scratch {
  public:
    Scratch();
    ~Scratch();
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    [[nodiscard]] std::string path(const std::string& name) const { return folder_ + "/" + name; }
    std::string write(const std::string& name, const std::string& content) const;

  private:
    std::string folder_;
};

[[nodiscard]] std::string read_file(const std::string& path);

}  // namespace ridge::test
