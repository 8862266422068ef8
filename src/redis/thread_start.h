// SPDX-License-Identifier: MIT
//
// Starts a thread, or says why not.

#ifndef SEATFIELD_REDIS_THREAD_START_H_
#define SEATFIELD_REDIS_THREAD_START_H_

#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "seatfield/internal/no_memory.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {

// Errors: ResourceExhausted: the system has no more threads.
template <typename Work>
absl::Status StartThread(std::thread& thread, Work work) {
  try {
    thread = std::thread(std::move(work));
    return absl::OkStatus();
  } catch (const std::system_error& error) {
    return internal::StatusOf(
        absl::StatusCode::kResourceExhausted,
        "redis: cannot start a thread: ", std::string_view(error.what()));
  }
}

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_REDIS_THREAD_START_H_
