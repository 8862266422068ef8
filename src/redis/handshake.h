// SPDX-License-Identifier: MIT
//
// What is said first on a connection: who we are and which database we mean.

#ifndef SEATFIELD_REDIS_HANDSHAKE_H_
#define SEATFIELD_REDIS_HANDSHAKE_H_

#include "absl/status/status.h"
#include "redis/connection.h"
#include "seatfield/redis_storage.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {

// AUTH, SELECT, READONLY as far as they are needed, and a PING, which shows
// that the server is ready. One round trip; two, if the server takes an AUTH
// without a user only, as Kvrocks does.
// Errors: Unavailable: lost or not ready; Unauthenticated, PermissionDenied,
//   FailedPrecondition. No message has the password.
absl::Status ShakeHands(Connection& connection, const RedisOptions& options);

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_REDIS_HANDSHAKE_H_
