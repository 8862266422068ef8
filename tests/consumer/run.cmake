# Runs one consumer test: WAY names it; SOURCE, BUILD, WORK, GENERATOR, COMPILER,
# VERSION and COMPONENTS come from CMakeLists.txt beside this file.

cmake_minimum_required(VERSION 3.25)

set(project ${CMAKE_CURRENT_LIST_DIR}/project)
set(installed ${WORK}/installed)
set(header_only ${WORK}/header_only)
set(here ${WORK}/${WAY})
string(REPLACE "," ";" components "${COMPONENTS}")
set(without_json ${components})
list(REMOVE_ITEM without_json json)
set(without_redis ${components})
list(REMOVE_ITEM without_redis redis)
set(same_options -D SEATFIELD_MAPPED=OFF -D SEATFIELD_JSON=OFF -D
                 SEATFIELD_REDIS=OFF)
if("seatfield" IN_LIST components)
  list(APPEND same_options -D SEATFIELD_MAPPED=ON)
endif()
if("json" IN_LIST components)
  list(APPEND same_options -D SEATFIELD_JSON=ON)
endif()
if("redis" IN_LIST components)
  list(APPEND same_options -D SEATFIELD_REDIS=ON)
endif()
set(no_boost -D CMAKE_DISABLE_FIND_PACKAGE_Boost=ON)

