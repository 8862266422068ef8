// SPDX-License-Identifier: MIT
//
// A cluster of three real nodes, each with a third of the slots, and if asked
// for of one replica for each; what an operator does to one.
//
//   const auto cluster = RedisCluster::Start();
//   Connect(cluster->addresses());
//   cluster->MoveSlot(slot, 0, 1);
//
// Nodes: 0, 1, 2 begin as primaries; 3, 4, 5 as their replicas.
// Errors: Start() as RedisServer's; the others answer false if the cluster does
//   not do it within 20 seconds.
// Thread safety: one thread.

#ifndef SEATFIELD_TESTS_SUPPORT_REDIS_CLUSTER_H_
#define SEATFIELD_TESTS_SUPPORT_REDIS_CLUSTER_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "support/redis_server.h"

namespace seatfield::test {

struct RedisClusterOptions {
  bool replicas = false;
  std::chrono::milliseconds node_timeout{500};
  std::vector<std::string> arguments;  // of each node
};

class RedisCluster {
 public:
  static constexpr std::size_t kPrimaries = 3;
  static constexpr std::uint16_t kSlots = 16384;

  static std::unique_ptr<RedisCluster> Start(
      const RedisClusterOptions& options = {}, std::string* reason = nullptr);

  std::size_t size() const { return nodes_.size(); }
  RedisServer& node(std::size_t at) { return *nodes_[at]; }
  const std::string& id(std::size_t at) const { return ids_[at]; }
  std::vector<std::string> addresses() const;

  // Which node of those that run says that it serves the slot; size() if none.
  std::size_t OwnerOf(std::uint16_t slot) const;
  std::uint16_t SlotOf(const std::string& key) const;

  // Keys and slot, as a whole or step by step. Between BeginMove() and
  // EndMove() keys that have moved, or are not there, answer ASK.
  bool MoveSlot(std::uint16_t slot, std::size_t from, std::size_t to);
  bool BeginMove(std::uint16_t slot, std::size_t from, std::size_t to);
  bool MoveKeys(std::uint16_t slot, std::size_t from, std::size_t to,
                std::size_t keys_max = SIZE_MAX);
  bool EndMove(std::uint16_t slot, std::size_t from, std::size_t to);

  void StopNode(std::size_t at) { nodes_[at]->Kill(); }
  bool StartNode(std::size_t at) { return nodes_[at]->Restart(); }

  // Until the replica of a primary has as many keys as it.
  bool WaitForReplicaOf(std::size_t primary) const;

  // Makes the replica the primary: with the consent of the others while all
  // nodes run, else by itself.
  bool Failover(std::size_t replica);

  // Until each node that runs finds all slots served.
  bool WaitUntilOk() const;

 private:
  RedisCluster() = default;

  bool StartNodes(const RedisClusterOptions& options, std::string* reason);
  bool Form();
  bool AddReplicas();
  bool KnowReplicaOf(std::size_t primary) const;
  bool IsPrimary(std::size_t at) const;
  bool CallAll(const Words& command) const;

  std::vector<std::unique_ptr<RedisServer>> nodes_;
  std::vector<std::string> ids_;
};

}  // namespace seatfield::test

#endif  // SEATFIELD_TESTS_SUPPORT_REDIS_CLUSTER_H_
