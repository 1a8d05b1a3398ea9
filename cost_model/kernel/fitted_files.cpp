// SPDX-License-Identifier: Apache-2.0
#include "cost_model/kernel/fitted_files.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <sstream>
#include <string_view>

#include "core/configs.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "cost_model/device_model.hpp"

namespace ridge::cost_model {
namespace {

constexpr const char* kind = "fitted";
constexpr const char* widths_name = "transfer-widths";
constexpr std::size_t most_nodes = 400;  // of a shipped group: 8 KB

double distance(const std::vector<double>& one, const std::vector<double>& other,
                const std::vector<double>& lengths) {
    double out = 0;
    for (std::size_t i = 0; i < one.size(); ++i) out += std::abs(one[i] - other[i]) / lengths[i];
    return out;
}

// Always the node farthest from those taken (Gonzalez 1985), runaways last.
std::vector<std::size_t> farthest_apart(const std::vector<CorrectionNode>& nodes,
                                        const std::vector<double>& lengths) {
    std::vector<double> nearest(nodes.size(), std::numeric_limits<double>::infinity());
    std::vector<std::size_t> out;
    for (std::size_t next = 0; out.size() < std::min(most_nodes, nodes.size());) {
        out.push_back(next);
        for (std::size_t i = 0; i < nodes.size(); ++i) {
            const double trust = 1.0 / (1.0 + nodes[i].noise);
            nearest[i] = std::min(nearest[i], trust * distance(nodes[i].axes, nodes[next].axes, lengths));
        }
        next = static_cast<std::size_t>(std::ranges::max_element(nearest) - nearest.begin());
        if (nearest[next] <= 0) break;
    }
    std::ranges::sort(out);
    return out;
}

KernelGroup slimmed(const KernelGroup& group) {
    auto out = group;
    out.points.clear();
    out.nodes.clear();
    const auto nodes = group.correction.nodes();
    if (nodes.empty()) return out;
    const auto kept = farthest_apart(nodes, group.correction.lengths());
    std::vector<CorrectionNode> few;
    for (const auto place : kept) few.push_back(nodes[place]);
    out.correction = Correction(group.correction.axes(), group.correction.lengths(), few);
    out.correction.solve();
    if (group.config_of.empty()) return out;
    out.config_of.clear();
    for (const auto place : kept) out.config_of.push_back(group.config_of[place]);
    return out;
}

bool is_shipped(const std::string& name) {
    const auto known = list_configs(kind);
    return std::ranges::find(known, name) != known.end();
}

constexpr std::string_view before_groups = "\"groups\": [";

// The lines of one operator's groups, as write_fitted() has them: reading a model whole takes up to a hundred
// times as long as one operator's groups. A file that was laid out otherwise stays whole.
std::string without_others(const std::string& text, const std::string& op) {
    const std::string any = "{\"key\":{\"operator\":", mark = any + Json(op).dump() + ",";
    std::istringstream lines(text);
    std::string out, line;
    std::getline(lines, out);
    if (!out.ends_with(before_groups)) return text;
    bool first = true;
    while (std::getline(lines, line)) {
        if (!line.starts_with(any)) return text;
        if (!line.starts_with(mark)) continue;
        constexpr std::string_view last = "]}";  // stands behind the last group
        line.resize(line.size() - (line.ends_with(',') ? 1 : last.size()));
        out += (first ? "\n" : ",\n") + line;
        first = false;
    }
    return out + "]}";
}

}  // namespace

KernelModel slimmed(const KernelModel& model) {
    KernelModel out;
    out.device = model.device;
    for (const auto& group : model.groups) out.groups.push_back(slimmed(group));
    return out;
}

void write_fitted(const std::filesystem::path& folder, const KernelModel& model,
                  const std::string& provenance) {
    const auto path = folder / (model.device + ".json");
    std::ofstream file(path);
    const Json document = model.json();
    file << "{\"device\": " << Json(model.device) << ", \"provenance\": " << Json(provenance) << ", "
         << before_groups;
    const char* separator = "\n";
    for (const auto& group : document.at("groups")) {
        file << separator << group;
        separator = ",\n";
    }
    file << "]}\n";
    if (!file.flush()) throw EnvironmentError(path.string() + ": cannot be written");
}

std::optional<KernelModel> read_fitted(const std::string& device, const std::string& op) {
    if (!is_shipped(device)) return std::nullopt;
    const auto path = find_config(kind, device);
    const Json document =
        op.empty() ? read_json_file(path) : parse_json(without_others(read_file(path), op), path.string());
    return KernelModel::from_json(JsonReader(document, path.string()));
}

std::vector<TransferSource> fitted_sources(const std::string& op) {
    std::vector<TransferSource> out;
    for (const auto& name : list_configs(kind)) {
        if (name == widths_name) continue;
        if (auto model = read_fitted(name, op))
            out.push_back({facts_of(load_device(name)), std::make_shared<KernelModel>(*std::move(model))});
    }
    return out;
}

TransferWidths read_transfer_widths() {
    if (!is_shipped(widths_name)) return {};
    const auto path = find_config(kind, widths_name);
    const Json document = read_json_file(path);
    return TransferWidths::from_json(JsonReader(document, path.string()));
}

}  // namespace ridge::cost_model
