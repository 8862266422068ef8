// SPDX-License-Identifier: MIT

#include "redis/topology.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "redis/answer.h"
#include "redis/command.h"
#include "redis/connection.h"
#include "redis/endpoint.h"
#include "redis/gate.h"
#include "redis/node.h"
#include "redis/reply.h"
#include "redis/server_info.h"
#include "redis/slot_map.h"
#include "redis/socket.h"
#include "seatfield/internal/no_memory.h"
#include "seatfield/redis_storage.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {
namespace {

std::uint64_t Seed(const void* self) {
  const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
  return static_cast<std::uint64_t>(now) ^
         reinterpret_cast<std::uintptr_t>(self);
}

}  // namespace

Topology::Topology(const RedisOptions& options, Gate& gate)
    : options_(options),
      gate_(gate),
      backoff_(options.backoff_min, options.backoff_max, Seed(this)) {
  next_refresh_.store(After(options.health_check));
  for (const std::string& server : options.servers) {
    seeds_.push_back(*ParseEndpoint(server));
  }
}

absl::Status Topology::Connect() {
  for (std::uint32_t attempt = 1;; ++attempt) {
    absl::Status status = TryConnect();
    if (!absl::IsUnavailable(status) || attempt >= options_.attempts_max) {
      return status;
    }
    gate_.Pause(backoff_.After(attempt));
  }
}

absl::Status Topology::TryConnect() {
  absl::Status status;
  for (const Endpoint& seed : seeds_) {
    status = Ask(seed);
    if (!absl::IsUnavailable(status)) break;
  }
  return status.ok() ? FillPools() : status;
}

absl::Status Topology::Ask(const Endpoint& seed) {
  absl::StatusOr<std::unique_ptr<Connection>> connection =
      Connection::Open(seed, options_);
  if (!connection.ok()) return connection.status();
  absl::StatusOr<RedisServerInfo> server = AskServerInfo(**connection);
  if (!server.ok()) return server.status();
  absl::Status status = CheckServer(*server, options_, seed);
  if (!status.ok()) return status;
  {
    const std::lock_guard lock(mutex_);
    server_ = *std::move(server);
  }
  if (options_.cluster) return LearnFrom(**connection);
  Use({{.first = 0, .last = kSlotCount - 1, .nodes = {seed}}});
  return absl::OkStatus();
}

absl::Status Topology::LearnFrom(Connection& connection) {
  std::string bytes;
  AppendCommand(bytes, "CLUSTER", "SLOTS");
  std::size_t left = 0;
  absl::Status sent = connection.Send(bytes, left);
  if (!sent.ok()) return sent;
  absl::StatusOr<ReplyPtr> reply = connection.Receive();
  if (!reply.ok()) return reply.status();
  if (IsError(**reply)) {
    return StatusOfError(connection.endpoint(), TextOf(**reply));
  }
  absl::StatusOr<std::vector<SlotRange>> ranges =
      ParseSlots(**reply, connection.endpoint());
  if (!ranges.ok()) return ranges.status();
  Use(*ranges);
  return absl::OkStatus();
}

void Topology::Use(const std::vector<SlotRange>& ranges) {
  std::vector<Node*> before;
  std::vector<Node*> now;
  {
    const std::lock_guard lock(mutex_);
    auto map = std::make_unique<SlotMap>();
    for (const SlotRange& range : ranges) {
      SlotMap::Shard shard{.primary = AtLocked(range.nodes.front())};
      for (std::size_t i = 1; i < range.nodes.size(); ++i) {
        shard.replicas.push_back(AtLocked(range.nodes[i]));
      }
      map->Add(range.first, range.last, std::move(shard));
    }
    before = map_.All();
    map_ = *map;
    now = map_.All();
    server_.nodes = static_cast<std::uint32_t>(now.size());
  }
  for (Node* const node : before) {
    if (std::ranges::find(now, node) == now.end()) node->pool.Clear();
  }
}

absl::Status Topology::FillPools() {
  for (Node* const node : Nodes()) {
    absl::Status status = node->pool.Fill();
    if (status.ok()) continue;
    // A cluster works without some of its nodes.
    if (!options_.cluster || !absl::IsUnavailable(status)) return status;
  }
  return absl::OkStatus();
}

// Those that requests go to.
std::vector<Node*> Topology::Nodes() const {
  const std::shared_lock lock(mutex_);
  return options_.read_replicas ? map_.All() : map_.Primaries();
}

