# cmake -D SEATFIELD_TREE=<root> -P CheckTree.cmake
#
# The rules of the house that a search of the sources can hold. Names every
# breach by file and line.

cmake_minimum_required(VERSION 3.25)

function(breach text)
  message(NOTICE "tree: ${text}")
  set_property(GLOBAL APPEND PROPERTY breaches x)
endfunction()

function(line_of result text needle)
  string(FIND "${text}" "${needle}" at)
  string(SUBSTRING "${text}" 0 ${at} before)
  string(REGEX MATCHALL "\n" ends "${before}")
  list(LENGTH ends line)
  math(EXPR line "${line} + 1")
  set(${result} ${line} PARENT_SCOPE)
endfunction()

# forbid(<file> <text> <regex> <why>): a match that begins a word.
function(forbid file text regex why)
  if("\n${text}\n" MATCHES "[^A-Za-z0-9_](${regex})")
    set(found "${CMAKE_MATCH_1}")
    line_of(line "${text}" "${found}")
    breach("${file}:${line}: '${found}': ${why}")
  endif()
endfunction()

# No formatter has the scripts in its care.
function(check_lua file text)
  string(FIND "${text}" "\t" at)
  if(NOT at EQUAL -1)
    line_of(line "${text}" "\t")
    breach("${file}:${line}: a tab")
  endif()
  string(REPLACE "\n" ";" lines "${text}")
  set(number 0)
  foreach(line IN LISTS lines)
    math(EXPR number "${number} + 1")
    string(LENGTH "${line}" length)
    if(length GREATER 100)
      breach("${file}:${number}: ${length} columns, more than 100")
    endif()
  endforeach()
endfunction()

set(folders include src tests bench examples)
set(patterns ${folders})
list(TRANSFORM patterns PREPEND ${SEATFIELD_TREE}/)
list(TRANSFORM patterns APPEND /*)
file(GLOB_RECURSE files RELATIVE ${SEATFIELD_TREE} ${patterns})
list(FILTER files INCLUDE REGEX "\\.(h|cc|cpp|hpp|lua|txt|cmake|json|py|sh)$")

foreach(file IN LISTS files)
  file(READ ${SEATFIELD_TREE}/${file} text)
  # CMake reads [ and ] as list syntax, ; as a separator; no rule needs them.
  string(REGEX REPLACE "[][;\\]" " " text "${text}")

  if("${text}" MATCHES "([^\t\n -~])")
    line_of(line "${text}" "${CMAKE_MATCH_1}")
    breach("${file}:${line}: not ASCII")
  endif()
  if(NOT file MATCHES "\\.(h|cc|lua)$")
    continue()
  endif()

  set(comment "//")
  if(file MATCHES "\\.lua$")
    set(comment "--")
    check_lua(${file} "${text}")
  endif()
  string(FIND "${text}" "${comment} SPDX-License-Identifier: MIT\n" at)
  if(NOT at EQUAL 0)
    breach("${file}:1: must open with ${comment} SPDX-License-Identifier: MIT")
  endif()

  if(file MATCHES "^include/")
    string(REGEX REPLACE "^include/" "" guard ${file})
    string(REGEX REPLACE "[/.]" "_" guard ${guard}_)
    string(TOUPPER ${guard} guard)
    string(FIND "${text}" "\n#ifndef ${guard}\n#define ${guard}\n" at)
    if(at EQUAL -1)
      breach("${file}:1: the header guard must be ${guard}")
    endif()
  endif()

  if(file MATCHES "^(include|src)/")
    string(REGEX REPLACE "//[^\n]*" "" text "${text}")
    forbid(${file} "${text}" "throw[^A-Za-z0-9_]" "the library throws nothing")
    forbid(${file} "${text}" "(abort|terminate|exit|_Exit|quick_exit) *\\("
           "the library never ends its host")
    forbid(${file} "${text}"
           "std::(cout|cerr|clog|cin)|(v?f?printf|f?puts|putchar|perror) *\\("
           "the library prints nothing")
  endif()
  if(file MATCHES "^include/")
    forbid(${file} "${text}" "absl::string_view"
           "a distribution's is not std::string_view")
  endif()
endforeach()

# What cannot read version.h must agree with it.
include(${SEATFIELD_TREE}/cmake/Version.cmake)
string(REGEX MATCH "^[0-9]+\\.[0-9]+" minor ${SEATFIELD_VERSION})
string(REPLACE "." "_" abi v${minor})
foreach(pair IN ITEMS
        "include/seatfield/version.h|\"${SEATFIELD_VERSION}\""
        "include/seatfield/version.h|inline namespace ${abi} "
        "cmake/vcpkg-port/vcpkg.json|\"version\": \"${SEATFIELD_VERSION}\"")
  string(REGEX REPLACE "\\|.*" "" file "${pair}")
  string(REGEX REPLACE "^[^|]*\\|" "" words "${pair}")
  file(READ ${SEATFIELD_TREE}/${file} text)
  string(FIND "${text}" "${words}" at)
  if(at EQUAL -1)
    breach("${file} does not say ${words} as version.h does")
  endif()
endforeach()

get_property(breaches GLOBAL PROPERTY breaches)
list(LENGTH breaches count)
if(NOT count EQUAL 0)
  message(FATAL_ERROR "tree: ${count} breaches")
endif()
