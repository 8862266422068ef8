// SPDX-License-Identifier: MIT
//
// A server, with its connections. It lives as long as its Topology, also when
// the cluster has lost it.

#ifndef SEATFIELD_REDIS_NODE_H_
#define SEATFIELD_REDIS_NODE_H_

#include <cstdint>
#include <utility>

#include "redis/endpoint.h"
#include "redis/pool.h"
#include "seatfield/redis_storage.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {

struct Node {
  Node(Endpoint at, std::uint32_t index, const RedisOptions& options)
      : endpoint(std::move(at)), number(index), pool(endpoint, options) {}

  const Endpoint endpoint;
  const std::uint32_t number;  // among those of the topology, from 0
  Pool pool;
};

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_REDIS_NODE_H_
