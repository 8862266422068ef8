// SPDX-License-Identifier: MIT

#include "redis/socket.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "redis/endpoint.h"
#include "seatfield/internal/no_memory.h"
#include "seatfield/internal/text.h"
#include "seatfield/redis_storage.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {
namespace {

#ifdef MSG_NOSIGNAL
constexpr int kSendFlags = MSG_NOSIGNAL;
#else
constexpr int kSendFlags = 0;
#endif

struct FreeAddresses {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

int FinishConnect(int fd, SteadyTime deadline) {
  if (WaitFor(fd, POLLOUT, deadline) == 0) return ETIMEDOUT;
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0) return errno;
  return error;
}

// 0 or an errno.
int ConnectTo(Socket& made, int family, const sockaddr* address, socklen_t size,
              SteadyTime deadline) {
  Socket socket(::socket(family, SOCK_STREAM, 0));
  if (socket.fd() < 0) return errno;
  if (const int error = MakeNonBlocking(socket.fd()); error != 0) return error;
  if (::connect(socket.fd(), address, size) < 0) {
    if (errno != EINPROGRESS && errno != EINTR) return errno;
    const int error = FinishConnect(socket.fd(), deadline);
    if (error != 0) return error;
  }
  made = std::move(socket);
  return 0;
}

void SetOption(int fd, int level, int name, int value) {
  (void)::setsockopt(fd, level, name, &value, sizeof value);
}

// These are wishes: a connection without them works.
void TuneTcp(int fd, Duration keep_alive) {
  const auto seconds = static_cast<int>(std::clamp<std::int64_t>(
      std::chrono::ceil<std::chrono::seconds>(keep_alive).count(), 1, 32'767));
  SetOption(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  SetOption(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
#ifdef TCP_KEEPIDLE
  SetOption(fd, IPPROTO_TCP, TCP_KEEPIDLE, seconds);
#elif defined(TCP_KEEPALIVE)
  SetOption(fd, IPPROTO_TCP, TCP_KEEPALIVE, seconds);
#endif
#ifdef TCP_KEEPINTVL
  SetOption(fd, IPPROTO_TCP, TCP_KEEPINTVL, std::max(1, seconds / 3));
  SetOption(fd, IPPROTO_TCP, TCP_KEEPCNT, 3);
#endif
}

absl::Status CannotConnect(const Endpoint& endpoint, std::string_view why) {
  return internal::StatusOf(absl::StatusCode::kUnavailable, "redis ",
                            endpoint.ToString(), ": cannot connect: ", why);
}

absl::StatusOr<Socket> ConnectUnix(const Endpoint& endpoint,
                                   SteadyTime deadline) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (endpoint.path.size() >= sizeof address.sun_path) {
    return CannotConnect(endpoint, ErrorText(ENAMETOOLONG));
  }
  endpoint.path.copy(address.sun_path, endpoint.path.size());
  Socket socket;
  const int error =
      ConnectTo(socket, AF_UNIX, reinterpret_cast<const sockaddr*>(&address),
                sizeof address, deadline);
  if (error != 0) return CannotConnect(endpoint, ErrorText(error));
  return socket;
}

absl::StatusOr<Socket> ConnectTcp(const Endpoint& endpoint,
                                  const RedisOptions& options) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int wrong =
      ::getaddrinfo(endpoint.host.c_str(),
                    std::to_string(endpoint.port).c_str(), &hints, &found);
  const Addresses addresses(found);
  if (wrong != 0) return CannotConnect(endpoint, ::gai_strerror(wrong));

  int error = EADDRNOTAVAIL;
  for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
    Socket socket;
    error = ConnectTo(socket, at->ai_family, at->ai_addr, at->ai_addrlen,
                      After(options.connect_timeout));
    if (error != 0) continue;
    TuneTcp(socket.fd(), options.keep_alive);
    return socket;
  }
  return CannotConnect(endpoint, ErrorText(error));
}

// Of what send() or recv() returns.
IoState StateOf(ssize_t result, std::size_t& count) {
  if (result >= 0) {
    count = static_cast<std::size_t>(result);
    return IoState::kDone;
  }
  const bool later = errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
  return later ? IoState::kWouldBlock : IoState::kFailed;
}

IoState Receive(int fd, char* bytes, std::size_t size, int flags,
                std::size_t& count) {
  count = 0;
  const IoState state = StateOf(::recv(fd, bytes, size, flags), count);
  return state == IoState::kDone && count == 0 ? IoState::kClosed : state;
}

int MillisUntil(SteadyTime deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(
      deadline - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, INT_MAX));
}

}  // namespace

absl::StatusOr<Socket> Socket::Connect(const Endpoint& endpoint,
                                       const RedisOptions& options) {
  if (endpoint.is_unix()) {
    return ConnectUnix(endpoint, After(options.connect_timeout));
  }
  return ConnectTcp(endpoint, options);
}

void Socket::Reset() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

void Socket::Shutdown() const { (void)::shutdown(fd_, SHUT_RDWR); }

int MakeNonBlocking(int fd) {
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags < 0 || ::fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0) return errno;
  return ::fcntl(fd, F_SETFD, FD_CLOEXEC) < 0 ? errno : 0;
}

void SetBlocking(int fd, bool blocks, Duration timeout) {
  const int flags = ::fcntl(fd, F_GETFL);
  (void)::fcntl(fd, F_SETFL, blocks ? flags & ~O_NONBLOCK : flags | O_NONBLOCK);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(timeout);
  timeval time{};
  time.tv_sec = static_cast<decltype(time.tv_sec)>(seconds.count());
  time.tv_usec = static_cast<decltype(time.tv_usec)>(
      std::chrono::microseconds(timeout - seconds).count());
  (void)::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
  (void)::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
}

IoState WriteSome(int fd, std::string_view bytes, std::size_t& count) {
  count = 0;
  return StateOf(
      ::send(fd, bytes.data(), bytes.size(), kSendFlags | MSG_DONTWAIT), count);
}

IoState ReadSome(int fd, char* bytes, std::size_t size, std::size_t& count) {
  return Receive(fd, bytes, size, MSG_DONTWAIT, count);
}

IoState AwaitSome(int fd, char* bytes, std::size_t size, std::size_t& count) {
  return Receive(fd, bytes, size, 0, count);
}

int WaitFor(int fd, int events, SteadyTime deadline) {
  for (;;) {
    pollfd entry{.fd = fd, .events = static_cast<short>(events), .revents = 0};
    const int millis = MillisUntil(deadline);
    const int ready = ::poll(&entry, 1, millis);
    if (ready > 0) return entry.revents;
    if (ready == 0 && millis < INT_MAX) return 0;
    if (ready < 0 && errno != EINTR && errno != EAGAIN) return POLLERR;
  }
}

bool HasInput(int fd) {
  char byte = 0;
  std::size_t count = 0;
  return Receive(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT, count) !=
         IoState::kWouldBlock;
}

std::string ErrorText(int error) {
  return std::generic_category().message(error);
}

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield
