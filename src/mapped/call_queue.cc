// SPDX-License-Identifier: MIT

#include "mapped/call_queue.h"

#include <algorithm>
#include <new>
#include <utility>

namespace seatfield::mapped {

bool CallQueue::Push(DurableCall& call) {
  const std::lock_guard lock(mutex_);
  if (closed_) return false;
  try {
    calls_.push_back(std::move(call));
    return true;
  } catch (const std::bad_alloc&) {
    return false;
  }
}

void CallQueue::Take(std::vector<DurableCall>& calls) {
  {
    const std::lock_guard lock(mutex_);
    calls_.swap(calls);
  }
  if (!std::ranges::is_sorted(calls, {}, &DurableCall::sequence)) {
    std::ranges::sort(calls, {}, &DurableCall::sequence);
  }
}

bool CallQueue::empty() const {
  const std::lock_guard lock(mutex_);
  return calls_.empty();
}

void CallQueue::Close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
}

}  // namespace seatfield::mapped
