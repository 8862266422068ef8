# Finds the part of hiredis that does TLS, where it brings no CMake package, by
# pkg-config. Defines hiredis::hiredis_ssl. There is none before hiredis 1.0.

find_package(PkgConfig QUIET)
if(PkgConfig_FOUND)
  pkg_check_modules(hiredis_ssl_pc QUIET hiredis_ssl)
endif()
find_path(hiredis_ssl_INCLUDE_DIR hiredis/hiredis_ssl.h
          HINTS ${hiredis_ssl_pc_INCLUDEDIR})
find_library(hiredis_ssl_LIBRARY hiredis_ssl HINTS ${hiredis_ssl_pc_LIBDIR})
mark_as_advanced(hiredis_ssl_INCLUDE_DIR hiredis_ssl_LIBRARY)
find_package(OpenSSL QUIET)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(
  hiredis_ssl REQUIRED_VARS hiredis_ssl_LIBRARY hiredis_ssl_INCLUDE_DIR
                            OPENSSL_FOUND)

if(hiredis_ssl_FOUND AND NOT TARGET hiredis::hiredis_ssl)
  add_library(hiredis::hiredis_ssl UNKNOWN IMPORTED)
  set_target_properties(
    hiredis::hiredis_ssl
    PROPERTIES IMPORTED_LOCATION "${hiredis_ssl_LIBRARY}"
               INTERFACE_INCLUDE_DIRECTORIES "${hiredis_ssl_INCLUDE_DIR}"
               INTERFACE_LINK_LIBRARIES "hiredis::hiredis;OpenSSL::SSL")
endif()
