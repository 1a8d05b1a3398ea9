// SPDX-License-Identifier: Apache-2.0
#include "tuner/formats/recorded_file.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "core/error.hpp"
#include "core/text.hpp"
#include "tuner/formats/csv.hpp"
#include "tuner/formats/json_source.hpp"
#include "tuner/formats/kernel_tuner_cache.hpp"
#include "tuner/formats/moe_configs.hpp"
#include "tuner/formats/t1.hpp"
#include "tuner/formats/t4.hpp"
#include "tuner/formats/triton_autotune.hpp"
#include "tuner/formats/wisdom.hpp"

namespace ridge::tuner {
namespace {

using Keys = std::set<std::string, std::less<>>;  // of the object that a file is; none for other files

struct Format {
    std::string_view name, title;
    bool (*recognises)(const Document& document, const Keys& keys);
    RecordedSpace (*read)(const Document& document);
};

template <RecordedSpace (*read)(const JsonSource&)>
RecordedSpace read_json(const Document& document) {
    if (!has_python_numbers(document.text)) return read(JsonSource(document.text, document.file));
    auto text = document.text;
    replace_python_numbers(text);
    return read(JsonSource(text, document.file));
}

bool is_csv(const Document& document, const Keys& keys) {
    if (!keys.empty()) return false;
    const std::string_view text = document.text;
    const auto columns = split(text.substr(0, text.find_first_of("\r\n")), ',');
    return std::ranges::find(columns, "status") != columns.end();
}

constexpr auto formats = std::to_array<Format>({
    {"kernel-tuner", "a cache of Kernel Tuner",
     [](const Document&, const Keys& keys) { return keys.contains("tune_params_keys"); },
     read_json<read_kernel_tuner_cache>},
    {"t4", "T4 results",
     [](const Document&, const Keys& keys) {
         return keys.contains("results") && (keys.contains("schema_version") || keys.contains("metadata"));
     },
     read_json<read_t4>},
    {"triton", "an autotune.json of Triton",
     [](const Document&, const Keys& keys) { return keys.contains("configs_timings"); },
     read_json<read_triton_autotune>},
    {"wisdom", "wisdom of Kernel Launcher",
     [](const Document& document, const Keys&) { return is_wisdom(document); }, read_wisdom_space},
    {"csv", "a CSV table with a column 'status'", is_csv, read_csv_space},
});

Keys keys_of(const Document& document) {
    const auto begin = document.text.find_first_not_of(" \t\r\n");
    if (begin == std::string::npos || document.text[begin] != '{') return {};
    Keys keys;
    for (auto& piece : JsonSource(document.text, document.file).pieces(document.text))
        keys.insert(std::move(piece.key));
    return keys;
}

const Format& find_format(const Document& document) {
    const auto keys = keys_of(document);
    for (const auto& format : formats)
        if (format.recognises(document, keys)) return format;
    if (is_moe_configs(document))
        throw InputError(document.file +
                         ": vLLM's best configurations have no times, and so are no recorded space");
    if (is_t1(document))
        throw InputError(document.file + ": a T1 input says what to tune, but holds no measurements to read");
    std::vector<std::string> titles;
    for (const auto& format : formats) titles.emplace_back(format.title);
    throw InputError(document.file + ": no recorded search space; can be read: " + join(titles, ", "));
}

}  // namespace

std::string_view format_of(const Document& document) { return find_format(document).name; }

RecordedSpace read_recorded_space(const Document& document) { return find_format(document).read(document); }

RecordedSpace read_recorded_space(const std::filesystem::path& path) {
    return read_recorded_space(read_document(path));
}

}  // namespace ridge::tuner
