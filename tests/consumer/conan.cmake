# The Conan recipe, with and without what is compiled, static and shared:
# `conan create` builds the package and the program in test_package/. No remote
# is asked; the dependencies are stand-ins for the system's packages.

set(conan $ENV{SEATFIELD_CONAN})
if(NOT conan)
  find_program(conan conan)
endif()
if(NOT conan)
  message(NOTICE "skipped: conan is neither on the PATH nor in SEATFIELD_CONAN")
  return()
endif()

set(ENV{CONAN_HOME} ${here}/home)
set(ENV{CXX} ${COMPILER})
# A copy, so that no build folder is written beside the sources.
foreach(path IN ITEMS CMakeLists.txt LICENSE conanfile.py cmake include src
                      test_package)
  file(COPY ${SOURCE}/${path} DESTINATION ${here}/source)
endforeach()

run(${conan} profile detect)
file(WRITE ${here}/home/global.conf
     "tools.cmake.cmaketoolchain:extra_variables={'CMAKE_UNITY_BUILD': 'ON'}\n")
foreach(dependency IN ITEMS abseil/20220623 boost/1.81.0 hiredis/0.14.1
                            xxhash/0.8.1)
  string(REPLACE "/" ";" parts ${dependency})
  list(POP_FRONT parts name version)
  run(${conan} create ${CMAKE_CURRENT_LIST_DIR}/conan --name ${name} --version
      ${version} -nr)
endforeach()
foreach(
  options IN
  ITEMS "shared=False;redis=True" "shared=True;json=False"
        "shared=True;mapped=False;redis=True" "mapped=False;json=False")
  list(TRANSFORM options PREPEND "-o;&:")
  run(${conan} create ${here}/source -nr -s compiler.cppstd=20 ${options})
  string(FIND "${output}" "seatfield ${VERSION}\n" at)
  if(at EQUAL -1)
    message(FATAL_ERROR "test_package did not run:\n${output}")
  endif()
endforeach()

# A program in C++17 cannot use it, and is told so.
refused("cppstd \\(17\\) is lower than the required" ${conan} create ${here}/source -nr -s
        compiler.cppstd=17)
