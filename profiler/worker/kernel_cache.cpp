// SPDX-License-Identifier: Apache-2.0
#include "profiler/worker/kernel_cache.hpp"

#include <algorithm>
#include <numeric>

namespace ridge::profiler {
namespace {

std::string operands_key(const OperatorCall& call, std::uint64_t seed) {
    return call.text() + " seed=" + std::to_string(seed);
}

std::int64_t region_bytes(operators::PreparedKernel& kernel) {
    std::int64_t bytes = 0;
    for (const auto& region : kernel.regions()) bytes += static_cast<std::int64_t>(region.bytes);
    return bytes;
}

}  // namespace

KernelCache::KernelCache(MakeOperands make_operands, std::int64_t most_bytes, std::size_t most_kernels)
    : make_operands_(std::move(make_operands)), most_bytes_(most_bytes), most_kernels_(most_kernels) {}

bool KernelCache::needs_operands(const OperatorCall& call, std::uint64_t seed) const {
    return operands_ == nullptr || operands_key_ != operands_key(call, seed);
}

void KernelCache::clear() {
    kernels_.clear();
    operands_.reset();
}

ReadyKernel& KernelCache::get(const operators::Implementation& implementation, const OperatorCall& call,
                              std::uint64_t seed, const KernelConfig& config) {
    if (needs_operands(call, seed)) {
        clear();
        operands_ = make_operands_(call, seed);
        operands_key_ = operands_key(call, seed);
    }
    const auto key = implementation.info().op + " " + implementation.info().name + " " + config.text();
    const auto found = std::ranges::find(kernels_, key, &ReadyKernel::key);
    if (found != kernels_.end()) {
        kernels_.splice(kernels_.begin(), kernels_, found);
        return kernels_.front();
    }
    // Room is made before the new kernel exists; it will be about as large as the one before it.
    make_room(kernels_.empty() ? 0 : kernels_.front().bytes, 1);
    ReadyKernel ready;
    ready.key = key;
    ready.kernel = implementation.prepare(*operands_, call, config);
    ready.bytes = region_bytes(*ready.kernel);
    make_room(ready.bytes, 1);
    kernels_.push_front(std::move(ready));
    return kernels_.front();
}

void KernelCache::make_room(std::int64_t bytes, std::size_t kernels) {
    const auto held = [this] {
        return std::accumulate(kernels_.begin(), kernels_.end(), std::int64_t{0},
                               [](std::int64_t sum, const ReadyKernel& one) { return sum + one.bytes; });
    };
    while (!kernels_.empty() && (kernels_.size() + kernels > most_kernels_ || held() + bytes > most_bytes_))
        kernels_.pop_back();
}

}  // namespace ridge::profiler
