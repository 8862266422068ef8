// SPDX-License-Identifier: MIT
//
// Calls that wait until a sequence is durable: a list without locks, to which
// any thread adds and which one takes whole.
//
// Thread safety: every member from any thread, except that only one at a time
//   may take.
// Cost: one compare-and-swap a call; no allocation.

#ifndef SEATFIELD_MAPPED_CALL_QUEUE_H_
#define SEATFIELD_MAPPED_CALL_QUEUE_H_

#include <atomic>
#include <cstdint>

#include "absl/status/status.h"

namespace seatfield::mapped {

// Whoever hands one over keeps it alive until Done(), which may end its life.
class DurableCall {
 public:
  DurableCall() = default;
  DurableCall(const DurableCall&) = delete;
  DurableCall& operator=(const DurableCall&) = delete;

  virtual void Done(const absl::Status& status) = 0;

  std::uint64_t sequence = 0;
  DurableCall* next = nullptr;  // in a queue

 protected:
  ~DurableCall() = default;
};

class CallQueue {
 public:
  // False: it is closed, and the call is the caller's still.
  bool Push(DurableCall& call);

  // Takes all of them: the first in order of sequence, or null.
  DurableCall* Take() { return Sorted(TakeNewest(nullptr)); }

  bool empty() const { return newest_.load() == nullptr; }

  // As Take(), and no more are let in.
  DurableCall* Close() { return Sorted(TakeNewest(&closed_)); }

 private:
  class Closed final : public DurableCall {
    void Done(const absl::Status&) override {}
  };

  DurableCall* TakeNewest(DurableCall* instead);
  static DurableCall* Sorted(DurableCall* newest);

  std::atomic<DurableCall*> newest_ = nullptr;
  Closed closed_;  // stands for the list once it is closed
};

}  // namespace seatfield::mapped

#endif  // SEATFIELD_MAPPED_CALL_QUEUE_H_
