// SPDX-License-Identifier: MIT
//
// One connection to a server, which knows who we are: requests go in, answers
// come out in the same order.
//
// Errors: each is final, and the connection must go.
//   Unavailable        it is lost
//   DeadlineExceeded   socket_timeout passed without an answer
//   ResourceExhausted  an answer is longer than reply_bytes_max
// Thread safety: one thread at a time, but for Shutdown().

#ifndef SEATFIELD_REDIS_CONNECTION_H_
#define SEATFIELD_REDIS_CONNECTION_H_

#include <cstddef>
#include <memory>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "redis/endpoint.h"
#include "redis/reply.h"
#include "redis/reply_reader.h"
#include "redis/wire.h"
#include "seatfield/redis_storage.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {

class Connection {
 public:
  // Connects, authenticates and chooses the database. Errors: Unavailable,
  //   Unauthenticated, PermissionDenied, FailedPrecondition.
  static absl::StatusOr<std::unique_ptr<Connection>> Open(
      const Endpoint& endpoint, const RedisOptions& options);

  Connection(const Endpoint& endpoint, const RedisOptions& options,
             std::unique_ptr<Wire> wire);

  // --- With waiting, up to socket_timeout -----------------------------------

  // Sends all of `bytes`. `left` has how many of them may have left, also on an
  // error.
  absl::Status Send(std::string_view bytes, std::size_t& left);

  // The next answer.
  absl::StatusOr<ReplyPtr> Receive();

  // Whether a PING is answered.
  bool Ping();

  // --- Without --------------------------------------------------------------

  // As Wire.
  IoState TrySend(std::string_view bytes, std::size_t& count) {
    return wire_->Write(bytes, count);
  }
  std::size_t in_doubt() const { return wire_->in_doubt(); }

  // Reads what is there. Returns whether there may be more; Unavailable: the
  // connection has ended.
  absl::StatusOr<bool> TryRead() { return ReadBy(&Wire::Read); }

  // The next answer of what was read; null: none.
  absl::StatusOr<ReplyPtr> Next();

  // Nothing is expected of it: whatever has come, its end or bytes, means that
  // it must not be used.
  bool IsStale() const;

  int fd() const { return wire_->fd(); }
  const Endpoint& endpoint() const { return endpoint_; }

  // From any thread: whoever waits here gets an error.
  void Shutdown() { wire_->Shutdown(); }

  // The errors of those who read and send by themselves.
  absl::Status Lost(std::string_view why) const;
  absl::Status TimedOut() const;

 private:
  using Reading = IoState (Wire::*)(char*, std::size_t, std::size_t&);

  void BusyPoll() const;
  absl::StatusOr<bool> ReadBy(Reading reading);
  absl::Status WithName(const absl::Status& status) const;

  const Endpoint& endpoint_;
  const RedisOptions& options_;
  std::unique_ptr<Wire> wire_;
  ReplyReader reader_;
};

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_REDIS_CONNECTION_H_
