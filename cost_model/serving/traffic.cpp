// SPDX-License-Identifier: Apache-2.0
#include "cost_model/serving/traffic.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "core/configs.hpp"
#include "core/error.hpp"

namespace ridge::cost_model::serving {
namespace {

constexpr std::int64_t most_requests = 100'000'000;
constexpr std::int64_t most_groups = 10'000'000;
constexpr std::size_t most_block_ids = 0xffffffffU - (std::size_t{1} << 24U);  // room for one prompt more
constexpr std::uint64_t bits_of_block = 24;  // of a block's id: its place in the prompt; above them its owner

std::int64_t count_at(const JsonReader& json, std::int64_t most) {
    const auto value = json.integer();
    if (value < 1 || value > most) json.fail("a whole number between 1 and " + std::to_string(most));
    return value;
}

SharedPrefix prefix_from(const JsonReader& json) {
    SharedPrefix prefix;
    prefix.tokens = count_at(json.at("tokens"), longest_length);
    if (const auto groups = json.find("groups")) prefix.groups = count_at(*groups, most_groups);
    prefix.zipf = json.amount_or("zipf", 0);
    return prefix;
}

// Draws a group by the inverse of its cumulated popularity.
class Popularity {
  public:
    explicit Popularity(const SharedPrefix& prefix) {
        double sum = 0;
        for (std::int64_t k = 1; k <= prefix.groups; ++k)
            below_.push_back(sum += std::pow(static_cast<double>(k), -prefix.zipf));
    }
    [[nodiscard]] std::uint64_t draw(Draws& draws) const {
        const auto found = std::ranges::lower_bound(below_, draws.uniform() * below_.back());
        return static_cast<std::uint64_t>(found - below_.begin());
    }

  private:
    std::vector<double> below_;
};

// Blocks of the shared part carry the group's number, the others that of the request, above all groups'.
void add_blocks(Requests& requests, Request& request, std::uint64_t group, std::uint64_t owner,
                const SharedPrefix& prefix) {
    if (requests.block_ids.size() > most_block_ids)
        throw InputError("traffic: the requests have more than 2^32 blocks, ask for fewer");
    request.first_block = static_cast<std::uint32_t>(requests.block_ids.size());
    const auto whole = static_cast<std::uint64_t>(request.prompt_tokens / requests.block_tokens);
    const auto shared = std::min(whole, static_cast<std::uint64_t>(prefix.tokens / requests.block_tokens));
    for (std::uint64_t i = 0; i < whole; ++i)
        requests.block_ids.push_back((i < shared ? group : owner) << bits_of_block | i);
    request.blocks = static_cast<std::uint32_t>(whole);
}

Request draw_request(const Traffic& traffic, Draws& draws) {
    Request request;
    request.prompt_tokens = static_cast<std::int32_t>(traffic.prompt_tokens.quantile(draws.uniform()));
    request.output_tokens = static_cast<std::int32_t>(traffic.output_tokens.quantile(draws.uniform()));
    return request;
}

void add_prefixes(Requests& requests, const SharedPrefix& prefix, Draws& draws) {
    const Popularity popularity(prefix);
    auto owner = static_cast<std::uint64_t>(prefix.groups);
    for (auto& request : requests.all) add_blocks(requests, request, popularity.draw(draws), owner++, prefix);
}

}  // namespace

Traffic traffic_from_json(const JsonReader& json) {
    Traffic traffic;
    traffic.trace = json.text_or("trace", "");
    if (traffic.trace.empty()) {
        traffic.prompt_tokens = lengths_from_json(json.at("prompt_tokens"));
        traffic.output_tokens = lengths_from_json(json.at("output_tokens"));
    } else {
        traffic.arrivals.kind = Arrivals::Kind::trace;
    }
    if (const auto given = json.find("arrivals")) traffic.arrivals = given->parsed(parse_arrivals);
    if (const auto given = json.find("prefix")) traffic.prefix = prefix_from(*given);
    if (const auto given = json.find("block_tokens")) traffic.block_tokens = count_at(*given, longest_length);
    return traffic;
}

Traffic load_traffic(const std::string& name_or_path) {
    const auto path = find_config("workloads", name_or_path);
    const Json document = read_json_file(path);
    const JsonReader json(document, path.string());
    if (const auto given = json.find("traffic")) {
        auto traffic = traffic_from_json(*given);
        if (!traffic.trace.empty()) traffic.trace = (path.parent_path() / traffic.trace).string();
        return traffic;
    }
    Traffic traffic;
    traffic.prompt_tokens = lengths_from_json(json.at("prompt_tokens"));
    traffic.output_tokens = lengths_from_json(json.at("output_tokens"));
    traffic.arrivals.kind = Arrivals::Kind::closed_loop;
    traffic.arrivals.concurrency = count_at(json.at("batch"), most_requests);
    return traffic;
}

Requests make_requests(const Traffic& traffic, std::int64_t count, std::uint64_t seed) {
    if (count < 1 || count > most_requests)
        throw InputError("requests: " + std::to_string(count) + " should be between 1 and 10^8");
    if (!traffic.trace.empty() || traffic.arrivals.kind == Arrivals::Kind::trace)
        throw InputError("traffic: the trace's requests are read, not drawn");
    Draws draws(seed);
    Requests requests;
    requests.block_tokens = traffic.block_tokens;
    requests.all.reserve(static_cast<std::size_t>(count));
    for (std::int64_t i = 0; i < count; ++i) requests.all.push_back(draw_request(traffic, draws));
    if (traffic.prefix) add_prefixes(requests, *traffic.prefix, draws);
    set_arrivals(requests, traffic.arrivals, seed);
    return requests;
}

void set_arrivals(Requests& requests, const Arrivals& arrivals, std::uint64_t seed) {
    check(arrivals);
    requests.arrivals = arrivals;
    if (arrivals.kind == Arrivals::Kind::trace) return;
    // Another stream than that of the lengths, so that these stay the same when the rate changes.
    Draws draws(seed ^ 0x9e3779b97f4a7c15U);
    double now = 0;
    for (auto& request : requests.all) request.arrival_s = now += next_gap(arrivals, draws);
}

}  // namespace ridge::cost_model::serving
