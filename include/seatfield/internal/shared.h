// SPDX-License-Identifier: MIT
//
// Memory that one writer changes while readers look: how its fields are read
// and written, and the lock that tells them apart.
//
// Writers hold the SeqLock of what they change and store with SharedStore.
// Readers take nothing: they load with SharedLoad and keep what they read only
// if the lock did not move meanwhile. A writer may read plainly what its lock
// covers. Order comes from the accesses themselves (acquire loads, release
// stores): no fences, which thread sanitizers do not model.
//
// Source: H.-J. Boehm, "Can seqlocks get along with programming language memory
//   models?", MSPC 2012.

#ifndef SEATFIELD_INTERNAL_SHARED_H_
#define SEATFIELD_INTERNAL_SHARED_H_

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <thread>
#include <type_traits>

#include "seatfield/internal/hot.h"
#include "seatfield/version.h"

#if defined(__x86_64__) || defined(__i386__)
#include <immintrin.h>
#endif

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace internal {

// std::atomic_ref where the compiler has no such functions of its own: GCC does
// not always inline those of std::atomic_ref.
template <typename T>
SEATFIELD_INLINE T SharedLoad(const T& field) {
#if defined(__GNUC__)
  return __atomic_load_n(&field, __ATOMIC_ACQUIRE);
#else
  return std::atomic_ref<T>(const_cast<T&>(field))
      .load(std::memory_order_acquire);
#endif
}

template <typename T>
SEATFIELD_INLINE void SharedStore(T& field, T value) {
#if defined(__GNUC__)
  __atomic_store_n(&field, value, __ATOMIC_RELEASE);
#else
  std::atomic_ref<T>(field).store(value, std::memory_order_release);
#endif
}

// Copies a record whose size is a multiple of eight bytes to where stale
// readers may still look.
template <typename T>
SEATFIELD_INLINE void SharedAssign(T& to, const T& from) {
  static_assert(std::is_trivially_copyable_v<T> && sizeof(T) % 8 == 0 &&
                alignof(T) >= 8);
  std::uint64_t words[sizeof(T) / 8];
  std::memcpy(words, &from, sizeof from);
  auto* const target = reinterpret_cast<std::uint64_t*>(&to);
  for (std::size_t i = 0; i < sizeof(T) / 8; ++i) {
    SharedStore(target[i], words[i]);
  }
}

// Reads such a record word by word; only a lock that did not move tells whether
// the words belong together.
template <typename T>
T SharedRead(const T& from) {
  static_assert(std::is_trivially_copyable_v<T> && sizeof(T) % 8 == 0 &&
                alignof(T) >= 8);
  std::uint64_t words[sizeof(T) / 8];
  const auto* const source = reinterpret_cast<const std::uint64_t*>(&from);
  for (std::size_t i = 0; i < sizeof(T) / 8; ++i) {
    words[i] = SharedLoad(source[i]);
  }
  T copy;
  std::memcpy(static_cast<void*>(&copy), words, sizeof copy);
  return copy;
}

// Copies bytes, in words of eight, to where stale readers may still look; the
// last word is filled up with zeros.
inline void SharedCopy(std::byte* to, const void* from, std::size_t bytes) {
  auto* const words = reinterpret_cast<std::uint64_t*>(to);
  for (std::size_t i = 0; i < (bytes + 7) / 8; ++i) {
    std::uint64_t word = 0;
    std::memcpy(&word, static_cast<const std::byte*>(from) + 8 * i,
                std::min<std::size_t>(8, bytes - 8 * i));
    SharedStore(words[i], word);
  }
}

// Zeroes memory that stale readers may still look at.
inline void SharedZero(std::uint64_t* words, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes / sizeof *words; ++i) {
    SharedStore(words[i], std::uint64_t{0});
  }
}

// Asks for a line that will be read or written soon. Never faults.
SEATFIELD_INLINE void PrefetchToRead(const void* address) {
#if defined(__GNUC__)
  __builtin_prefetch(address, 0);
#endif
}
SEATFIELD_INLINE void PrefetchToWrite(const void* address) {
#if defined(__GNUC__) && defined(__x86_64__)
  // Compilers give this instruction only to targets newer than all that run it.
  asm volatile("prefetchw %0" : : "m"(*static_cast<const char*>(address)));
#elif defined(__GNUC__)
  __builtin_prefetch(address, 1);
#endif
}

inline void CpuRelax() {
#if defined(__x86_64__) || defined(__i386__)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// Waits twice as long each time, so that whoever looks again seldom takes the
// line from whoever writes to it, and after some time in the scheduler, so that
// more threads than cores still make progress.
class Backoff {
 public:
  void Wait() {
    constexpr int kRoundsMax = 16;
    constexpr int kPausesMax = 64;
    if (round_ == kRoundsMax) return std::this_thread::yield();
    ++round_;
    for (int i = 0; i < pauses_; ++i) CpuRelax();
    pauses_ = std::min(2 * pauses_, kPausesMax);
  }

 private:
  int round_ = 0;
  int pauses_ = 4;
};

// A spinlock whose word counts its uses: odd while held. All zero bytes are an
// unlocked lock.
class SeqLock {
 public:
  SEATFIELD_INLINE bool TryLock() {
#if defined(__GNUC__)
    std::uint64_t seen = __atomic_load_n(&word_, __ATOMIC_RELAXED);
    return (seen & 1) == 0 &&
           __atomic_compare_exchange_n(&word_, &seen, seen + 1, false,
                                       __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
#else
    const std::atomic_ref<std::uint64_t> word(word_);
    std::uint64_t seen = word.load(std::memory_order_relaxed);
    return (seen & 1) == 0 && word.compare_exchange_strong(
                                  seen, seen + 1, std::memory_order_acquire,
                                  std::memory_order_relaxed);
#endif
  }

  SEATFIELD_INLINE void Lock() {
    if (!TryLock()) [[unlikely]]
      Wait();
  }

  SEATFIELD_INLINE void Unlock() { SharedStore(word_, SharedLoad(word_) + 1); }

  // For readers: a value to check with later, and whether it still stands, that
  // is, whether everything loaded in between is of one moment. While the lock
  // is held for long it is a value that never stands, so that a reader gets to
  // know of a writer that has died.
  SEATFIELD_INLINE std::uint64_t BeginRead() const {
    const std::uint64_t seen = SharedLoad(word_);
    return (seen & 1) == 0 ? seen : WaitToRead();
  }
  SEATFIELD_INLINE bool StillAt(std::uint64_t seen) const {
    return SharedLoad(word_) == seen;
  }

 private:
  SEATFIELD_COLD void Wait() {
    for (Backoff backoff; !TryLock();) backoff.Wait();
  }
  SEATFIELD_COLD std::uint64_t WaitToRead() const {
    constexpr int kLooksMax = 32;
    Backoff backoff;
    std::uint64_t seen = SharedLoad(word_);
    for (int i = 0; (seen & 1) != 0; ++i) {
      if (i == kLooksMax) return seen - 1;
      backoff.Wait();
      seen = SharedLoad(word_);
    }
    return seen;
  }

  std::uint64_t word_ = 0;
};

class SeqLockGuard {
 public:
  SEATFIELD_INLINE explicit SeqLockGuard(SeqLock& lock) : lock_(lock) {
    lock_.Lock();
  }
  SEATFIELD_INLINE ~SeqLockGuard() { lock_.Unlock(); }
  SeqLockGuard(const SeqLockGuard&) = delete;
  SeqLockGuard& operator=(const SeqLockGuard&) = delete;

 private:
  SeqLock& lock_;
};

}  // namespace internal
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_INTERNAL_SHARED_H_
