// SPDX-License-Identifier: Apache-2.0
#include "operators/registry.hpp"

#include <array>
#include <iterator>

#include "core/error.hpp"
#include "operators/attention/attention_kernels.hpp"
#include "operators/collectives/collectives_kernels.hpp"
#include "operators/elementwise/elementwise_kernels.hpp"
#include "operators/experts/experts_kernels.hpp"
#include "operators/formats/format_kernels.hpp"
#include "operators/gemm/gemm_kernels.hpp"
#include "operators/kv_cache/kv_cache_kernels.hpp"
#include "operators/norms/norm_kernels.hpp"
#include "operators/recurrent/recurrent_kernels.hpp"
#include "operators/rope/rope_kernels.hpp"
#include "operators/stream/stream_kernels.hpp"
#include "operators/tokens/token_kernels.hpp"
#include "operators/transfers/transfers_kernels.hpp"
#include "operators/vision/vision_kernels.hpp"

namespace ridge::operators {
namespace {

constexpr std::array table = {
    KernelOperator{"gemm", make_gemm_operands, make_gemm_implementations},
    KernelOperator{"gemm_batched", make_gemm_operands,
                   [] { return make_dense_implementations("gemm_batched"); }},
    KernelOperator{"gemm_grouped", make_gemm_operands,
                   [] { return make_dense_implementations("gemm_grouped"); }},
    KernelOperator{"gemm_bias", make_gemm_operands, [] { return make_dense_implementations("gemm_bias"); }},
    KernelOperator{"gemm_bias_gelu", make_gemm_operands,
                   [] { return make_dense_implementations("gemm_bias_gelu"); }},
    KernelOperator{"gemm_silu_mul", make_gemm_operands,
                   [] { return make_dense_implementations("gemm_silu_mul"); }},
    KernelOperator{"gemm_residual", make_gemm_operands,
                   [] { return make_dense_implementations("gemm_residual"); }},
    KernelOperator{"rmsnorm", make_norm_operands, make_rmsnorm_implementations},
    KernelOperator{"add_rmsnorm", make_norm_operands, make_add_rmsnorm_implementations},
    KernelOperator{"layernorm", make_norm_operands, make_layernorm_implementations},
    KernelOperator{"softmax", make_norm_operands, make_softmax_implementations},
    KernelOperator{"silu_mul", make_elementwise_operands, make_silu_mul_implementations},
    KernelOperator{"gelu", make_elementwise_operands, make_gelu_implementations},
    KernelOperator{"gelu_tanh", make_elementwise_operands, make_gelu_tanh_implementations},
    KernelOperator{"relu2", make_elementwise_operands, make_relu2_implementations},
    KernelOperator{"residual_add", make_elementwise_operands, make_residual_add_implementations},
    KernelOperator{"rope", make_rope_operands, make_rope_implementations},
    KernelOperator{"rope_interleaved", make_rope_operands, make_rope_interleaved_implementations},
    KernelOperator{"cast", make_cast_operands, make_cast_implementations},
    KernelOperator{"quantise", make_quantise_operands, make_quantise_implementations},
    KernelOperator{"dequantise", make_dequantise_operands, make_dequantise_implementations},
    KernelOperator{"transpose", make_transpose_operands, make_transpose_implementations},
    KernelOperator{"embedding", make_embedding_operands, make_embedding_implementations},
    KernelOperator{"argmax", make_argmax_operands, make_argmax_implementations},
    KernelOperator{"top_k", make_top_k_operands, make_top_k_implementations},
    KernelOperator{"sample", make_sample_operands, make_sample_implementations},
    KernelOperator{"speculative_verify", make_speculative_verify_operands,
                   make_speculative_verify_implementations},
    KernelOperator{"router_top_k", make_router_top_k_operands, make_router_top_k_implementations},
    KernelOperator{"permute", make_permute_operands, make_permute_implementations},
    KernelOperator{"unpermute", make_unpermute_operands, make_unpermute_implementations},
    KernelOperator{"attention", make_attention_operands, make_attention_implementations},
    KernelOperator{"attention_sliding", make_attention_operands, make_attention_sliding_implementations},
    KernelOperator{"attention_paged", make_attention_operands, make_attention_paged_implementations},
    KernelOperator{"attention_mla", make_attention_operands, make_attention_mla_implementations},
    KernelOperator{"kv_append", make_kv_append_operands, make_kv_append_implementations},
    KernelOperator{"kv_gather", make_kv_gather_operands, make_kv_gather_implementations},
    KernelOperator{"kv_rerotate", make_kv_rerotate_operands, make_kv_rerotate_implementations},
    KernelOperator{"kv_fuse", make_kv_fuse_operands, make_kv_fuse_implementations},
    KernelOperator{"kv_swap", make_kv_swap_operands, make_kv_swap_implementations},
    KernelOperator{"selective_scan", make_selective_scan_operands, make_selective_scan_implementations},
    KernelOperator{"gated_linear_attention", make_gated_linear_attention_operands,
                   make_gated_linear_attention_implementations},
    KernelOperator{"causal_conv1d", make_causal_conv1d_operands, make_causal_conv1d_implementations},
    KernelOperator{"conv2d", make_convolution_operands, make_conv2d_implementations},
    KernelOperator{"max_pool2d", make_max_pool2d_operands, make_max_pool2d_implementations},
    KernelOperator{"patch_embedding", make_convolution_operands, make_patch_embedding_implementations},
    KernelOperator{"stream_read", make_stream_operands, make_stream_read_implementations},
    KernelOperator{"stream_copy", make_stream_operands, make_stream_copy_implementations},
    KernelOperator{"stream_triad", make_stream_operands, make_stream_triad_implementations},
    KernelOperator{"host_to_device", make_transfer_operands, make_host_to_device_implementations},
    KernelOperator{"device_to_host", make_transfer_operands, make_device_to_host_implementations},
    KernelOperator{"all_reduce", make_collective_operands, make_all_reduce_implementations},
    KernelOperator{"all_gather", make_collective_operands, make_all_gather_implementations},
    KernelOperator{"reduce_scatter", make_collective_operands, make_reduce_scatter_implementations},
    KernelOperator{"all_to_all", make_collective_operands, make_all_to_all_implementations},
};

}  // namespace

std::span<const KernelOperator> kernel_operators() { return table; }

std::unique_ptr<OperandSet> make_operands(const OperatorCall& call, std::uint64_t seed) {
    for (const auto& row : table)
        if (row.op == call.op) return row.make_operands(call, seed);
    throw InputError("operator call '" + call.text() + "': this program has no kernels for operator '" +
                     call.op + "'");
}

std::vector<std::unique_ptr<Implementation>> make_implementations() {
    Implementations all;
    for (const auto& row : table) {
        auto some = row.make_implementations();
        all.insert(all.end(), std::move_iterator(some.begin()), std::move_iterator(some.end()));
    }
    return all;
}

}  // namespace ridge::operators
