// SPDX-License-Identifier: Apache-2.0
#include "tuner/formats/conversion.hpp"

#include <algorithm>
#include <array>

#include "core/error.hpp"
#include "core/text.hpp"
#include "tuner/formats/csv.hpp"
#include "tuner/formats/document.hpp"
#include "tuner/formats/kernel_tuner_cache.hpp"
#include "tuner/formats/t1.hpp"
#include "tuner/formats/t4.hpp"
#include "tuner/formats/triton_autotune.hpp"
#include "tuner/formats/wisdom.hpp"

namespace ridge::tuner {
namespace {

namespace fs = std::filesystem;

bool is_there(const fs::path& path) {
    std::error_code ignored;
    return !path.empty() && fs::exists(path, ignored);
}

// The file in a folder has the name that its readers look for.
fs::path file_in(const fs::path& path, const std::string& name) {
    std::error_code ignored;
    return fs::is_directory(path, ignored) ? path / name : path;
}

template <Written (*write)(const RecordedSpace&)>
Output plain(const RecordedSpace& space, const OutputOptions& options) {
    return {write(space), options.path};
}

Output input(const RecordedSpace& space, const OutputOptions& options) {
    return {write_t1(input_of(space)), options.path};
}

Output wisdom(const RecordedSpace& space, const OutputOptions& options) {
    const auto path = file_in(options.path, wisdom_file_name(space.kernel));
    std::optional<Wisdom> older;
    if (is_there(path)) older = read_wisdom(read_document(path));
    auto written = write_wisdom(space, older);
    if (older) written.lost.insert(written.lost.end(), older->notes.begin(), older->notes.end());
    return {std::move(written), path};
}

Output vllm(const RecordedSpace& space, const OutputOptions& options) {
    auto name = options.moe;
    if (name.device.empty()) name.device = space.device;
    const auto path = file_in(options.path, moe_file_name(name));
    if (path != options.path && (name.experts < 1 || name.intermediate < 1 || name.device.empty()))
        throw InputError(
            "the name of vLLM's file is made of the numbers of experts and of the intermediate "
            "size, both above 0, and of the device");
    MoeConfigs configs;
    if (is_there(path)) configs = read_moe_configs(read_document(path));
    auto lost = put_optimum(configs, space, options.tokens);
    auto written = write_moe_configs(configs);
    written.lost = std::move(lost);
    return {std::move(written), path};
}

struct Writer {
    Output (*make)(const RecordedSpace& space, const OutputOptions& options);
};
constexpr auto formats = std::to_array<OutputFormat>({{"t4", "T4 results"},
                                                      {"t1", "T1 input"},
                                                      {"kernel-tuner", "cache of Kernel Tuner"},
                                                      {"csv", "CSV table"},
                                                      {"wisdom", "wisdom of Kernel Launcher"},
                                                      {"vllm", "fused-MoE configurations of vLLM"},
                                                      {"triton", "autotune.json of Triton"}});
constexpr auto writers = std::to_array<Writer>({{plain<write_t4>},
                                                {input},
                                                {plain<write_kernel_tuner_cache>},
                                                {plain<write_csv_space>},
                                                {wisdom},
                                                {vllm},
                                                {plain<write_triton_autotune>}});
static_assert(formats.size() == writers.size());

}  // namespace

std::span<const OutputFormat> output_formats() { return formats; }

Output make_output(const RecordedSpace& space, const OutputOptions& options) {
    for (std::size_t i = 0; i < formats.size(); ++i)
        if (formats[i].name == options.format) return writers[i].make(space, options);
    std::vector<std::string> names;
    for (const auto& format : formats) names.emplace_back(format.name);
    throw InputError("'" + options.format + "' is no format to write, known are " + join(names, ", "));
}

void save(const Output& output, std::string_view format) {
    if (format == "wisdom" && is_there(output.path)) {
        auto backup = output.path;
        backup += ".backup";
        std::error_code error;
        fs::copy_file(output.path, backup, fs::copy_options::overwrite_existing, error);
        if (error) throw EnvironmentError(backup.string() + ": cannot be written: " + error.message());
    }
    write_document(output.path, output.written.text);
}

}  // namespace ridge::tuner
