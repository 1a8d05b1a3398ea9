// SPDX-License-Identifier: Apache-2.0
#include "reports/fixture.hpp"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

#include "operators/catalogue.hpp"

namespace ridge::fixture {
namespace {

constexpr const char* campaign_uuid = "00000000-0000-4000-8000-000000000001";
constexpr double dram = 26e9, launch_s = 2e-6;

Roof roof(RoofProbe::Kind kind, const char* mix, Precision precision, const char* level, double rate,
          std::int64_t bytes = 0) {
    Roof out;
    out.probe = {
        .kind = kind, .mix = mix, .precision = precision, .level = level, .working_set_bytes = bytes};
    out.rate = rate;
    out.rate_low = 0.985 * rate;
    out.rate_high = 1.01 * rate;
    out.samples = {out.rate_low, 0.99 * rate, rate, rate, 1.005 * rate, 1.008 * rate, out.rate_high};
    out.source = "fixture";
    return out;
}

double peak_of(Precision precision) {
    switch (precision) {
        case Precision::int8:
            return 980e9;
        case Precision::bf16:
            return 480e9;
        default:
            return 250e9;
    }
}

struct Variant {
    const char* implementation;
    const char* version;
    std::int64_t mc, nr;
    double slowdown;  // over the best
};

// 48 is the default of the tunable parameter mc, 96 the best value, 128 a tie with it.
constexpr Variant variants[] = {{"kokkos-tiled", "", 48, 1, 1.42},   {"kokkos-tiled", "", 96, 2, 1.0},
                                {"kokkos-tiled", "", 128, 2, 1.004}, {"kokkos-tiled", "", 192, 4, 1.2},
                                {"openblas", "0.3.21", 0, 0, 1.12},  {"onednn", "2.7", 0, 0, 0.97}};

db::Record record(const OperatorCall& call, const Variant& variant, CacheState cache, double time_s) {
    db::Record out;
    out.campaign = campaign_uuid;
    out.device = device_id;
    out.call = call.text();
    out.implementation = variant.implementation;
    out.implementation_version = variant.version;
    if (variant.mc > 0) out.config.set("mc", variant.mc), out.config.set("nr", variant.nr);
    out.seed = 1;
    out.taken_at = "2026-01-02T03:04:05.678Z";
    out.source = "fixture";
    out.measurement.status = Status::ok;
    out.measurement.cache = cache;
    for (const double factor : {0.995, 0.998, 0.999, 1.0, 1.001, 1.003, 1.006})
        out.measurement.samples_s.push_back(factor * time_s);
    out.measurement.stop = "interval";
    out.measurement.error = 0.1;
    out.summary = summarize(out.measurement.samples_s);
    return out;
}

// The roofline with a launch time and an efficiency that depends on the shape in a fixed way.
double ideal_time(const OperatorCall& call, CacheState cache) {
    const auto work = operators::work(call);
    const double bandwidth = cache == CacheState::warm ? 3.0 * dram : 0.9 * dram;
    const double uneven = 0.8 + 0.15 * static_cast<double>(call.text().size() % 5) / 5.0;
    return launch_s +
           std::max(work.flop / (uneven * peak_of(work.compute)), work.bytes() / (uneven * bandwidth / 0.9));
}

std::vector<std::string> call_texts() {
    std::vector<std::string> out = {"stream_read n=67108864 x=fp32", "stream_copy n=67108864 x=fp32",
                                    "stream_triad n=67108864 x=fp32"};
    for (const char* m : {"1", "16", "128", "512"})
        for (const char* shape : {" n=4096 k=4096", " n=11008 k=4096"})
            for (const char* formats :
                 {" a=fp32 w=fp32 c=fp32", " a=int8 w=int8 c=int32", " a=bf16 w=bf16 c=bf16"})
                out.push_back(std::string("gemm m=") + m + shape + formats);
    for (const char* sparsity : {"2:4", "block:16x16@0.125"})
        for (const char* m : {"1", "128"})
            out.push_back(std::string("gemm m=") + m +
                          " n=4096 k=4096 a=fp32 w=fp32 c=fp32 sparsity=" + sparsity);
    return out;
}

void add_call(std::vector<db::Record>& out, const std::string& text) {
    const auto call = operators::parse_call(text);
    const bool library_can = call.op == "gemm" && call.sparsity.is_dense();
    for (const auto& variant : variants)
        if (*variant.version == '\0' || library_can)
            out.push_back(record(call, variant, CacheState::cold,
                                 variant.slowdown * ideal_time(call, CacheState::cold)));
}

}  // namespace

Device device() {
    Device out;
    out.id = device_id;
    out.name = "Fixture CPU";
    out.vendor = "Nobody";
    out.kind = "cpu";
    out.units = 2;
    out.clock_hz = 2.5e9;
    out.peak_flops = {{Precision::fp32, 320e9}, {Precision::int8, 1.28e12}};
    out.memory_bytes = 16.0 * 1024 * 1024 * 1024;
    out.memory_bandwidth_bytes_per_s = 38.4e9;
    out.tdp_w = 60.0;
    out.sources = {"made up for tests"};
    return out;
}

std::vector<Roof> roofs() {
    using Kind = RoofProbe::Kind;
    return {roof(Kind::bandwidth, "read", Precision::fp32, "L1", 640e9, 49152),
            roof(Kind::bandwidth, "read", Precision::fp32, "L2", 210e9, 1048576),
            roof(Kind::bandwidth, "read", Precision::fp32, "L3", 62e9, 16777216),
            roof(Kind::bandwidth, "read", Precision::fp32, "DRAM", dram, 536870912),
            roof(Kind::bandwidth, "triad", Precision::fp32, "DRAM", 0.86 * dram, 536870912),
            roof(Kind::compute, "fma", Precision::fp32, "", peak_of(Precision::fp32)),
            roof(Kind::compute, "add", Precision::fp32, "", 0.5 * peak_of(Precision::fp32)),
            roof(Kind::compute, "dot", Precision::bf16, "", peak_of(Precision::bf16)),
            roof(Kind::compute, "vnni", Precision::int8, "", peak_of(Precision::int8))};
}

cost_model::DeviceModel model() { return cost_model::make_device_model(device(), roofs(), {}, std::nullopt); }

std::vector<db::Record> records() {
    std::vector<db::Record> out;
    for (const auto& text : call_texts()) add_call(out, text);
    const auto call = operators::parse_call("gemm m=1 n=1024 k=1024 a=fp32 w=fp32 c=fp32");
    out.push_back(record(call, variants[1], CacheState::warm, ideal_time(call, CacheState::warm)));
    for (std::size_t i = 0; i < out.size(); ++i) out[i].order_index = static_cast<std::int64_t>(i);
    return out;
}

void write_store(const std::filesystem::path& path, const Device& described) {
    db::Store store(path, db::Access::create);
    store.put_device(described);
    const auto environment =
        store.put_environment(Json{{"cpu", "Fixture CPU"}, {"governor", "performance"}, {"threads", 2}});
    store.add_roofs(device_id, environment, roofs());
    store.put_campaign(
        {campaign_uuid, device_id, "fixture-1", Json::object(), "finished", "2026-01-02T03:04:05.000Z"});
    auto all = records();
    for (auto& one : all) one.environment = environment;
    store.add(all);
}

TemporaryDirectory::TemporaryDirectory() {
    auto name = (std::filesystem::temp_directory_path() / "ridge-test-XXXXXX").string();
    if (!mkdtemp(name.data())) throw std::runtime_error("no temporary directory");
    path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

}  // namespace ridge::fixture
