// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cost_model/device_model.hpp"
#include "db/store.hpp"

/// A made-up CPU with its roofs and measurements, for tests of reports and window. Times follow from made-up
/// efficiencies by a fixed rule: nothing in it was measured.
namespace ridge::fixture {

inline constexpr const char* device_id = "fixture-cpu";

[[nodiscard]] Device device();
[[nodiscard]] std::vector<Roof> roofs();
/// Both together, without measurements and fit.
[[nodiscard]] cost_model::DeviceModel model();
/// About 30 calls: gemm in fp32, bf16 and int8, dense and sparse, and stream; default, best, tied and library
/// configurations.
[[nodiscard]] std::vector<db::Record> records();

/// Writes all of it into a new store; `described` has to keep the id.
void write_store(const std::filesystem::path& path, const Device& described = device());

/// A directory of its own that goes away with the object.
class TemporaryDirectory {
  public:
    TemporaryDirectory();
    ~TemporaryDirectory();
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

}  // namespace ridge::fixture
