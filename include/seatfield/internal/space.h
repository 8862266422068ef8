// SPDX-License-Identifier: MIT
//
// A Space is the flat memory that a ledger lives in: 64-byte lines, named by
// 32-bit numbers that mean the same wherever the memory is mapped. Nothing ever
// moves, and nothing is returned to the system before the space goes, so a
// reader that follows a stale line number reads old bytes and never faults.
//
// Layout: a line's number is its slab, in the high 5 bits, and its place there.
//   Slabs double, from 2^14 lines to 2^27; those of the heap are huge pages
//   where there are any. Line 0 is never given out and stands for "none".
// Limits: 2^32 numbers; slabs of 160 GiB in all. A block is at most 8 GiB.
// What a space knows of itself lies in a record of the caller's, so that slabs
// in shared memory can be gone on with by another process.
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

#include "seatfield/internal/huge_pages.h"
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

// Where a Space takes its slabs from, if not from the heap.
class SlabSource {
 public:
  virtual ~SlabSource() = default;

  // Memory for a slab, [offset, offset + bytes) of all slabs in a row, aligned
  // to lines; null if there is none. It stays the source's.
  virtual std::byte* Take(std::uint64_t offset, std::uint64_t bytes) = 0;

  // Tells that [0, offset) of all slabs in a row has been given out; returns
  // the offset behind which it is to be told again. It must not wait.
  virtual std::uint64_t Reached([[maybe_unused]] std::uint64_t offset) {
    return UINT64_MAX;
  }
};

// What a Space knows of itself. Zero bytes are a space of nothing.
struct SpaceRecord {
  static constexpr std::size_t kClassCount = 32 * 28;

  Line free[kClassCount];  // first block; its bytes name the next
  std::uint64_t end_line;  // none from here on was given out
  std::uint64_t slab_count;
  std::uint64_t lines_in_use;
};

class Space {
 public:
  // `record` and `source` must outlive the space. A record that tells of slabs
  // is gone on with: the source gives the same memory again. A space that only
  // reads what another process writes takes all slabs there may be.
  explicit Space(SpaceRecord& record, SlabSource* source = nullptr,
                 bool writable = true);
  ~Space();
  Space(const Space&) = delete;
  Space& operator=(const Space&) = delete;

  // The bytes of a line that was given out. T is a trivial layout.
  template <typename T = std::byte>
  SEATFIELD_INLINE T* At(Line line) const {
    const auto base = bases_[SlabOf(line)].load(std::memory_order_acquire);
    return reinterpret_cast<T*>(base + std::uint64_t{line} * kLineSize);
  }

  // At least `lines` lines in a row, all zero; 0 if there are none.
  Line Allocate(std::uint64_t lines);

  // Has the system give memory for so many more lines now, and not when they
  // are given out. That of a source is the source's to see to.
  void TouchAhead(std::uint64_t lines);

  // Gives back what Allocate(lines) returned.
  void Free(Line first, std::uint64_t lines);

  // Whether these lines are memory at all; says nothing of what is in them.
  SEATFIELD_INLINE bool Contains(Line first, std::uint64_t lines) const {
    return first != 0 && first + lines <= SharedLoad(record_.end_line) &&
           first + lines <= SlabEnd(SlabOf(first));
  }

  // Given out and not yet given back, in bytes, rounding included.
  std::uint64_t bytes_in_use() const {
    return SharedLoad(record_.lines_in_use) * kLineSize;
  }

  // All slabs in a row, in bytes.
  static constexpr std::uint64_t SlabOffset(std::size_t slab) {
    std::uint64_t lines = 0;
    for (std::size_t i = 0; i < slab; ++i) lines += SlabLines(i);
    return lines * kLineSize;
  }
  static constexpr std::uint64_t SlabBytes(std::size_t slab) {
    return SlabLines(slab) * kLineSize;
  }
  static constexpr std::size_t kSlabCount = 32;

  // What of a slab has ever been given out, by the space that `record` tells
  // of.
  static constexpr std::uint64_t UsedBytes(const SpaceRecord& record,
                                           std::size_t slab) {
    return std::min(record.end_line - SlabStart(slab), SlabLines(slab)) *
           kLineSize;
  }

 private:
  // The first slab has 2^14 lines, a megabyte; each has twice as many as the
  // one before, up to 2^27.
  static constexpr std::size_t kFirstSlabBits = 14;
  static constexpr std::size_t kSlabBits = 27;
  static_assert(kSlabCount == std::size_t{1} << (32 - kSlabBits));

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

  // Lines with anything in them.
  Line Take(std::uint64_t lines);
  Line Extend(std::uint64_t lines);
  void NoteReached(std::uint64_t end_line);
  bool AddSlab();
  std::uint64_t Touch(std::size_t slab, std::uint64_t first,
                      std::uint64_t lines);
  static std::byte* NewSlab(std::size_t slab);
  static constexpr std::align_val_t SlabAlignment(std::size_t slab) {
    return std::align_val_t{SlabBytes(slab) < kHugePageBytes ? kLineSize
                                                             : kHugePageBytes};
  }

  void Adopt(std::size_t slab, std::byte* memory) {
    slabs_[slab] = memory;
    bases_[slab].store(
        reinterpret_cast<std::uintptr_t>(memory) - SlabStart(slab) * kLineSize,
        std::memory_order_release);
  }

  SpaceRecord& record_;
  SlabSource* const source_;
  std::mutex mutex_;
  std::uint64_t slab_offset_ = 0;   // of the last slab
  std::uint64_t reached_look_ = 0;  // from where the source is told again
  std::uint64_t touched_ = 0;       // up to which line, ahead
  std::array<std::byte*, kSlabCount> slabs_{};
  // Where each slab's memory would begin if it started at line 0.
  std::array<std::atomic<std::uintptr_t>, kSlabCount> bases_{};
};

inline Space::Space(SpaceRecord& record, SlabSource* source, bool writable)
    : record_(record), source_(source) {
  if (source == nullptr) return;
  const std::size_t count = writable ? record.slab_count : kSlabCount;
  for (std::size_t slab = 0; slab < count; ++slab) {
    Adopt(slab, source->Take(SlabOffset(slab), SlabBytes(slab)));
    slab_offset_ = SlabOffset(slab);
  }
}

inline Space::~Space() {
  if (source_ != nullptr) return;
  for (std::size_t slab = 0; slab < kSlabCount; ++slab) {
    if (slabs_[slab] == nullptr) continue;
    ::operator delete(slabs_[slab], SlabAlignment(slab));
  }
}

inline Line Space::Allocate(std::uint64_t lines) {
  const Line first = Take(lines);
  if (first != 0) SharedZero(At<std::uint64_t>(first), lines * kLineSize);
  return first;
}

inline Line Space::Take(std::uint64_t lines) {
  if (lines == 0 || lines > SlabLines(kSlabCount - 1)) return 0;
  const std::size_t size_class = SizeClassOf(lines);
  const std::uint64_t size = SizeClassLines(size_class);
  const std::lock_guard lock(mutex_);
  Line first = record_.free[size_class];
  if (first != 0) {
    record_.free[size_class] = *At<Line>(first);
  } else {
    first = Extend(size);
    if (first == 0) return 0;
  }
  SharedStore(record_.lines_in_use, record_.lines_in_use + size);
  return first;
}

inline void Space::TouchAhead(std::uint64_t lines) {
  if (source_ != nullptr) return;
  const std::lock_guard lock(mutex_);
  const std::size_t slab = record_.slab_count;
  if (slab > 0) lines -= Touch(slab - 1, record_.end_line, lines);
  if (lines == 0 || slab == kSlabCount) return;
  if (slabs_[slab] == nullptr) slabs_[slab] = NewSlab(slab);
  if (slabs_[slab] != nullptr) Touch(slab, SlabStart(slab), lines);
}

// Once a page, of whatever size, what was not touched before. Returns how many
// of the lines stand in the slab.
inline std::uint64_t Space::Touch(std::size_t slab, std::uint64_t first,
                                  std::uint64_t lines) {
  constexpr std::uint64_t kPageLines = 64;
  const std::uint64_t end = std::min(first + lines, SlabEnd(slab));
  for (std::uint64_t at = std::max(first, touched_); at < end;
       at += kPageLines) {
    slabs_[slab][(at - SlabStart(slab)) * kLineSize] = std::byte{0};
  }
  touched_ = std::max(touched_, end);
  return end - first;
}

inline void Space::Free(Line first, std::uint64_t lines) {
  const std::size_t size_class = SizeClassOf(lines);
  const std::lock_guard lock(mutex_);
  SharedStore(*At<Line>(first), record_.free[size_class]);
  record_.free[size_class] = first;
  SharedStore(record_.lines_in_use,
              record_.lines_in_use - SizeClassLines(size_class));
}

// Lines never given out before, all in one slab.
inline Line Space::Extend(std::uint64_t lines) {
  for (;;) {
    const std::uint64_t first = record_.end_line;
    if (record_.slab_count > 0 &&
        first + lines <= SlabEnd(record_.slab_count - 1)) {
      SharedStore(record_.end_line, first + lines);
      if (source_ != nullptr) NoteReached(first + lines);
      return static_cast<Line>(first);
    }
    if (!AddSlab()) return 0;
  }
}

inline void Space::NoteReached(std::uint64_t end_line) {
  const std::size_t slab = record_.slab_count - 1;
  const std::uint64_t offset =
      slab_offset_ + (end_line - SlabStart(slab)) * kLineSize;
  if (offset > reached_look_) reached_look_ = source_->Reached(offset);
}

inline std::byte* Space::NewSlab(std::size_t slab) {
  void* const memory =
      ::operator new(SlabBytes(slab), SlabAlignment(slab), std::nothrow);
  if (memory != nullptr && SlabBytes(slab) >= kHugePageBytes) {
    AskForHugePages(memory, SlabBytes(slab));
  }
  return static_cast<std::byte*>(memory);
}

inline bool Space::AddSlab() {
  const std::size_t slab = record_.slab_count;
  if (slab == kSlabCount) return false;
  std::byte* memory = slabs_[slab];
  if (memory == nullptr) {
    memory = source_ != nullptr
                 ? source_->Take(SlabOffset(slab), SlabBytes(slab))
                 : NewSlab(slab);
  }
  if (memory == nullptr) return false;
  Adopt(slab, memory);
  slab_offset_ = SlabOffset(slab);
  // Line 0 is never given out.
  SharedStore(record_.end_line, std::max<std::uint64_t>(SlabStart(slab), 1));
  SharedStore(record_.slab_count, std::uint64_t{slab} + 1);
  return true;
}

}  // namespace internal
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_INTERNAL_SPACE_H_