# run(<command>...) must succeed; its output is in `output`.
macro(run)
  execute_process(
    COMMAND ${ARGV}
    RESULT_VARIABLE result
    OUTPUT_VARIABLE output
    ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    string(JOIN " " command ${ARGV})
    message(FATAL_ERROR "${command}\nended with ${result}:\n${output}")
  endif()
endmacro()

# refused(<regex> <command>...) must fail and say what matches.
function(refused regex)
  execute_process(
    COMMAND ${ARGN}
    RESULT_VARIABLE result
    OUTPUT_VARIABLE output
    ERROR_VARIABLE output)
  string(REGEX REPLACE "[ \n]+" " " one_line "${output}")
  if(result EQUAL 0)
    message(FATAL_ERROR "not refused:\n${output}")
  elseif(NOT one_line MATCHES "${regex}")
    message(FATAL_ERROR "refused without the words '${regex}':\n${output}")
  endif()
endfunction()

# expect(<path>...) names must exist; expect_none(<glob>...) must match nothing.
function(expect)
  foreach(path IN LISTS ARGV)
    file(GLOB found ${path})
    if(NOT found)
      message(FATAL_ERROR "missing: ${path}")
    endif()
  endforeach()
endfunction()
function(expect_none)
  file(GLOB found ${ARGV})
  if(found)
    message(FATAL_ERROR "should not be there: ${found}")
  endif()
endfunction()

# What the .pc file of a component is called.
function(name_package result component)
  string(REGEX REPLACE "-seatfield$" "" name seatfield-${component})
  set(${result} ${name} PARENT_SCOPE)
endfunction()

# Many sources at once: what is compiled is known, how one comes to it is not.
set(configure
    ${CMAKE_COMMAND} -G ${GENERATOR} -D CMAKE_BUILD_TYPE=Release -D
    CMAKE_CXX_COMPILER=${COMPILER} -D CMAKE_UNITY_BUILD=ON)
set(library_only -D SEATFIELD_BUILD_TESTS=OFF -D SEATFIELD_BUILD_EXAMPLES=OFF
                 -D SEATFIELD_BUILD_BENCHMARKS=OFF)

# build_program(<way> <components> <cmake argument>...): builds and runs.
function(build_program way components)
  string(REPLACE ";" "," list "${components}")
  run(${configure} -S ${project} -B ${here}/build -D WAY=${way} -D
      COMPONENTS=${list} -D SEATFIELD_SOURCE=${SOURCE} ${ARGN})
  run(${CMAKE_COMMAND} --build ${here}/build)
  foreach(component IN LISTS components)
    run_program(${here}/build/use_${component})
  endforeach()
endfunction()

function(run_program program)
  run(${program})
  if(NOT output STREQUAL "seatfield ${VERSION}\n")
    message(FATAL_ERROR "${program} printed '${output}'")
  endif()
endfunction()

# An installed tree that has been moved: nothing in it may name its old place.
function(install_tree build tree)
  file(REMOVE_RECURSE ${tree} ${tree}_before)
  run(${CMAKE_COMMAND} --install ${build} --prefix ${tree}_before)
  file(RENAME ${tree}_before ${tree})
endfunction()

# Compiles use_<component>.cc by what pkg-config says of the packages.
function(build_by_pkg_config tree component package)
  file(GLOB_RECURSE pc_files ${tree}/*.pc)
  list(GET pc_files 0 pc_file)
  get_filename_component(pc_dir ${pc_file} DIRECTORY)
  set(ENV{PKG_CONFIG_PATH} ${pc_dir})
  find_program(PKG_CONFIG pkg-config REQUIRED)
  run(${PKG_CONFIG} --modversion ${package})
  if(NOT output STREQUAL "${VERSION}\n")
    message(FATAL_ERROR "${package}.pc states version '${output}'")
  endif()
  run(${PKG_CONFIG} --cflags --libs ${package})
  separate_arguments(flags UNIX_COMMAND "${output}")
  file(MAKE_DIRECTORY ${here})
  run(${COMPILER} -std=c++20 ${project}/use_${component}.cc -o
      ${here}/use_${component} ${flags})
  run_program(${here}/use_${component})
endfunction()

file(REMOVE_RECURSE ${here})

if(WAY STREQUAL "install")
  install_tree(${BUILD} ${installed})

elseif(WAY STREQUAL "install_header_only")
  run(${configure} -S ${SOURCE} -B ${here}/build -D SEATFIELD_MAPPED=OFF -D
      SEATFIELD_JSON=OFF ${library_only} ${no_boost})
  install_tree(${here}/build ${header_only})

elseif(WAY STREQUAL "find_package")
  build_program(find_package "${components}" -D VERSION=0.1 -D
                CMAKE_PREFIX_PATH=${installed})

elseif(WAY STREQUAL "find_package_without_boost")
  build_program(find_package "${without_json}" -D VERSION=0.1 -D
                CMAKE_PREFIX_PATH=${installed} ${no_boost})

elseif(WAY STREQUAL "find_package_without_hiredis")
  build_program(
    find_package "${without_redis}" -D VERSION=0.1 -D
    CMAKE_PREFIX_PATH=${installed} -D CMAKE_DISABLE_FIND_PACKAGE_hiredis=ON)

elseif(WAY STREQUAL "missing_hiredis")
  # Nothing is looked for where the answer is given already.
  expect(${installed}/*/cmake/seatfield/Findhiredis.cmake)
  file(GLOB module ${installed}/*/cmake/seatfield/Findhiredis.cmake)
  get_filename_component(module_dir ${module} DIRECTORY)
  file(
    WRITE ${here}/find.cmake
    "set(CMAKE_MODULE_PATH ${module_dir})
set(hiredis_LIBRARY \"\")
find_package(hiredis MODULE REQUIRED)
")
  refused("hiredis.*libhiredis-dev of Debian" ${CMAKE_COMMAND} -P
          ${here}/find.cmake)

elseif(WAY STREQUAL "find_package_header_only")
  build_program(find_package "core" -D VERSION=0.1 -D
                CMAKE_PREFIX_PATH=${header_only} ${no_boost})

elseif(WAY STREQUAL "wrong_version")
  foreach(version IN ITEMS 9.0 0.0 0.2 1.0)
    refused("requested version \"${version}\".*version: ${VERSION}"
            ${configure} -S ${project} -B ${here}/build -D WAY=find_package -D
            COMPONENTS=core -D VERSION=${version} -D
            CMAKE_PREFIX_PATH=${installed})
  endforeach()

elseif(WAY STREQUAL "missing_component")
  foreach(component IN ITEMS seatfield json redis)
    refused("no component '${component}' in .*; installed there: core"
            ${configure} -S ${project} -B ${here}/build -D WAY=find_package -D
            COMPONENTS=${component} -D VERSION=0.1 -D
            CMAKE_PREFIX_PATH=${header_only})
  endforeach()

elseif(WAY STREQUAL "unknown_component")
  refused("no component 'tickets' in .*; installed there: ${components}"
          ${configure} -S ${project} -B ${here}/build -D WAY=find_package -D
          COMPONENTS=tickets -D VERSION=0.1 -D CMAKE_PREFIX_PATH=${installed})

elseif(WAY STREQUAL "add_subdirectory")
  build_program(add_subdirectory "${components}" ${same_options})

elseif(WAY STREQUAL "add_subdirectory_core_only")
  build_program(add_subdirectory "core" -D SEATFIELD_MAPPED=OFF ${no_boost})

elseif(WAY STREQUAL "fetch_content_shared")
  build_program(fetch_content "${components}" ${same_options} -D BUILD_SHARED_LIBS=ON -D
                FETCHCONTENT_FULLY_DISCONNECTED=ON)

elseif(WAY STREQUAL "pkg_config")
  foreach(component IN LISTS components)
    name_package(package ${component})
    build_by_pkg_config(${installed} ${component} ${package})
  endforeach()

elseif(WAY STREQUAL "pkg_config_header_only")
  build_by_pkg_config(${header_only} core seatfield-core)

elseif(WAY STREQUAL "conan")
  include(${CMAKE_CURRENT_LIST_DIR}/conan.cmake)

elseif(WAY STREQUAL "vcpkg" OR WAY STREQUAL "vcpkg_header_only")
  include(${CMAKE_CURRENT_LIST_DIR}/vcpkg.cmake)

else()
  message(FATAL_ERROR "no such way: ${WAY}")
endif()
