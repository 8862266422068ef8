# With SEATFIELD_FETCH_DEPS: downloads what find_package does not find. What was
# downloaded belongs to this build, so there is then nothing to install.

include(FetchContent)

set(ABSL_PROPAGATE_CXX_STD ON)
FetchContent_Declare(
  absl
  GIT_REPOSITORY https://github.com/abseil/abseil-cpp.git
  GIT_TAG 20240722.0
  GIT_SHALLOW ON
  SYSTEM
  FIND_PACKAGE_ARGS CONFIG)

set(XXHASH_BUILD_XXHSUM OFF)
FetchContent_Declare(
  xxHash
  GIT_REPOSITORY https://github.com/Cyan4973/xxHash.git
  GIT_TAG v0.8.3
  GIT_SHALLOW ON
  SYSTEM
  SOURCE_SUBDIR cmake_unofficial
  FIND_PACKAGE_ARGS 0.8 GLOBAL)

set(BOOST_INCLUDE_LIBRARIES json)
FetchContent_Declare(
  Boost
  URL https://github.com/boostorg/boost/releases/download/boost-1.87.0/boost-1.87.0-cmake.tar.xz
  DOWNLOAD_EXTRACT_TIMESTAMP OFF
  SYSTEM
  FIND_PACKAGE_ARGS 1.81 COMPONENTS json)

# Its headers are included as <hiredis/...>: the folder must bear its name. Its
# option BUILD_SHARED_LIBS must not decide how seatfield is built.
set(DISABLE_TESTS ON)
set(CMAKE_POLICY_DEFAULT_CMP0077 NEW)
if(NOT DEFINED BUILD_SHARED_LIBS)
  set(BUILD_SHARED_LIBS OFF)
endif()
FetchContent_Declare(
  hiredis
  GIT_REPOSITORY https://github.com/redis/hiredis.git
  GIT_TAG v1.2.0
  GIT_SHALLOW ON
  SYSTEM
  SOURCE_DIR ${PROJECT_BINARY_DIR}/fetched/hiredis
  FIND_PACKAGE_ARGS)

set(seatfield_fetch absl xxHash)
if(SEATFIELD_JSON)
  list(APPEND seatfield_fetch Boost)
endif()
if(SEATFIELD_REDIS)
  list(APPEND seatfield_fetch hiredis)
endif()
FetchContent_MakeAvailable(${seatfield_fetch})
if(SEATFIELD_REDIS AND hiredis_SOURCE_DIR)
  target_include_directories(
    hiredis SYSTEM
    INTERFACE $<BUILD_INTERFACE:${hiredis_SOURCE_DIR}/..>)
  if(NOT TARGET hiredis::hiredis)
    add_library(hiredis::hiredis ALIAS hiredis)
  endif()
endif()

foreach(dependency IN LISTS seatfield_fetch)
  string(TOLOWER ${dependency} dependency)
  # Set only where the sources were added, not where a package was found.
  if(${dependency}_SOURCE_DIR AND SEATFIELD_INSTALL)
    message(STATUS "seatfield: ${dependency} is not a package of this system:"
                   " SEATFIELD_INSTALL is off")
    set(SEATFIELD_INSTALL OFF)
  endif()
endforeach()
