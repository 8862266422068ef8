# The machine that tests and fuzzers break: seatfield_simulated_system, with the
# headers of src/ that it is built on.

include_guard(GLOBAL)

add_library(
  seatfield_simulated_system STATIC
  ${CMAKE_CURRENT_LIST_DIR}/simulated_disk.cc
  ${CMAKE_CURRENT_LIST_DIR}/simulated_file.cc
  ${CMAKE_CURRENT_LIST_DIR}/simulated_system.cc)
seatfield_own(seatfield_simulated_system)
target_include_directories(
  seatfield_simulated_system PUBLIC ${PROJECT_SOURCE_DIR}/tests
                                    ${PROJECT_SOURCE_DIR}/src)
target_link_libraries(seatfield_simulated_system PUBLIC seatfield::seatfield)
