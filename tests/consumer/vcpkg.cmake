# The vcpkg port, with the features of COMPONENTS (WAY vcpkg) or with none
# (vcpkg_header_only): its portfile runs on stand-ins for vcpkg's functions that
# do what vcpkg's do with this tree; then the package's layout is checked as
# vcpkg would, and a program is built from it.

set(PORT seatfield)
set(CURRENT_PACKAGES_DIR ${here}/packages)
if(WAY STREQUAL "vcpkg_header_only")
  set(components core)
endif()
string(REPLACE "seatfield" "mapped" FEATURES "${components}")
set(called "")
macro(called name)
  list(APPEND called ${name})
  set(called "${called}" PARENT_SCOPE)
endmacro()

function(vcpkg_from_github)
  called(vcpkg_from_github)
  cmake_parse_arguments(PARSE_ARGV 0 arg ""
                        "OUT_SOURCE_PATH;REPO;REF;SHA512;HEAD_REF" "")
  if(NOT arg_REF STREQUAL "v${VERSION}" OR NOT arg_REPO OR arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "vcpkg_from_github(${ARGN})")
  endif()
  set(${arg_OUT_SOURCE_PATH} ${SOURCE} PARENT_SCOPE)
endfunction()

function(vcpkg_check_features)
  called(vcpkg_check_features)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "OUT_FEATURE_OPTIONS" "FEATURES")
  set(options "")
  while(arg_FEATURES)
    list(POP_FRONT arg_FEATURES feature option)
    if(feature IN_LIST FEATURES)
      list(APPEND options -D${option}=ON)
    else()
      list(APPEND options -D${option}=OFF)
    endif()
  endwhile()
  set(${arg_OUT_FEATURE_OPTIONS} "${options}" PARENT_SCOPE)
endfunction()

function(vcpkg_cmake_configure)
  called(vcpkg_cmake_configure)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "SOURCE_PATH" "OPTIONS")
  foreach(type IN ITEMS Debug Release)
    set(prefix ${CURRENT_PACKAGES_DIR})
    if(type STREQUAL "Debug")
      set(prefix ${CURRENT_PACKAGES_DIR}/debug)
    endif()
    run(${configure} -S ${arg_SOURCE_PATH} -B ${here}/${type} ${arg_OPTIONS}
        -DCMAKE_BUILD_TYPE=${type} -DCMAKE_INSTALL_PREFIX=${prefix}
        -DCMAKE_INSTALL_LIBDIR=lib)
    if(output MATCHES "Manually-specified variables were not used")
      message(FATAL_ERROR "the port passes an option that is none:\n${output}")
    endif()
  endforeach()
endfunction()

function(vcpkg_cmake_install)
  called(vcpkg_cmake_install)
  foreach(type IN ITEMS Debug Release)
    run(${CMAKE_COMMAND} --build ${here}/${type} --target install)
  endforeach()
endfunction()

