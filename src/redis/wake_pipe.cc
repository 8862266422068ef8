// SPDX-License-Identifier: MIT

#include "redis/wake_pipe.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstddef>

#include "absl/status/status.h"
#include "redis/socket.h"
#include "seatfield/internal/no_memory.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {

absl::Status WakePipe::Open() {
  int ends[2] = {-1, -1};
  int error = ::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0 ? errno : 0;
  if (error == 0) {
    reader_ = Socket(ends[0]);
    writer_ = Socket(ends[1]);
    error = MakeNonBlocking(ends[0]);
    if (error == 0) error = MakeNonBlocking(ends[1]);
  }
  if (error == 0) return absl::OkStatus();
  return internal::StatusOf(
      absl::StatusCode::kResourceExhausted,
      "redis: no socket for the thread of CallAsync: ", ErrorText(error));
}

void WakePipe::Wake() const {
  std::size_t count = 0;
  (void)WriteSome(writer_.fd(), "!", count);
}

void WakePipe::Drain() const {
  char bytes[64];
  std::size_t count = 0;
  while (ReadSome(reader_.fd(), bytes, sizeof bytes, count) == IoState::kDone &&
         count == sizeof bytes) {
  }
}

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield
