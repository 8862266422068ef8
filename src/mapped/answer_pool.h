// SPDX-License-Identifier: MIT
//
// Answers of asynchronous commits that wait to be durable, and are used again.
//
// Thread safety: every member from any thread.

#ifndef SEATFIELD_MAPPED_ANSWER_POOL_H_
#define SEATFIELD_MAPPED_ANSWER_POOL_H_

#include <memory>
#include <mutex>
#include <vector>

#include "seatfield/outcome.h"
#include "seatfield/storage.h"

namespace seatfield::mapped {

struct PendingAnswer {
  Outcome outcome;
  CommitCallback callback;
};

class AnswerPool {
 public:
  PendingAnswer* Take() {
    const std::lock_guard lock(mutex_);
    if (free_.empty()) {
      all_.push_back(std::make_unique<PendingAnswer>());
      // So that giving back never allocates.
      free_.reserve(all_.size());
      return all_.back().get();
    }
    PendingAnswer* const answer = free_.back();
    free_.pop_back();
    return answer;
  }

  void GiveBack(PendingAnswer* answer) {
    answer->callback = nullptr;
    const std::lock_guard lock(mutex_);
    free_.push_back(answer);
  }

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<PendingAnswer>> all_;
  std::vector<PendingAnswer*> free_;
};

}  // namespace seatfield::mapped

#endif  // SEATFIELD_MAPPED_ANSWER_POOL_H_
