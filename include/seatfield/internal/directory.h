// SPDX-License-Identifier: MIT
//
// Finds events by id and sections by name, for any number of threads at once
// without a lock. It is an index of what stands in the space and can be built
// anew from it, so it belongs to one process and is no part of the layout.
//
// Whether a line found is really the one looked for is for the caller to see in
// its record, under that record's lock.
// Thread safety: Find from any thread; all else needs outer exclusion.
// Complexity: O(1) on average, the hash being seeded. Superseded tables are
// kept
//   until the end, together smaller than the last.
// Source: linear probing with backward-shift deletion, Knuth, The Art of
//   Computer Programming, volume 3, algorithm 6.4R.

#ifndef SEATFIELD_INTERNAL_DIRECTORY_H_
#define SEATFIELD_INTERNAL_DIRECTORY_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "seatfield/internal/shared.h"
#include "seatfield/internal/space.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace internal {

class LineIndex {
 public:
  LineIndex() {
    tables_.push_back(std::make_unique<Table>(kFirstSize));
    current_.store(tables_.back().get(), std::memory_order_release);
  }

  // A line stored under `hash` for which matches(line), else 0. `matches` may
  // be called with a line that was erased a moment ago.
  template <typename Matches>
  SEATFIELD_INLINE Line Find(std::uint64_t hash, Matches matches) const {
    for (;;) {
      const std::uint64_t seen = lock_.BeginRead();
      const Table& table = *current_.load(std::memory_order_acquire);
      Line found = 0;
      for (std::size_t at = table.Home(Tag(hash)), left = table.mask + 1;
           left > 0; at = table.Next(at), --left) {
        const std::uint64_t entry = SharedLoad(table.entries[at]);
        if (entry == 0) break;
        if (Tag(entry) == Tag(hash) && matches(LineOf(entry))) {
          found = LineOf(entry);
          break;
        }
      }
      if (lock_.StillAt(seen)) return found;
    }
  }

  // All lines, in no order. Needs outer exclusion as Insert does.
  std::vector<Line> Lines() const {
    std::vector<Line> lines;
    for (const std::uint64_t entry : tables_.back()->entries) {
      if (entry != 0) lines.push_back(LineOf(entry));
    }
    return lines;
  }

  void Insert(std::uint64_t hash, Line line) {
    if (2 * (size_ + 1) > tables_.back()->mask + 1) Grow();
    const SeqLockGuard guard(lock_);
    Put(*tables_.back(), Tag(hash) << 32 | line);
    ++size_;
  }

  // Requires that it was inserted.
  void Erase(std::uint64_t hash, Line line) {
    Table& table = *tables_.back();
    std::size_t hole = table.Home(Tag(hash));
    while (LineOf(table.entries[hole]) != line) hole = table.Next(hole);
    const SeqLockGuard guard(lock_);
    for (std::size_t at = table.Next(hole); table.entries[at] != 0;
         at = table.Next(at)) {
      // Entries whose home lies behind the hole stay where they are.
      const std::size_t home = table.Home(Tag(table.entries[at]));
      if (((at - home) & table.mask) < ((at - hole) & table.mask)) continue;
      SharedStore(table.entries[hole], table.entries[at]);
      hole = at;
    }
    SharedStore(table.entries[hole], std::uint64_t{0});
    --size_;
  }

 private:
  static constexpr std::size_t kFirstSize = 64;

  // An entry is the high half of the hash, its tag, above the line; 0 is none.
  struct Table {
    explicit Table(std::size_t size) : mask(size - 1), entries(size) {}
    std::size_t Home(std::uint64_t tag) const { return tag & mask; }
    std::size_t Next(std::size_t at) const { return (at + 1) & mask; }
    std::size_t mask;
    std::vector<std::uint64_t> entries;
  };

  static std::uint64_t Tag(std::uint64_t hash) { return hash >> 32; }
  static Line LineOf(std::uint64_t entry) { return static_cast<Line>(entry); }

  static void Put(Table& table, std::uint64_t entry) {
    std::size_t at = table.Home(Tag(entry));
    while (table.entries[at] != 0) at = table.Next(at);
    SharedStore(table.entries[at], entry);
  }

  void Grow() {
    auto larger = std::make_unique<Table>(2 * (tables_.back()->mask + 1));
    for (const std::uint64_t entry : tables_.back()->entries) {
      if (entry != 0) Put(*larger, entry);
    }
    const SeqLockGuard guard(lock_);
    current_.store(larger.get(), std::memory_order_release);
    tables_.push_back(std::move(larger));
  }

  mutable SeqLock lock_;
  std::size_t size_ = 0;
  std::vector<std::unique_ptr<Table>> tables_;
  std::atomic<const Table*> current_;
};

}  // namespace internal
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_INTERNAL_DIRECTORY_H_
