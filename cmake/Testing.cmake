# SPDX-License-Identifier: Apache-2.0
# What tests are compiled with; a target of its own so that they share its precompiled headers.
file(CONFIGURE OUTPUT test_headers.cpp CONTENT "")
add_library(ridge_test_headers STATIC EXCLUDE_FROM_ALL ${CMAKE_CURRENT_BINARY_DIR}/test_headers.cpp)
function(ridge_compile_as_test target)
    target_link_libraries(${target} PRIVATE GTest::gtest_main GTest::gmock ridge_options)
    # Tests run for seconds and are compiled for minutes.
    target_compile_options(${target} PRIVATE -O0)
    target_compile_definitions(${target} PRIVATE
        RIDGE_SOURCE_DIR="${PROJECT_SOURCE_DIR}" RIDGE_BINARY_DIR="${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")
endfunction()
ridge_compile_as_test(ridge_test_headers)
ridge_precompile(ridge_test_headers <gtest/gtest.h> <gmock/gmock.h>)
if(RIDGE_BUILD_WORKERS)
    add_library(ridge_kernel_test_headers STATIC EXCLUDE_FROM_ALL ${CMAKE_CURRENT_BINARY_DIR}/test_headers.cpp)
    target_link_libraries(ridge_kernel_test_headers PRIVATE Kokkos::kokkos)
    ridge_compile_as_test(ridge_kernel_test_headers)
    ridge_precompile(ridge_kernel_test_headers <gtest/gtest.h> <gmock/gmock.h> <Kokkos_Core.hpp> <Kokkos_SIMD.hpp>)
endif()

# What CI has time to run under the sanitizers: the vocabulary, the catalogue, the store with its importers, and the fuzz targets.
# scripts/test --all runs the others so too. The test preset asan-ubsan chooses the same by name.
add_custom_target(ridge_sanitized_tests)

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
    ridge_compile_as_test(${name})
    target_link_libraries(${name} PRIVATE ${ARG_LINK})
    # Kokkos and Qt bring flags of their own.
    if("${ARG_LINK}" MATCHES "kernel|ridge::profiler")
        ridge_precompile(${name} AS ridge_kernel_test_headers)
    elseif(NOT "${ARG_LINK}" MATCHES "Qt6")
        ridge_precompile(${name} AS ridge_test_headers)
    endif()
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
    if(name MATCHES "^(core|db|operators)_")
        add_dependencies(ridge_sanitized_tests ${name})
    endif()
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