Node* Topology::Route(std::optional<std::uint16_t> slot, bool replica_does) {
  const std::shared_lock lock(mutex_);
  if (!options_.cluster) return map_.Primary(0);
  const std::uint64_t random =
      slot.has_value() && !replica_does ? 0 : backoff_.Random();
  // Without a slot a random one does: a node with many slots has many callers.
  const auto at =
      slot.value_or(static_cast<std::uint16_t>(random % kSlotCount));
  if (replica_does && options_.read_replicas) {
    Node* const replica = map_.Replica(at, random);
    if (replica != nullptr) return replica;
  }
  Node* const primary = map_.Primary(at);
  if (primary != nullptr || slot.has_value()) return primary;
  const std::vector<Node*> primaries = map_.Primaries();
  return primaries.empty() ? nullptr : primaries.front();
}

Node* Topology::At(const Endpoint& endpoint) {
  const std::lock_guard lock(mutex_);
  return AtLocked(endpoint);
}

Node* Topology::Moved(std::uint16_t slot, const Endpoint& endpoint) {
  WantRefresh();
  const std::lock_guard lock(mutex_);
  Node* const node = AtLocked(endpoint);
  map_.Move(slot, node);
  return node;
}

Node* Topology::AtLocked(const Endpoint& endpoint) {
  for (const auto& node : nodes_) {
    if (node->endpoint == endpoint) return node.get();
  }
  const auto number = static_cast<std::uint32_t>(nodes_.size());
  nodes_.push_back(std::make_unique<Node>(endpoint, number, options_));
  if (closed_.load()) nodes_.back()->pool.Close();
  return nodes_.back().get();
}

std::vector<Node*> Topology::Primaries() const {
  const std::shared_lock lock(mutex_);
  return map_.Primaries();
}

void Topology::Refresh() {
  if (!options_.cluster) return;
  {
    std::unique_lock lock(refresh_mutex_);
    if (refreshing_) {
      const std::uint64_t seen = refreshes_;
      refreshed_.wait(lock, [&] { return refreshes_ != seen; });
      return;
    }
    refreshing_ = true;
  }
  wants_refresh_.store(false);
  (void)internal::OrNoMemory([&] {
    Learn();
    return absl::OkStatus();
  });
  next_refresh_.store(After(options_.health_check));
  const std::lock_guard lock(refresh_mutex_);
  refreshing_ = false;
  ++refreshes_;
  refreshed_.notify_all();
}

void Topology::Learn() {
  const std::vector<Endpoint> candidates = Candidates();
  for (const Endpoint& endpoint : candidates) {
    if (closed_.load()) return;
    absl::StatusOr<std::unique_ptr<Connection>> connection =
        Connection::Open(endpoint, options_);
    if (connection.ok() && LearnFrom(**connection).ok()) return;
  }
  WantRefresh();
}

// Who may know the map: the nodes from a random one on, then the seeds.
std::vector<Endpoint> Topology::Candidates() {
  std::vector<Endpoint> candidates;
  {
    const std::shared_lock lock(mutex_);
    for (Node* const node : map_.All()) candidates.push_back(node->endpoint);
  }
  if (!candidates.empty()) {
    const auto first =
        static_cast<std::ptrdiff_t>(backoff_.Random() % candidates.size());
    std::rotate(candidates.begin(), candidates.begin() + first,
                candidates.end());
  }
  candidates.insert(candidates.end(), seeds_.begin(), seeds_.end());
  return candidates;
}

void Topology::Maintain() {
  const SteadyTime now = std::chrono::steady_clock::now();
  if (wants_refresh_.load() || now >= next_refresh_.load()) Refresh();
  for (Node* const node : Nodes()) {
    if (closed_.load()) return;
    node->pool.CloseIdle();
    (void)node->pool.Fill();
  }
}

void Topology::Close() {
  const std::lock_guard lock(mutex_);
  closed_.store(true);
  for (const auto& node : nodes_) node->pool.Close();
}

RedisServerInfo Topology::server() const {
  const std::shared_lock lock(mutex_);
  return server_;
}

RedisPoolStats Topology::pool() const {
  RedisPoolStats sum;
  const std::shared_lock lock(mutex_);
  for (const auto& node : nodes_) {
    const RedisPoolStats stats = node->pool.stats();
    sum.idle += stats.idle;
    sum.active += stats.active;
    sum.waiting += stats.waiting;
    sum.opened += stats.opened;
    sum.failed += stats.failed;
  }
  return sum;
}

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield
