// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <QImage>
#include <cstdlib>
#include <set>

#include "reports/fixture.hpp"

namespace ridge::gui {
namespace {

int run(const std::string& command) { return std::system(command.c_str()); }

// The program in a real window of a virtual X server: the picture has to show a chart, not a blank.
TEST(RealWindow, DrawsItsPages) {
    if (run("command -v xvfb-run xauth >/dev/null 2>&1") != 0)
        GTEST_SKIP() << "xvfb-run or xauth is not installed";
    const fixture::TemporaryDirectory directory;
    fixture::write_store(directory.path() / "store.db");
    for (const std::string page : {"roofline", "cost"}) {
        const auto file = (directory.path() / (page + ".png")).string();
        const auto command = "XDG_CONFIG_HOME=" + directory.path().string() +
                             " QT_QPA_PLATFORM=xcb xvfb-run -a -s '-screen 0 1400x1000x24' " +
                             RIDGE_BINARY_DIR "/ridge-gui --db " + (directory.path() / "store.db").string() +
                             " --page " + page + " --screenshot " + file;
        ASSERT_EQ(run(command), 0) << command;
        const QImage image(QString::fromStdString(file));
        ASSERT_FALSE(image.isNull());
        EXPECT_GE(image.width(), 1000);
        std::set<QRgb> colours;
        for (int y = 0; y < image.height(); y += 2)
            for (int x = 0; x < image.width(); x += 2) colours.insert(image.pixel(x, y));
        EXPECT_GT(colours.size(), 50U) << page << " is nearly blank";
    }
}

}  // namespace
}  // namespace ridge::gui
