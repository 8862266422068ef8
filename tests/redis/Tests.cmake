# The tests of the Redis storage. Each starts servers of its own.

include(${CMAKE_CURRENT_SOURCE_DIR}/support/RedisRigs.cmake)

foreach(test IN ITEMS client_test client_async_test client_cluster_test
                      redis_storage_test)
  seatfield_add_test(${test} THREADS SOURCES redis/${test}.cc LIBS
                     seatfield::redis hiredis::hiredis seatfield_redis_rigs)
  target_include_directories(seatfield_${test} PRIVATE ${PROJECT_SOURCE_DIR}/src)
endforeach()

seatfield_add_test(redis_rigs_test THREADS SOURCES redis/rigs_test.cc LIBS
                   seatfield_redis_rigs)

# The example programs, as one runs them.
if(TARGET seatfield_seatctl)
  seatfield_add_test(redis_examples_test THREADS SOURCES
                     redis/redis_examples_test.cc LIBS seatfield_redis_rigs)
  target_compile_definitions(
    seatfield_redis_examples_test
    PRIVATE SEATFIELD_EXAMPLES_BIN="$<TARGET_FILE_DIR:seatfield_seatctl>")
  add_dependencies(seatfield_redis_examples_test seatfield_seatctl
                   seatfield_on_sale)
endif()

foreach(test IN ITEMS redis_cut_test redis_fault_test redis_errors_test
                      redis_function_test redis_kvrocks_test)
  seatfield_add_test(${test} THREADS SOURCES redis/${test}.cc LIBS
                     seatfield_redis_rigs seatfield::redis)
endforeach()

# The other reader is a program of a python3 that has redis.
foreach(python IN ITEMS /usr/bin/python3 python3)
  if(NOT SEATFIELD_READER_PYTHON)
    execute_process(COMMAND ${python} -c "import redis" RESULT_VARIABLE failed
                    OUTPUT_QUIET ERROR_QUIET)
    if(failed EQUAL 0)
      set(SEATFIELD_READER_PYTHON ${python}
          CACHE STRING "A python3 that has redis")
    endif()
  endif()
endforeach()
mark_as_advanced(SEATFIELD_READER_PYTHON)
if(SEATFIELD_JSON AND SEATFIELD_READER_PYTHON)
  foreach(test IN ITEMS plain_reader_test redis_interop_test)
    seatfield_add_test(${test} THREADS SOURCES redis/${test}.cc LIBS
                       seatfield_redis_rigs seatfield::redis Boost::json)
    target_compile_definitions(
      seatfield_${test}
      PRIVATE SEATFIELD_READER_PYTHON="${SEATFIELD_READER_PYTHON}")
  endforeach()
else()
  message(STATUS "seatfield: no python3 with redis: no tests of other readers")
endif()

# A program that sells beside others, and the test that starts several.
add_executable(seatfield_redis_seller redis/seller.cc)
seatfield_own(seatfield_redis_seller)
set_target_properties(seatfield_redis_seller PROPERTIES OUTPUT_NAME
                                                        redis_seller)
target_include_directories(seatfield_redis_seller
                           PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
target_link_libraries(seatfield_redis_seller PRIVATE seatfield::redis)
seatfield_add_test(
  redis_processes_test THREADS SOURCES redis/redis_processes_test.cc LIBS
  seatfield_redis_rigs seatfield::redis)
target_compile_definitions(
  seatfield_redis_processes_test
  PRIVATE SEATFIELD_REDIS_SELLER="$<TARGET_FILE:seatfield_redis_seller>")
add_dependencies(seatfield_redis_processes_test seatfield_redis_seller)
