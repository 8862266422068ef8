# Finds xxHash where it brings no CMake package of its own (Debian, Ubuntu).
# Defines xxHash::xxhash, xxHash_FOUND, xxHash_VERSION, xxHash_INCLUDE_DIR and,
# when the library is installed beside its header, xxHash_LIBRARY.

find_path(xxHash_INCLUDE_DIR xxhash.h)
find_library(xxHash_LIBRARY xxhash)
mark_as_advanced(xxHash_INCLUDE_DIR xxHash_LIBRARY)

set(xxHash_VERSION "")
if(xxHash_INCLUDE_DIR)
  file(READ ${xxHash_INCLUDE_DIR}/xxhash.h xxHash_text)
  foreach(xxHash_part IN ITEMS MAJOR MINOR RELEASE)
    if(xxHash_text MATCHES "XXH_VERSION_${xxHash_part} +([0-9]+)")
      list(APPEND xxHash_VERSION ${CMAKE_MATCH_1})
    endif()
  endforeach()
  list(JOIN xxHash_VERSION "." xxHash_VERSION)
  unset(xxHash_text)
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(
  xxHash
  REQUIRED_VARS xxHash_INCLUDE_DIR
  VERSION_VAR xxHash_VERSION)

if(xxHash_FOUND AND NOT TARGET xxHash::xxhash)
  add_library(xxHash::xxhash INTERFACE IMPORTED)
  target_include_directories(xxHash::xxhash INTERFACE ${xxHash_INCLUDE_DIR})
  if(xxHash_LIBRARY)
    target_link_libraries(xxHash::xxhash INTERFACE ${xxHash_LIBRARY})
  endif()
endif()
