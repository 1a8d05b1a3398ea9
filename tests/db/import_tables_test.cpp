// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <zlib.h>

#include <cmath>

#include "db/import/import_file.hpp"
#include "db/import/rules.hpp"
#include "fixture.hpp"

namespace ridge::db {
namespace {

using testing::HasSubstr;

const std::string gemm_header = "kernel_source,gemm_dtype,m,n,k,latency\n";

std::string packed(const std::string& text) {
    z_stream stream{};
    if (deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK) return {};
    std::string in = text, out(deflateBound(&stream, text.size()) + 32, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(in.data());
    stream.avail_in = static_cast<uInt>(in.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

class ImportTables : public StoreTest {
  protected:
    void SetUp() override {
        StoreTest::SetUp();
        store_ = std::make_unique<Store>(folder_ / "store.db", Access::create);
    }
    void TearDown() override {
        store_.reset();
        StoreTest::TearDown();
    }
    TableImportReport import(const std::string& place, const std::string& content,
                             const TableImportOptions& options = {}) {
        const auto path = folder_ / place;
        std::filesystem::create_directories(path.parent_path());
        write_bytes(path, content);
        return import_table(*store_, path, options);
    }
    TableImportReport import_gemm(const std::string& rows, const TableImportOptions& options = {}) {
        return import("h100_sxm/gemm_trtllm_1.2.csv", gemm_header + rows, options);
    }
    std::string refusal(const std::string& place, const std::string& content,
                        const TableImportOptions& options = {}) {
        return message_of<InputError>([&] { (void)import(place, content, options); });
    }
    std::unique_ptr<Store> store_;
};

std::size_t aside(const TableImportReport& report, const std::string& rule) {
    for (const auto& count : report.aside)
        if (count.rule == rule) return count.values;
    return 0;
}

struct Kind {
    const char* place;
    const char* table;
    const char* call;
    double time_s;
    const char* implementation;
    const char* version;
    const char* config;
};

class KindsOfTables : public ImportTables, public testing::WithParamInterface<Kind> {};

TEST_P(KindsOfTables, BecomeCallsInSeconds) {
    const auto& kind = GetParam();
    const auto report = import(kind.place, kind.table);
    EXPECT_TRUE(report.aside.empty()) << report.aside.front().rule << ": " << report.aside.front().example;
    const auto records = store_->measurements({});
    ASSERT_FALSE(records.empty());
    EXPECT_EQ(records[0].call, kind.call);
    EXPECT_DOUBLE_EQ(records[0].summary->median, kind.time_s);
    EXPECT_EQ(records[0].implementation, kind.implementation);
    EXPECT_EQ(records[0].implementation_version, kind.version);
    EXPECT_EQ(records[0].config.text(), kind.config);
    EXPECT_EQ(records[0].measurement.cache, CacheState::warm);
}

INSTANTIATE_TEST_SUITE_P(
    Tables, KindsOfTables,
    testing::Values(
        Kind{"h100_sxm/gemm_trtllm_1.3.0rc20.csv",
             "kernel_source,gemm_dtype,m,n,k,latency\ntorch_flow,fp8_block,8,256,128,0.5\n",
             "gemm m=8 n=256 k=128 a=fp8_e4m3:g128:fp32 w=fp8_e4m3:b128 c=bf16", 5e-4, "trtllm", "1.3.0rc20",
             "kernel=torch_flow"},
        Kind{"h100_sxm/gemm/vllm/0.24.0/gemm_perf.csv", "gemm_dtype,m,n,k,latency\nnvfp4,8,256,128,0.5\n",
             "gemm m=8 n=256 k=128 a=fp4_e2m1:g16:fp8_e4m3 w=fp4_e2m1:g16:fp8_e4m3 c=bf16", 5e-4, "vllm",
             "0.24.0", ""},
        Kind{"b60/context_attention_vllm_0.20.0.csv",
             "batch_size,isl,num_heads,num_key_value_heads,head_dim,attn_dtype,kv_cache_dtype,step,latency\n"
             "2,16,8,2,64,bfloat16,fp8,48,1\n",
             "attention batch=2 heads=8 kv_heads=2 head_dim=64 queries=16 context=64 q=bf16 kv=fp8_e4m3",
             1e-3, "vllm", "0.20.0", "phase=prefill"},
        Kind{"l4/generation_attention_trtllm_1.csv",
             "batch_size,isl,num_heads,num_key_value_heads,head_dim,window_size,kv_cache_dtype,step,latency\n"
             "2,1,8,0,64,128,bfloat16,63,1\n",
             "attention_sliding batch=2 heads=8 kv_heads=8 head_dim=64 queries=1 context=64 window=128 "
             "q=bf16 kv=bf16",
             1e-3, "trtllm", "1", "phase=decode"},
        Kind{"h200_sxm/generation_mla_trtllm_1.csv",
             "mla_dtype,kv_cache_dtype,num_heads,batch_size,isl,tp_size,step,latency\nbfloat16,fp8,16,4,1,8,"
             "99,0.25\n",
             "attention_mla batch=4 heads=16 latent=512 rope=64 context=100 q=bf16 kv=fp8_e4m3", 2.5e-4,
             "trtllm", "1", "phase=decode"},
        Kind{"h200_sxm/context_mla_trtllm_1.csv",
             "mla_dtype,kv_cache_dtype,num_heads,batch_size,isl,tp_size,step,latency\nbfloat16,bfloat16,16,4,"
             "32,8,0,0.25\n",
             "attention_mla_prefill batch=4 heads=16 nope=128 rope=64 value=128 queries=32 context=32 q=bf16 "
             "kv=bf16",
             2.5e-4, "trtllm", "1", "phase=prefill"},
        Kind{"gb300/moe_trtllm_1.csv",
             "kernel_source,moe_dtype,num_tokens,hidden_size,inter_size,topk,num_experts,moe_tp_size,moe_ep_"
             "size,distribution,latency\n"
             "moe_torch_flow,w4a16_mxfp4,16,2880,2880,4,32,2,4,power_law_1.2,0.5\n",
             "expert_layer tokens=16 hidden=2880 inter=1440 experts=32 local_experts=8 k=4 x=bf16 "
             "w=fp4_e2m1:g32:fp8_e8m0 y=bf16",
             5e-4, "trtllm", "1", "kernel=moe_torch_flow load=power_law_1.2"},
        Kind{"h100_sxm/computescale_trtllm_1.csv", "m,k,quant_dtype,latency\n64,512,fp8,0.01\n",
             "quantise rows=64 n=512 x=bf16 y=fp8_e4m3:row", 1e-5, "trtllm", "1", ""},
        Kind{"h100_sxm/custom_allreduce_vllm_0.24.0.csv",
             "kernel_source,allreduce_dtype,num_gpus,message_size,latency,backend\nX,bfloat16,4,128,0.02,"
             "vllm_graph\n",
             "all_reduce ranks=4 n=128 x=bf16", 2e-5, "vllm", "0.24.0", "backend=graph kernel=X"},
        Kind{"h100_sxm/nccl_2.29.2.csv",
             "op_name,nccl_dtype,num_gpus,message_size,latency\nall_gather,half,8,256,0.01\n",
             "all_gather ranks=8 n=32 x=fp16", 1e-5, "nccl", "2.29.2", ""},
        Kind{"h100_sxm/deepep_ll_sglang_0.5.12.csv",
             "node_num,hidden_size,num_token,num_topk,num_experts,combine_avg_t_us,dispatch_avg_t_us\n1,2048,"
             "4,8,128,20,10\n",
             "expert_dispatch ranks=8 tokens=4 n=2048 experts=128 k=8 x=fp8_e4m3:g128:fp32", 1e-5, "deepep",
             "sglang-0.5.12", "ranks_per_node=8"},
        Kind{"Tesla_T4/bmm.csv", "op,B,M,N,K,latency_ms,kernel\nbmm,3,4,5,6,0.5,sgemm 32x32\n",
             "gemm_batched batch=3 m=4 n=6 k=5 a=fp32 w=fp32 c=fp32", 5e-4, "pytorch", "2.1.0",
             "kernel=sgemm_32x32"},
        Kind{"AMD_Instinct_MI210/linear.csv", "op,B,M,N,K,latency_ms\nlinear,3,4,5,6,0.5\n",
             "gemm m=12 n=6 k=5 a=fp32 w=fp32 c=fp32", 5e-4, "pytorch", "2.4.1", ""},
        Kind{"NVIDIA_L4/ln.csv", "op,B,H,latency_ms\nln,3,4,0.5\n", "layernorm rows=3 n=4 x=fp32", 5e-4,
             "pytorch", "2.1.0", ""},
        Kind{"Tesla_P4/conv.csv",
             "op,B,Input_Channel,Output_Channel,Kernel_Szie,Input_Size,Stride,Padding,latency_ms\nconv,2,3,4,"
             "3,32,1,1,0.5\n",
             "conv2d batch=2 height=32 width=32 channels=3 features=4 kernel=3 stride=1 x=fp32 w=fp32 y=fp32",
             5e-4, "pytorch", "2.1.0", ""},
        Kind{"a100/Llama_mlp.csv",
             "attn_pre_proj.median,n_head,n_kv_head,n_embd,n_expanded_embd,vocab_size,use_gated_mlp,num_"
             "tokens,"
             "num_tensor_parallel_workers\n2,32,8,4096,11008,32000,True,64,2\n",
             "gemm m=64 n=3072 k=4096 a=fp16 w=fp16 c=fp16", 2e-3, "sarathi-serve", "",
             "layer=attn_pre_proj"},
        Kind{"net_a100_dgx/all_reduce.csv",
             "all_reduce.median,num_workers,size,collective,devices_per_node\n0.5,16,4096,all_reduce,8\n",
             "all_reduce ranks=16 n=2048 x=fp16", 5e-4, "nccl", "", "ranks_per_node=8"},
        Kind{"RTX4090/Llama-3.1-8B_tp2_layers.csv",
             "layer_name,input,kv_cache,tp_size,latency(ns)\nq_proj,32,0,2,50000\n",
             "gemm m=32 n=2048 k=4096 a=bf16 w=bf16 c=bf16", 5e-5, "vllm", "", "layer=q_proj"},
        Kind{"RTXPRO6000/Llama-3.1-8B_tp1_dense.csv", "layer,tokens,time_us\ngate_up_proj,32,100\n",
             "gemm m=32 n=28672 k=4096 a=bf16 w=bf16 c=bf16", 1e-4, "vllm", "0.19", "layer=gate_up_proj"},
        Kind{"perf/H100/Llama-3.1-8B/bf16/tp4/attention.csv",
             "prefill_chunk,kv_prefill,n_decode,kv_decode,time_us\n0,0,16,1023,100\n",
             "attention batch=16 heads=8 kv_heads=2 head_dim=128 queries=1 context=1024 q=bf16 kv=bf16", 1e-4,
             "vllm", "0.19", "layer=attn phase=decode"},
        Kind{"llmcompass/matmul_A100.csv", "64, 12288, 12288, 0.1900ms, 101.7Tflops\n",
             "gemm m=64 n=12288 k=12288 a=fp16 w=fp16 c=fp16", 0.19 * 1e-3, "pytorch", "", ""},
        Kind{"llmcompass/softmax_MI210.csv", "4096, 32, 1.31072\n", "softmax rows=4096 n=32 x=fp16", 1e-4,
             "pytorch", "", ""}));

TEST_F(ImportTables, ExpertLayersOfOtherKernelsThanGatedOnesAreTold) {
    (void)import("gb300/moe_trtllm_1.csv",
                 "kernel_source,moe_dtype,num_tokens,hidden_size,inter_size,topk,num_experts,moe_tp_size,moe_"
                 "ep_size,distribution,"
                 "latency\nmoe_torch_flow_nongated,bfloat16,16,2880,2880,4,32,2,4,balanced,0.5\n");
    EXPECT_THAT(store_->measurements({}).at(0).call, testing::StartsWith("expert_layer_ungated tokens=16"));
}

TEST_F(ImportTables, ProvenanceAndEnergyGoAlong) {
    write_bytes(folder_ / "README.md", "from `ai-dynamo/aiconfigurator` @ 095f58a51c4c (2026)");
    const auto report =
        import("gb200/power_gemm_trtllm_1.3.csv",
               "gemm_dtype,m,n,k,latency,power,power_limit\nbfloat16,8,256,128,0.5,400,1000\n");
    EXPECT_EQ(report.device, "gb200-gpu");
    EXPECT_TRUE(report.has_data_sheet);
    const auto record = store_->measurements({}).at(0);
    EXPECT_DOUBLE_EQ(record.measurement.energy_j.value(), 0.2);
    const auto environment = store_->environment(record.environment);
    EXPECT_EQ(environment.at("commit"), "095f58a51c4c");
    EXPECT_EQ(environment.at("licence"), "Apache-2.0");
    EXPECT_EQ(environment.at("framework_version"), "1.3");
    EXPECT_GT(store_->device("gb200-gpu")->memory_bandwidth_bytes_per_s, 0);
    EXPECT_EQ(store_->import_sources().at(0).kind, "aiconfigurator");
}

TEST_F(ImportTables, TwiceAddsNothingPackedOrNot) {
    const auto text = gemm_header + "torch_flow,bfloat16,8,256,128,0.5\ntorch_flow,fp8,8,256,128,0.4\n";
    EXPECT_EQ(import("h100_sxm/gemm_trtllm_1.csv.gz", packed(text)).added, 2u);
    const auto again = import("h100_sxm/gemm_trtllm_1.csv", text);
    EXPECT_TRUE(again.imported_before);
    EXPECT_EQ(again.added, 0u);
    EXPECT_EQ(store_->measurements({}).size(), 2u);
}

TEST_F(ImportTables, WhatIsSoundInACutFileIsKept) {
    std::string text = gemm_header;
    for (int i = 1; i <= 2000; ++i)
        text += "torch_flow,bfloat16," + std::to_string(i) + ",256,128,0." + std::to_string(1000 + i) + "\n";
    const auto whole = packed(text);
    const auto report = import("h100_sxm/gemm_trtllm_1.csv.gz", whole.substr(0, whole.size() / 2));
    EXPECT_TRUE(report.cut);
    EXPECT_EQ(aside(report, "cut"), 1u);
    EXPECT_GT(report.added, 100u);
    EXPECT_EQ(report.added, report.rows);
}

TEST_F(ImportTables, BadRowsAreSetAsideWithReasons) {
    const auto report = import_gemm(
        "x,bfloat16,8,256,128,0\nx,bfloat16,8,256,128,-1\nx,bfloat16,8,256,128,inf\nx,bfloat16,8,256,128,"
        "nan\n"
        "x,bfloat16,8,256,128,fast\nx,bfloat16,8,,128,1\nx,bfloat16,8.5,256,128,1\nx,bfloat16,8,256,1\n"
        "x,fp3,8,256,128,1\nx,bfloat16,0,256,128,1\nx,bfloat16,99999999,99999999,128,1\nx,bfloat16,8,256,128,"
        "1\n");
    EXPECT_EQ(report.rows, 12u);
    EXPECT_EQ(report.values, 12u);
    EXPECT_EQ(report.added, 1u);
    EXPECT_EQ(aside(report, "time"), 4u);
    EXPECT_EQ(aside(report, "field"), 3u);
    EXPECT_EQ(aside(report, "short-row"), 1u);
    EXPECT_EQ(aside(report, "unknown-dtype"), 1u);
    EXPECT_EQ(aside(report, "impossible-call"), 2u);
    EXPECT_THAT(report.aside.at(0).example, HasSubstr("line 2: the time is 0 s"));
}

TEST_F(ImportTables, RepeatedRowsAreSamplesUnlessTheyContradict) {
    const auto rows =
        "x,bfloat16,8,256,128,1\nx,bfloat16,8,256,128,1.5\nx,bfloat16,8,256,128,1\n"
        "x,bfloat16,9,256,128,1\nx,bfloat16,9,256,128,2.5\n";
    const auto report = import_gemm(rows);
    EXPECT_EQ(report.added, 1u);
    EXPECT_EQ(aside(report, "duplicate"), 1u);
    EXPECT_EQ(aside(report, "contradictory"), 2u);
    EXPECT_EQ(store_->measurements({}).at(0).measurement.samples_s, (std::vector<double>{1e-3, 1.5e-3}));
    const auto kept = import_gemm(rows, {.keep = {"contradictory", "duplicate"}});
    EXPECT_EQ(kept.added, 1u);  // what was there is not doubled
    EXPECT_EQ(aside(kept, "contradictory"), 0u);
}

// 2 m n k FLOP at 989 TFLOP/s: 8192 x 8192 x 8192 takes 1.11 ms at least.
TEST_F(ImportTables, TimesBelowTheFloorAreSetAside) {
    const auto report = import_gemm("x,bfloat16,8192,8192,8192,1.3\nx,bfloat16,8192,8192,8191,0.5\n");
    EXPECT_EQ(report.added, 1u);
    EXPECT_EQ(aside(report, "below-floor"), 1u);
    EXPECT_EQ(import_gemm("x,bfloat16,8192,8192,8191,0.5\n", {.keep = {"below-floor"}}).added, 1u);
}

// 16 MiB of weights at 864 GB/s would take 19 us, but stay in the 96 MiB of an L40S' L2.
TEST_F(ImportTables, OperandsMayStayInABigCache) {
    const std::string row = "x,bfloat16,1,4096,2048,0.006\n";
    EXPECT_EQ(import("l40s/gemm_vllm_1.csv", gemm_header + row).added, 1u);
}

TEST_F(ImportTables, AFileInAnotherUnitIsRefusedWithTheLikelyOne) {
    std::string rows;
    for (int m = 4096; m < 4116; ++m) rows += "x,bfloat16," + std::to_string(m) + ",8192,8192,0.0008\n";
    const auto message = refusal("h100_sxm/gemm_trtllm_1.csv", gemm_header + rows);
    EXPECT_THAT(message, HasSubstr("gemm_trtllm_1.csv: three quarters of the times of its larger calls"));
    EXPECT_THAT(message, HasSubstr("seconds where the format has milliseconds"));
    EXPECT_TRUE(store_->measurements({}).empty());
    EXPECT_TRUE(store_->import_sources().empty());
}

TEST_F(ImportTables, DefectsOfTheSourcesHaveNamesAndCanBeKept) {
    const auto table = [](const char* version) {
        return std::pair(
            "h100_sxm/context_attention_sglang_" + std::string(version) + ".csv",
            std::string(
                "batch_size,isl,num_heads,num_key_value_heads,head_dim,window_size,attn_dtype,kv_cache_dtype,"
                "step,latency\n1,64,8,8,64,0,bfloat16,bfloat16,0,1\n1,64,8,8,64,32,bfloat16,bfloat16,0,1\n"));
    };
    for (const auto* old : {"0.5.10", "0.5.9.post1", "0.4.12"})
        EXPECT_EQ(aside(import(table(old).first, table(old).second), "sglang-window-0"), 1u) << old;
    const auto [place, text] = table("0.5.12");
    EXPECT_EQ(import(place, text).aside.size(), 0u);
    EXPECT_EQ(import(table("0.5.10").first, text, {.keep = {"sglang-window-0"}}).aside.size(), 0u);
    const auto fallback = gemm_header + "TritonFp8BlockScaledMMKernel,fp8_block,8,256,128,5\n";
    EXPECT_EQ(aside(import("rtx_pro_6000_server/gemm_vllm_0.24.0.csv", fallback), "triton-fallback"), 1u);
    EXPECT_EQ(import("l40s/gemm_vllm_0.24.0.csv", fallback).added, 1u);
}

TEST_F(ImportTables, CollectivesWithoutOperationAreSetAside) {
    const auto report =
        import("b60/oneccl_2021.17.2.csv", "nccl_dtype,num_gpus,message_size,latency\nhalf,2,256,0.01\n");
    EXPECT_EQ(report.added, 0u);
    EXPECT_EQ(aside(report, "operator-not-told"), 1u);
}

TEST_F(ImportTables, UnknownDevicesAreTakenByName) {
    const auto report = import("Foo_9000/gemm_vllm_1.csv", gemm_header + "x,bfloat16,8,256,128,1\n");
    EXPECT_EQ(report.device, "foo-9000");
    EXPECT_FALSE(report.has_data_sheet);
    EXPECT_EQ(store_->device("foo-9000")->name, "Foo_9000");
    EXPECT_EQ(
        import("Foo_9000/gemm_vllm_2.csv", gemm_header + "x,bfloat16,8,256,128,2\n", {.device = "h200_sxm"})
            .device,
        "h200-sxm");
}

TEST_F(ImportTables, RefusesWhatIsNoTable) {
    EXPECT_THAT(refusal("h100_sxm/gemm_vllm_1.csv", "gemm_dtype,m,n,latency\nbfloat16,1,1,1\n"),
                HasSubstr("of the nearest, of aiconfigurator, it lacks k"));
    EXPECT_THAT(refusal("x.csv", ""), HasSubstr("--mapping"));
    EXPECT_THAT(refusal("h100_sxm/gemm_vllm_1.csv", gemm_header, {.keep = {"time"}}),
                HasSubstr("cannot be switched off"));
    EXPECT_THAT(refusal("h100_sxm/gemm_vllm_1.csv", gemm_header, {.keep = {"tim"}}),
                HasSubstr("no import rule 'tim'"));
}

TEST_F(ImportTables, AMappingReadsAnyTable) {
    const auto example = std::filesystem::path(RIDGE_SOURCE_DIR) / "examples/import-mapping";
    const auto report = import_table(*store_, example / "timings.csv", {.mapping = example / "mapping.json"});
    EXPECT_EQ(report.device, "a100-80-sxm");
    EXPECT_EQ(report.added, 3u);
    EXPECT_EQ(aside(report, "time"), 1u);
    EXPECT_EQ(aside(report, "unknown-dtype"), 1u);
    EXPECT_EQ(aside(report, "no-operator"), 1u);
    const auto records = store_->measurements({});
    EXPECT_EQ(records.at(1).call, "gemm m=2048 n=4096 k=4096 a=fp16 w=fp16 c=fp16");
    EXPECT_DOUBLE_EQ(records.at(1).summary->median, 3.05e-4);
    EXPECT_DOUBLE_EQ(records.at(1).measurement.energy_j.value(), 352 * 3.05e-4);
    EXPECT_EQ(records.at(1).config.text(), "tile=256x128");
    EXPECT_EQ(store_->environment(records.at(1).environment).at("licence"), "Apache-2.0");
}

TEST_F(ImportTables, MappingsAreCheckedByKey) {
    const auto with = [&](const std::string& json) {
        write_bytes(folder_ / "map.json", json);
        return refusal("t.csv", "m,t\n1,2\n", {.device = "h100-sxm", .mapping = folder_ / "map.json"});
    };
    const std::string rest =
        R"(,"dimensions":{"rows":"m","n":4},"operands":{"x":"bf16"},"implementation":"a")";
    EXPECT_THAT(with(R"({"operator":"gem"})"), HasSubstr("unknown operator 'gem'"));
    EXPECT_THAT(with(R"({"operator":"rmsnorm","time":{"column":"t","unit":"min"})" + rest + "}"),
                HasSubstr("s, ms, us or ns"));
    EXPECT_THAT(with(R"({"operator":"rmsnorm","time":{"column":"u","unit":"s"})" + rest + "}"),
                HasSubstr("has no column 'u'"));
}

TEST(ImportRules, AreAllDocumented) {
    const auto page = read_bytes(std::filesystem::path(RIDGE_SOURCE_DIR) / "docs/importing.md");
    std::set<std::string_view> names;
    for (const auto& rule : import_rules()) {
        EXPECT_TRUE(names.insert(rule.name).second) << rule.name;
        EXPECT_NE(page.find("`" + std::string(rule.name) + "`"), std::string::npos) << rule.name;
    }
}

}  // namespace
}  // namespace ridge::db
