# SPDX-License-Identifier: Apache-2.0
# The kernel side: optimised for the machine it is built on in every build type, since even a test of a kernel that is
# compiled without optimisation takes minutes. The hardening flags stay away: they cost time in the innermost loops.
set(gemm_sources
    gemm/gemm_implementations.cpp gemm/epilogue_reference.cpp gemm/gemm_memory.cpp gemm/operands.cpp gemm/packing.cpp
    gemm/prepared_gemm.cpp gemm/random_matrix.cpp gemm/row_groups.cpp gemm/variants.cpp gemm/zero_pattern.cpp
    gemm/tiled.cpp gemm/tiled_bf16.cpp gemm/tiled_bf16_avx512.cpp gemm/tiled_fp32.cpp gemm/tiled_int8.cpp
    gemm/tiled_int8_vnni.cpp gemm/tiled_stored.cpp gemm/finish.cpp gemm/fixed_point.cpp gemm/fp8_pairs.cpp gemm/quantised.cpp
    gemm/quantised_portable.cpp gemm/gemv_stored.cpp
    gemm/gemv.cpp gemm/gemv_bf16.cpp gemm/gemv_fp32.cpp gemm/gemv_int8.cpp
    gemm/block_sparse.cpp gemm/block_bf16.cpp gemm/block_fp32.cpp gemm/block_int8.cpp
    gemm/two_of_four.cpp gemm/two_of_four_avx512.cpp gemm/two_of_four_portable.cpp
    gemm/n_of_m.cpp gemm/n_of_m_16_bits.cpp gemm/n_of_m_fp32.cpp gemm/n_of_m_int8.cpp
    gemm/sliced_rows.cpp gemm/sliced_rows_kernels.cpp
    gemm/active_columns.cpp gemm/active_columns_16_bits.cpp gemm/active_columns_fp32.cpp gemm/active_columns_int8.cpp)
set(stream_sources stream/kokkos_stream.cpp stream/stream_operands.cpp stream/stream_run.cpp)

set(common_sources
    error_bound.cpp installed_memory.cpp kernel_table.cpp memory.cpp memory_needed.cpp registry.cpp rows.cpp tensor.cpp
    tensor_kernel.cpp tensor_operands.cpp)
set(row_sources norms/norm_kernels.cpp norms/softmax.cpp norms/norm_reference.cpp elementwise/elementwise_kernels.cpp
    formats/cast.cpp formats/dequantise.cpp formats/quantise.cpp formats/transpose.cpp formats/transpose_avx512.cpp rope/rope_kernels.cpp
    tokens/embedding.cpp tokens/ranking.cpp tokens/sample.cpp tokens/speculative_verify.cpp)
set(expert_sources experts/permute.cpp experts/router_top_k.cpp experts/routing.cpp experts/unpermute.cpp)

set(attention_sources
    attention/attention_kernels.cpp attention/attention_operands.cpp attention/decode_floats.cpp
    attention/decode_paired.cpp attention/decode_quantised.cpp attention/prepare_decode.cpp attention/prepare_flash.cpp attention/query_rows.cpp
    kv_cache/kv_append.cpp kv_cache/kv_copies.cpp kv_cache/kv_operands.cpp kv_cache/kv_turns.cpp)
set(recurrent_sources
    recurrent/causal_conv1d.cpp recurrent/gated_linear_attention.cpp recurrent/selective_scan.cpp)
set(vision_sources
    vision/convolution_kernels.cpp vision/convolution_bf16.cpp vision/convolution_bf16_avx512.cpp
    vision/convolution_fp16.cpp vision/convolution_fp32.cpp vision/convolution_fp64.cpp vision/convolution_int8.cpp
    vision/convolution_int8_vnni.cpp vision/filter_layout.cpp vision/max_pool2d.cpp)
set(movement_sources
    collectives/collectives_operands.cpp collectives/moves.cpp collectives/sums.cpp transfers/transfers_kernels.cpp)

add_library(ridge_kernels STATIC ${movement_sources} ${recurrent_sources} ${attention_sources} ${expert_sources} ${common_sources} ${gemm_sources} ${stream_sources} ${row_sources} ${vision_sources})
add_library(ridge::kernels ALIAS ridge_kernels)
target_link_libraries(ridge_kernels PUBLIC ridge::catalogue Kokkos::kokkos PRIVATE ridge_options)
# Sanitized kernels check their memory, not their speed; at -O3 they would compile for minutes.
set(kernel_optimisation -O3)
if(RIDGE_SANITIZE)
    set(kernel_optimisation -O1)
endif()
# GCC 12's AVX-512 headers leave operands of masked intrinsics undefined on purpose and warn about it (GCC bug 105593).
target_compile_options(ridge_kernels PRIVATE ${kernel_optimisation} $<$<CXX_COMPILER_ID:GNU>:-Wno-uninitialized -Wno-maybe-uninitialized>)
ridge_precompile(ridge_kernels <Kokkos_Core.hpp> <Kokkos_SIMD.hpp>)

# Instruction sets and libraries of the host; an accelerator's build has the portable kernels only.
if(NOT RIDGE_ACCELERATOR)
    target_compile_options(ridge_kernels PRIVATE -march=native)
    # A sanitizer's runtime does not let a library have a name space of its own.
    if(CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64" AND NOT RIDGE_SANITIZE)
        target_sources(ridge_kernels PRIVATE gemm/mkl.cpp)
        set_source_files_properties(gemm/gemm_implementations.cpp PROPERTIES COMPILE_DEFINITIONS RIDGE_WITH_MKL)
        target_link_libraries(ridge_kernels PRIVATE ${CMAKE_DL_LIBS})
    endif()
    if(OPENBLAS_FOUND)
        target_sources(ridge_kernels PRIVATE gemm/openblas.cpp)
        target_compile_definitions(ridge_kernels PRIVATE RIDGE_WITH_OPENBLAS)
        target_link_libraries(ridge_kernels PRIVATE PkgConfig::OPENBLAS)
    endif()
    if(dnnl_FOUND)
        target_sources(ridge_kernels PRIVATE gemm/onednn.cpp)
        target_compile_definitions(ridge_kernels PRIVATE RIDGE_WITH_ONEDNN)
        target_link_libraries(ridge_kernels PRIVATE ridge_dnnl)
    endif()
endif()
