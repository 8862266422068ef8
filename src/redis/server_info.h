// SPDX-License-Identifier: MIT
//
// What a server says that it is.

#ifndef SEATFIELD_REDIS_SERVER_INFO_H_
#define SEATFIELD_REDIS_SERVER_INFO_H_

#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "redis/connection.h"
#include "seatfield/redis_storage.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {

// The value of a line `name:value` of an answer to INFO; empty: there is none.
std::string_view InfoField(std::string_view info, std::string_view name);

RedisServerInfo ParseServerInfo(std::string_view info);

// Asks. Errors: as Connection; PermissionDenied.
absl::StatusOr<RedisServerInfo> AskServerInfo(Connection& connection);

// Whether the options fit. Errors: FailedPrecondition.
absl::Status CheckServer(const RedisServerInfo& server,
                         const RedisOptions& options, const Endpoint& endpoint);

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_REDIS_SERVER_INFO_H_
