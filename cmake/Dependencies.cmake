# Finds what the libraries need. Tests, benchmarks and examples look for their
# own needs where they stand.

# A package's own config first, then our Find modules.
set(CMAKE_FIND_PACKAGE_PREFER_CONFIG ON)
list(APPEND CMAKE_MODULE_PATH ${CMAKE_CURRENT_LIST_DIR})

if(SEATFIELD_FETCH_DEPS)
  include(${CMAKE_CURRENT_LIST_DIR}/FetchDependencies.cmake)
endif()

find_package(Threads REQUIRED)
if(NOT TARGET absl::statusor)
  find_package(absl CONFIG REQUIRED)
endif()
if(NOT TARGET xxHash::xxhash)
  # GLOBAL: the include folders of seatfield::core name the target, and are
  # evaluated where a user of it stands, which may be a parent folder.
  find_package(xxHash 0.8 REQUIRED GLOBAL)
endif()
if(SEATFIELD_JSON AND NOT TARGET Boost::json)
  if(POLICY CMP0167)
    cmake_policy(SET CMP0167 NEW)
  endif()
  find_package(Boost 1.81 REQUIRED COMPONENTS json)
endif()
if(SEATFIELD_REDIS AND NOT TARGET hiredis::hiredis)
  find_package(hiredis REQUIRED)
endif()
if(SEATFIELD_REDIS AND NOT TARGET hiredis::hiredis_ssl)
  find_package(hiredis_ssl QUIET)
endif()
