// SPDX-License-Identifier: MIT

#include "redis/slot_map.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "redis/command.h"
#include "redis/endpoint.h"
#include "redis/node.h"
#include "redis/reply.h"
#include "seatfield/internal/no_memory.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {
namespace {

std::optional<std::uint16_t> SlotFrom(const redisReply& reply) {
  if (reply.type != REDIS_REPLY_INTEGER || reply.integer < 0 ||
      reply.integer >= kSlotCount) {
    return std::nullopt;
  }
  return static_cast<std::uint16_t>(reply.integer);
}

// [host, port, ...]; a host that is not known is that of the node asked.
std::optional<Endpoint> NodeFrom(const redisReply& reply,
                                 const Endpoint& from) {
  const auto words = ElementsOf(reply);
  if (words.size() < 2 || words[1]->type != REDIS_REPLY_INTEGER ||
      words[1]->integer < 1 || words[1]->integer > UINT16_MAX) {
    return std::nullopt;
  }
  return Endpoint{.host = HostFrom(TextOf(*words[0]), from),
                  .port = static_cast<std::uint16_t>(words[1]->integer)};
}

// [first, last, primary, replica...]
std::optional<SlotRange> RangeFrom(const redisReply& reply,
                                   const Endpoint& from) {
  const auto words = ElementsOf(reply);
  if (words.size() < 3) return std::nullopt;
  const auto first = SlotFrom(*words[0]);
  const auto last = SlotFrom(*words[1]);
  if (!first.has_value() || !last.has_value() || *first > *last) {
    return std::nullopt;
  }
  SlotRange range{.first = *first, .last = *last, .nodes = {}};
  for (const redisReply* const word : words.subspan(2)) {
    auto node = NodeFrom(*word, from);
    if (node.has_value()) range.nodes.push_back(*std::move(node));
  }
  if (range.nodes.empty()) return std::nullopt;
  return range;
}

void AddOnce(std::vector<Node*>& nodes, Node* node) {
  if (std::ranges::find(nodes, node) == nodes.end()) nodes.push_back(node);
}

}  // namespace

absl::StatusOr<std::vector<SlotRange>> ParseSlots(const redisReply& reply,
                                                  const Endpoint& from) {
  std::vector<SlotRange> ranges;
  for (const redisReply* const entry : ElementsOf(reply)) {
    auto range = RangeFrom(*entry, from);
    if (range.has_value()) ranges.push_back(*std::move(range));
  }
  if (!ranges.empty()) return ranges;
  return internal::StatusOf(absl::StatusCode::kUnavailable, "redis ",
                            from.ToString(), ": CLUSTER SLOTS names no slot ",
                            TextOf(reply));
}

void SlotMap::Add(std::uint16_t first, std::uint16_t last, Shard shard) {
  const auto same = [&](const Shard& other) {
    return other.primary == shard.primary && other.replicas == shard.replicas;
  };
  const auto found = std::ranges::find_if(shards_, same);
  const auto index = static_cast<std::uint16_t>(found - shards_.begin());
  if (found == shards_.end()) shards_.push_back(std::move(shard));
  std::fill(shard_of_slot_.begin() + first, shard_of_slot_.begin() + last + 1,
            index);
}

void SlotMap::Move(std::uint16_t slot, Node* node) {
  const auto found = std::ranges::find(shards_, node, &Shard::primary);
  shard_of_slot_[slot] = static_cast<std::uint16_t>(found - shards_.begin());
  if (found == shards_.end()) shards_.push_back({.primary = node});
}

Node* SlotMap::Primary(std::uint16_t slot) const {
  const std::uint16_t shard = shard_of_slot_[slot];
  return shard == kNone ? nullptr : shards_[shard].primary;
}

Node* SlotMap::Replica(std::uint16_t slot, std::uint64_t random) const {
  const std::uint16_t shard = shard_of_slot_[slot];
  if (shard == kNone || shards_[shard].replicas.empty()) return nullptr;
  const auto& replicas = shards_[shard].replicas;
  return replicas[random % replicas.size()];
}

std::vector<Node*> SlotMap::Primaries() const {
  std::vector<Node*> nodes;
  for (const Shard& shard : shards_) AddOnce(nodes, shard.primary);
  return nodes;
}

std::vector<Node*> SlotMap::All() const {
  std::vector<Node*> nodes = Primaries();
  for (const Shard& shard : shards_) {
    for (Node* const replica : shard.replicas) AddOnce(nodes, replica);
  }
  return nodes;
}

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield
