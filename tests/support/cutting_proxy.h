// SPDX-License-Identifier: MIT
//
// Stands between a client and a server, passes bytes on and closes both sides
// after an exact number of them, the same at every run.
//
//   CuttingProxy proxy(*server);
//   proxy.Count();
//   ...                                  // an undisturbed run
//   const auto whole = proxy.request_bytes();
//   proxy.Arm({.after_bytes = whole / 2});
//   ...                                  // the server got the first half
//
// A cut that is armed happens once. The client learns of it only after the
// server has done what it was sent, so that whoever looks then sees the effect,
// unless the server takes longer than a second.
// Thread safety: every member from any thread.

#ifndef SEATFIELD_TESTS_SUPPORT_CUTTING_PROXY_H_
#define SEATFIELD_TESTS_SUPPORT_CUTTING_PROXY_H_

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "support/connection_server.h"
#include "support/redis_server.h"
#include "support/socket.h"

namespace seatfield::test {

enum class Direction : std::uint8_t { kRequest, kReply };

struct Cut {
  Direction direction = Direction::kRequest;
  // That still pass; with 0 the cut comes when the first wants to.
  std::uint64_t after_bytes = 0;
  // Only of this connection, counted from 0 since the proxy was made.
  std::optional<std::uint64_t> connection{};
};

class CuttingProxy {
 public:
  // The server must outlive it.
  explicit CuttingProxy(const RedisServer& server);

  std::string address() const { return connections_.address(); }
  std::uint16_t port() const { return connections_.port(); }

  // Counts from 0 from now on. Arm() does the same.
  void Count();
  void Arm(const Cut& cut);
  void Disarm();

  // That have passed since then.
  std::uint64_t request_bytes() const { return CountOf(Direction::kRequest); }
  std::uint64_t reply_bytes() const { return CountOf(Direction::kReply); }

  // Over the proxy's life.
  std::uint64_t cuts() const { return cuts_; }
  std::uint64_t connections() const { return connection_count_; }

  // How long each piece of that direction is held back.
  void Delay(Direction direction, std::chrono::milliseconds delay);

 private:
  struct Link {
    Socket& client;
    Socket server;
    std::uint64_t number;
  };

  void Serve(Socket& client);
  // False when it is over.
  bool Pass(Link& link, Direction direction);
  // How many of so many bytes pass.
  std::size_t Admit(Direction direction, std::uint64_t connection,
                    std::size_t size, bool& cut);
  std::uint64_t CountOf(Direction direction) const;

  const RedisServer& server_;
  mutable std::mutex mutex_;
  std::optional<Cut> armed_;      // guarded, as the next
  std::uint64_t counts_[2] = {};  // by direction
  std::atomic<std::int64_t> delays_ms_[2] = {};
  std::atomic<std::uint64_t> cuts_{0};
  std::atomic<std::uint64_t> connection_count_{0};
  ConnectionServer connections_;  // last: its threads use the others
};

}  // namespace seatfield::test

#endif  // SEATFIELD_TESTS_SUPPORT_CUTTING_PROXY_H_
