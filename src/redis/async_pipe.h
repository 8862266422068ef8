// SPDX-License-Identifier: MIT
//
// The requests of CallAsync to one node: what is queued goes out in as few
// writes as it fits, behind what has no answer yet.
//
// Thread safety: none; one thread serves it and never waits in it.
// Cost: a request's bytes are copied once; nothing is allocated for it.

#ifndef SEATFIELD_REDIS_ASYNC_PIPE_H_
#define SEATFIELD_REDIS_ASYNC_PIPE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "redis/answer.h"
#include "redis/client.h"
#include "redis/command.h"
#include "redis/connection.h"
#include "redis/fifo.h"
#include "redis/node.h"
#include "redis/reply.h"
#include "redis/settle.h"
#include "redis/socket.h"
#include "seatfield/redis_storage.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {

// A request on its way.
struct Flight {
  Request request;
  Client::Callback callback;
  std::uint32_t home = 0;  // the number of the node that counts it
  Effort effort{};
  AnswerJudge judge{1};
  std::uint64_t begin = 0;  // in all that its connection has been given
};

// Takes flights that have ended here.
class FlightEnds {
 public:
  virtual ~FlightEnds() = default;
  virtual void OnAnswer(Node& node, Flight flight, ReplyPtr reply) = 0;
  // As Settler::OnLost().
  virtual void OnLost(Flight flight, const absl::Status& status, bool left,
                      bool first) = 0;
};

class AsyncPipe {
 public:
  // All must outlive it.
  AsyncPipe(Node& node, const RedisOptions& options, FlightEnds& ends)
      : node_(node), options_(options), ends_(ends) {}

  Node& node() { return node_; }

  void Push(Flight flight) { waiting_.Push(std::move(flight)); }

  // There is something to send and no connection for it; asks for one once.
  bool TakeWish(SteadyTime now);
  void OnConnected(std::unique_ptr<Connection> connection);
  // No connection can be had; not asked for again before `next`.
  void OnNotConnected(const absl::Status& status, SteadyTime next);

  // Takes another connection as soon as all answers of this one have come.
  void Renew() { renews_ = true; }

  // Sends what there is, as far as the connection takes it.
  void Flush(SteadyTime now);

  // What poll(2) must wait for; -1: nothing.
  int fd() const { return connection_ == nullptr ? -1 : connection_->fd(); }
  bool is_blocked() const { return out_at_ < out_.size(); }

  // After such an event.
  void Read(SteadyTime now);

  // When it must be looked at even if nothing happens.
  std::optional<SteadyTime> deadline() const;
  void CheckTime(SteadyTime now);

  // Ends all of them.
  void Abandon(const absl::Status& status);

 private:
  void Gather();
  bool TakeAnswers(SteadyTime now);
  void Lose(const absl::Status& status);

  Node& node_;
  const RedisOptions& options_;
  FlightEnds& ends_;

  std::unique_ptr<Connection> connection_;
  bool wishes_ = false;  // for a connection, which is being opened
  SteadyTime next_wish_{};
  bool renews_ = false;

  Fifo<Flight> waiting_;
  Fifo<Flight> air_;  // given to the connection and not answered
  SteadyTime progress_at_{};
  std::string out_;
  std::size_t out_at_ = 0;     // bytes before it have gone
  std::uint64_t given_ = 0;    // bytes, of this connection
  std::uint64_t written_ = 0;  // those of them that have gone
};

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_REDIS_ASYNC_PIPE_H_
