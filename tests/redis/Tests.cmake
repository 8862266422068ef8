# The tests of the Redis storage. Each starts servers of its own.

include(${CMAKE_CURRENT_SOURCE_DIR}/support/RedisRigs.cmake)

foreach(test IN ITEMS client_test)
  seatfield_add_test(${test} THREADS SOURCES redis/${test}.cc LIBS
                     seatfield::redis hiredis::hiredis seatfield_redis_rigs)
  target_include_directories(seatfield_${test} PRIVATE ${PROJECT_SOURCE_DIR}/src)
endforeach()

seatfield_add_test(redis_rigs_test THREADS SOURCES redis/rigs_test.cc LIBS
                   seatfield_redis_rigs Boost::json)

foreach(test IN ITEMS redis_cut_test redis_fault_test redis_errors_test)
  seatfield_add_test(${test} THREADS SOURCES redis/${test}.cc LIBS
                     seatfield_redis_rigs seatfield::redis)
endforeach()
