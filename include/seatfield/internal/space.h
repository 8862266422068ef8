// SPDX-License-Identifier: MIT
//
// A Space is the flat memory that a ledger lives in: 64-byte lines, named by
// 32-bit numbers that mean the same wherever the memory is mapped. Nothing ever
// moves, and nothing is returned to the system before the space goes, so a
// reader that follows a stale line number reads old bytes and never faults.
//
// Layout: a line's number is its slab, in the high 5 bits, and its place there.
//   Slabs double, from 2^14 lines to 2^27. Line 0 is never given out and stands
//   for "none".
// Limits: 2^32 numbers; slabs of 160 GiB in all. A block is at most 8 GiB.
// Errors: Allocate() returns 0 when memory or lines run out.
// Thread safety: At() is free; Allocate() and Free() take a mutex, and write
//   the block with shared stores, since stale readers may look at it.
// Complexity: At() a shift and a load; Allocate() and Free() O(1).
// Source: free lists by size class, as in Bonwick and Adams, "Magazines and
//   Vmem", USENIX 2001, and jemalloc.

#ifndef SEATFIELD_INTERNAL_SPACE_H_
#define SEATFIELD_INTERNAL_SPACE_H_

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <new>

#include "seatfield/internal/shared.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace internal {

// The number of a 64-byte line: its slab above its place there. 0 is none.
using Line = std::uint32_t;
inline constexpr std::size_t kLineSize = 64;

constexpr std::uint64_t LineCount(std::uint64_t bytes) {
  return (bytes + kLineSize - 1) / kLineSize;
}

// The size class whose blocks hold `lines`, and how many lines they have. Up to
// 32 lines each count is a class; then 32 classes to a doubling, so that at
// most a thirty-second is lost.
constexpr std::size_t SizeClassOf(std::uint64_t lines) {
  if (lines <= 32) return std::max<std::uint64_t>(lines, 1) - 1;
  const auto shift = static_cast<std::size_t>(std::bit_width(lines - 1)) - 6;
  return 32 * shift + ((lines - 1) >> shift);
}
constexpr std::uint64_t SizeClassLines(std::size_t size_class) {
  if (size_class < 64) return size_class + 1;
  const std::size_t shift = size_class / 32 - 1;
  return (size_class - 32 * shift + 1) << shift;
}
static_assert(SizeClassOf(32) == 31 && SizeClassLines(31) == 32);
static_assert(SizeClassOf(33) == 32 && SizeClassLines(32) == 33);
static_assert(SizeClassOf(65) == 64 && SizeClassLines(64) == 66);
static_assert(SizeClassLines(SizeClassOf(1000)) == 1008);

class Space {
 public:
  Space() = default;
  ~Space() {
    for (std::byte* const slab : slabs_) {
      if (slab == nullptr) continue;
      ::operator delete (slab, std::align_val_t{kLineSize});
    }
  }
  Space(const Space&) = delete;
  Space& operator=(const Space&) = delete;

  // The bytes of a line that was given out. T is a trivial layout.
  template <typename T = std::byte>
  T* At(Line line) const {
    const auto base = bases_[SlabOf(line)].load(std::memory_order_acquire);
    return reinterpret_cast<T*>(base + std::uint64_t{line} * kLineSize);
  }

  // At least `lines` lines in a row, all zero; 0 if there are none.
  Line Allocate(std::uint64_t lines);

  // Gives back what Allocate(lines) returned.
  void Free(Line first, std::uint64_t lines);

  // Whether these lines are memory at all; says nothing of what is in them.
  bool Contains(Line first, std::uint64_t lines) const {
    return first != 0 &&
           first + lines <= end_line_.load(std::memory_order_acquire) &&
           first + lines <= SlabEnd(SlabOf(first));
  }

  // Given out and not yet given back, in bytes, rounding included.
  std::uint64_t bytes_in_use() const {
    return lines_in_use_.load(std::memory_order_relaxed) * kLineSize;
  }

 private:
  // The first slab has 2^14 lines, a megabyte; each has twice as many as the
  // one before, up to 2^27.
  static constexpr std::size_t kFirstSlabBits = 14;
  static constexpr std::size_t kSlabBits = 27;
  static constexpr std::size_t kSlabCount = std::size_t{1} << (32 - kSlabBits);
  static constexpr std::size_t kClassCount = 32 * 28;

  static constexpr std::size_t SlabOf(Line line) { return line >> kSlabBits; }
  static constexpr std::uint64_t SlabLines(std::size_t slab) {
    return std::uint64_t{1} << std::min(kFirstSlabBits + slab, kSlabBits);
  }
  static constexpr std::uint64_t SlabStart(std::size_t slab) {
    return std::uint64_t{slab} << kSlabBits;
  }
  static constexpr std::uint64_t SlabEnd(std::size_t slab) {
    return SlabStart(slab) + SlabLines(slab);
  }

  Line Extend(std::uint64_t lines);
  bool AddSlab();

  std::mutex mutex_;
  std::array<Line, kClassCount>
      free_{};  // first block; its bytes name the next
  std::atomic<std::uint64_t> end_line_ = 1;  // none from here on was given out
  std::size_t slab_count_ = 0;
  std::array<std::byte*, kSlabCount> slabs_{};
  // Where each slab's memory would begin if it started at line 0.
  std::array<std::atomic<std::uintptr_t>, kSlabCount> bases_{};
  std::atomic<std::uint64_t> lines_in_use_ = 0;
};

inline Line Space::Allocate(std::uint64_t lines) {
  if (lines == 0 || lines > SlabLines(kSlabCount - 1)) return 0;
  const std::size_t size_class = SizeClassOf(lines);
  const std::uint64_t size = SizeClassLines(size_class);
  const std::lock_guard lock(mutex_);
  Line first = free_[size_class];
  if (first != 0) {
    free_[size_class] = *At<Line>(first);
  } else {
    first = Extend(size);
    if (first == 0) return 0;
  }
  SharedZero(At<std::uint64_t>(first), size * kLineSize);
  lines_in_use_.fetch_add(size, std::memory_order_relaxed);
  return first;
}

inline void Space::Free(Line first, std::uint64_t lines) {
  const std::size_t size_class = SizeClassOf(lines);
  const std::lock_guard lock(mutex_);
  SharedStore(*At<Line>(first), free_[size_class]);
  free_[size_class] = first;
  lines_in_use_.fetch_sub(SizeClassLines(size_class),
                          std::memory_order_relaxed);
}

// Lines never given out before, all in one slab.
inline Line Space::Extend(std::uint64_t lines) {
  for (;;) {
    const std::uint64_t first = end_line_.load(std::memory_order_relaxed);
    if (slab_count_ > 0 && first + lines <= SlabEnd(slab_count_ - 1)) {
      end_line_.store(first + lines, std::memory_order_release);
      return static_cast<Line>(first);
    }
    if (!AddSlab()) return 0;
  }
}

inline bool Space::AddSlab() {
  if (slab_count_ == kSlabCount) return false;
  const std::size_t slab = slab_count_;
  const std::uint64_t bytes = SlabLines(slab) * kLineSize;
  auto* const memory = static_cast<std::byte*>(
      ::operator new (bytes, std::align_val_t{kLineSize}, std::nothrow));
  if (memory == nullptr) return false;
  slabs_[slab] = memory;
  bases_[slab].store(
      reinterpret_cast<std::uintptr_t>(memory) - SlabStart(slab) * kLineSize,
      std::memory_order_release);
  end_line_.store(
      std::max(end_line_.load(std::memory_order_relaxed), SlabStart(slab)),
      std::memory_order_release);
  slab_count_ = slab + 1;
  return true;
}

}  // namespace internal
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_INTERNAL_SPACE_H_
