# SPDX-License-Identifier: Apache-2.0
# Libraries with their headers under include/ridge, data under share/ridgepoint, and a package `find_package(ridgepoint)`.
include(CMakePackageConfigHelpers)
get_property(ridge_libraries GLOBAL PROPERTY RIDGE_INSTALL_TARGETS)
install(TARGETS ${ridge_libraries} EXPORT ridgepointTargets
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
    FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/ridge)
install(DIRECTORY configs/ DESTINATION ${CMAKE_INSTALL_DATADIR}/ridgepoint/configs)
set(ridge_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/ridgepoint)
install(EXPORT ridgepointTargets NAMESPACE ridge:: DESTINATION ${ridge_package_dir})
configure_package_config_file(cmake/ridgepointConfig.cmake.in ${PROJECT_BINARY_DIR}/ridgepointConfig.cmake
    INSTALL_DESTINATION ${ridge_package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/ridgepointConfigVersion.cmake COMPATIBILITY SameMajorVersion)
install(FILES ${PROJECT_BINARY_DIR}/ridgepointConfig.cmake ${PROJECT_BINARY_DIR}/ridgepointConfigVersion.cmake
    DESTINATION ${ridge_package_dir})
feature_summary(WHAT ENABLED_FEATURES DISABLED_FEATURES)
