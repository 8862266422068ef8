// SPDX-License-Identifier: MIT
//
// A List is a growing array of plain values, with the names of std::vector: the
// lists of a Transaction and of an Outcome, which are cleared and filled again
// in each call. To clear one is a single store, and Extend() makes room that
// the caller fills in itself.
//
// Errors: what grows throws std::bad_alloc, and has then changed nothing.
// Thread safety: const members may run concurrently; a change needs exclusive
//   access.
// Complexity: as std::vector; it never gives memory back before it goes.

#ifndef SEATFIELD_LIST_H_
#define SEATFIELD_LIST_H_

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <new>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "seatfield/internal/hot.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN

template <typename T>
class List {
 public:
  using value_type = T;
  using size_type = std::size_t;
  using reference = T&;
  using const_reference = const T&;
  using iterator = T*;
  using const_iterator = const T*;

  List() = default;
  List(std::initializer_list<T> items) { assign(items.begin(), items.end()); }
  explicit List(std::span<const T> items) {
    assign(items.begin(), items.end());
  }
  List(const std::vector<T>& items)  // NOLINT(google-explicit-constructor)
      : List(std::span<const T>(items)) {}
  List(const List& other) { assign(other.begin(), other.end()); }
  List(List&& other) noexcept { swap(other); }
  List& operator=(const List& other) {
    if (this != &other) assign(other.begin(), other.end());
    return *this;
  }
  List& operator=(List&& other) noexcept {
    List(std::move(other)).swap(*this);
    return *this;
  }
  ~List() { ::operator delete(items_); }

  SEATFIELD_INLINE std::size_t size() const { return size_; }
  std::size_t capacity() const { return capacity_; }
  SEATFIELD_INLINE bool empty() const { return size_ == 0; }
  SEATFIELD_INLINE T* data() { return items_; }
  SEATFIELD_INLINE const T* data() const { return items_; }
  SEATFIELD_INLINE T* begin() { return items_; }
  SEATFIELD_INLINE T* end() { return items_ + size_; }
  SEATFIELD_INLINE const T* begin() const { return items_; }
  SEATFIELD_INLINE const T* end() const { return items_ + size_; }
  SEATFIELD_INLINE T& operator[](std::size_t at) {
    assert(at < size_);
    return items_[at];
  }
  SEATFIELD_INLINE const T& operator[](std::size_t at) const {
    assert(at < size_);
    return items_[at];
  }
  T& front() { return (*this)[0]; }
  const T& front() const { return (*this)[0]; }
  T& back() { return (*this)[size_ - 1]; }
  const T& back() const { return (*this)[size_ - 1]; }

  operator std::vector<T>() const {  // NOLINT(google-explicit-constructor)
    return std::vector<T>(begin(), end());
  }

  SEATFIELD_INLINE void clear() { size_ = 0; }
  SEATFIELD_INLINE void reserve(std::size_t size) {
    if (size > capacity_) [[unlikely]]
      Grow(size);
  }
  void swap(List& other) noexcept {
    std::swap(items_, other.items_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
  }

  // Makes room for `count` more and returns where they begin. The caller writes
  // each of them as a whole.
  SEATFIELD_INLINE T* Extend(std::size_t count) {
    reserve(size_ + count);
    T* const first = items_ + size_;
    size_ += count;
    return first;
  }

  // The same of an empty list: makes it `count` items long.
  SEATFIELD_INLINE T* Refill(std::size_t count) {
    reserve(count);
    size_ = count;
    return items_;
  }

  template <typename... Args>
  SEATFIELD_INLINE T& emplace_back(Args&&... args) {
    return *::new (static_cast<void*>(Extend(1)))
        T{std::forward<Args>(args)...};
  }
  SEATFIELD_INLINE void push_back(const T& item) {
    if (size_ == capacity_) [[unlikely]]
      return PushBack(T(item));
    ::new (static_cast<void*>(items_ + size_)) T(item);
    ++size_;
  }
  // One by one: items that were written a moment ago are not there yet for a
  // copy that reads several at once.
  SEATFIELD_INLINE void append(std::span<const T> items) {
    T* to = Extend(items.size());
    for (const T& item : items) {
      internal::IsShortLoop();
      ::new (static_cast<void*>(to++)) T(item);
    }
  }
  // New items are as T() makes them.
  void resize(std::size_t size) {
    reserve(size);
    while (size_ < size) emplace_back();
    size_ = size;
  }
  void pop_back() {
    assert(size_ > 0);
    --size_;
  }
  template <typename Iterator>
  void assign(Iterator first, Iterator last) {
    clear();
    reserve(static_cast<std::size_t>(std::distance(first, last)));
    for (; first != last; ++first) emplace_back(*first);
  }

  friend bool operator==(const List& a, const List& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
  }
  friend bool operator==(const List& a, const std::vector<T>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
  }

 private:
  // A line of memory.
  static constexpr std::size_t kFirstCapacity =
      std::max<std::size_t>(1, 64 / sizeof(T));

  // Of an item that may have been one of ours.
  SEATFIELD_COLD void PushBack(T item) {
    Grow(size_ + 1);
    push_back(item);
  }

  // Room for at least `size`, in all.
  void Grow(std::size_t size);

  T* items_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

// --- Implementation ---------------------------------------------------------

template <typename T>
SEATFIELD_COLD void List<T>::Grow(std::size_t size) {
  static_assert(std::is_trivially_copyable_v<T> &&
                alignof(T) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__);
  const std::size_t capacity = std::max({kFirstCapacity, size, 2 * capacity_});
  T* const larger = static_cast<T*>(::operator new(capacity * sizeof(T)));
  std::uninitialized_copy(begin(), end(), larger);
  ::operator delete(items_);
  items_ = larger;
  capacity_ = capacity;
}

SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_LIST_H_
