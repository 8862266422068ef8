# Finds hiredis where it brings no CMake package, by pkg-config: Debian 12 ships
# 0.14 so. Defines hiredis::hiredis and, when its library for TLS stands beside
# it (hiredis 1.0), hiredis::hiredis_ssl.

find_package(PkgConfig QUIET)
if(PkgConfig_FOUND)
  pkg_check_modules(hiredis_pc QUIET hiredis)
endif()
find_path(hiredis_INCLUDE_DIR hiredis/hiredis.h HINTS ${hiredis_pc_INCLUDEDIR})
find_library(hiredis_LIBRARY hiredis HINTS ${hiredis_pc_LIBDIR})
find_path(hiredis_ssl_INCLUDE_DIR hiredis/hiredis_ssl.h
          HINTS ${hiredis_pc_INCLUDEDIR})
find_library(hiredis_ssl_LIBRARY hiredis_ssl HINTS ${hiredis_pc_LIBDIR})
mark_as_advanced(hiredis_INCLUDE_DIR hiredis_LIBRARY hiredis_ssl_INCLUDE_DIR
                 hiredis_ssl_LIBRARY)

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
# One library without the other's header is that of another version.
if(hiredis_FOUND
   AND hiredis_ssl_LIBRARY
   AND hiredis_ssl_INCLUDE_DIR STREQUAL hiredis_INCLUDE_DIR
   AND NOT TARGET hiredis::hiredis_ssl)
  add_library(hiredis::hiredis_ssl UNKNOWN IMPORTED)
  set_target_properties(
    hiredis::hiredis_ssl
    PROPERTIES IMPORTED_LOCATION "${hiredis_ssl_LIBRARY}"
               INTERFACE_INCLUDE_DIRECTORIES "${hiredis_ssl_INCLUDE_DIR}"
               INTERFACE_LINK_LIBRARIES hiredis::hiredis)
endif()
