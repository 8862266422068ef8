// SPDX-License-Identifier: MIT
//
// A Client sends requests to a server or to the nodes of a cluster and brings
// their answers: it keeps connections, finds nodes, follows redirections and
// tries again where that is safe. What the requests say it does not know.
//
// Answers: an error that a server gives is an answer, of type
//   REDIS_REPLY_ERROR, and the caller's to judge, but for those that the client
//   itself settles: MOVED, ASK, TRYAGAIN, CLUSTERDOWN, LOADING and MASTERDOWN,
//   each of which promises that nothing has been done. They are tried again up
//   to RedisOptions::attempts_max times, with a backoff, and then answered
//   Unavailable.
// Errors: see redis_storage.h. Unknown is answered only for what was sent and
//   is not reads_only: such a request is never sent twice once a byte of it may
//   have arrived.
// Thread safety: every member from any thread.

#ifndef SEATFIELD_REDIS_CLIENT_H_
#define SEATFIELD_REDIS_CLIENT_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "redis/command.h"
#include "redis/reply.h"
#include "seatfield/redis_storage.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {

class Client {
 public:
  using Callback = std::function<void(absl::StatusOr<ReplyPtr>)>;

  // Checks the options, connects, authenticates, finds what the server is and
  // opens connections_min connections to each node.
  static absl::StatusOr<std::unique_ptr<Client>> Connect(
      const RedisOptions& options);

  virtual ~Client() = default;

  // One request.
  virtual absl::StatusOr<ReplyPtr> Call(const Request& request) = 0;

  // Many: each node gets its own at once, in one round trip, in the order
  // given. answers[i] is that of requests[i].
  virtual void CallMany(std::span<const Request> requests,
                        std::vector<absl::StatusOr<ReplyPtr>>& answers) = 0;

  // Sends the request behind those under way on a connection of its own; those
  // of one node are answered in the order of the calls, unless they had to be
  // sent again. Waits while in_flight_max are under way. The callback runs on
  // the client's thread, or before the call returns if it failed at once.
  virtual void CallAsync(Request request, Callback callback) = 0;

  // On each node that is a primary: for what must be everywhere, such as a
  // script. The first that is no success, if any.
  virtual absl::Status CallEverywhere(const Request& request) = 0;

  virtual RedisServerInfo server() const = 0;
  virtual RedisPoolStats pool() const = 0;

  // Waits for what is under way, up to socket_timeout, and closes every
  // connection. Later calls answer FailedPrecondition.
  virtual void Close() = 0;
};

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_REDIS_CLIENT_H_
