// SPDX-License-Identifier: MIT
//
// Ends a poll(2) of another thread.
//
// Thread safety: Wake() from any thread, the others from one.

#ifndef SEATFIELD_REDIS_WAKE_PIPE_H_
#define SEATFIELD_REDIS_WAKE_PIPE_H_

#include "absl/status/status.h"
#include "redis/socket.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {

class WakePipe {
 public:
  // Errors: ResourceExhausted: there are no more descriptors.
  absl::Status Open();

  int fd() const { return reader_.fd(); }
  void Wake() const;
  void Drain() const;

 private:
  Socket reader_;
  Socket writer_;
};

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_REDIS_WAKE_PIPE_H_
