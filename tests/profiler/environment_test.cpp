// SPDX-License-Identifier: Apache-2.0
#include "profiler/environment.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "profiler/device_identity.hpp"
#include "profiler/energy.hpp"
#include "profiler/system_files.hpp"

namespace ridge::profiler {
namespace {

namespace fs = std::filesystem;

/// A folder that stands for "/".
class FixtureRoot : public ::testing::Test {
  protected:
    void SetUp() override {
        const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
        root = fs::temp_directory_path() /
               ("ridge-environment-" + std::string(test->name()) + std::to_string(::getpid()));
        fs::create_directories(root);
    }
    void TearDown() override { fs::remove_all(root); }

    void write(const std::string& path, const std::string& text) {
        fs::create_directories((root / path).parent_path());
        std::ofstream(root / path) << text;
    }
    void write_cache(int index, const std::string& level, const std::string& type, const std::string& size,
                     const std::string& cpus) {
        const auto folder = "sys/devices/system/cpu/cpu0/cache/index" + std::to_string(index) + "/";
        write(folder + "level", level), write(folder + "type", type);
        write(folder + "size", size), write(folder + "shared_cpu_list", cpus);
    }

    fs::path root;
};

constexpr const char* cpuinfo =
    "processor\t: 0\nvendor_id\t: AuthenticAMD\ncpu family\t: 25\nmodel\t\t: 17\n"
    "model name\t: AMD EPYC(TM) 9354 @ 3.25GHz\nflags\t\t: fpu avx2 avx512f hypervisor avx512_bf16\n\n"
    "processor\t: 1\nmodel name\t: another\n";

TEST(SystemFiles, SizesAndLists) {
    EXPECT_EQ(parse_size("266240K"), 266240.0 * 1024);
    EXPECT_EQ(parse_size("32 M\n"), 32.0 * 1024 * 1024);
    EXPECT_EQ(parse_size("512"), 512.0);
    EXPECT_FALSE(parse_size("max"));
    EXPECT_FALSE(parse_size("0K"));
    EXPECT_FALSE(parse_size("12 parsec"));
    EXPECT_EQ(parse_cpu_list("0-3,8"), (std::vector<int>{0, 1, 2, 3, 8}));
    EXPECT_TRUE(parse_cpu_list("3-1").empty());
    EXPECT_TRUE(parse_cpu_list("0-99999999").empty());
    EXPECT_TRUE(parse_cpu_list("a-b").empty());
}

TEST_F(FixtureRoot, DeviceOfAnAmdServer) {
    write("proc/cpuinfo", cpuinfo);
    write("proc/meminfo", "MemTotal:  1000 kB\nMemAvailable: 600 kB\n");
    write("sys/devices/system/cpu/online", "0-63\n");
    write_cache(0, "1", "Data", "32K", "0,32");
    write_cache(1, "1", "Instruction", "32K", "0,32");
    write_cache(2, "3", "Unified", "32M", "0-7");
    const auto device = host_device(root);
    EXPECT_EQ(device.id, "amd-epyc-9354-64c");
    EXPECT_EQ(device.name, "AMD EPYC 9354");
    EXPECT_EQ(device.vendor, "AMD");
    EXPECT_EQ(device.units, 64);
    EXPECT_EQ(device.memory_bytes, 1000.0 * 1024);
    ASSERT_EQ(device.caches.size(), 2u);
    EXPECT_EQ(device.caches[0].name, "L1");
    EXPECT_EQ(device.caches[0].shared_by, 2);
    EXPECT_EQ(device.caches[1].bytes, 32.0 * 1024 * 1024);
    EXPECT_EQ(device.instruction_sets, (std::vector<std::string>{"avx2", "avx512f", "avx512_bf16"}));
    EXPECT_TRUE(device.peak_flops.empty());
}

TEST_F(FixtureRoot, EnvironmentReadsWhatIsThere) {
    write("proc/cpuinfo", cpuinfo);
    write("proc/meminfo", "MemTotal:  1000 kB\nMemAvailable: 600 kB\n");
    write("proc/loadavg", "1.25 0.50 0.10 2/345 6789\n");
    write("sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n");
    write("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "performance\n");
    const auto environment =
        read_environment({.threads = 4, .libraries = {{"kokkos", "5.0.2"}}, .cache_flush = "sweep"}, root);
    EXPECT_EQ(environment.at("cpu_model"), "AMD EPYC(TM) 9354 @ 3.25GHz");
    EXPECT_EQ(environment.at("hypervisor"), true);
    EXPECT_EQ(environment.at("load_average_1min"), 1.25);
    EXPECT_EQ(environment.at("transparent_huge_pages"), "madvise");
    EXPECT_EQ(environment.at("governor"), "performance");
    EXPECT_EQ(environment.at("threads"), 4);
    EXPECT_EQ(environment.at("libraries").at("kokkos"), "5.0.2");
    EXPECT_EQ(environment.at("memory_available_bytes"), 600.0 * 1024);
}

TEST_F(FixtureRoot, WhatIsMissingIsNamedWithAReason) {
    const auto environment = read_environment({.threads = 1, .libraries = {}, .cache_flush = "sweep"}, root);
    for (const char* key : {"cpu_model", "governor", "caches", "memory_bytes", "energy_counter", "kernel"}) {
        EXPECT_FALSE(environment.contains(key)) << key;
        EXPECT_FALSE(environment.at("unreadable").at(key).get<std::string>().empty()) << key;
    }
    EXPECT_FALSE(available_bytes(root)) << "unknown is not nothing";
}

TEST_F(FixtureRoot, AControlGroupLimitsWhatIsAvailable) {
    write("proc/meminfo", "MemAvailable: 600 kB\n");
    write("sys/fs/cgroup/memory.max", "409600\n");
    write("sys/fs/cgroup/memory.current", "204800\n");
    EXPECT_EQ(available_bytes(root), 204800);
    write("sys/fs/cgroup/memory.stat",
          "anon 4096\ninactive_anon 8192\nactive_file 1024\ninactive_file 2048\n");
    EXPECT_EQ(available_bytes(root), 204800 + 1024 + 2048) << "page cache can be had";
    write("sys/fs/cgroup/memory.max", "max\n");
    EXPECT_EQ(available_bytes(root), 600 * 1024);
}

TEST_F(FixtureRoot, EnergyCountersAddUpAndWrapAround) {
    write("sys/class/powercap/intel-rapl:0/energy_uj", "9000000\n");
    write("sys/class/powercap/intel-rapl:0/max_energy_range_uj", "10000000\n");
    write("sys/class/powercap/intel-rapl:0:0/energy_uj", "5\n");  // a part of the package
    write("sys/class/powercap/intel-rapl:1/energy_uj", "0\n");
    EnergyCounter counter(root);
    ASSERT_TRUE(counter.readable());
    write("sys/class/powercap/intel-rapl:0/energy_uj", "500000\n");
    write("sys/class/powercap/intel-rapl:1/energy_uj", "2000000\n");
    EXPECT_NEAR(counter.total_j().value(), 1.5 + 2.0, 1e-9);
    fs::remove(root / "sys/class/powercap/intel-rapl:1/energy_uj");
    EXPECT_FALSE(counter.total_j().has_value());
}

TEST_F(FixtureRoot, NoEnergyCounterHasAReason) {
    EXPECT_FALSE(EnergyCounter(root).readable());
    EXPECT_FALSE(EnergyCounter(root).reason().empty());
}

}  // namespace
}  // namespace ridge::profiler
