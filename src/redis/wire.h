// SPDX-License-Identifier: MIT
//
// The bytes of one connection, bare or in TLS.
//
// Thread safety: one thread at a time, but for Shutdown().

#ifndef SEATFIELD_REDIS_WIRE_H_
#define SEATFIELD_REDIS_WIRE_H_

#include <cstddef>
#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "redis/endpoint.h"
#include "redis/socket.h"
#include "seatfield/redis_storage.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {

class Wire {
 public:
  // Connects, and agrees on TLS if that is asked for. Waits up to
  // connect_timeout for each of both. Errors: Unavailable; FailedPrecondition,
  //   if there is no TLS here.
  static absl::StatusOr<std::unique_ptr<Wire>> Open(
      const Endpoint& endpoint, const RedisOptions& options);

  virtual ~Wire() = default;

  virtual int fd() const = 0;
  // None of these waits. `count` has how many bytes have gone. After
  // kWouldBlock the same bytes must follow.
  virtual IoState Write(std::string_view bytes, std::size_t& count) = 0;
  virtual IoState Read(char* bytes, std::size_t size, std::size_t& count) = 0;
  // As Read(), but may wait for bytes up to socket_timeout: one system call
  // less than waiting and then reading.
  virtual IoState Await(char* bytes, std::size_t size, std::size_t& count) {
    return Read(bytes, size, count);
  }
  // Bytes of which Write() has not said that they went, but which may have.
  virtual std::size_t in_doubt() const { return 0; }
  virtual void Shutdown() = 0;
};

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_REDIS_WIRE_H_
