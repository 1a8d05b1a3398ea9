// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "core/error.hpp"

namespace ridge {

/// Message of the InputError that `action` has to throw; anything else fails the test.
template <typename Action>
std::string message_of(Action action) {
    try {
        action();
    } catch (const InputError& error) {
        EXPECT_EQ(error.code(), ExitCode::bad_input);
        return error.what();
    } catch (const std::exception& error) {
        ADD_FAILURE() << "another exception: " << error.what();
        return {};
    }
    ADD_FAILURE() << "no exception";
    return {};
}

}  // namespace ridge
