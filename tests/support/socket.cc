// SPDX-License-Identifier: MIT

#include "support/socket.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace seatfield::test {
namespace {

sockaddr_in Local(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

template <typename Address>
const sockaddr* General(const Address& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

bool WaitToRead(int fd, std::chrono::milliseconds wait) {
  pollfd waited{fd, POLLIN, 0};
  return ::poll(&waited, 1, static_cast<int>(wait.count())) > 0;
}

void SendAtOnce(int fd) {
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

}  // namespace

Socket& Socket::operator=(Socket&& from) noexcept {
  std::swap(fd_, from.fd_);
  return *this;
}

Socket Socket::Listen(std::uint16_t port) {
  Socket made(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  ::setsockopt(made.fd_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const sockaddr_in address = Local(port);
  const bool listens =
      ::bind(made.fd_, General(address), sizeof address) == 0 &&
      ::listen(made.fd_, 128) == 0;
  return listens ? std::move(made) : Socket();
}

Socket Socket::Connect(std::uint16_t port) {
  Socket made(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_in address = Local(port);
  if (::connect(made.fd_, General(address), sizeof address) != 0) return {};
  SendAtOnce(made.fd_);
  return made;
}

Socket Socket::ConnectUnix(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return {};
  std::copy(path.begin(), path.end(), address.sun_path);
  Socket made(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const bool connected =
      ::connect(made.fd_, General(address), sizeof address) == 0;
  return connected ? std::move(made) : Socket();
}

std::uint16_t Socket::port() const {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  const bool known =
      ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  return known ? ntohs(address.sin_port) : std::uint16_t{0};
}

Socket Socket::Accept(std::chrono::milliseconds wait) const {
  if (!WaitToRead(fd_, wait)) return {};
  const int fd = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
  if (fd >= 0) SendAtOnce(fd);
  return Socket(fd);
}

bool Socket::Send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

Received Socket::Receive(std::string& bytes,
                         std::chrono::milliseconds wait) const {
  if (fd_ < 0) return Received::kEnd;
  if (!WaitToRead(fd_, wait)) return Received::kNothingYet;
  constexpr std::size_t kMax = std::size_t{64} << 10;
  const std::size_t before = bytes.size();
  bytes.resize(before + kMax);
  const ssize_t got = ::recv(fd_, bytes.data() + before, kMax, 0);
  const int error = errno;
  bytes.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  if (got > 0) return Received::kBytes;
  return got < 0 && error == EINTR ? Received::kNothingYet : Received::kEnd;
}

void Socket::FinishSending() const { ::shutdown(fd_, SHUT_WR); }

void Socket::ShutDown() const { ::shutdown(fd_, SHUT_RDWR); }

void Socket::Close() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

std::uint16_t FreePort() { return Socket::Listen().port(); }

}  // namespace seatfield::test
