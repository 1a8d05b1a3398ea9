# SPDX-License-Identifier: Apache-2.0
# ridge_test(statistics_test SOURCES statistics_test.cpp LINK ridge::core LABELS unit ENVIRONMENT A=b C=d)
include(GoogleTest)
# SERIAL: for tests that time something; no other test runs beside them.
function(ridge_test name)
    cmake_parse_arguments(ARG "SERIAL" "TIMEOUT" "SOURCES;LINK;LABELS;ENVIRONMENT" ${ARGN})
    if(NOT ARG_TIMEOUT)
        set(ARG_TIMEOUT 120)
    endif()
    set(serial FALSE)
    if(ARG_SERIAL)
        set(serial TRUE)
    endif()
    add_executable(${name} ${ARG_SOURCES})
    target_link_libraries(${name} PRIVATE ${ARG_LINK} GTest::gtest_main GTest::gmock ridge_options)
    # Tests run for seconds and are compiled for minutes.
    target_compile_options(${name} PRIVATE -O0)
    target_compile_definitions(${name} PRIVATE
        RIDGE_SOURCE_DIR="${PROJECT_SOURCE_DIR}" RIDGE_BINARY_DIR="${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
    gtest_discover_tests(${name} TEST_PREFIX "${name}." DISCOVERY_TIMEOUT 60
        PROPERTIES RUN_SERIAL ${serial} TIMEOUT ${ARG_TIMEOUT})
    # Properties that are lists: gtest_discover_tests() would take their second element for the name of another property.
    set(lists ${CMAKE_CURRENT_BINARY_DIR}/${name}_lists.cmake)
    file(WRITE ${lists} "if(${name}_TESTS)
    set_tests_properties(\${${name}_TESTS} PROPERTIES LABELS \"${ARG_LABELS}\" ENVIRONMENT \"${ARG_ENVIRONMENT}\")
endif()
")
    set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${lists})
endfunction()
