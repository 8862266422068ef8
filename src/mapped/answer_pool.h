// SPDX-License-Identifier: MIT
//
// Answers of asynchronous commits that wait to be durable, and are used again.
//
// Thread safety: every member from any thread.
// Cost: who gives one back takes no lock; those who take one share a lock.

#ifndef SEATFIELD_MAPPED_ANSWER_POOL_H_
#define SEATFIELD_MAPPED_ANSWER_POOL_H_

#include <atomic>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace seatfield::mapped {

// Requires of an Answer a member Answer* next_free.
template <typename Answer>
class AnswerPool {
 public:
  // Errors: std::bad_alloc.
  template <typename... Arguments>
  Answer* Take(Arguments&... arguments) {
    const std::lock_guard lock(mutex_);
    if (free_ == nullptr) free_ = returned_.exchange(nullptr);
    if (free_ != nullptr) return std::exchange(free_, free_->next_free);
    all_.push_back(std::make_unique<Answer>(arguments...));
    return all_.back().get();
  }

  void GiveBack(Answer* answer) {
    answer->next_free = returned_.load();
    while (!returned_.compare_exchange_weak(answer->next_free, answer)) {
    }
  }

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<Answer>> all_;
  Answer* free_ = nullptr;
  std::atomic<Answer*> returned_ = nullptr;
};

}  // namespace seatfield::mapped

#endif  // SEATFIELD_MAPPED_ANSWER_POOL_H_
