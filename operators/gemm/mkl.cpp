// SPDX-License-Identifier: Apache-2.0
// Intel's MKL, to compare with. It is found when the program runs, not when it is built: its BLAS has the
// names of OpenBLAS's, so only a library of its own name space can stand beside it.
#include <dlfcn.h>

#include <array>
#include <cstdlib>

#include "operators/gemm/gemm_kernels.hpp"
#include "operators/gemm/prepared_gemm.hpp"
#include "operators/kernel_table.hpp"

namespace ridge::operators {
namespace {

using Integer = int;  // MKL_INT of the LP64 interface

// Values of MKL's enumerations (oneMKL developer reference, "CBLAS interface").
constexpr int row_major = 101, no_transpose = 111, transpose = 112, packed = 151, matrix_b = 162,
              fixed_offset = 173, lp64 = 0, gnu_threads = 3;

using PackSize = std::size_t (*)(int identifier, Integer m, Integer n, Integer k);
using Sgemv = void (*)(int layout, int transpose, Integer m, Integer n, float alpha, const float* a,
                       Integer lda, const float* x, Integer incx, float beta, float* y, Integer incy);
using SgemmPack = void (*)(int layout, int identifier, int transpose, Integer m, Integer n, Integer k,
                           float alpha, const float* source, Integer ld, float* packed);
using SgemmCompute = void (*)(int layout, Integer transpose_a, Integer transpose_b, Integer m, Integer n,
                              Integer k, const float* a, Integer lda, const float* b, Integer ldb, float beta,
                              float* c, Integer ldc);
using Pack = void (*)(int layout, int identifier, int transpose, Integer m, Integer n, Integer k,
                      const void* source, Integer ld, void* packed);
using Bf16Compute = void (*)(int layout, Integer transpose_a, Integer transpose_b, Integer m, Integer n,
                             Integer k, float alpha, const void* a, Integer lda, const void* b, Integer ldb,
                             float beta, float* c, Integer ldc);
using Int8Compute = void (*)(int layout, Integer transpose_a, Integer transpose_b, int offset, Integer m,
                             Integer n, Integer k, float alpha, const void* a, Integer lda, std::int8_t ao,
                             const void* b, Integer ldb, std::int8_t bo, float beta, std::int32_t* c,
                             Integer ldc, const std::int32_t* co);

struct Mkl {
    Sgemv sgemv = nullptr;
    PackSize sgemm_size = nullptr, bf16_size = nullptr, int8_size = nullptr;
    SgemmPack sgemm_pack = nullptr;
    SgemmCompute sgemm_compute = nullptr;
    Pack bf16_pack = nullptr, int8_pack = nullptr;
    Bf16Compute bf16_compute = nullptr;
    Int8Compute int8_compute = nullptr;
    std::string version;
};

template <typename Function>
bool find(void* library, const char* name, Function& function) {
    function = reinterpret_cast<Function>(::dlsym(library, name));
    return function != nullptr;
}

// RIDGE_MKL names the library; without it the loader looks for the sonames of the last releases.
void* open_library() {
    std::vector<const char*> names = {"libmkl_rt.so.3", "libmkl_rt.so.2"};
    if (const char* given = std::getenv("RIDGE_MKL")) names = {given};
    for (const char* name : names)
        if (void* library = ::dlopen(name, RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND)) return library;
    return nullptr;
}

std::string version_of(void* library) {
    void (*version)(char*, int) = nullptr;
    std::array<char, 200> text{};
    if (find(library, "MKL_Get_Version_String", version)) version(text.data(), static_cast<int>(text.size()));
    return text.data();
}

// The same OpenMP threads as everything else here.
bool choose_layers(void* library) {
    int (*interface)(int) = nullptr, (*threading)(int) = nullptr;
    if (!find(library, "MKL_Set_Interface_Layer", interface) ||
        !find(library, "MKL_Set_Threading_Layer", threading))
        return false;
    interface(lp64);
    return threading(gnu_threads) == gnu_threads;
}

std::optional<Mkl> load() {
    void* library = open_library();
    if (library == nullptr || !choose_layers(library)) return std::nullopt;
    Mkl mkl;
    const bool whole = find(library, "cblas_sgemv", mkl.sgemv) &&
                       find(library, "cblas_sgemm_pack_get_size", mkl.sgemm_size) &&
                       find(library, "cblas_sgemm_pack", mkl.sgemm_pack) &&
                       find(library, "cblas_sgemm_compute", mkl.sgemm_compute) &&
                       find(library, "cblas_gemm_bf16bf16f32_pack_get_size", mkl.bf16_size) &&
                       find(library, "cblas_gemm_bf16bf16f32_pack", mkl.bf16_pack) &&
                       find(library, "cblas_gemm_bf16bf16f32_compute", mkl.bf16_compute) &&
                       find(library, "cblas_gemm_s8u8s32_pack_get_size", mkl.int8_size) &&
                       find(library, "cblas_gemm_s8u8s32_pack", mkl.int8_pack) &&
                       find(library, "cblas_gemm_s8u8s32_compute", mkl.int8_compute);
    if (!whole) return std::nullopt;
    mkl.version = version_of(library);
    return mkl;
}

const std::optional<Mkl>& mkl() {
    static const auto loaded = load();
    return loaded;
}

/// Weights packed once by the library; a single row of fp32 goes through its matrix-vector product.
class PreparedMkl : public PreparedGemm {
  public:
    explicit PreparedMkl(const GemmOperands& operands)
        : PreparedGemm(operands),
          m_(static_cast<Integer>(call().m)),
          n_(static_cast<Integer>(call().n)),
          k_(static_cast<Integer>(call().k)) {
        auto a = plain(operands.activations());
        const auto w = plain(operands.weights());
        // The products of the library are unsigned × signed: activations are shifted by 128.
        if (is_int8())
            for (auto& byte : a) byte ^= std::byte{0x80};
        a_ = Buffer(a.size());
        a_.upload(a.data());
        pack(w);
    }

