// SPDX-License-Identifier: MIT
//
// Calls that wait until a sequence is durable. Its memory is kept and used
// again: a call costs what its std::function needs.
//
// Thread safety: every member from any thread.

#ifndef SEATFIELD_MAPPED_CALL_QUEUE_H_
#define SEATFIELD_MAPPED_CALL_QUEUE_H_

#include <cstdint>
#include <functional>
#include <mutex>
#include <vector>

#include "absl/status/status.h"

namespace seatfield::mapped {

struct DurableCall {
  std::uint64_t sequence = 0;
  std::function<void(const absl::Status&)> done;
};

class CallQueue {
 public:
  // Takes `call`, or returns false: it is closed, or there is no memory.
  bool Push(DurableCall& call);

  // Takes all of them in order of sequence. Requires that `calls` is empty; its
  // memory is used for those to come.
  void Take(std::vector<DurableCall>& calls);

  bool empty() const;
  void Close();

 private:
  mutable std::mutex mutex_;
  std::vector<DurableCall> calls_;
  bool closed_ = false;
};

}  // namespace seatfield::mapped

#endif  // SEATFIELD_MAPPED_CALL_QUEUE_H_
