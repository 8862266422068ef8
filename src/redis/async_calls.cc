// SPDX-License-Identifier: MIT

#include "redis/async_calls.h"

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "redis/answer.h"
#include "redis/async_pipe.h"
#include "redis/client.h"
#include "redis/command.h"
#include "redis/gate.h"
#include "redis/node.h"
#include "redis/opener.h"
#include "redis/reply.h"
#include "redis/settle.h"
#include "redis/socket.h"
#include "redis/thread_start.h"
#include "redis/topology.h"
#include "seatfield/internal/no_memory.h"
#include "seatfield/redis_storage.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {
namespace {

void GrowTo(std::vector<std::uint32_t>& counts, std::uint32_t number) {
  if (counts.size() <= number) counts.resize(number + 1);
}

}  // namespace

AsyncCalls::AsyncCalls(Topology& topology, const RedisOptions& options)
    : topology_(topology),
      options_(options),
      settler_(topology, options),
      opener_(topology, options,
              [this](Opened opened) { Deliver(std::move(opened)); }) {}

// --- Of the callers ---------------------------------------------------------

void AsyncCalls::Call(Request request, Client::Callback callback) {
  const Node* const node = settler_.Choose(request, Effort{});
  const std::uint32_t home = node == nullptr ? 0 : node->number;
  std::unique_lock lock(mutex_);
  absl::Status status = Enter(lock, home);
  if (!status.ok()) {
    lock.unlock();
    callback(std::move(status));
    return;
  }
  ++under_way_[home];
  ++all_under_way_;
  inbox_.push_back({.request = std::move(request),
                    .callback = std::move(callback),
                    .home = home});
  const bool wakes = std::exchange(sleeps_, false);
  lock.unlock();
  if (wakes) wake_.Wake();
}

absl::Status AsyncCalls::Enter(std::unique_lock<std::mutex>& lock,
                               std::uint32_t home) {
  if (refuses_) return Gate::Closed();
  GrowTo(under_way_, home);
  if (!started_) {
    absl::Status status = Start();
    if (!status.ok()) return status;
  }
  // The thread itself would wait for itself.
  const bool waits = std::this_thread::get_id() != thread_.get_id();
  if (waits && under_way_[home] >= options_.in_flight_max) {
    ++waiting_;
    changed_.wait(lock, [&] {
      return refuses_ || under_way_[home] < options_.in_flight_max;
    });
    --waiting_;
  }
  return refuses_ ? Gate::Closed() : absl::OkStatus();
}

// Requires the lock.
absl::Status AsyncCalls::Start() {
  absl::Status status = wake_.Open();
  if (status.ok()) status = opener_.Start();
  if (status.ok()) status = StartThread(thread_, [this] { Run(); });
  started_ = status.ok();
  return status;
}

void AsyncCalls::Deliver(Opened opened) {
  bool wakes = false;
  {
    const std::lock_guard lock(mutex_);
    opened_.push_back(std::move(opened));
    wakes = std::exchange(sleeps_, false);
  }
  if (wakes) wake_.Wake();
}

void AsyncCalls::Refuse() {
  const std::lock_guard lock(mutex_);
  refuses_ = true;
  changed_.notify_all();
}

void AsyncCalls::Close(SteadyTime deadline) {
  Refuse();
  {
    std::unique_lock lock(mutex_);
    ++waiting_;
    changed_.wait_until(lock, deadline, [&] { return all_under_way_ == 0; });
    --waiting_;
    stops_ = true;
    sleeps_ = false;
    if (!started_) return;
  }
  wake_.Wake();
  if (thread_.joinable()) thread_.join();
  opener_.Stop();
}

// --- Of the thread ----------------------------------------------------------

void AsyncCalls::Run() {
  bool may_sleep = false;
  while (Exchange(may_sleep)) {
    Serve(std::chrono::steady_clock::now());
    Wait(may_sleep);
  }
  EndAll();
}

bool AsyncCalls::Exchange(bool& may_sleep) {
  const std::lock_guard lock(mutex_);
  sleeps_ = false;
  arrived_.swap(inbox_);
  opened_now_.swap(opened_);
  if (has_ended_) {
    for (std::size_t i = 0; i < ended_.size(); ++i) {
      under_way_[i] -= ended_[i];
      all_under_way_ -= ended_[i];
      ended_[i] = 0;
    }
    has_ended_ = false;
    if (waiting_ > 0) changed_.notify_all();
  }
  may_sleep = arrived_.empty() && opened_now_.empty();
  sleeps_ = may_sleep;
  return !stops_;
}

void AsyncCalls::Serve(SteadyTime now) {
  for (Opened& opened : opened_now_) {
    AsyncPipe& pipe = PipeOf(*opened.node);
    if (opened.connection.ok()) {
      pipe.OnConnected(*std::move(opened.connection));
    } else {
      pipe.OnNotConnected(opened.connection.status(),
                          now + topology_.backoff().After(1));
    }
  }
  opened_now_.clear();
  for (Flight& flight : arrived_) Dispatch(std::move(flight));
  arrived_.clear();
  DispatchDue(now);
  for (const auto& pipe : pipes_) {
    if (pipe == nullptr) continue;
    pipe->Flush(now);
    if (pipe->TakeWish(now)) opener_.Open(pipe->node());
  }
}

