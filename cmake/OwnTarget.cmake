# What programs and libraries compiled here have in common.
#
# seatfield_own(<target>): what every target compiled here gets and no user of
# the library inherits: strict warnings, no language extensions, sanitizers.

function(seatfield_own target)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
  if(CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang")
    # A designated initializer leaves out members on purpose.
    target_compile_options(
      ${target}
      PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
              -Wno-missing-field-initializers
              $<$<BOOL:${SEATFIELD_WERROR}>:-Werror>)
    # GCC 12 sees overlaps in std::string that are not there (GCC bug 105651).
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION
                                                VERSION_LESS 13)
      target_compile_options(${target} PRIVATE -Wno-restrict)
    endif()
  elseif(MSVC)
    target_compile_options(${target}
                           PRIVATE /W4 $<$<BOOL:${SEATFIELD_WERROR}>:/WX>)
  endif()
  if(SEATFIELD_SANITIZE)
    string(REPLACE ";" "," sanitizers "${SEATFIELD_SANITIZE}")
    target_compile_options(
      ${target} PRIVATE -fsanitize=${sanitizers} -fno-sanitize-recover=all
                        -fno-omit-frame-pointer)
    target_link_options(${target} PRIVATE -fsanitize=${sanitizers})
  endif()
endfunction()

# seatfield_add_program(<name> SOURCES <file>... [LIBS <target>...]): a program
# seatfield_<name> whose file is called <name>.
function(seatfield_add_program name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LIBS")
  set(target seatfield_${name})
  add_executable(${target} ${arg_SOURCES})
  seatfield_own(${target})
  set_target_properties(
    ${target} PROPERTIES OUTPUT_NAME ${name} RUNTIME_OUTPUT_DIRECTORY
                                             ${CMAKE_CURRENT_BINARY_DIR})
  target_link_libraries(${target} PRIVATE seatfield::core ${arg_LIBS})
endfunction()
