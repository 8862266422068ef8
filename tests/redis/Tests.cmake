# The tests of the Redis storage. Each starts servers of its own.

include(${CMAKE_CURRENT_SOURCE_DIR}/support/RedisRigs.cmake)

foreach(test IN ITEMS client_test client_async_test client_cluster_test
                      redis_storage_test)
  seatfield_add_test(${test} THREADS SOURCES redis/${test}.cc LIBS
                     seatfield::redis hiredis::hiredis seatfield_redis_rigs)
  target_include_directories(seatfield_${test} PRIVATE ${PROJECT_SOURCE_DIR}/src)
endforeach()

seatfield_add_test(redis_rigs_test THREADS SOURCES redis/rigs_test.cc LIBS
                   seatfield_redis_rigs Boost::json)

foreach(test IN ITEMS redis_cut_test redis_fault_test redis_errors_test
                      redis_kvrocks_test)
  seatfield_add_test(${test} THREADS SOURCES redis/${test}.cc LIBS
                     seatfield_redis_rigs seatfield::redis)
endforeach()

# The other reader is a program of the system's python3.
if(SEATFIELD_JSON)
  seatfield_add_test(
    redis_interop_test THREADS SOURCES redis/redis_interop_test.cc LIBS
    seatfield_redis_rigs seatfield::redis Boost::json)
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
