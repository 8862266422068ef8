// SPDX-License-Identifier: MIT
//
// TLS, where hiredis has it: SEATFIELD_REDIS_TLS is defined then.

#ifndef SEATFIELD_REDIS_TLS_H_
#define SEATFIELD_REDIS_TLS_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "redis/endpoint.h"
#include "redis/socket.h"
#include "redis/wire.h"
#include "seatfield/redis_storage.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {

// Errors: FailedPrecondition, if TLS is asked for and not there.
absl::Status CheckTls(const RedisOptions& options);

// Shakes hands within connect_timeout. The server's certificate must come from
// the authorities of tls_ca_file; that it is for this host is not checked,
// which hiredis cannot. Errors: Unavailable, FailedPrecondition.
absl::StatusOr<std::unique_ptr<Wire>> OpenTls(Socket socket,
                                              const Endpoint& endpoint,
                                              const RedisOptions& options);

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_REDIS_TLS_H_
