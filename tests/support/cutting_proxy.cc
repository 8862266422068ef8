// SPDX-License-Identifier: MIT

#include "support/cutting_proxy.h"

#include <poll.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace seatfield::test {
namespace {

constexpr std::chrono::milliseconds kSlice(20);
constexpr std::chrono::milliseconds kSettle(1000);

std::size_t At(Direction direction) {
  return static_cast<std::size_t>(direction);
}

// Lets the server end what it was sent and reads what it still says.
void Settle(const Socket& server) {
  server.FinishSending();
  const auto until = std::chrono::steady_clock::now() + kSettle;
  std::string dropped;
  while (std::chrono::steady_clock::now() < until &&
         server.Receive(dropped, kSlice) != Received::kEnd) {
    dropped.clear();
  }
}

}  // namespace

CuttingProxy::CuttingProxy(const RedisServer& server)
    : server_(server),
      connections_([this](Socket& client) { Serve(client); }) {}

void CuttingProxy::Count() {
  const std::lock_guard lock(mutex_);
  counts_[0] = counts_[1] = 0;
}

void CuttingProxy::Arm(const Cut& cut) {
  const std::lock_guard lock(mutex_);
  counts_[0] = counts_[1] = 0;
  armed_ = cut;
}

void CuttingProxy::Disarm() {
  const std::lock_guard lock(mutex_);
  armed_.reset();
}

void CuttingProxy::Delay(Direction direction, std::chrono::milliseconds delay) {
  delays_ms_[At(direction)] = delay.count();
}

std::uint64_t CuttingProxy::CountOf(Direction direction) const {
  const std::lock_guard lock(mutex_);
  return counts_[At(direction)];
}

void CuttingProxy::Serve(Socket& client) {
  Link link{client, Socket::ConnectUnix(server_.socket()), connection_count_++};
  if (!link.server) return;
  for (;;) {
    pollfd waited[] = {{client.fd(), POLLIN, 0}, {link.server.fd(), POLLIN, 0}};
    ::poll(waited, 2, static_cast<int>(kSlice.count()));
    if (connections_.stopping()) return;
    if (waited[0].revents != 0 && !Pass(link, Direction::kRequest)) return;
    if (waited[1].revents != 0 && !Pass(link, Direction::kReply)) return;
  }
}

bool CuttingProxy::Pass(Link& link, Direction direction) {
  const bool request = direction == Direction::kRequest;
  const Socket& from = request ? link.client : link.server;
  const Socket& to = request ? link.server : link.client;
  std::string bytes;
  const Received received = from.Receive(bytes, std::chrono::milliseconds(0));
  if (received != Received::kBytes) return received != Received::kEnd;
  const std::chrono::milliseconds delay(delays_ms_[At(direction)].load());
  if (delay.count() > 0) std::this_thread::sleep_for(delay);
  bool cut = false;
  const std::size_t passed = Admit(direction, link.number, bytes.size(), cut);
  const bool sent = to.Send(std::string_view(bytes).substr(0, passed));
  if (cut) Settle(link.server);
  return sent && !cut;
}

std::size_t CuttingProxy::Admit(Direction direction, std::uint64_t connection,
                                std::size_t size, bool& cut) {
  const std::lock_guard lock(mutex_);
  if (armed_ && armed_->direction == direction &&
      armed_->connection.value_or(connection) == connection) {
    cut = size >= armed_->after_bytes;
    if (cut) {
      size = static_cast<std::size_t>(armed_->after_bytes);
      armed_.reset();
      ++cuts_;
    } else {
      armed_->after_bytes -= size;
    }
  }
  counts_[At(direction)] += size;
  return size;
}

}  // namespace seatfield::test
