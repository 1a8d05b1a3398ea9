// SPDX-License-Identifier: Apache-2.0
// A kernel to be tuned as it is: a blocked matrix product, c = a * b, that checks its result and prints its
// time. TILE_I, TILE_J, TILE_K, COPY_B and ORDER are given by the build: g++ -DTILE_I=32 ...
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <vector>

// What ORDER may be: the loops over blocks from the outermost to the innermost.
#define ijk 1
#define ikj 2
#define kij 3
#if ORDER != ijk && ORDER != ikj && ORDER != kij
#error ORDER should be ijk, ikj or kij
#endif

static_assert(TILE_J % 8 == 0, "TILE_J should be a multiple of 8, the floats of a vector");

using Matrix = std::vector<float>;

static void block(const Matrix& a, const Matrix& b, Matrix& c, int n, int i0, int j0, int k0) {
#if COPY_B
    static float copy[TILE_K][TILE_J];
    for (int k = 0; k < TILE_K; ++k)
        for (int j = 0; j < TILE_J; ++j) copy[k][j] = b[static_cast<std::size_t>((k0 + k) * n + j0 + j)];
#endif
    for (int i = i0; i < i0 + TILE_I; ++i)
        for (int k = 0; k < TILE_K; ++k) {
            const float factor = a[static_cast<std::size_t>(i * n + k0 + k)];
#if COPY_B
            const float* row = copy[k];
#else
            const float* row = &b[static_cast<std::size_t>((k0 + k) * n + j0)];
#endif
            float* out = &c[static_cast<std::size_t>(i * n + j0)];
            for (int j = 0; j < TILE_J; ++j) out[j] += factor * row[j];
        }
}

static void multiply(const Matrix& a, const Matrix& b, Matrix& c, int n) {
#if ORDER == ijk
    for (int i = 0; i < n; i += TILE_I)
        for (int j = 0; j < n; j += TILE_J)
            for (int k = 0; k < n; k += TILE_K) block(a, b, c, n, i, j, k);
#elif ORDER == ikj
    for (int i = 0; i < n; i += TILE_I)
        for (int k = 0; k < n; k += TILE_K)
            for (int j = 0; j < n; j += TILE_J) block(a, b, c, n, i, j, k);
#else
    for (int k = 0; k < n; k += TILE_K)
        for (int i = 0; i < n; i += TILE_I)
            for (int j = 0; j < n; j += TILE_J) block(a, b, c, n, i, j, k);
#endif
}

// One row against a plain product in double precision.
static bool is_right(const Matrix& a, const Matrix& b, const Matrix& c, int n) {
    const int i = n / 2;
    for (int j = 0; j < n; ++j) {
        double sum = 0;
        for (int k = 0; k < n; ++k)
            sum += double(a[static_cast<std::size_t>(i * n + k)]) *
                   double(b[static_cast<std::size_t>(k * n + j)]);
        if (std::abs(sum - double(c[static_cast<std::size_t>(i * n + j)])) > 1e-4 * n) return false;
    }
    return true;
}

int main(int count, char** words) {
    const int n = count > 1 ? std::atoi(words[1]) : 0;
    if (n <= 0 || n % TILE_I != 0 || n % TILE_J != 0 || n % TILE_K != 0) {
        std::printf("invalid: the tiles do not divide n = %d\n", n);
        return 2;
    }
    const auto size = static_cast<std::size_t>(n) * static_cast<std::size_t>(n);
    Matrix a(size), b(size), c(size);
    for (std::size_t i = 0; i < size; ++i) {
        a[i] = static_cast<float>(i * 7919 % 1000) / 1000.0f;
        b[i] = static_cast<float>(i * 104729 % 1000) / 1000.0f;
    }
    std::printf("{\"samples_s\": [");
    for (int run = -1; run < 5; ++run) {  // the first one warms up
        std::fill(c.begin(), c.end(), 0.0f);
        const auto begin = std::chrono::steady_clock::now();
        multiply(a, b, c, n);
        const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
        if (run >= 0) std::printf("%s%.9f", run > 0 ? ", " : "", time.count());
    }
    std::printf("]}\n");
    if (!is_right(a, b, c, n)) std::printf("wrong: a row differs from a plain product\n");
}
