# cmake -D SEATFIELD_TREE=<root> -P CheckFloors.cmake
#
# Holds the headers to cmake/floors.txt: each header stands in the table, each
# entry is a header, and a header includes only headers of a lower floor, or of
# its own floor when they stand above it. Names every breach.

cmake_minimum_required(VERSION 3.25)

set(root ${SEATFIELD_TREE}/include/seatfield)
function(breach text)
  message(NOTICE "floors: ${text}")
  set_property(GLOBAL APPEND PROPERTY breaches x)
endfunction()

# In table order: `headers`, and for each header floor_<header>, place_<header>.
file(STRINGS ${SEATFIELD_TREE}/cmake/floors.txt lines REGEX "^[^#]")
set(headers "")
foreach(line IN LISTS lines)
  if(NOT line MATCHES "^([0-9]+) +([a-z]+) +([a-z0-9_/]+\\.h)$")
    breach("cmake/floors.txt: not '<floor> <component> <header>': ${line}")
    continue()
  endif()
  set(header ${CMAKE_MATCH_3})
  set(floor_${header} ${CMAKE_MATCH_1})
  list(LENGTH headers place_${header})
  if(header IN_LIST headers)
    breach("cmake/floors.txt names ${header} twice")
  endif()
  if(NOT EXISTS ${root}/${header})
    breach("cmake/floors.txt names ${header}, which does not exist")
  endif()
  list(APPEND headers ${header})
endforeach()

file(GLOB_RECURSE files RELATIVE ${root} ${root}/*)
foreach(file IN LISTS files)
  if(NOT file IN_LIST headers)
    breach("include/seatfield/${file} is not in cmake/floors.txt")
    continue()
  endif()
  file(READ ${root}/${file} text)
  string(REGEX MATCHALL "#[ \t]*include[ \t]*[\"<]seatfield/[^\">]+" includes
               "${text}")
  foreach(include IN LISTS includes)
    string(REGEX REPLACE ".*seatfield/" "" include "${include}")
    set(pair "${file} (floor ${floor_${file}}) includes ${include}")
    if(NOT include IN_LIST headers)
      breach("${pair}, which has no floor")
    elseif(floor_${include} GREATER floor_${file})
      breach("${pair} of the higher floor ${floor_${include}}")
    elseif(floor_${include} EQUAL floor_${file} AND NOT place_${include} LESS
                                                    place_${file})
      breach("${pair} of the same floor, which does not stand above it")
    endif()
  endforeach()
endforeach()

get_property(breaches GLOBAL PROPERTY breaches)
list(LENGTH breaches count)
if(NOT count EQUAL 0)
  message(FATAL_ERROR "floors: ${count} breaches")
endif()
