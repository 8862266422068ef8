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