    void run() override {
        if (is_vector())
            mkl()->sgemv(row_major, no_transpose, n_, k_, 1.0F, w_.as<float>(), k_, a_.as<float>(), 1, 0.0F,
                         output().as<float>(), 1);
        else if (precision() == Precision::fp32)
            mkl()->sgemm_compute(row_major, no_transpose, packed, m_, n_, k_, a_.as<float>(), k_,
                                 w_.as<float>(), k_, 0.0F, output().as<float>(), n_);
        else if (is_int8())
            mkl()->int8_compute(row_major, no_transpose, packed, fixed_offset, m_, n_, k_, 1.0F,
                                a_.as<void>(), k_, std::int8_t{-128}, w_.as<void>(), k_, 0, 0.0F,
                                output().as<std::int32_t>(), n_, &no_offset_);
        else
            mkl()->bf16_compute(row_major, no_transpose, packed, m_, n_, k_, 1.0F, a_.as<void>(), k_,
                                w_.as<void>(), k_, 0.0F, output().as<float>(), n_);
    }

    std::vector<MemoryRegion> regions() override { return {a_.region(), w_.region(), output().region()}; }

  private:
    [[nodiscard]] Precision precision() const { return call().w.precision; }
    [[nodiscard]] bool is_int8() const { return precision() == Precision::int8; }
    [[nodiscard]] bool is_vector() const { return m_ == 1 && precision() == Precision::fp32; }

    [[nodiscard]] static std::vector<std::byte> plain(const RandomMatrix& matrix) {
        const std::int64_t row_bytes = matrix.columns() * matrix.element_bytes();
        std::vector<std::byte> out(static_cast<std::size_t>(matrix.rows() * row_bytes));
        for (std::int64_t row = 0; row < matrix.rows(); ++row)
            matrix.stored(row, out.data() + row * row_bytes);
        return out;
    }

    void pack(const std::vector<std::byte>& w) {
        if (is_vector()) {
            w_ = Buffer(w.size());
            w_.upload(w.data());
            return;
        }
        const auto size = precision() == Precision::fp32 ? mkl()->sgemm_size
                          : is_int8()                    ? mkl()->int8_size
                                                         : mkl()->bf16_size;
        w_ = Buffer(size(matrix_b, m_, n_, k_));
        if (precision() == Precision::fp32)
            mkl()->sgemm_pack(row_major, matrix_b, transpose, m_, n_, k_, 1.0F,
                              reinterpret_cast<const float*>(w.data()), k_, w_.as<float>());
        else
            (is_int8() ? mkl()->int8_pack : mkl()->bf16_pack)(row_major, matrix_b, transpose, m_, n_, k_,
                                                              w.data(), k_, w_.as<void>());
    }

    Integer m_, n_, k_;
    std::int32_t no_offset_ = 0;
    Buffer a_, w_;
};

class MklImplementation : public Implementation {
  public:
    [[nodiscard]] protocol::ImplementationInfo info() const override {
        return {.op = "gemm",
                .name = "mkl",
                .version = mkl()->version,
                .formats = {"a=fp32 w=fp32 c=fp32", "a=bf16 w=bf16 c=fp32", "a=int8 w=int8 c=int32"},
                .sparsities = {"dense"},
                .space = {}};
    }
    [[nodiscard]] std::optional<std::string> refusal(const OperatorCall& call,
                                                     const KernelConfig& config) const override {
        const auto gemm = GemmCall::from(call);
        if (const auto reason = unsupported(gemm, info())) return reason;
        constexpr std::int64_t most = std::numeric_limits<Integer>::max();
        if (std::max({gemm.m, gemm.n, gemm.k}) > most)
            return "a dimension above " + std::to_string(most) + " does not fit into MKL's integers";
        return misfit(config, {});
    }
    [[nodiscard]] std::unique_ptr<PreparedKernel> prepare(const OperandSet& operands, const OperatorCall&,
                                                          const KernelConfig&) const override {
        return std::make_unique<PreparedMkl>(dynamic_cast<const GemmOperands&>(operands));
    }
};

}  // namespace

std::unique_ptr<Implementation> make_mkl() { return mkl() ? std::make_unique<MklImplementation>() : nullptr; }

}  // namespace ridge::operators
