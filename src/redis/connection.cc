// SPDX-License-Identifier: MIT

#include "redis/connection.h"

#include <poll.h>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "redis/command.h"
#include "redis/endpoint.h"
#include "redis/handshake.h"
#include "redis/reply.h"
#include "redis/socket.h"
#include "redis/wire.h"
#include "seatfield/internal/no_memory.h"
#include "seatfield/redis_storage.h"
#include "seatfield/time.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {

absl::StatusOr<std::unique_ptr<Connection>> Connection::Open(
    const Endpoint& endpoint, const RedisOptions& options) {
  absl::StatusOr<std::unique_ptr<Wire>> wire = Wire::Open(endpoint, options);
  if (!wire.ok()) return std::move(wire).status();
  auto connection =
      std::make_unique<Connection>(endpoint, options, *std::move(wire));
  absl::Status status = ShakeHands(*connection, options);
  if (!status.ok()) return status;
  return connection;
}

Connection::Connection(const Endpoint& endpoint, const RedisOptions& options,
                       std::unique_ptr<Wire> wire)
    : endpoint_(endpoint),
      options_(options),
      wire_(std::move(wire)),
      reader_(options.reply_bytes_max) {}

absl::Status Connection::Send(std::string_view bytes, std::size_t& left) {
  left = 0;
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    std::size_t count = 0;
    const IoState state = wire_->Write(bytes.substr(sent), count);
    sent += count;
    left = sent + wire_->in_doubt();
    if (state == IoState::kDone) continue;
    if (state != IoState::kWouldBlock) return Lost(ErrorText(errno));
    // A server that waits for us to take its answers takes no more requests.
    const int ready =
        WaitFor(fd(), POLLIN | POLLOUT, After(options_.socket_timeout));
    if (ready == 0) return TimedOut();
    if ((ready & POLLIN) == 0) continue;
    const absl::StatusOr<bool> more = TryRead();
    if (!more.ok()) return more.status();
  }
  return absl::OkStatus();
}

absl::StatusOr<ReplyPtr> Connection::Receive() {
  const SteadyTime deadline = After(options_.socket_timeout);
  for (bool is_first = true;; is_first = false) {
    absl::StatusOr<ReplyPtr> reply = Next();
    if (!reply.ok() || *reply != nullptr) return reply;
    if (is_first) BusyPoll();
    // The first read waits by itself: most answers come whole.
    const bool is_late = !is_first && WaitFor(fd(), POLLIN, deadline) == 0;
    if (is_late) return TimedOut();
    const auto more = ReadBy(is_first ? &Wire::Await : &Wire::Read);
    if (!more.ok()) return more.status();
  }
}

// Looks for an answer without sleeping. Who else could run here does.
void Connection::BusyPoll() const {
  if (options_.busy_poll <= Duration::zero()) return;
  const SteadyTime end = After(options_.busy_poll);
  while (!HasInput(fd()) && std::chrono::steady_clock::now() < end) {
    std::this_thread::yield();
  }
}

bool Connection::Ping() {
  std::string bytes;
  AppendCommand(bytes, "PING");
  std::size_t left = 0;
  return Send(bytes, left).ok() && Receive().ok() && !IsStale();
}

absl::StatusOr<bool> Connection::ReadBy(Reading reading) {
  char bytes[16 << 10];
  std::size_t count = 0;
  const IoState state = (*wire_.*reading)(bytes, sizeof bytes, count);
  if (state == IoState::kWouldBlock) return false;
  if (state == IoState::kClosed) return Lost("the server closed it");
  if (state == IoState::kFailed) return Lost(ErrorText(errno));
  if (!reader_.Feed({bytes, count})) return internal::NoMemory();
  return count == sizeof bytes;
}

absl::StatusOr<ReplyPtr> Connection::Next() {
  absl::StatusOr<ReplyPtr> reply = reader_.Next();
  if (!reply.ok()) return WithName(reply.status());
  return reply;
}

bool Connection::IsStale() const { return !reader_.empty() || HasInput(fd()); }

absl::Status Connection::Lost(std::string_view why) const {
  return internal::StatusOf(absl::StatusCode::kUnavailable, "redis ",
                            endpoint_.ToString(),
                            ": the connection is lost: ", why);
}

absl::Status Connection::TimedOut() const {
  return internal::StatusOf(absl::StatusCode::kDeadlineExceeded, "redis ",
                            endpoint_.ToString(), ": no answer within ",
                            DurationToString(options_.socket_timeout));
}

absl::Status Connection::WithName(const absl::Status& status) const {
  const std::string_view text(status.message().data(), status.message().size());
  return internal::StatusOf(status.code(), "redis ", endpoint_.ToString(), ": ",
                            text);
}

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield
