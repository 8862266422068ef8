// SPDX-License-Identifier: MIT
//
// Whether the options of a Redis storage can be had.

#ifndef SEATFIELD_REDIS_OPTIONS_CHECK_H_
#define SEATFIELD_REDIS_OPTIONS_CHECK_H_

#include "absl/status/status.h"
#include "seatfield/redis_storage.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {

// Errors: InvalidArgument, naming the option and its bounds, never the
//   password.
absl::Status CheckOptions(const RedisOptions& options);

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_REDIS_OPTIONS_CHECK_H_
