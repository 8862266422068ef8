// SPDX-License-Identifier: MIT
//
// The connections to one server. One that comes back is used again, the last
// first; those that are idle for long go, above connections_min.
//
//   absl::StatusOr<Pool::Lease> lease = pool.Acquire();
//   if (!lease.ok()) ...;
//   (*lease)->Send(...); (*lease)->Receive();
//   lease->Return();  // else it is closed
//
// A connection that the server has closed is seen before it is lent. One unused
//   for health_check is asked first.
// Thread safety: every member from any thread. No lock is held while bytes are
//   waited for.
// Cost: Acquire() of an idle connection is a lock and one poll(2).

#ifndef SEATFIELD_REDIS_POOL_H_
#define SEATFIELD_REDIS_POOL_H_

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "redis/connection.h"
#include "redis/endpoint.h"
#include "redis/socket.h"
#include "seatfield/redis_storage.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {

class Pool {
 public:
  class Lease {
   public:
    Lease(Pool& pool, std::unique_ptr<Connection> connection)
        : pool_(&pool), connection_(std::move(connection)) {}
    ~Lease() {
      if (connection_ != nullptr) pool_->Drop(std::move(connection_));
    }
    Lease(Lease&&) = default;
    Lease& operator=(Lease&&) = delete;

    Connection* operator->() const { return connection_.get(); }
    Connection& operator*() const { return *connection_; }

    // Requires that every answer has been received.
    void Return() { pool_->Keep(std::move(connection_)); }

   private:
    Pool* pool_;
    std::unique_ptr<Connection> connection_;
  };

  // Both must outlive it.
  Pool(const Endpoint& endpoint, const RedisOptions& options)
      : endpoint_(endpoint), options_(options) {}
  // Requires that no lease lives.
  ~Pool() = default;
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // Errors: as Connection::Open(); ResourceExhausted: all are busy for
  //   acquire_timeout; FailedPrecondition: it is closed.
  absl::StatusOr<Lease> Acquire();

  // Opens connections until there are connections_min.
  absl::Status Fill();

  // Closes those that are idle for idle_close, above connections_min.
  void CloseIdle();

  // Closes those that are idle: the server is gone.
  void Clear();

  // Closes those that are idle, and ends the use of those that are not.
  void Close();

  // Counts a connection to the server that is none of the pool.
  void NoteOpened();
  void NoteFailed();

  RedisPoolStats stats() const;

 private:
  struct Idle {
    std::unique_ptr<Connection> connection;
    SteadyTime since;
  };

  absl::StatusOr<Lease> Open();
  bool IsUsable(const Idle& idle) const;
  bool HasRoom() const {
    return !idle_.empty() || count_ < options_.connections_max;
  }
  absl::Status WaitForTurn(std::unique_lock<std::mutex>& lock,
                           SteadyTime deadline);
  void WakeFirst();
  void Keep(std::unique_ptr<Connection> connection);
  void Drop(std::unique_ptr<Connection> connection);
  void Forget(const Connection* connection);
  absl::Status Closed() const;
  absl::Status Exhausted() const;

  const Endpoint& endpoint_;
  const RedisOptions& options_;

  mutable std::mutex mutex_;
  std::vector<Idle> idle_;           // the longest idle first
  std::vector<Connection*> active_;  // lent
  std::uint32_t count_ = 0;          // idle, lent, or being opened or closed
  std::deque<std::condition_variable*> waiters_;  // the first come first
  std::uint64_t opened_ = 0;
  std::uint64_t failed_ = 0;
  bool closed_ = false;
};

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_REDIS_POOL_H_
