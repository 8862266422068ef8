# Sets SEATFIELD_VERSION from include/seatfield/version.h, which states it.

set(seatfield_version_header
    ${CMAKE_CURRENT_LIST_DIR}/../include/seatfield/version.h)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
                                       ${seatfield_version_header})
file(READ ${seatfield_version_header} seatfield_version_text)
set(SEATFIELD_VERSION "")
foreach(seatfield_part IN ITEMS MAJOR MINOR PATCH)
  if(NOT seatfield_version_text MATCHES
     "#define SEATFIELD_VERSION_${seatfield_part} ([0-9]+)")
    message(FATAL_ERROR "seatfield: ${seatfield_version_header} does not define"
                        " SEATFIELD_VERSION_${seatfield_part}")
  endif()
  list(APPEND SEATFIELD_VERSION ${CMAKE_MATCH_1})
endforeach()
list(JOIN SEATFIELD_VERSION "." SEATFIELD_VERSION)
