// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <string>

#include "core/bench_protocol.hpp"

namespace ridge {
namespace {

/// The real worker behind two pipes, with OMP_PROC_BIND set where one is given.
class Child {
  public:
    explicit Child(const char* binding = nullptr) {
        int to[2], from[2];
        if (::pipe(to) != 0 || ::pipe(from) != 0) throw std::runtime_error("no pipe");
        process_ = ::fork();
        if (process_ == 0) {
            ::dup2(to[0], STDIN_FILENO), ::dup2(from[1], STDOUT_FILENO);
            for (const int file : {to[0], to[1], from[0], from[1]}) ::close(file);
            // What a caller's environment sets would win over the worker's own settings.
            for (const char* name : {"OMP_PROC_BIND", "OMP_PLACES", "OMP_NUM_THREADS", "GLIBC_TUNABLES",
                                     "RIDGE_PROCESS_SETTINGS"})
                ::unsetenv(name);
            if (binding != nullptr) ::setenv("OMP_PROC_BIND", binding, 1);
            const std::string program = std::string(RIDGE_BINARY_DIR) + "/ridge-worker-host";
            ::execl(program.c_str(), program.c_str(), nullptr);
            ::_exit(127);
        }
        ::close(to[0]), ::close(from[1]);
        requests_ = to[1], answers_ = ::fdopen(from[0], "r");
    }
    ~Child() {
        close_requests();
        std::fclose(answers_);
        if (process_ > 0) ::waitpid(process_, nullptr, 0);
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    void send(const std::string& line) const {
        const auto text = line + "\n";
        ASSERT_EQ(::write(requests_, text.data(), text.size()), static_cast<ssize_t>(text.size()));
    }
    std::string line() {
        std::string text;
        for (int c = std::fgetc(answers_); c != EOF && c != '\n'; c = std::fgetc(answers_))
            text += static_cast<char>(c);
        return text;
    }
    std::string ask(const Json& request) {
        send(request.dump());
        return line();
    }
    void close_requests() {
        if (requests_ >= 0) ::close(requests_);
        requests_ = -1;
    }
    void kill(int signal) const { ::kill(process_, signal); }
    /// Most memory that it has held so far.
    [[nodiscard]] double peak_bytes() const {
        std::ifstream status("/proc/" + std::to_string(process_) + "/status");
        for (std::string word; status >> word;)
            if (double kib = 0; word == "VmHWM:" && status >> kib) return 1024.0 * kib;
        throw std::runtime_error("no peak of memory");
    }
    int wait() {
        int status = 0;
        ::waitpid(process_, &status, 0);
        process_ = -1;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

  private:
    pid_t process_ = -1;
    int requests_ = -1;
    std::FILE* answers_ = nullptr;
};

/// docs/bench-protocol.schema.json.
class ProtocolSchema {
  public:
    ProtocolSchema() {
        std::ifstream file(std::string(RIDGE_SOURCE_DIR) + "/docs/bench-protocol.schema.json");
        const auto document = nlohmann::json::parse(file);
        valijson::adapters::NlohmannJsonAdapter adapter(document);
        valijson::SchemaParser(valijson::SchemaParser::kDraft7).populateSchema(adapter, schema_);
    }
    /// What is wrong with a message; empty when nothing is.
    [[nodiscard]] std::string complaint(const std::string& message) {
        const auto document = nlohmann::json::parse(message, nullptr, false);
        if (document.is_discarded()) return "not JSON: " + message.substr(0, 200);
        valijson::adapters::NlohmannJsonAdapter adapter(document);
        valijson::Validator validator(valijson::Validator::kStrongTypes);
        valijson::ValidationResults results;
        if (validator.validate(schema_, adapter, &results)) return "";
        valijson::ValidationResults::Error error;
        std::string text = message.substr(0, 300);
        while (results.popError(error)) text += "\n  " + error.description;
        return text;
    }

  private:
    valijson::Schema schema_;
};

protocol::Budget short_budget() {
    protocol::Budget budget;
    budget.max_time_s = 0.05;
    return budget;
}

protocol::MeasureRequest stream_request() {
    protocol::MeasureRequest request;
    request.id = 2;
    request.call = "stream_copy n=4096 x=fp32";
    request.implementation = "kokkos-stream";
    request.budget = short_budget();
    return request;
}

const protocol::ImplementationInfo* find(const protocol::Description& description, const std::string& op,
                                         const std::string& name) {
    for (const auto& info : description.implementations)
        if (info.op == op && (name.empty() || info.name == name)) return &info;
    return nullptr;
}

protocol::Description described(const std::string& line) {
    const auto json = parse_json(line, "worker");
    return protocol::Description::from_json(JsonReader(json, "worker"));
}

Measurement measured(const std::string& line) {
    const auto json = parse_json(line, "worker");
    return protocol::MeasureAnswer::from_json(JsonReader(json, "worker")).measurement;
}

// A machine too busy to measure answers "failed" with the reason and is asked again; one of the tries has to
// find it quiet, and anything else has to be right.
template <typename Ask>
void expect_measured(const Ask& ask) {
    constexpr int tries = 50;
    Measurement measurement;
    for (int i = 0; i < tries; ++i) {
        measurement = measured(ask());
        if (measurement.status != Status::failed) break;
        EXPECT_THAT(measurement.reason, ::testing::HasSubstr("no undisturbed sample"));
    }
    ASSERT_EQ(measurement.status, Status::ok) << measurement.reason;
    EXPECT_LE(measurement.error.value(), 1.0);
}

TEST(WorkerHost, EveryMessageOfASessionFitsTheSchema) {
    ProtocolSchema schema;
    Child worker;
    const auto exchange = [&](const Json& request) {
        EXPECT_EQ(schema.complaint(request.dump()), "");
        auto answer = worker.ask(request);
        EXPECT_EQ(schema.complaint(answer), "");
        return answer;
    };
    EXPECT_EQ(schema.complaint(worker.line()), "");
    const auto description = described(exchange(protocol::describe_request(1)));
    EXPECT_EQ(description.device.kind, "cpu");
    EXPECT_EQ(description.environment.at("omp_proc_bind"), "close");
    ASSERT_NE(find(description, "stream_copy", "kokkos-stream"), nullptr);

    auto request = stream_request();
    request.config = find(description, "stream_copy", "kokkos-stream")->space.default_config();
    expect_measured([&] { return exchange(request.json()); });
    request.cache = CacheState::warm;
    expect_measured([&] { return exchange(request.json()); });
    request.implementation = "unheard-of";
    EXPECT_THAT(exchange(request.json()), ::testing::HasSubstr("\"invalid\""));

    for (const auto& probe : description.roofs)
        if (probe.level == "L1" || probe.mix == "fma")
            exchange(protocol::RoofRequest{.id = 3, .probe = probe, .budget = short_budget()}.json());
    worker.send("{");
    EXPECT_EQ(schema.complaint(worker.line()), "");
    worker.send(protocol::quit_request(4).dump());
    EXPECT_EQ(worker.line(), "");
    EXPECT_EQ(worker.wait(), 0);
}

TEST(WorkerHost, EveryGemmImplementationMultiplies) {
    Child worker;
    static_cast<void>(worker.line());
    const auto description = described(worker.ask(protocol::describe_request(1)));
    for (const auto& info : description.implementations) {
        if (info.op != "gemm" || info.formats.empty()) continue;
        if (std::ranges::find(info.sparsities, "dense") == info.sparsities.end()) continue;
        auto request = stream_request();
        request.call = "gemm m=16 n=64 k=128 " + info.formats.front();
        request.implementation = info.name;
        request.config = info.space.default_config();
        SCOPED_TRACE(info.name);
        // Kernels for a single row of activations refuse more of them, some also activations without zeros.
        const std::string one_row = "gemm m=1 n=256 k=128 " + info.formats.front();
        for (const auto& call : {one_row, one_row + " activation_sparsity=unstructured@0.5"})
            if (measured(worker.ask(request.json())).status == Status::invalid) request.call = call;
        expect_measured([&] { return worker.ask(request.json()); });
    }
}

struct MemoryCase {
    const char *implementation, *call;
    double bytes;  ///< of the operands and the output as the kernel reads them
};

// Nothing is kept twice: no dense copy of sparse weights, no wider copy of narrow ones. The reference of a
// row, the stacks of threads and what the system has not yet added up of each thread's pages are small
// change.
TEST(WorkerHost, MeasuringTakesTheOperandsAndATenthMore) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "sanitizers keep memory of their own";
#endif
    constexpr double small_change = 4e6, weights = 4096.0 * 4096.0;
    for (const auto& [implementation, call, bytes] : {
             MemoryCase{"kokkos-gemv", "gemm m=1 n=4096 k=4096 a=fp32 w=fp32 c=fp32", 4 * weights},
             MemoryCase{"kokkos-2of4", "gemm m=1 n=4096 k=4096 a=fp32 w=fp32 c=fp32 sparsity=2:4",
                        (2 + 0.125) * weights},
             MemoryCase{"kokkos-block",
                        "gemm m=1 n=4096 k=4096 a=fp32 w=fp32 c=fp32 sparsity=block:32x32@0.5", 2 * weights},
             MemoryCase{"kokkos-quantised", "gemm m=1 n=4096 k=4096 a=bf16 w=int4:g32 c=bf16",
                        (0.5 + 2.0 / 32) * weights},
             MemoryCase{
                 "kokkos-decode",
                 "attention batch=1 heads=8 kv_heads=8 head_dim=128 queries=1 context=16384 q=fp32 kv=fp32",
                 2 * 4 * 8 * 128 * 16384.0},
         }) {
        Child worker;
        static_cast<void>(worker.line());
        const auto description = described(worker.ask(protocol::describe_request(1)));
        auto request = stream_request();
        request.call = call;
        request.implementation = implementation;
        request.config = find(description, request.call.substr(0, request.call.find(' ')), implementation)
                             ->space.default_config();
        // The first measurement brings the buffer of the memory probe.
        auto small = stream_request();
        small.config = find(description, "stream_copy", "kokkos-stream")->space.default_config();
        static_cast<void>(worker.ask(small.json()));
        const double before = worker.peak_bytes();
        const auto measurement = measured(worker.ask(request.json()));
        // A busy machine leaves no sample undisturbed, and shows its memory all the same.
        if (measurement.status != Status::ok) {
            EXPECT_THAT(measurement.reason, ::testing::HasSubstr("no undisturbed sample")) << call;
        }
        EXPECT_LE(worker.peak_bytes() - before, 1.1 * bytes + small_change) << call;
        EXPECT_GE(worker.peak_bytes() - before, bytes - small_change) << call << " is not measured at all";
    }
}

TEST(WorkerHost, SchemaRefusesWhatIsNoMessage) {
    ProtocolSchema schema;
    for (const char* message :
         {R"({})", R"({"id":1,"request":"dance"})", R"({"id":"1","request":"describe"})", R"([])",
          R"({"id":1,"answer":"measure","status":"splendid"})",
          R"({"id":1,"answer":"roof","status":"failed"})",
          R"({"protocol":"other","version":1,"worker":"x"})"})
        EXPECT_NE(schema.complaint(message), "") << message;
}

Json environment_of(Child&& worker) {
    worker.line();
    const auto description = parse_json(worker.ask({{"id", 1}, {"request", "describe"}}), "worker");
    return description.at("environment");
}

// OpenMP binds the first thread before main() begins; the worker starts itself again and must not keep that.
TEST(WorkerHost, UsesEveryCoreWhateverBindingTheCallerAskedFor) {
    const auto unbound = environment_of(Child("false")), bound = environment_of(Child("close"));
    EXPECT_EQ(bound.at("affinity"), unbound.at("affinity"));
    EXPECT_EQ(bound.at("threads"), unbound.at("threads"));
}

TEST(WorkerHost, EndOfRequestsEndsIt) {
    Child worker;
    EXPECT_NE(worker.line(), "");
    worker.close_requests();
    EXPECT_EQ(worker.wait(), 0);
}

TEST(WorkerHost, SignalsEndIt) {
    for (const int signal : {SIGINT, SIGTERM}) {
        Child worker;
        EXPECT_NE(worker.line(), "");
        worker.kill(signal);
        EXPECT_EQ(worker.wait(), 128 + signal);
    }
}

}  // namespace
}  // namespace ridge
