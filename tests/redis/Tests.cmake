# The tests of the Redis storage. Each starts servers of its own.

include(${CMAKE_CURRENT_SOURCE_DIR}/support/RedisRigs.cmake)

seatfield_add_test(redis_rigs_test THREADS SOURCES redis/rigs_test.cc LIBS
                   seatfield_redis_rigs Boost::json)
