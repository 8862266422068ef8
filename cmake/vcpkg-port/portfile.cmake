vcpkg_from_github(
    OUT_SOURCE_PATH SOURCE_PATH
    REPO seatfield/seatfield
    REF "v${VERSION}"
    SHA512 0
    HEAD_REF main
)

vcpkg_check_features(OUT_FEATURE_OPTIONS FEATURE_OPTIONS
    FEATURES
        json   SEATFIELD_JSON
        mapped SEATFIELD_MAPPED
        redis  SEATFIELD_REDIS
)

set(HEADER_ONLY TRUE)
if("json" IN_LIST FEATURES OR "mapped" IN_LIST FEATURES
   OR "redis" IN_LIST FEATURES)
    set(HEADER_ONLY FALSE)
    if(VCPKG_TARGET_IS_WINDOWS)
        vcpkg_check_linkage(ONLY_STATIC_LIBRARY)
    endif()
endif()

vcpkg_cmake_configure(
    SOURCE_PATH "${SOURCE_PATH}"
    OPTIONS
        ${FEATURE_OPTIONS}
        -DSEATFIELD_INSTALL=ON
        -DSEATFIELD_BUILD_TESTS=OFF
        -DSEATFIELD_BUILD_EXAMPLES=OFF
        -DSEATFIELD_BUILD_BENCHMARKS=OFF
)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(CONFIG_PATH lib/cmake/seatfield)
vcpkg_fixup_pkgconfig()

file(REMOVE_RECURSE
    "${CURRENT_PACKAGES_DIR}/debug/include"
    "${CURRENT_PACKAGES_DIR}/debug/share"
)
if(HEADER_ONLY)
    file(REMOVE_RECURSE
        "${CURRENT_PACKAGES_DIR}/debug"
        "${CURRENT_PACKAGES_DIR}/lib"
    )
endif()

vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")
file(INSTALL "${CMAKE_CURRENT_LIST_DIR}/usage"
    DESTINATION "${CURRENT_PACKAGES_DIR}/share/${PORT}")
