# seatfield_public_headers(<target> <component>): gives the target the headers
# that cmake/floors.txt, the one list of headers, names for the component.

set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
                                       ${PROJECT_SOURCE_DIR}/cmake/floors.txt)

function(seatfield_public_headers target component)
  set(root ${PROJECT_SOURCE_DIR}/include)
  file(STRINGS ${PROJECT_SOURCE_DIR}/cmake/floors.txt lines
       REGEX "^[0-9]+ +${component} ")
  list(TRANSFORM lines REPLACE "^[^ ]+ +[^ ]+ +" "${root}/seatfield/" OUTPUT_VARIABLE
       headers)
  get_target_property(type ${target} TYPE)
  set(scope PUBLIC)
  if(type STREQUAL "INTERFACE_LIBRARY")
    set(scope INTERFACE)
  endif()
  target_sources(${target} ${scope} FILE_SET HEADERS BASE_DIRS ${root} FILES
                                    ${headers})
endfunction()
