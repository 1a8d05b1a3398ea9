// SPDX-License-Identifier: Apache-2.0
#include "operators/attention/attention_kernels.hpp"

#include "operators/attention/attention_operands.hpp"
#include "operators/attention/decode.hpp"
#include "operators/attention/prepare_decode.hpp"
#include "operators/attention/prepare_flash.hpp"
#include "operators/kernel_table.hpp"

namespace ridge::operators {
namespace {

// Queries and keys in one format, and caches narrower than the queries.
std::vector<std::string> formats() {
    return {"q=fp32 kv=fp32",     "q=bf16 kv=bf16",     "q=fp16 kv=fp16",     "q=fp32 kv=bf16",
            "q=fp32 kv=fp16",     "q=fp32 kv=fp8_e4m3", "q=bf16 kv=fp8_e4m3", "q=fp16 kv=fp8_e4m3",
            "q=fp32 kv=int8:row", "q=bf16 kv=int8:row", "q=fp16 kv=int8:row", "q=fp32 kv=int4:g32",
            "q=bf16 kv=int4:g32", "q=fp16 kv=int4:g32"};
}

Implementations implementations_of(const std::string& op) {
    Implementations list;
    list.push_back(make_implementation({.op = op,
                                        .name = "kokkos-decode",
                                        .formats = formats(),
                                        .space = decode_space(),
                                        .prepare = prepare_decode,
                                        .refusal = decode_refusal}));
    if (paired_unit(Precision::bf16) > 0)
        list.push_back(
            make_implementation({.op = op,
                                 .name = paired_decode_name,
                                 .formats = {"q=bf16 kv=bf16", "q=bf16 kv=fp8_e4m3", "q=bf16 kv=int4:g32"},
                                 .space = decode_space(),
                                 .prepare = prepare_paired_decode,
                                 .refusal = paired_decode_refusal}));
    list.push_back(make_implementation({.op = op,
                                        .name = "kokkos-flash",
                                        .formats = formats(),
                                        .space = flash_space(),
                                        .prepare = prepare_flash}));
    return list;
}

}  // namespace

Implementations make_attention_implementations() { return implementations_of("attention"); }
Implementations make_attention_sliding_implementations() { return implementations_of("attention_sliding"); }
Implementations make_attention_paged_implementations() { return implementations_of("attention_paged"); }
Implementations make_attention_mla_implementations() { return implementations_of("attention_mla"); }

}  // namespace ridge::operators
