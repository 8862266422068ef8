# Installs each component with an export set of its own, so that who does not
# ask for json needs no Boost, nor for redis hiredis; then the package config and the pkg-config files.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/seatfield)
set(compiled "")
if(SEATFIELD_MAPPED)
  list(APPEND compiled seatfield)
endif()
if(SEATFIELD_JSON)
  list(APPEND compiled json)
endif()
if(SEATFIELD_REDIS)
  list(APPEND compiled redis)
endif()
set(components core ${compiled})
if(compiled)
  set(arch_independent "")
  set(pc_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
else()
  set(arch_independent ARCH_INDEPENDENT)
  # A header-only package leaves nothing but CMake files in lib.
  set(pc_dir ${CMAKE_INSTALL_DATADIR}/pkgconfig)
endif()

foreach(component IN LISTS components)
  install(
    TARGETS seatfield_${component}
    EXPORT seatfield-${component}
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
    RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR}
    FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
  install(
    EXPORT seatfield-${component}
    DESTINATION ${package_dir}
    NAMESPACE seatfield::
    FILE seatfield-${component}-targets.cmake)
endforeach()

# Boost has no .pc files, and only a static seatfield_json needs Boost still.
set(json_type "")
set(pc_libs_json "")
if(SEATFIELD_JSON)
  get_target_property(json_type seatfield_json TYPE)
  if(json_type STREQUAL "STATIC_LIBRARY")
    set(pc_libs_json " -lboost_json")
    get_target_property(boost_type Boost::json TYPE)
    if(boost_type STREQUAL "STATIC_LIBRARY")
      string(APPEND pc_libs_json " -lboost_container")
    endif()
  endif()
endif()

# Only a static seatfield_redis needs hiredis still, which has .pc files.
set(redis_type "")
set(redis_tls OFF)
set(pc_requires_redis "")
if(SEATFIELD_REDIS)
  get_target_property(redis_type seatfield_redis TYPE)
  if(TARGET hiredis::hiredis_ssl)
    set(redis_tls ON)
  endif()
  if(redis_type STREQUAL "STATIC_LIBRARY")
    if(redis_tls)
      string(APPEND pc_requires_redis " hiredis_ssl")
    endif()
    string(APPEND pc_requires_redis " hiredis")
  endif()
endif()

configure_package_config_file(
  ${CMAKE_CURRENT_LIST_DIR}/seatfieldConfig.cmake.in
  ${PROJECT_BINARY_DIR}/seatfieldConfig.cmake
  INSTALL_DESTINATION ${package_dir}
  NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(
  ${PROJECT_BINARY_DIR}/seatfieldConfigVersion.cmake
  COMPATIBILITY SameMinorVersion ${arch_independent})
install(FILES ${PROJECT_BINARY_DIR}/seatfieldConfig.cmake
              ${PROJECT_BINARY_DIR}/seatfieldConfigVersion.cmake
              ${CMAKE_CURRENT_LIST_DIR}/FindxxHash.cmake
        DESTINATION ${package_dir})

if(SEATFIELD_REDIS)
  install(FILES ${CMAKE_CURRENT_LIST_DIR}/Findhiredis.cmake
                ${CMAKE_CURRENT_LIST_DIR}/Findhiredis_ssl.cmake
          DESTINATION ${package_dir})
endif()

# pkg-config: paths relative to the .pc file, so that the tree can be moved.
file(RELATIVE_PATH pc_to_prefix /prefix/${pc_dir} /prefix)
string(REGEX REPLACE "/$" "" pc_to_prefix ${pc_to_prefix})
set(pc_prefix \${pcfiledir}/${pc_to_prefix})
set(pc_includedir \${prefix}/${CMAKE_INSTALL_INCLUDEDIR})
set(pc_libdir \${prefix}/${CMAKE_INSTALL_LIBDIR})
foreach(dir IN ITEMS INCLUDEDIR LIBDIR)
  if(IS_ABSOLUTE "${CMAKE_INSTALL_${dir}}")
    set(pc_prefix ${CMAKE_INSTALL_PREFIX})
    string(TOLOWER pc_${dir} variable)
    set(${variable} ${CMAKE_INSTALL_${dir}})
  endif()
endforeach()
# install_pc(<name> <template>)
function(install_pc pc_name template)
  configure_file(${CMAKE_CURRENT_FUNCTION_LIST_DIR}/${template}
                 ${PROJECT_BINARY_DIR}/${pc_name}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/${pc_name}.pc DESTINATION ${pc_dir})
endfunction()
install_pc(seatfield-core core.pc.in)
foreach(pc_component IN LISTS compiled)
  # The component seatfield bears the package's own name.
  string(REGEX REPLACE "-seatfield$" "" pc_name seatfield-${pc_component})
  string(REGEX REPLACE "_seatfield$" "" pc_library seatfield_${pc_component})
  set(pc_libs "-l${pc_library}${pc_libs_${pc_component}}")
  set(pc_requires "${pc_requires_${pc_component}}")
  install_pc(${pc_name} component.pc.in)
endforeach()
