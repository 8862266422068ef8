# Servers that tests break: seatfield_redis_rigs. Real redis-servers and
# clusters, and proxies in front of them; no client of ours is in it.

include_guard(GLOBAL)

add_library(
  seatfield_redis_rigs STATIC
  ${CMAKE_CURRENT_LIST_DIR}/command_monitor.cc
  ${CMAKE_CURRENT_LIST_DIR}/connection_server.cc
  ${CMAKE_CURRENT_LIST_DIR}/cutting_proxy.cc
  ${CMAKE_CURRENT_LIST_DIR}/kvrocks_proxy.cc
  ${CMAKE_CURRENT_LIST_DIR}/kvrocks_rules.cc
  ${CMAKE_CURRENT_LIST_DIR}/redis_cluster.cc
  ${CMAKE_CURRENT_LIST_DIR}/redis_server.cc
  ${CMAKE_CURRENT_LIST_DIR}/resp.cc
  ${CMAKE_CURRENT_LIST_DIR}/socket.cc)
seatfield_own(seatfield_redis_rigs)
target_compile_features(seatfield_redis_rigs PUBLIC cxx_std_20)
target_include_directories(seatfield_redis_rigs
                           PUBLIC ${PROJECT_SOURCE_DIR}/tests)
target_link_libraries(seatfield_redis_rigs PUBLIC Threads::Threads)
