// SPDX-License-Identifier: Apache-2.0
#include "db/digest.hpp"

#include <array>
#include <bit>
#include <cstdint>

namespace ridge::db {
namespace {

using State = std::array<std::uint32_t, 8>;

// FIPS 180-4, 4.2.2: first 32 bits of the fractional parts of the cube roots of the first 64 primes.
constexpr std::array<std::uint32_t, 64> round_constants = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

// FIPS 180-4, 5.3.3: of the square roots of the first 8 primes.
constexpr State initial = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                           0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

constexpr std::size_t block_bytes = 64;

std::uint32_t mixed(std::uint32_t x, int a, int b, int c) {
    return std::rotr(x, a) ^ std::rotr(x, b) ^ std::rotr(x, c);
}
std::uint32_t shifted(std::uint32_t x, int a, int b, int s) {
    return std::rotr(x, a) ^ std::rotr(x, b) ^ (x >> s);
}

std::array<std::uint32_t, 64> schedule(std::string_view block) {
    std::array<std::uint32_t, 64> w{};
    for (std::size_t i = 0; i < block_bytes; ++i)
        w[i / 4] = w[i / 4] << 8 | static_cast<unsigned char>(block[i]);
    for (std::size_t i = 16; i < 64; ++i)
        w[i] = w[i - 16] + shifted(w[i - 15], 7, 18, 3) + w[i - 7] + shifted(w[i - 2], 17, 19, 10);
    return w;
}

void add_block(State& state, std::string_view block) {
    const auto w = schedule(block);
    auto [a, b, c, d, e, f, g, h] = state;
    for (std::size_t i = 0; i < 64; ++i) {
        const auto first = h + mixed(e, 6, 11, 25) + ((e & f) ^ (~e & g)) + round_constants[i] + w[i];
        const auto second = mixed(a, 2, 13, 22) + ((a & b) ^ (a & c) ^ (b & c));
        h = g, g = f, f = e, e = d + first, d = c, c = b, b = a, a = first + second;
    }
    const State added = {a, b, c, d, e, f, g, h};
    for (std::size_t i = 0; i < state.size(); ++i) state[i] += added[i];
}

// What follows the last whole block: a one bit, zeros, and the length in bits as a 64-bit number.
std::string padded_rest(std::string_view rest, std::uint64_t total_bytes) {
    std::string out(rest);
    out += static_cast<char>(0x80);
    while (out.size() % block_bytes != block_bytes - 8) out += '\0';
    for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>((total_bytes * 8) >> shift & 0xff);
    return out;
}

std::string hexadecimal(const State& state) {
    std::string out;
    for (const auto word : state)
        for (int shift = 28; shift >= 0; shift -= 4) out += "0123456789abcdef"[word >> shift & 0xf];
    return out;
}

}  // namespace

std::string sha256(std::string_view content) {
    State state = initial;
    const auto total = content.size();
    for (; content.size() >= block_bytes; content.remove_prefix(block_bytes))
        add_block(state, content.substr(0, block_bytes));
    const auto rest = padded_rest(content, total);
    for (std::string_view left = rest; !left.empty(); left.remove_prefix(block_bytes))
        add_block(state, left.substr(0, block_bytes));
    return hexadecimal(state);
}

std::string digest_of(const Json& value) { return sha256(nlohmann::json::parse(to_line(value)).dump()); }

}  // namespace ridge::db