# Moves the CMake files to share/<port>, one folder nearer to the prefix, and
# merges the debug ones.
function(vcpkg_cmake_config_fixup)
  called(vcpkg_cmake_config_fixup)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "CONFIG_PATH;PACKAGE_NAME" "")
  set(share ${CURRENT_PACKAGES_DIR}/share/${PORT})
  set(debug ${CURRENT_PACKAGES_DIR}/debug/${arg_CONFIG_PATH})
  file(GLOB debug_files ${debug}/*-debug.cmake)
  foreach(file IN LISTS debug_files)
    file(READ ${file} text)
    string(REPLACE "\${_IMPORT_PREFIX}/lib" "\${_IMPORT_PREFIX}/debug/lib" text
                   "${text}")
    get_filename_component(name ${file} NAME)
    file(WRITE ${share}/${name} "${text}")
  endforeach()
  file(COPY ${CURRENT_PACKAGES_DIR}/${arg_CONFIG_PATH}/ DESTINATION ${share})
  file(REMOVE_RECURSE ${CURRENT_PACKAGES_DIR}/lib/cmake
                      ${CURRENT_PACKAGES_DIR}/debug/lib/cmake)
  file(GLOB files ${share}/*-targets.cmake)
  foreach(file IN LISTS files)
    file(READ ${file} text)
    string(
      REPLACE
        "get_filename_component(_IMPORT_PREFIX \"\${CMAKE_CURRENT_LIST_FILE}\" PATH)\n"
        "get_filename_component(_IMPORT_PREFIX \"\${CMAKE_CURRENT_LIST_DIR}\" ABSOLUTE)\n"
        moved "${text}")
    if(moved STREQUAL text)
      message(FATAL_ERROR "${file} computes no _IMPORT_PREFIX to correct")
    endif()
    # Three levels up from lib/cmake/<port> are two from share/<port>.
    string(
      REGEX REPLACE
            "(get_filename_component\\(_IMPORT_PREFIX \"\\\${_IMPORT_PREFIX}\" PATH\\)\n)+"
            "\\1\\1" moved "${moved}")
    file(WRITE ${file} "${moved}")
  endforeach()
endfunction()

function(vcpkg_fixup_pkgconfig)
  called(vcpkg_fixup_pkgconfig)
  file(GLOB_RECURSE files ${CURRENT_PACKAGES_DIR}/*.pc)
  if(NOT files)
    message(FATAL_ERROR "no .pc file")
  endif()
  foreach(file IN LISTS files)
    file(READ ${file} text)
    if(NOT text MATCHES "^prefix=\\\${pcfiledir}/\\.\\./\\.\\.\n"
       OR text MATCHES "${CURRENT_PACKAGES_DIR}")
      message(FATAL_ERROR "${file} cannot be moved:\n${text}")
    endif()
  endforeach()
endfunction()

function(vcpkg_install_copyright)
  called(vcpkg_install_copyright)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "" "FILE_LIST")
  configure_file(${arg_FILE_LIST}
                 ${CURRENT_PACKAGES_DIR}/share/${PORT}/copyright COPYONLY)
endfunction()

include(${SOURCE}/cmake/vcpkg-port/portfile.cmake)

foreach(function IN ITEMS vcpkg_from_github vcpkg_check_features
                          vcpkg_cmake_configure vcpkg_cmake_install
                          vcpkg_cmake_config_fixup vcpkg_fixup_pkgconfig
                          vcpkg_install_copyright)
  if(NOT function IN_LIST called)
    message(FATAL_ERROR "the port does not call ${function}")
  endif()
endforeach()

set(packages ${CURRENT_PACKAGES_DIR})
expect(${packages}/share/seatfield/copyright ${packages}/share/seatfield/usage
       ${packages}/share/seatfield/seatfieldConfig.cmake
       ${packages}/share/seatfield/seatfieldConfigVersion.cmake
       ${packages}/include/seatfield/version.h)
expect_none(${packages}/debug/include ${packages}/debug/share
            ${packages}/lib/cmake ${packages}/debug/lib/cmake)
if(components STREQUAL "core")
  expect(${packages}/share/pkgconfig/seatfield-core.pc)
  expect_none(${packages}/lib ${packages}/debug)
else()
  foreach(component IN LISTS components)
    name_package(package ${component})
    expect(${packages}/lib/pkgconfig/${package}.pc
           ${packages}/debug/lib/pkgconfig/${package}.pc)
    if(NOT component STREQUAL "core")
      string(REPLACE "-" "_" library ${package})
      expect(${packages}/lib/*${library}.*
             ${packages}/debug/lib/*${library}.*)
    endif()
  endforeach()
endif()

# As vcpkg installs it: moved to another place.
file(RENAME ${packages} ${here}/moved)
foreach(type IN ITEMS Debug Release)
  build_program(find_package "${components}" -D VERSION=0.1 -D
                CMAKE_PREFIX_PATH=${here}/moved -D CMAKE_BUILD_TYPE=${type})
endforeach()
