// SPDX-License-Identifier: MIT
//
// Listens on a free port of 127.0.0.1 and serves each caller on a thread of its
// own: what proxies have in common.
//
//   ConnectionServer server([](Socket& client) { ... until its end ... });
//
// Thread safety: `serve` runs on many threads at once. Whoever holds the object
//   must outlive what `serve` uses.

#ifndef SEATFIELD_TESTS_SUPPORT_CONNECTION_SERVER_H_
#define SEATFIELD_TESTS_SUPPORT_CONNECTION_SERVER_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <thread>

#include "support/socket.h"

namespace seatfield::test {

class ConnectionServer {
 public:
  using Serve = std::function<void(Socket& client)>;

  explicit ConnectionServer(Serve serve);
  ~ConnectionServer() { Stop(); }

  // Ends every connection and waits for its thread.
  void Stop();

  // For `serve`, which must return soon once it is true.
  bool stopping() const { return stopping_; }

  std::uint16_t port() const { return port_; }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  struct Connection {
    Socket client;
    std::mutex closing;
    std::thread thread;
  };

  void Accept();
  void Run(Connection& connection);

  const Serve serve_;
  Socket listener_ = Socket::Listen();
  const std::uint16_t port_ = listener_.port();
  std::atomic<bool> stopping_{false};
  std::list<Connection> connections_;  // of the accepting thread, until it ends
  std::thread accepting_;
};

}  // namespace seatfield::test

#endif  // SEATFIELD_TESTS_SUPPORT_CONNECTION_SERVER_H_
