// SPDX-License-Identifier: MIT

#include "redis/pool.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "redis/connection.h"
#include "redis/socket.h"
#include "seatfield/internal/no_memory.h"
#include "seatfield/redis_storage.h"
#include "seatfield/time.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {

absl::StatusOr<Pool::Lease> Pool::Acquire() {
  const SteadyTime deadline = After(options_.acquire_timeout);
  std::unique_lock lock(mutex_);
  bool waits = !waiters_.empty();
  for (;; waits = false) {
    if (waits || (!closed_ && !HasRoom())) {
      absl::Status status = WaitForTurn(lock, deadline);
      if (!status.ok()) return status;
    }
    if (closed_) return Closed();
    if (idle_.empty()) {
      ++count_;
      lock.unlock();
      return Open();
    }
    Idle idle = std::move(idle_.back());
    idle_.pop_back();
    active_.push_back(idle.connection.get());
    lock.unlock();
    if (IsUsable(idle)) return Lease(*this, std::move(idle.connection));
    lock.lock();
    Forget(idle.connection.get());
  }
}

absl::Status Pool::WaitForTurn(std::unique_lock<std::mutex>& lock,
                               SteadyTime deadline) {
  std::condition_variable mine;
  waiters_.push_back(&mine);
  const bool has_turn = mine.wait_until(lock, deadline, [&] {
    return closed_ || (waiters_.front() == &mine && HasRoom());
  });
  std::erase(waiters_, &mine);
  WakeFirst();
  return has_turn ? absl::OkStatus() : Exhausted();
}

// Requires the lock.
void Pool::WakeFirst() {
  if (!waiters_.empty()) waiters_.front()->notify_one();
}

// One is counted for it.
absl::StatusOr<Pool::Lease> Pool::Open() {
  absl::StatusOr<std::unique_ptr<Connection>> connection =
      Connection::Open(endpoint_, options_);
  const std::lock_guard lock(mutex_);
  if (connection.ok() && !closed_) {
    ++opened_;
    active_.push_back(connection->get());
    return Lease(*this, *std::move(connection));
  }
  --count_;
  WakeFirst();
  if (connection.ok()) return Closed();
  ++failed_;
  return connection.status();
}

bool Pool::IsUsable(const Idle& idle) const {
  Connection& connection = *idle.connection;
  if (connection.IsStale()) return false;
  const auto unused = std::chrono::steady_clock::now() - idle.since;
  return unused < options_.health_check || connection.Ping();
}

void Pool::Keep(std::unique_ptr<Connection> connection) {
  const std::lock_guard lock(mutex_);
  if (closed_) {
    Forget(connection.get());
    return;
  }
  std::erase(active_, connection.get());
  idle_.push_back({std::move(connection), std::chrono::steady_clock::now()});
  WakeFirst();
}

void Pool::Drop(std::unique_ptr<Connection> connection) {
  const std::lock_guard lock(mutex_);
  ++failed_;
  Forget(connection.get());
}

// Requires the lock. The connection may be closed later: none of us uses it.
void Pool::Forget(const Connection* connection) {
  std::erase(active_, connection);
  --count_;
  WakeFirst();
}

absl::Status Pool::Fill() {
  std::vector<Lease> leases;
  absl::Status status;
  for (std::uint32_t i = 0; i < options_.connections_min; ++i) {
    {
      const std::lock_guard lock(mutex_);
      if (closed_ || count_ >= options_.connections_min) break;
      ++count_;
    }
    absl::StatusOr<Lease> lease = Open();
    if (!lease.ok()) {
      status = lease.status();
      break;
    }
    leases.push_back(*std::move(lease));
  }
  for (Lease& lease : leases) lease.Return();
  return status;
}

void Pool::CloseIdle() {
  const SteadyTime now = std::chrono::steady_clock::now();
  std::vector<Idle> closing;
  const std::lock_guard lock(mutex_);
  while (!idle_.empty() && count_ > options_.connections_min &&
         now - idle_.front().since >= options_.idle_close) {
    closing.push_back(std::move(idle_.front()));
    idle_.erase(idle_.begin());
    --count_;
  }
}

void Pool::Clear() {
  std::vector<Idle> closing;
  const std::lock_guard lock(mutex_);
  closing.swap(idle_);
  count_ -= static_cast<std::uint32_t>(closing.size());
  WakeFirst();
}

void Pool::Close() {
  std::vector<Idle> closing;
  const std::lock_guard lock(mutex_);
  closed_ = true;
  closing.swap(idle_);
  count_ -= static_cast<std::uint32_t>(closing.size());
  for (Connection* const connection : active_) connection->Shutdown();
  for (std::condition_variable* const waiter : waiters_) waiter->notify_one();
}

void Pool::NoteOpened() {
  const std::lock_guard lock(mutex_);
  ++opened_;
}

void Pool::NoteFailed() {
  const std::lock_guard lock(mutex_);
  ++failed_;
}

RedisPoolStats Pool::stats() const {
  const std::lock_guard lock(mutex_);
  const auto idle = static_cast<std::uint32_t>(idle_.size());
  return {.idle = idle,
          .active = count_ - idle,
          .waiting = static_cast<std::uint32_t>(waiters_.size()),
          .opened = opened_,
          .failed = failed_};
}

absl::Status Pool::Closed() const {
  return internal::StatusOf(absl::StatusCode::kFailedPrecondition, "redis ",
                            endpoint_.ToString(), ": closed");
}

absl::Status Pool::Exhausted() const {
  return internal::StatusOf(
      absl::StatusCode::kResourceExhausted, "redis ", endpoint_.ToString(),
      ": connections are exhausted: none of connections_max, ",
      options_.connections_max, ", came free within acquire_timeout, ",
      DurationToString(options_.acquire_timeout));
}

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield
