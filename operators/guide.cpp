// SPDX-License-Identifier: Apache-2.0
#include "operators/guide.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "core/error.hpp"
#include "operators/catalogue.hpp"

namespace ridge::operators {
namespace {

constexpr auto groups = std::to_array<OperatorGroup>({
    {"matrix", "Matrix products",
     "Linear layers of a model and products between activations. Weights are packed once, before anything is "
     "timed."},
    {"sparse", "Sparse matrix products",
     "Zeros are a property of a call, `sparsity=` for those of the weights and `activation_sparsity=` for "
     "those of the activations. `N:M` keeps N of every M elements along k; `block:RxC@d` keeps the share d "
     "of "
     "blocks of R output and C input features; `unstructured@d` keeps the share d of elements. Only what is "
     "kept is counted as work."},
    {"attention", "Attention",
     "Softmax attention over prompts and over cached keys and values. Scores are taken never to reach "
     "memory."},
    {"kv_cache", "KV cache",
     "What a serving stack does with cached keys and values between two steps. A page holds the tokens of "
     "one "
     "sequence that lie next to each other."},
    {"rows", "Norms and elementwise", "Operators over rows of features; memory bounds them all."},
    {"tokens", "Tokens", "From tokens to vectors, and from scores over the vocabulary back to tokens."},
    {"experts", "Experts",
     "What stands around the grouped product of a layer with experts, and such a layer as a whole."},
    {"recurrent", "Recurrent", "Layers that carry a state along the sequence instead of a cache."},
    {"vision", "Vision", "Convolutions and what belongs to them."},
    {"movement", "Movement",
     "Bytes from one place to another: the access patterns that bound all memory-bound operators, transfers "
     "between host and device, and what the parts of a machine exchange. Parts share the memory: groups of "
     "threads of a CPU, shares of the work of a GPU, each with an array of its own. The traffic of an "
     "exchange is that with memory, of all parts together, every array once; bus bandwidth counts what each "
     "part has to send, as the busbw of NVIDIA's nccl-tests (doc/PERFORMANCE.md) does."},
});

// Shapes of published models (docs/suites.md): Llama-2 7B where nothing else is said, BERT-Large for biases
// and full attention, Mixtral 8x7B for experts, DeepSeek-V3 for latent attention, Nemotron 3 Nano
// for experts without gate, Mamba 2.8B and RetNet 6.7B
// for recurrent layers, ResNet-50 and ViT-Large for images.
constexpr auto examples = std::to_array<OperatorExample>({
    {"matrix", "gemm m=1 n=4096 k=4096 a=bf16 w=bf16 c=bf16"},
    {"matrix", "gemm m=512 n=11008 k=4096 a=fp32 w=fp32 c=fp32"},
    {"matrix", "gemm m=1 n=4096 k=11008 a=bf16 w=int4:g128 c=bf16"},
    {"matrix", "gemm m=16 n=4096 k=4096 a=int8:row w=int8:row c=bf16"},
    {"matrix", "gemm m=512 n=7168 k=2048 a=fp8_e4m3:g128:fp32 w=fp8_e4m3:b128 c=bf16"},
    {"matrix", "gemm m=512 n=4096 k=4096 a=fp4_e2m1:g16:fp8_e4m3 w=fp4_e2m1:g16:fp8_e4m3 c=bf16"},
    {"matrix", "gemm_batched batch=16 m=128 n=128 k=64 a=bf16 w=bf16 c=bf16"},
    {"matrix", "gemm_grouped experts=8 m=32 n=14336 k=4096 a=bf16 w=bf16 c=bf16"},
    {"matrix", "gemm_bias m=128 n=1024 k=4096 a=bf16 w=bf16 c=bf16"},
    {"matrix", "gemm_bias_gelu m=128 n=4096 k=1024 a=bf16 w=bf16 c=bf16"},
    {"matrix", "gemm_silu_mul m=16 n=11008 k=4096 a=bf16 w=bf16 c=bf16"},
    {"matrix", "gemm_residual m=16 n=4096 k=11008 a=bf16 w=bf16 c=bf16"},
    {"sparse", "gemm m=1 n=4096 k=4096 a=bf16 w=bf16 c=bf16 sparsity=2:4"},
    {"sparse", "gemm m=1 n=4096 k=4096 a=bf16 w=bf16 c=bf16 sparsity=block:16x16@0.125"},
    {"sparse", "gemm m=1 n=4096 k=4096 a=bf16 w=bf16 c=bf16 sparsity=block:64x64@0.03125"},
    {"sparse", "gemm m=1 n=4096 k=4096 a=bf16 w=bf16 c=bf16 sparsity=1:8"},
    {"sparse", "gemm m=1 n=4096 k=4096 a=bf16 w=bf16 c=bf16 sparsity=unstructured@0.1"},
    {"sparse", "gemm m=1 n=4096 k=11008 a=bf16 w=bf16 c=bf16 activation_sparsity=unstructured@0.1"},
    {"sparse",
     "gemm m=1 n=4096 k=4096 a=bf16 w=bf16 c=bf16 sparsity=block:64x64@0.125 "
     "activation_sparsity=unstructured@0.5"},
    {"attention",
     "attention batch=1 heads=32 kv_heads=32 head_dim=128 queries=512 context=512 q=bf16 kv=bf16"},
    {"attention",
     "attention batch=16 heads=32 kv_heads=8 head_dim=128 queries=1 context=4096 q=bf16 kv=bf16"},
    {"attention",
     "attention_sliding batch=1 heads=32 kv_heads=8 head_dim=128 queries=8192 context=8192 window=4096 "
     "q=bf16 "
     "kv=bf16"},
    {"attention",
     "attention_paged batch=16 heads=32 kv_heads=32 head_dim=128 context=4096 page=16 q=bf16 kv=bf16"},
    {"attention", "attention_mla batch=16 heads=128 latent=512 rope=64 context=4096 q=bf16 kv=bf16"},
    {"attention",
     "attention_mla_prefill batch=1 heads=128 nope=128 rope=64 value=128 queries=512 context=512 q=bf16 "
     "kv=bf16"},
    {"kv_cache", "kv_append tokens=16 kv_heads=32 head_dim=128 page=16 x=bf16 kv=bf16"},
    {"kv_cache", "kv_append tokens=512 kv_heads=8 head_dim=128 page=16 x=bf16 kv=int8:row"},
    {"kv_cache", "kv_gather tokens=4096 kv_heads=32 head_dim=128 page=16 kv=bf16"},
    {"kv_cache", "kv_rerotate tokens=512 kv_heads=32 head_dim=128 kv=bf16"},
    {"kv_cache", "kv_fuse tokens=4096 recomputed=614 kv_heads=32 head_dim=128 kv=bf16"},
    {"kv_cache", "kv_swap tokens=4096 kv_heads=32 head_dim=128 page=16 kv=bf16"},
    {"rows", "rmsnorm rows=16 n=4096 x=bf16"},
    {"rows", "add_rmsnorm rows=16 n=4096 x=bf16"},
    {"rows", "layernorm rows=128 n=1024 x=bf16"},
    {"rows", "softmax rows=2048 n=128 x=bf16"},
    {"rows", "rope rows=16 heads=64 head_dim=128 x=bf16"},
    {"rows", "rope_interleaved rows=16 heads=129 head_dim=64 x=bf16"},
    {"rows", "silu_mul rows=16 n=11008 x=bf16"},
    {"rows", "gelu rows=128 n=4096 x=bf16"},
    {"rows", "gelu_tanh rows=128 n=4096 x=bf16"},
    {"rows", "relu2 rows=128 n=4096 x=bf16"},
    {"rows", "residual_add rows=16 n=4096 x=bf16"},
    {"rows", "mul rows=16 n=11008 x=bf16"},
    {"rows", "relu rows=128 n=4096 x=bf16"},
    {"rows", "tanh rows=128 n=4096 x=bf16"},
    {"rows", "cast rows=512 n=4096 x=fp32 y=bf16"},
    {"rows", "quantise rows=16 n=4096 x=bf16 y=int8:row"},
    {"rows", "dequantise rows=4096 n=4096 x=int4:g128 y=bf16"},
    {"rows", "transpose rows=4096 n=4096 x=bf16"},
    {"tokens", "embedding rows=16 n=4096 vocab=32000 x=bf16"},
    {"tokens", "argmax rows=16 n=32000 x=fp32"},
    {"tokens", "top_k rows=16 n=32000 k=50 x=fp32"},
    {"tokens", "sample rows=16 n=32000 k=50 x=fp32"},
    {"tokens", "speculative_verify rows=16 drafted=4 n=32000 x=fp32"},
    {"experts", "router_top_k rows=16 experts=8 k=2 x=bf16"},
    {"experts", "permute rows=16 n=4096 experts=8 k=2 x=bf16"},
    {"experts", "unpermute rows=16 n=4096 experts=8 k=2 x=bf16"},
    {"experts",
     "expert_layer tokens=64 hidden=4096 inter=14336 experts=8 local_experts=8 k=2 x=bf16 w=bf16 y=bf16"},
    {"experts",
     "expert_layer_ungated tokens=64 hidden=2688 inter=1856 experts=128 local_experts=32 k=6 x=bf16 w=bf16 "
     "y=bf16"},
    {"recurrent", "selective_scan batch=1 length=512 channels=5120 state=16 x=fp32"},
    {"recurrent", "gated_linear_attention batch=1 heads=16 length=512 key_dim=256 value_dim=512 x=fp32"},
    {"recurrent", "causal_conv1d batch=1 length=512 channels=5120 width=4 x=fp32"},
    {"vision",
     "conv2d batch=1 height=56 width=56 channels=64 features=64 kernel=3 stride=1 x=fp32 w=fp32 y=fp32"},
    {"vision", "max_pool2d batch=1 height=112 width=112 channels=64 kernel=3 stride=2 x=fp32"},
    {"vision", "patch_embedding batch=1 image=224 patch=16 channels=3 features=1024 x=fp32 w=fp32 y=fp32"},
    {"movement", "stream_read n=16777216 x=fp32"},
    {"movement", "stream_copy n=16777216 x=fp32"},
    {"movement", "stream_triad n=16777216 x=fp32"},
    {"movement", "host_to_device n=16777216 x=bf16"},
    {"movement", "device_to_host n=16777216 x=bf16"},
    {"movement", "send_recv n=16777216 x=bf16"},
    {"movement", "all_reduce ranks=8 n=4194304 x=bf16"},
    {"movement", "all_gather ranks=8 n=4194304 x=bf16"},
    {"movement", "reduce_scatter ranks=8 n=4194304 x=bf16"},
    {"movement", "all_to_all ranks=8 n=4194304 x=bf16"},
    {"movement", "expert_dispatch ranks=8 tokens=128 n=7168 experts=256 k=8 x=fp8_e4m3"},
    {"movement", "expert_combine ranks=8 tokens=128 n=7168 experts=256 k=8 x=bf16"},
});

bool in_catalogue(std::string_view op) {
    return std::ranges::any_of(catalogue(), [&](const OperatorInfo& info) { return info.name == op; });
}

}  // namespace

std::span<const OperatorGroup> operator_groups() { return groups; }
std::span<const OperatorExample> operator_examples() { return examples; }

const OperatorGroup& group_of(std::string_view op) {
    const auto example = std::ranges::find(examples, op, &OperatorExample::op);
    if (example == examples.end())
        throw Error(ExitCode::failed,
                    "internal: operator '" + std::string(op) + "' has no example in operators/guide.cpp");
    return *std::ranges::find(groups, example->group, &OperatorGroup::name);
}

std::vector<std::string_view> operators_of(std::string_view group) {
    std::vector<std::string_view> out;
    for (const auto& example : examples)
        if (example.group == group && in_catalogue(example.op()) &&
            std::ranges::find(out, example.op()) == out.end())
            out.push_back(example.op());
    return out;
}

std::vector<std::string_view> examples_of(std::string_view op, std::string_view group) {
    std::vector<std::string_view> out;
    for (const auto& example : examples)
        if (example.group == group && example.op() == op) out.push_back(example.call);
    return out;
}

}  // namespace ridge::operators
