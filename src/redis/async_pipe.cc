// SPDX-License-Identifier: MIT

#include "redis/async_pipe.h"

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "redis/answer.h"
#include "redis/command.h"
#include "redis/connection.h"
#include "redis/reply.h"
#include "redis/socket.h"
#include "seatfield/internal/no_memory.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {

bool AsyncPipe::TakeWish(SteadyTime now) {
  if (connection_ != nullptr || wishes_ || waiting_.empty()) return false;
  if (now < next_wish_) return false;
  wishes_ = true;
  return true;
}

void AsyncPipe::OnConnected(std::unique_ptr<Connection> connection) {
  wishes_ = false;
  connection_ = std::move(connection);
}

void AsyncPipe::OnNotConnected(const absl::Status& status, SteadyTime next) {
  wishes_ = false;
  next_wish_ = next;
  for (Flight& flight : waiting_.TakeAll()) {
    ends_.OnLost(std::move(flight), status, false, false);
  }
}

void AsyncPipe::Flush(SteadyTime now) {
  if (connection_ == nullptr) return;
  if (air_.empty() && !waiting_.empty()) {
    // Nothing is under way, so nothing is lost with a connection that ended.
    if (renews_ || connection_->IsStale()) {
      Lose(absl::OkStatus());
      return;
    }
    progress_at_ = now;
  }
  for (;;) {
    Gather();
    if (!is_blocked()) return;
    std::size_t count = 0;
    const IoState state =
        connection_->TrySend(std::string_view(out_).substr(out_at_), count);
    out_at_ += count;
    written_ += count;
    if (state == IoState::kWouldBlock) return;
    if (state != IoState::kDone) {
      Lose(connection_->Lost(ErrorText(errno)));
      return;
    }
  }
}

// Takes no more at once than a connection takes soon.
void AsyncPipe::Gather() {
  constexpr std::size_t kBytesMax = 256 << 10;
  if (is_blocked() || renews_) return;
  out_.clear();
  out_at_ = 0;
  while (!waiting_.empty() && out_.size() < kBytesMax) {
    Flight flight = waiting_.Pop();
    flight.begin = given_ + out_.size();
    if (flight.effort.asking) AppendCommand(out_, "ASKING");
    out_ += flight.request.bytes;
    flight.judge =
        AnswerJudge(flight.request.answers, flight.effort.asking ? 1 : 0);
    air_.Push(std::move(flight));
  }
  given_ += out_.size();
}

void AsyncPipe::Read(SteadyTime now) {
  // So often, before the other nodes have their turn.
  for (int i = 0; i < 16 && connection_ != nullptr; ++i) {
    const absl::StatusOr<bool> more = connection_->TryRead();
    if (!more.ok()) {
      Lose(more.status());
      return;
    }
    if (!TakeAnswers(now) || !*more) return;
  }
}

// Returns whether the connection still lives.
bool AsyncPipe::TakeAnswers(SteadyTime now) {
  for (;;) {
    absl::StatusOr<ReplyPtr> reply = connection_->Next();
    if (!reply.ok()) {
      Lose(reply.status());
      return false;
    }
    if (*reply == nullptr) return true;
    if (air_.empty()) {
      Lose(connection_->Lost("it answers what was not asked"));
      return false;
    }
    progress_at_ = now;
    if (!air_.front().judge.Add(**reply)) continue;
    ends_.OnAnswer(node_, air_.Pop(), *std::move(reply));
  }
}

std::optional<SteadyTime> AsyncPipe::deadline() const {
  if (connection_ != nullptr) {
    if (air_.empty()) return std::nullopt;
    return progress_at_ + options_.socket_timeout;
  }
  if (wishes_ || waiting_.empty()) return std::nullopt;
  return next_wish_;
}

void AsyncPipe::CheckTime(SteadyTime now) {
  if (connection_ == nullptr || air_.empty()) return;
  if (now < progress_at_ + options_.socket_timeout) return;
  Lose(connection_->TimedOut());
}

void AsyncPipe::Lose(const absl::Status& status) {
  const std::uint64_t left = written_ + connection_->in_doubt();
  if (!status.ok()) node_.pool.NoteFailed();
  connection_.reset();
  renews_ = false;
  out_.clear();
  out_at_ = 0;
  given_ = 0;
  written_ = 0;
  bool first = true;
  for (Flight& flight : air_.TakeAll()) {
    const bool may_have_left = flight.begin < left;
    ends_.OnLost(std::move(flight), status, may_have_left, first);
    first = false;
  }
}

void AsyncPipe::Abandon(const absl::Status& status) {
  if (connection_ != nullptr) Lose(status);
  for (Flight& flight : waiting_.TakeAll()) {
    ends_.OnLost(std::move(flight), status, false, false);
  }
}

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield
