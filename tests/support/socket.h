// SPDX-License-Identifier: MIT
//
// A stream socket that is closed with the object: of 127.0.0.1 or of a unix
// path. For programs that stand between a client and a server.
//
// Errors: an object without a socket is false; so is what a broken one answers.
// Thread safety: one thread, but for ShutDown(), which any may call.

#ifndef SEATFIELD_TESTS_SUPPORT_SOCKET_H_
#define SEATFIELD_TESTS_SUPPORT_SOCKET_H_

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace seatfield::test {

enum class Received : std::uint8_t { kBytes, kNothingYet, kEnd };

class Socket {
 public:
  Socket() = default;
  explicit Socket(int fd) : fd_(fd) {}
  ~Socket() { Close(); }
  Socket(Socket&& from) noexcept : fd_(std::exchange(from.fd_, -1)) {}
  Socket& operator=(Socket&& from) noexcept;

  // Port 0 takes a free one.
  static Socket Listen(std::uint16_t port = 0);
  static Socket Connect(std::uint16_t port);
  static Socket ConnectUnix(const std::string& path);

  explicit operator bool() const { return fd_ >= 0; }
  int fd() const { return fd_; }
  std::uint16_t port() const;

  // Waits so long for a caller.
  Socket Accept(std::chrono::milliseconds wait) const;

  // All of it, or false.
  bool Send(std::string_view bytes) const;

  // Appends what has come, at most 64 KiB.
  Received Receive(std::string& bytes, std::chrono::milliseconds wait) const;

  // The other side reads the end; what it sends still comes.
  void FinishSending() const;
  // Both ways; wakes who waits.
  void ShutDown() const;
  void Close();

 private:
  int fd_ = -1;
};

// A port of 127.0.0.1 on which nobody listened a moment ago.
std::uint16_t FreePort();

}  // namespace seatfield::test

#endif  // SEATFIELD_TESTS_SUPPORT_SOCKET_H_
