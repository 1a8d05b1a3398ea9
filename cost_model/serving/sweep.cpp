// SPDX-License-Identifier: Apache-2.0
#include "cost_model/serving/sweep.hpp"

#include <atomic>
#include <exception>
#include <mutex>
#include <thread>

#include "core/error.hpp"

namespace ridge::cost_model::serving {
namespace {

constexpr std::size_t most_cells = 100'000'000;

SweepCell cell_of(const SteadyState& state, double devices, const std::optional<double>& usd_per_hour) {
    SweepCell cell;
    cell.ok = cell.fits = true;
    cell.tokens_per_s_user = 1.0 / state.step_s;
    cell.tokens_per_s_device = state.output_tokens_per_s / devices;
    cell.ttft_s = state.ttft_s;
    cell.joules_per_token = state.watts / state.output_tokens_per_s;
    if (usd_per_hour) cell.usd_per_million = *usd_per_hour / 3600.0 / cell.tokens_per_s_device * 1e6;
    return cell;
}

// All loads and prices of one setup, into their place.
std::string fill(const SweepGrid& grid, std::size_t index, SweepCell* cells) {
    auto setup = grid.make(index);
    if (!setup.model) return setup.reason;
    for (const auto& load : grid.loads) {
        const auto batch = static_cast<double>(load.batch);
        const double positions = batch * (load.request.prompt_tokens + load.request.output_tokens);
        setup.policy.max_sequences = load.batch;
        if (positions > setup.model->kv_capacity_tokens) {
            for (std::size_t i = 0; i < grid.usd_per_hour.size(); ++i) (cells++)->ok = true;
            continue;
        }
        const auto state = steady_state(*setup.model, setup.policy, load.request, batch);
        for (const auto& price : grid.usd_per_hour)
            *cells++ = cell_of(state, setup.model->devices, price ? price : setup.usd_per_hour);
    }
    return {};
}

// What the threads share: the next setup, whether to go on, and the first exception.
struct Work {
    const SweepGrid& grid;
    SweepResult& result;
    std::atomic<std::size_t> next = 0, done = 0;
    std::atomic<bool> stopped = false;
    std::mutex mutex;
    std::exception_ptr failure;

    void run(const SweepProgress* progress) {
        const auto width = grid.loads.size() * grid.usd_per_hour.size();
        for (std::size_t i = next++; i < grid.setups && !stopped; i = next++) {
            try {
                result.reasons[i] = fill(grid, i, result.cells.data() + i * width);
            } catch (...) {
                const std::lock_guard lock(mutex);
                if (!failure) failure = std::current_exception();
                stopped = true;
            }
            const auto so_far = ++done;
            if (progress && *progress && !(*progress)(so_far, grid.setups)) stopped = true;
        }
    }
};

void check(const SweepGrid& grid) {
    if (grid.size() == 0) throw InputError("the sweep has an axis without values");
    if (grid.setups > most_cells || grid.loads.size() > most_cells / grid.setups ||
        grid.usd_per_hour.size() > most_cells / grid.setups / grid.loads.size())
        throw InputError("the sweep has more than 10^8 combinations");
    for (const auto& price : grid.usd_per_hour)
        if (price && !(*price > 0)) throw InputError("a price of the sweep is not above 0");
    for (const auto& load : grid.loads)
        if (load.batch < 1) throw InputError("a batch of the sweep is below 1");
}

}  // namespace

SweepResult sweep(const SweepGrid& grid, unsigned threads, const SweepProgress& progress) {
    check(grid);
    SweepResult result;
    result.cells.resize(grid.size());
    result.reasons.resize(grid.setups);
    Work work{grid, result, {}, {}, {}, {}, {}};
    {
        std::vector<std::jthread> helpers;
        for (unsigned i = 1; i < threads; ++i) helpers.emplace_back([&work] { work.run(nullptr); });
        work.run(&progress);
    }
    if (work.failure) std::rethrow_exception(work.failure);
    result.complete = work.done == grid.setups;
    return result;
}

}  // namespace ridge::cost_model::serving
