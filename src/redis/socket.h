// SPDX-License-Identifier: MIT
//
// A stream socket and the waiting for it.
//
// Thread safety: one thread at a time, but for Shutdown().

#ifndef SEATFIELD_REDIS_SOCKET_H_
#define SEATFIELD_REDIS_SOCKET_H_

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "redis/endpoint.h"
#include "seatfield/redis_storage.h"
#include "seatfield/time.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {

using SteadyTime = std::chrono::steady_clock::time_point;

inline SteadyTime After(Duration duration) {
  return std::chrono::steady_clock::now() + duration;
}

class Socket {
 public:
  Socket() = default;
  explicit Socket(int fd) : fd_(fd) {}
  ~Socket() { Reset(); }
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }

  // Connects to the first of the host's addresses that answers, each within
  // connect_timeout. Errors: Unavailable.
  static absl::StatusOr<Socket> Connect(const Endpoint& endpoint,
                                        const RedisOptions& options);

  int fd() const { return fd_; }
  int Release() { return std::exchange(fd_, -1); }
  void Reset();

  // Ends both directions: whoever waits for the socket is woken.
  void Shutdown() const;

 private:
  int fd_ = -1;
};

enum class IoState { kDone, kWouldBlock, kClosed, kFailed };

// At most one system call; `count` has the bytes that went. kFailed sets errno.
IoState WriteSome(int fd, std::string_view bytes, std::size_t& count);
IoState ReadSome(int fd, char* bytes, std::size_t size, std::size_t& count);

// As ReadSome(), but waits for bytes as long as SetBlocking() said;
// kWouldBlock: there are none.
IoState AwaitSome(int fd, char* bytes, std::size_t size, std::size_t& count);

// Whether calls without a flag of their own wait, and how long.
void SetBlocking(int fd, bool blocks, Duration timeout);

// Also keeps it from programs that are started. Returns 0 or an errno.
int MakeNonBlocking(int fd);

// Waits for one of the events of poll(2). Returns those that are there; 0: none
// until `deadline`.
int WaitFor(int fd, int events, SteadyTime deadline);

// Whether anything has come, or the end.
bool HasInput(int fd);

// The text of an errno.
std::string ErrorText(int error);

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_REDIS_SOCKET_H_
