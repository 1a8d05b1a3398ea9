// SPDX-License-Identifier: Apache-2.0
#include "db/import/device_names.hpp"

#include <algorithm>
#include <optional>

#include "core/configs.hpp"
#include "core/text.hpp"
#include "db/import/timing_table.hpp"

namespace ridge::db {
namespace {

struct Alias {
    std::string_view name;          // as slug() gives it
    std::string_view id;            // in configs/devices
    std::string_view project = {};  // that means this device by it; empty: any other
};

// Vidur (arXiv 2405.05465) measured on Azure's NC A100 v4, which has PCIe boards with NVLink in pairs, and on
// a DGX; LLMCompass (arXiv 2312.03134) on a machine with SXM modules.
constexpr Alias aliases[] = {
    {"a100-sxm", "a100-80-sxm"},
    {"a100-pcie", "a100-80-pcie"},
    {"a100", "a100-80-pcie", "vidur"},
    {"a100", "a100-80-sxm"},
    {"net-a100-dgx", "a100-80-sxm"},
    {"a100-dgx", "a100-80-sxm"},
    {"net-a100-pairwise-nvlink", "a100-80-pcie"},
    {"a100-pairwise-nvlink", "a100-80-pcie"},
    {"net-a40-pairwise-nvlink", "a40"},
    {"a40-pairwise-nvlink", "a40"},
    {"net-h100-dgx", "h100-sxm"},
    {"h100-dgx", "h100-sxm"},
    {"net-h100-pairwise-nvlink", "h100-nvl"},
    {"h100-pairwise-nvlink", "h100-nvl"},
    {"nvidia-a100-80gb-pcie", "a100-80-pcie"},
    {"nvidia-a100-pcie-40gb", "a100-40-pcie"},
    {"nvidia-a100-sxm4-40gb", "a100-40-sxm"},
    {"nvidia-a100-sxm4-80gb", "a100-80-sxm"},
    {"nvidia-h100-80gb-hbm3", "h100-sxm"},
    {"nvidia-h100-pcie", "h100-pcie"},
    {"h100", "h100-sxm"},
    {"h200", "h200-sxm"},
    {"b200-sxm", "b200"},
    {"b300-sxm", "b300"},
    {"gb200", "gb200-gpu"},
    {"gb300", "gb300-gpu"},
    {"nvidia-l4", "l4"},
    {"nvidia-l40s", "l40s"},
    {"rtxpro6000", "rtx-pro-6000-server"},
    {"rtx-pro-6000", "rtx-pro-6000-server"},
    {"b60", "arc-pro-b60"},
    {"a6000", "rtx-a6000"},
    {"tesla-v100-pcie-32gb", "v100-pcie-32"},
    {"v100", "v100-sxm2-32"},
    {"tesla-t4", "t4"},
    {"tesla-p100-pcie-16gb", "p100-pcie-16"},
    {"tesla-p4", "p4"},
    {"amd-instinct-mi100", "mi100"},
    {"amd-instinct-mi210", "mi210"},
    {"amd-instinct-mi250", "mi250-die"},
    {"mi250", "mi250-die"},
    {"tpu-v6e-1", "tpu-v6e"},
};

FoundDevice with_data_sheet(const std::string& id, const std::string& name) {
    const auto path = find_config("devices", id);
    const auto document = read_json_file(path);
    return {Device::from_json(JsonReader(document, path.string())), true, name};
}

FoundDevice bare(const std::string& name) {
    FoundDevice out;
    out.name = name;
    out.device.id = slug(name);
    if (out.device.id.empty()) throw InputError("'" + name + "' is no name of a device; --device gives one");
    out.device.name = name;
    out.device.vendor = "unknown";
    out.device.kind = "gpu";
    return out;
}

// Projects may mean different devices by one name.
std::optional<std::string> known_device(const std::string& name, std::string_view project,
                                        const std::vector<std::string>& known) {
    const auto wanted = slug(name);
    const auto* alias = std::ranges::find_if(aliases, [&](const Alias& one) {
        return one.name == wanted && (one.project.empty() || one.project == project);
    });
    const std::string id(alias != std::end(aliases) ? alias->id : std::string_view(wanted));
    if (std::ranges::find(known, id) == known.end()) return std::nullopt;
    return id;
}

}  // namespace

FoundDevice device_of_name(const std::string& name, std::string_view project) {
    const auto id = known_device(name, project, list_configs("devices"));
    return id ? with_data_sheet(*id, name) : bare(name);
}

FoundDevice device_of_file(const std::filesystem::path& path, std::string_view project) {
    constexpr int folders_to_look_at = 6;
    const auto names = file_names(path);
    const auto known = list_configs("devices");
    for (const auto& word : names.words)
        if (const auto id = known_device(word, project, known)) return with_data_sheet(*id, word);
    const auto own = std::filesystem::absolute(path).lexically_normal().parent_path();
    auto folder = own;
    for (int i = 0; i < folders_to_look_at && folder.has_filename(); ++i, folder = folder.parent_path())
        if (const auto id = known_device(folder.filename().string(), project, known))
            return with_data_sheet(*id, folder.filename().string());
    return bare(own.filename().string());
}

}  // namespace ridge::db
