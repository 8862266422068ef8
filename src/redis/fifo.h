// SPDX-License-Identifier: MIT
//
// First in, first out, in one piece of memory that is kept and used again.
//
// Thread safety: const members may run concurrently.
// Cost: O(1) amortized, without an allocation once it has grown.

#ifndef SEATFIELD_REDIS_FIFO_H_
#define SEATFIELD_REDIS_FIFO_H_

#include <cstddef>
#include <iterator>
#include <utility>
#include <vector>

#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {

template <typename T>
class Fifo {
 public:
  bool empty() const { return first_ == items_.size(); }
  T& front() { return items_[first_]; }

  void Push(T&& item) {
    if (first_ > kSlack && first_ * 2 > items_.size()) Compact();
    items_.push_back(std::move(item));
  }

  T Pop() {
    T item = std::move(items_[first_]);
    if (++first_ == items_.size()) Clear();
    return item;
  }

  // All of them, the first first.
  std::vector<T> TakeAll() {
    Compact();
    return std::exchange(items_, {});
  }

 private:
  static constexpr std::size_t kSlack = 1024;

  void Clear() {
    items_.clear();
    first_ = 0;
  }
  void Compact() {
    items_.erase(items_.begin(),
                 items_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }

  std::vector<T> items_;
  std::size_t first_ = 0;  // items before it have been taken
};

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_REDIS_FIFO_H_
