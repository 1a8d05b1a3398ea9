// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "db/store.hpp"

namespace ridge::db {

inline constexpr const char* small_call = "gemm m=1 n=64 k=64 a=fp32 w=fp32 c=fp32";
inline constexpr const char* large_call = "gemm m=16 n=4096 k=4096 a=fp32 w=fp32 c=fp32";

inline std::string read_bytes(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

inline void write_bytes(const std::filesystem::path& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

inline Device test_device(const std::string& id = "host") {
    Device device;
    device.id = id;
    device.name = "Device " + id;
    device.vendor = "none";
    device.kind = "cpu";
    return device;
}

inline Campaign test_campaign(const std::string& uuid = "campaign-1") {
    return {
        uuid, "host", "demo-1", {{"searcher", "random"}, {"seed", 7}}, "running", "2026-01-02T03:04:05.000Z"};
}

inline Record ok_record(const std::string& campaign, std::int64_t round = 0) {
    Record record;
    record.campaign = campaign;
    record.device = "host";
    record.call = small_call;
    record.implementation = "kokkos-tiled";
    record.config.set("mr", std::int64_t{12});
    record.round = round;
    record.taken_at = "2026-01-02T03:04:06.000Z";
    record.source = "ridge-worker-host 0.1.0";
    record.measurement.status = Status::ok;
    record.measurement.samples_s = {3e-6, 1e-6, 2e-6, 5e-6, 4e-6, 6e-6, 7e-6};
    record.measurement.stop = "interval";
    return record;
}

/// Message of the InputError or EnvironmentError that `action` has to throw; anything else fails the test.
template <typename Exception, typename Action>
std::string message_of(Action action) {
    try {
        action();
    } catch (const Exception& error) {
        return error.what();
    } catch (const std::exception& error) {
        ADD_FAILURE() << "another exception: " << error.what();
        return {};
    }
    ADD_FAILURE() << "no exception";
    return {};
}

/// A folder of its own for every test.
class StoreTest : public testing::Test {
  protected:
    void SetUp() override {
        std::string name = (std::filesystem::temp_directory_path() / "ridge-db-XXXXXX").string();
        ASSERT_NE(mkdtemp(name.data()), nullptr);
        folder_ = name;
        path_ = folder_ / "store.db";
    }
    void TearDown() override {
        std::filesystem::permissions(folder_, std::filesystem::perms::owner_all);
        std::filesystem::remove_all(folder_);
    }

    /// A store with a device and a campaign.
    Store filled() const {
        Store store(path_, Access::create);
        store.put_device(test_device());
        store.put_campaign(test_campaign());
        return store;
    }

    std::filesystem::path folder_, path_;
};

}  // namespace ridge::db
