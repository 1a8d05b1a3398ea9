// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "core/file.hpp"
#include "tests/core/message_of.hpp"
#include "tuner/formats/recorded_file.hpp"

/// What the tests of file formats share.
namespace ridge::tuner {

inline const std::filesystem::path data_folder = std::filesystem::path(RIDGE_SOURCE_DIR) / "tests/tuner/data";

inline RecordedSpace read_text(std::string text) {
    return read_recorded_space(unpack_document(std::move(text), "f"));
}

inline std::string message_of_reading(const std::string& text) {
    return message_of([&] { (void)read_text(text); });
}

inline const RecordedConfig& find_config(const RecordedSpace& space, const std::string& text) {
    const auto found = std::ranges::find(space.configs, text,
                                         [](const RecordedConfig& config) { return config.config.text(); });
    if (found == space.configs.end()) throw std::runtime_error("no configuration " + text);
    return *found;
}

/// Whatever is cut off, it is read or refused with a sentence that names the file, and never gives more.
inline void expect_cuts_survive(const std::string& whole, bool packed) {
    const auto size = read_text(whole).configs.size();
    const auto bytes = packed ? pack_gzip(whole) : whole;
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        try {
            EXPECT_LE(read_text(bytes.substr(0, length)).configs.size(), size) << length;
        } catch (const InputError& error) {
            EXPECT_THAT(error.what(), testing::StartsWith("f")) << length;
        }
    }
}

struct Keeps {
    bool samples = true, more = true, costs = true, reasons = true;
};

/// Both have the same configurations with the same outcomes, as far as the format between them keeps them.
inline void expect_same(const RecordedSpace& a, const RecordedSpace& b, const Keeps& keeps = {}) {
    EXPECT_EQ(a.objective, b.objective);
    EXPECT_EQ(a.unit, b.unit);
    ASSERT_EQ(a.configs.size(), b.configs.size());
    for (std::size_t i = 0; i < a.configs.size(); ++i) {
        const auto &x = a.configs[i], &y = b.configs[i];
        SCOPED_TRACE(x.config.text());
        EXPECT_EQ(x.config, y.config);
        EXPECT_EQ(x.objective, y.objective);
        EXPECT_EQ(x.status == Status::ok, y.status == Status::ok);
        if (keeps.reasons) {
            EXPECT_EQ(x.reason, y.reason);
        }
        if (keeps.samples) {
            EXPECT_EQ(x.samples_s, y.samples_s);
        }
        if (keeps.costs) {
            EXPECT_DOUBLE_EQ(x.cost_s(), y.cost_s());
        }
        if (!keeps.more) continue;
        ASSERT_EQ(x.more.size(), y.more.size());
        for (std::size_t k = 0; k < x.more.size(); ++k) {
            EXPECT_EQ(x.more[k].name, y.more[k].name);
            EXPECT_EQ(x.more[k].value, y.more[k].value);
        }
    }
}

}  // namespace ridge::tuner
