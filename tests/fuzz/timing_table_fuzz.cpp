// SPDX-License-Identifier: Apache-2.0
#include "db/import/packed_file.hpp"
#include "db/import/read_table.hpp"
#include "driver.hpp"

namespace {

using namespace ridge;

// A file of each kind; the first line is the name that it has.
const std::vector<std::string> corpus = {
    "gemm_trtllm_1.3\nkernel_source,gemm_dtype,m,n,k,latency,power\ntorch,fp8_block,8,256,128,0.5,300\n\"a,"
    "b\",nvfp4,1,16,64,1e-3,\n",
    "context_attention_sglang_0.5.9\nbatch_size,isl,num_heads,num_key_value_heads,head_dim,window_size,attn_"
    "dtype,kv_cache_dtype,"
    "step,latency\n2,16,8,0,64,128,bfloat16,fp8,48,1\n",
    "generation_mla_vllm_1\nmla_dtype,kv_cache_dtype,num_heads,batch_size,isl,step,latency\nbfloat16,fp8,16,"
    "4,1,99,0.25\n",
    "moe_vllm_1\nkernel_source,moe_dtype,num_tokens,hidden_size,inter_size,topk,num_experts,moe_tp_size,moe_"
    "ep_size,distribution,"
    "latency\nk,int4_wo,16,2880,2880,4,32,2,4,balanced,0.5\n",
    "nccl_2.1\nop_name,nccl_dtype,num_gpus,message_size,latency\nalltoall,half,8,256,0.01\n",
    "deepep_sglang_1\nnode_num,hidden_size,num_token,num_topk,num_experts,combine_avg_t_us,dispatch_avg_t_"
    "us\n1,2048,4,8,128,20,10\n",
    "linear\nop,B,M,N,K,latency_ms,kernel\nlinear,3,4,5,6,0.5,k\n",
    "conv\nop,B,Input_Channel,Output_Channel,Kernel_Szie,Input_Size,Stride,Padding,latency_ms\nconv,2,3,4,3,"
    "32,1,1,0.5\n",
    "x_mlp\nemb.median,mlp_act.median,n_head,n_kv_head,n_embd,n_expanded_embd,vocab_size,use_gated_mlp,num_"
    "tokens,"
    "num_tensor_parallel_workers\n1,2,32,8,4096,11008,32000,True,64,2\n",
    "send_recv\nsend_recv.median,num_workers,size,collective,devices_per_node\n0.5,16,4096,send_recv,8\n",
    "Llama-3.1-8B_tp2_layers\nlayer_name,input,kv_cache,tp_size,latency(ns)\nq_proj,32,0,2,50000\nattn,3,4,2,"
    "9\n",
    "Llama-3.1-8B_tp1_attention\nprefill_chunk,kv_prefill,n_decode,kv_decode,time_us\n0,0,16,1023,100\n",
    "matmul_A100\n64, 12288, 12288, 0.1900ms, 101.7Tflops\n",
    "gelu_A100\n64, 1.5\n",
};

// Every time of every row is a sample or counted under a rule; samples are times.
void look_at(const std::string& input) {
    const auto file = db::unpack(input, "input");
    const auto end = std::min(file.text.find('\n'), file.text.size());
    const auto names = db::file_names("folder/" + file.text.substr(0, end) + ".csv");
    const auto text = std::string_view(file.text).substr(std::min(end + 1, file.text.size()));
    const auto table = db::recognise_table(text, names, "input");
    db::Timings timings(nullptr, {});
    table.kind.begin(names, timings);
    (void)db::read_rows(table, text, names, timings);
    std::size_t counted = 0;
    for (const auto& record : timings.records({}, "input")) {
        counted += record.measurement.samples_s.size();
        for (const double sample : record.measurement.samples_s)
            fuzz::require(sample > 0 && sample < 1e300, "a sample is no time");
        fuzz::require(!record.call.empty(), "a measurement has no call");
    }
    for (const auto& [rule, count] : timings.aside()) counted += count.values;
    fuzz::require(counted == timings.values(), "a time was neither read nor counted under a rule");
}

}  // namespace

int main(int argc, char** argv) { return fuzz::run(argc, argv, corpus, look_at); }
