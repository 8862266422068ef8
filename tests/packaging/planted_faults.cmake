# cmake -D SEATFIELD_TREE=<root> -P planted_faults.cmake
#
# Plants one fault at a time in a small clean tree and requires that the check
# in charge of it fails and names it; the clean tree itself must pass.

cmake_minimum_required(VERSION 3.25)

string(RANDOM LENGTH 12 random)
set(tree $ENV{TMPDIR})
if(NOT tree)
  set(tree /tmp)
endif()
set(tree ${tree}/seatfield_planted_${random})
set(fine "// SPDX-License-Identifier: MIT\n")
set(fine_lua "-- SPDX-License-Identifier: MIT\n")

function(plant file text)
  file(WRITE ${tree}/${file} "${text}")
endfunction()

function(clean_tree)
  file(REMOVE_RECURSE ${tree})
  foreach(file IN ITEMS include/seatfield/version.h cmake/Version.cmake
                        cmake/vcpkg-port/vcpkg.json)
    configure_file(${SEATFIELD_TREE}/${file} ${tree}/${file} COPYONLY)
  endforeach()
  plant(cmake/floors.txt
        "# floor component header\n1 core version.h\n1 core low.h\n2 core top.h\n")
  header(low.h "#include \"seatfield/version.h\"\n")
  header(top.h "#include <seatfield/low.h>\n// may say throw and abort()\n")
  plant(src/fine.cc "${fine}int snprintf_rethrow();\n")
  plant(src/fine.lua "${fine_lua}return {1\;2}\n")
endfunction()

# header(<name> <text>): with the license line and its guard.
function(header name text)
  string(TOUPPER SEATFIELD_${name}_ guard)
  string(REGEX REPLACE "[/.]" "_" guard ${guard})
  plant(include/seatfield/${name}
        "${fine}\n#ifndef ${guard}\n#define ${guard}\n${text}#endif\n")
endfunction()

function(check name)
  execute_process(
    COMMAND ${CMAKE_COMMAND} -D SEATFIELD_TREE=${tree} -P
            ${SEATFIELD_TREE}/cmake/${name}.cmake
    RESULT_VARIABLE result
    OUTPUT_VARIABLE output
    ERROR_VARIABLE output)
  set(result ${result} PARENT_SCOPE)
  set(output "${output}" PARENT_SCOPE)
endfunction()

# must_fail(<check> <words>): and then the tree is clean again.
function(must_fail name words)
  check(${name})
  string(FIND "${output}" "${words}" at)
  if(result EQUAL 0 OR at EQUAL -1)
    message(SEND_ERROR "${name} did not say '${words}' but: ${output}")
  endif()
  clean_tree()
endfunction()

clean_tree()
foreach(name IN ITEMS CheckFloors CheckTree)
  check(${name})
  if(NOT result EQUAL 0)
    message(SEND_ERROR "${name} refuses a clean tree: ${output}")
  endif()
endforeach()

header(low.h "#include \"seatfield/top.h\"\n")
must_fail(CheckFloors "low.h (floor 1) includes top.h of the higher floor 2")
header(version.h "#include \"seatfield/low.h\"\n")
must_fail(CheckFloors "version.h (floor 1) includes low.h of the same floor")
header(low.h "#include \"seatfield/low.h\"\n")
must_fail(CheckFloors "low.h (floor 1) includes low.h of the same floor")
header(top.h "#  include \"seatfield/internal/gone.h\"\n")
must_fail(CheckFloors "top.h (floor 2) includes internal/gone.h, which has no")
header(internal/new.h "")
must_fail(CheckFloors "include/seatfield/internal/new.h is not in")
file(REMOVE ${tree}/include/seatfield/top.h)
must_fail(CheckFloors "names top.h, which does not exist")
file(APPEND ${tree}/cmake/floors.txt "3 core low.h\n")
must_fail(CheckFloors "names low.h twice")
file(APPEND ${tree}/cmake/floors.txt "top.h 3\n")
must_fail(CheckFloors "not '<floor> <component> <header>': top.h 3")

string(ASCII 195 188 umlaut)
plant(tests/bad.cc "${fine}// f${umlaut}r\n")
must_fail(CheckTree "tests/bad.cc:2: not ASCII")
plant(examples/bad.cc "int main() {}\n")
must_fail(CheckTree "examples/bad.cc:1: must open with")
plant(src/bad.lua "return 1\n")
must_fail(CheckTree "src/bad.lua:1: must open with -- SPDX")
plant(src/bad.lua "${fine_lua}-- f${umlaut}r\n")
must_fail(CheckTree "src/bad.lua:2: not ASCII")
plant(src/bad.lua "${fine_lua}if x then\n\treturn\nend\n")
must_fail(CheckTree "src/bad.lua:3: a tab")
string(REPEAT "-" 101 long)
plant(src/bad.lua "${fine_lua}\n${long}\n")
must_fail(CheckTree "src/bad.lua:3: 101 columns")
plant(include/seatfield/low.h "${fine}#ifndef LOW_H\n#define LOW_H\n#endif\n")
must_fail(CheckTree "the header guard must be SEATFIELD_LOW_H_")
foreach(
  statement IN
  ITEMS "throw 1"
        "std::abort()"
        "abort ()"
        "exit(1)"
        "std::terminate()"
        "std::cout << 1"
        "std::cerr << 1"
        "printf(\"x\")"
        "std::fprintf(stderr, \"x\")"
        "puts(\"x\")")
  string(REGEX MATCH "^[a-z:]+" word "${statement}")
  string(REPLACE "std::" "" word "${word}")
  if(statement MATCHES "std::c")
    set(word "std::${word}")
  endif()
  plant(src/bad.cc "${fine}// fine\nvoid F() { ${statement}; }\n")
  must_fail(CheckTree "src/bad.cc:3: '${word}")
  header(top.h "inline void F() { ${statement}; }\n")
  must_fail(CheckTree "include/seatfield/top.h:5: '${word}")
endforeach()
header(top.h "absl::string_view F();\n")
must_fail(CheckTree "include/seatfield/top.h:5: 'absl::string_view'")
plant(cmake/vcpkg-port/vcpkg.json "{\"version\": \"9.9.9\"}")
must_fail(CheckTree "cmake/vcpkg-port/vcpkg.json does not say")
file(READ ${tree}/include/seatfield/version.h text)
string(REPLACE "kVersionText = \"" "kVersionText = \"9" text "${text}")
plant(include/seatfield/version.h "${text}")
must_fail(CheckTree "include/seatfield/version.h does not say")

file(REMOVE_RECURSE ${tree})