void AsyncCalls::Wait(bool may_sleep) {
  polled_.clear();
  polled_pipes_.clear();
  polled_.push_back({.fd = wake_.fd(), .events = POLLIN, .revents = 0});
  for (const auto& pipe : pipes_) {
    if (pipe == nullptr || pipe->fd() < 0) continue;
    const int events = pipe->is_blocked() ? POLLIN | POLLOUT : POLLIN;
    polled_.push_back(
        {.fd = pipe->fd(), .events = static_cast<short>(events), .revents = 0});
    polled_pipes_.push_back(pipe.get());
  }
  const bool sleeps = may_sleep && !has_ended_;
  const int millis =
      sleeps ? MillisToWait(std::chrono::steady_clock::now()) : 0;
  if (::poll(polled_.data(), static_cast<nfds_t>(polled_.size()), millis) < 0) {
    return;
  }
  if (polled_[0].revents != 0) wake_.Drain();
  const SteadyTime now = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < polled_pipes_.size(); ++i) {
    const int events = polled_[i + 1].revents;
    if ((events & ~POLLOUT) != 0) polled_pipes_[i]->Read(now);
    polled_pipes_[i]->CheckTime(now);
  }
}

int AsyncCalls::MillisToWait(SteadyTime now) const {
  std::optional<SteadyTime> first;
  const auto note = [&](std::optional<SteadyTime> time) {
    if (time.has_value())
      first = first.has_value() ? std::min(*first, *time) : *time;
  };
  if (!later_.empty()) note(later_.begin()->first);
  for (const auto& pipe : pipes_) {
    if (pipe != nullptr) note(pipe->deadline());
  }
  if (!first.has_value()) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*first - now);
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, INT_MAX));
}

AsyncPipe& AsyncCalls::PipeOf(Node& node) {
  if (pipes_.size() <= node.number) pipes_.resize(node.number + 1);
  std::unique_ptr<AsyncPipe>& pipe = pipes_[node.number];
  if (pipe == nullptr) {
    pipe = std::make_unique<AsyncPipe>(node, options_,
                                       static_cast<FlightEnds&>(*this));
  }
  return *pipe;
}

void AsyncCalls::Dispatch(Flight flight) {
  Node* const node = settler_.Choose(flight.request, flight.effort);
  if (node != nullptr) {
    PipeOf(*node).Push(std::move(flight));
    return;
  }
  Settlement settlement = settler_.OnNowhere(flight.request, flight.effort);
  Settle(std::move(flight), std::move(settlement));
}

void AsyncCalls::DispatchDue(SteadyTime now) {
  while (!later_.empty() && later_.begin()->first <= now) {
    auto first = later_.extract(later_.begin());
    Dispatch(std::move(first.mapped()));
  }
}

void AsyncCalls::OnAnswer(Node& node, Flight flight, ReplyPtr reply) {
  const Judgement judgement = flight.judge.Take();
  Settlement settlement = settler_.OnAnswer(node, judgement, flight.effort);
  if (judgement.kind == AnswerKind::kReadOnly ||
      judgement.kind == AnswerKind::kUnauthenticated) {
    PipeOf(node).Renew();
  }
  if (settlement.kind == Settlement::Kind::kAnswered) {
    End(flight, std::move(reply));
  } else {
    Settle(std::move(flight), std::move(settlement));
  }
}

void AsyncCalls::OnLost(Flight flight, const absl::Status& status, bool left,
                        bool first) {
  Settlement settlement =
      left ? settler_.OnLost(status, left, first, flight.request, flight.effort)
           : settler_.OnUnsent(status, flight.effort);
  Settle(std::move(flight), std::move(settlement));
}

void AsyncCalls::Settle(Flight flight, Settlement settlement) {
  if (settlement.kind == Settlement::Kind::kFailed) {
    End(flight, std::move(settlement.status));
  } else if (ends_all_) {
    End(flight, Gate::Closed());
  } else if (settlement.kind == Settlement::Kind::kAgain) {
    Dispatch(std::move(flight));
  } else {
    const auto pause = topology_.backoff().After(flight.effort.attempts);
    later_.emplace(After(pause), std::move(flight));
  }
}

void AsyncCalls::End(Flight& flight, absl::StatusOr<ReplyPtr> answer) {
  GrowTo(ended_, flight.home);
  ++ended_[flight.home];
  has_ended_ = true;
  flight.callback(std::move(answer));
}

// What is left when the thread stops.
void AsyncCalls::EndAll() {
  ends_all_ = true;
  for (Flight& flight : arrived_) End(flight, Gate::Closed());
  arrived_.clear();
  for (const auto& pipe : pipes_) {
    if (pipe != nullptr) pipe->Abandon(Gate::Closed());
  }
  while (!later_.empty()) {
    auto first = later_.extract(later_.begin());
    End(first.mapped(), Gate::Closed());
  }
}

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield
