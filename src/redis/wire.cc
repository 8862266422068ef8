// SPDX-License-Identifier: MIT

#include "redis/wire.h"

#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "redis/endpoint.h"
#include "redis/socket.h"
#include "redis/tls.h"
#include "seatfield/redis_storage.h"
#include "seatfield/time.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {
namespace {

class PlainWire final : public Wire {
 public:
  PlainWire(Socket socket, Duration timeout) : socket_(std::move(socket)) {
    SetBlocking(socket_.fd(), true, timeout);
  }

  int fd() const override { return socket_.fd(); }
  IoState Write(std::string_view bytes, std::size_t& count) override {
    return WriteSome(socket_.fd(), bytes, count);
  }
  IoState Read(char* bytes, std::size_t size, std::size_t& count) override {
    return ReadSome(socket_.fd(), bytes, size, count);
  }
  IoState Await(char* bytes, std::size_t size, std::size_t& count) override {
    return AwaitSome(socket_.fd(), bytes, size, count);
  }
  void Shutdown() override { socket_.Shutdown(); }

 private:
  Socket socket_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Wire>> Wire::Open(const Endpoint& endpoint,
                                                 const RedisOptions& options) {
  absl::StatusOr<Socket> socket = Socket::Connect(endpoint, options);
  if (!socket.ok()) return std::move(socket).status();
  if (options.tls) return OpenTls(*std::move(socket), endpoint, options);
  return std::make_unique<PlainWire>(*std::move(socket),
                                     options.socket_timeout);
}

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield
