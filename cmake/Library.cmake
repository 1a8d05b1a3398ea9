# SPDX-License-Identifier: Apache-2.0
# ridge_library(core SOURCES a.cpp HEADERS a.hpp LINK other::lib): static library ridge_core with alias ridge::core.
# Headers are included as "core/a.hpp": from the source tree here, from include/ridge when installed.
function(ridge_library name)
    cmake_parse_arguments(ARG "UNHARDENED" "" "SOURCES;HEADERS;LINK;PRIVATE_LINK" ${ARGN})
    add_library(ridge_${name} STATIC ${ARG_SOURCES})
    add_library(ridge::${name} ALIAS ridge_${name})
    set_target_properties(ridge_${name} PROPERTIES EXPORT_NAME ${name} POSITION_INDEPENDENT_CODE ON)
    target_sources(ridge_${name} PUBLIC FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR} FILES ${ARG_HEADERS})
    target_compile_features(ridge_${name} PUBLIC cxx_std_20)
    target_link_libraries(ridge_${name} PUBLIC ${ARG_LINK} PRIVATE ${ARG_PRIVATE_LINK} $<BUILD_INTERFACE:ridge_options>)
    if(NOT ARG_UNHARDENED)
        target_link_libraries(ridge_${name} PRIVATE $<BUILD_INTERFACE:ridge_hardening>)
    endif()
    set_property(GLOBAL APPEND PROPERTY RIDGE_INSTALL_TARGETS ridge_${name})
endfunction()

# ridge_program(ridge SOURCES main.cpp LINK ridge::core)
function(ridge_program name)
    cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
    add_executable(${name} ${ARG_SOURCES})
    target_link_libraries(${name} PRIVATE ${ARG_LINK} ridge_options ridge_hardening)
    install(TARGETS ${name} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endfunction()
