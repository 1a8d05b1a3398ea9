// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <QApplication>

#include "reports/fixture.hpp"

// One application for all tests, without a display and away from the user's settings.
int main(int argc, char** argv) {
    const ridge::fixture::TemporaryDirectory settings;
    qputenv("XDG_CONFIG_HOME", settings.path().c_str());
    if (!qEnvironmentVariableIsSet("QT_QPA_PLATFORM")) qputenv("QT_QPA_PLATFORM", "offscreen");
    testing::InitGoogleTest(&argc, argv);
    const QApplication app(argc, argv);
    return RUN_ALL_TESTS();
}
