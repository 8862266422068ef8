# Finds hiredis where it brings no CMake package, by pkg-config: Debian 12 ships
# 0.14 so. Defines hiredis::hiredis.

find_package(PkgConfig QUIET)
if(PkgConfig_FOUND)
  pkg_check_modules(hiredis_pc QUIET hiredis)
endif()
find_path(hiredis_INCLUDE_DIR hiredis/hiredis.h HINTS ${hiredis_pc_INCLUDEDIR})
find_library(hiredis_LIBRARY hiredis HINTS ${hiredis_pc_LIBDIR})
mark_as_advanced(hiredis_INCLUDE_DIR hiredis_LIBRARY)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(
  hiredis
  REQUIRED_VARS hiredis_LIBRARY hiredis_INCLUDE_DIR
  VERSION_VAR hiredis_pc_VERSION
  REASON_FAILURE_MESSAGE
    "seatfield::redis needs it: the package libhiredis-dev of Debian, hiredis of vcpkg and of Conan"
)

if(hiredis_FOUND AND NOT TARGET hiredis::hiredis)
  add_library(hiredis::hiredis UNKNOWN IMPORTED)
  set_target_properties(
    hiredis::hiredis PROPERTIES IMPORTED_LOCATION "${hiredis_LIBRARY}"
                                INTERFACE_INCLUDE_DIRECTORIES
                                "${hiredis_INCLUDE_DIR}")
endif()
