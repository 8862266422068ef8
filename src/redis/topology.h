// SPDX-License-Identifier: MIT
//
// The nodes, and which of them a request goes to: of a single server always
// that one.
//
// Thread safety: every member from any thread; Connect() first, once.
// Cost: Route() takes a shared lock.

#ifndef SEATFIELD_REDIS_TOPOLOGY_H_
#define SEATFIELD_REDIS_TOPOLOGY_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "redis/backoff.h"
#include "redis/connection.h"
#include "redis/endpoint.h"
#include "redis/gate.h"
#include "redis/node.h"
#include "redis/slot_map.h"
#include "redis/socket.h"
#include "seatfield/redis_storage.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {

class Topology {
 public:
  // Both must outlive it; the options have been checked.
  Topology(const RedisOptions& options, Gate& gate);

  // Finds what the server is, the nodes of a cluster, and opens
  // connections_min connections to each. Errors: as Client::Connect().
  absl::Status Connect();

  // Where a request for the slot goes, without one to any primary. Null: no
  // node is known to serve it.
  Node* Route(std::optional<std::uint16_t> slot, bool replica_does);

  // The node there, made if it is new.
  Node* At(const Endpoint& endpoint);

  // As At(), and `slot` is served there from now on.
  Node* Moved(std::uint16_t slot, const Endpoint& endpoint);

  std::vector<Node*> Primaries() const;

  // Learns the map of a cluster anew. Waits for another who does so.
  void Refresh();
  // Has the next Maintain() do so.
  void WantRefresh() { wants_refresh_.store(true); }

  // Closes connections that are idle too long, opens those that are missing,
  // and learns the map of a cluster anew if that is wanted, or was last done
  // health_check ago: nobody tells of new replicas.
  void Maintain();

  void Close();

  Backoff& backoff() { return backoff_; }
  RedisServerInfo server() const;
  RedisPoolStats pool() const;

 private:
  absl::Status TryConnect();
  absl::Status Ask(const Endpoint& seed);
  absl::Status LearnFrom(Connection& connection);
  void Learn();
  std::vector<Endpoint> Candidates();
  void Use(const std::vector<SlotRange>& ranges);
  absl::Status FillPools();
  std::vector<Node*> Nodes() const;
  Node* AtLocked(const Endpoint& endpoint);

  const RedisOptions& options_;
  Gate& gate_;
  std::vector<Endpoint> seeds_;
  Backoff backoff_;

  mutable std::shared_mutex mutex_;  // of the map, the nodes and server_
  std::vector<std::unique_ptr<Node>> nodes_;  // all that ever were
  SlotMap map_;
  RedisServerInfo server_;

  std::mutex refresh_mutex_;
  std::condition_variable refreshed_;
  std::uint64_t refreshes_ = 0;
  bool refreshing_ = false;
  std::atomic<bool> wants_refresh_ = false;
  std::atomic<SteadyTime> next_refresh_;
  std::atomic<bool> closed_ = false;
};

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_REDIS_TOPOLOGY_H_
