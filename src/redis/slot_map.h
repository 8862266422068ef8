// SPDX-License-Identifier: MIT
//
// Which node serves which slot of a cluster. Of a single server: one for all.
//
// Thread safety: const members may run concurrently.

#ifndef SEATFIELD_REDIS_SLOT_MAP_H_
#define SEATFIELD_REDIS_SLOT_MAP_H_

#include <array>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "redis/command.h"
#include "redis/endpoint.h"
#include "redis/node.h"
#include "redis/reply.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {

// Slots first to last, both included, and who has them: the primary first.
struct SlotRange {
  std::uint16_t first = 0;
  std::uint16_t last = 0;
  std::vector<Endpoint> nodes;
};

// What CLUSTER SLOTS answered. Errors: Unavailable: no slot is served, or it is
//   no such answer.
absl::StatusOr<std::vector<SlotRange>> ParseSlots(const redisReply& reply,
                                                  const Endpoint& from);

class SlotMap {
 public:
  struct Shard {
    Node* primary = nullptr;
    std::vector<Node*> replicas{};
  };

  SlotMap() { shard_of_slot_.fill(kNone); }

  void Add(std::uint16_t first, std::uint16_t last, Shard shard);

  // `node` serves `slot` from now on.
  void Move(std::uint16_t slot, Node* node);

  // Null: none is known.
  Node* Primary(std::uint16_t slot) const;
  // One of the replicas, by a number at random; null: there is none.
  Node* Replica(std::uint16_t slot, std::uint64_t random) const;

  // Each node once.
  std::vector<Node*> Primaries() const;
  std::vector<Node*> All() const;

 private:
  static constexpr std::uint16_t kNone = UINT16_MAX;

  std::vector<Shard> shards_;
  std::array<std::uint16_t, kSlotCount> shard_of_slot_{};
};

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_REDIS_SLOT_MAP_H_
