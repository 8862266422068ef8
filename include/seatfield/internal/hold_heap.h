// SPDX-License-Identifier: MIT
//
// When the holds of a section end: a binary min-heap by deadline, then booking.
// What ends early is not searched for: its entry goes stale and is dropped when
// it comes to the top or the heap runs full. So a hold costs one append in the
// common case of deadlines that rise.
//
// Every function requires the section's lock.
// Complexity: Push O(log n), O(1) for a deadline later than all; ReserveHolds
//   amortized O(1) a push; SettleTop amortized O(log n) a push.

#ifndef SEATFIELD_INTERNAL_HOLD_HEAP_H_
#define SEATFIELD_INTERNAL_HOLD_HEAP_H_

#include <algorithm>
#include <cstdint>

#include "seatfield/internal/layout.h"
#include "seatfield/internal/section_access.h"
#include "seatfield/internal/shared.h"
#include "seatfield/internal/space.h"
#include "seatfield/seat_state.h"
#include "seatfield/time.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace internal {

class HoldHeap {
 public:
  SEATFIELD_INLINE HoldHeap(Space& space, const SectionAccess& section)
      : space_(space), section_(section), record_(*section.record) {}

  // Makes room for `extra` more entries, so that Push cannot fail.
  SEATFIELD_INLINE bool Reserve(std::uint32_t extra) {
    return record_.heap_size + extra <= record_.heap_capacity ||
           HoldHeap(*this).Grow(extra);
  }

  // Requires Reserve().
  SEATFIELD_INLINE void Push(const HoldEntry& entry) {
    const std::uint32_t at = record_.heap_size;
    SharedStore(record_.heap_size, at + 1);
    SiftUp(at, entry);
  }

  // Drops stale entries from the top, so that it is the next hold to end, and
  // states its deadline in the record.
  SEATFIELD_INLINE void SettleTop() {
    while (!empty() && !IsLive(top())) Pop();
    if (empty() && record_.heap_capacity > kKeptCapacity) [[unlikely]]
      HoldHeap(*this).Free();
    NoteTop();
  }

  // The same where no hold has ended since.
  SEATFIELD_INLINE void NoteTop() {
    SharedStore(record_.next_deadline,
                empty() ? ToMicros(kNever) : top().deadline);
  }

  // The same where only holds of one booking have come or gone since it was
  // settled last.
  SEATFIELD_INLINE void SettleTopAfter(Line booking) {
    if (!empty() && top().booking == booking) return SettleTop();
    NoteTop();
  }

  // Gives the heap's memory back.
  SEATFIELD_COLD void Free() {
    if (record_.heap_capacity == 0) return;
    space_.Free(record_.heap, LineCount(sizeof(HoldEntry) *
                                        std::uint64_t{record_.heap_capacity}));
    SharedStore(record_.heap, Line{0});
    SharedStore(record_.heap_size, 0u);
    record_.heap_capacity = 0;
  }

  // Calls fn(entry) for every entry, stale ones too, whose deadline is `until`
  // or earlier. Cost: those entries.
  template <typename Fn>
  void ForEachDue(std::int64_t until, Fn fn, std::uint32_t at = 0) const {
    if (at >= record_.heap_size || entries()[at].deadline > until) return;
    fn(entries()[at]);
    ForEachDue(until, fn, 2 * at + 1);
    ForEachDue(until, fn, 2 * at + 2);
  }

  bool empty() const { return record_.heap_size == 0; }
  const HoldEntry& top() const { return entries()[0]; }

 private:
  static constexpr std::uint32_t kFirstCapacity = 4;
  // An empty heap that was larger gives its memory back.
  static constexpr std::uint32_t kKeptCapacity = 16;

  static bool Earlier(const HoldEntry& a, const HoldEntry& b) {
    if (a.deadline != b.deadline) return a.deadline < b.deadline;
    if (a.booking_high != b.booking_high) {
      return a.booking_high < b.booking_high;
    }
    return a.booking_low < b.booking_low;
  }

  // SharedAssign() by field, which does not read wider than was written.
  static void Put(HoldEntry& to, const HoldEntry& from) {
    SharedStore(to.deadline, from.deadline);
    SharedStore(to.booking_high, from.booking_high);
    SharedStore(to.booking_low, from.booking_low);
    SharedStore(to.booking, from.booking);
    SharedStore(to.seat, from.seat);
  }

  HoldEntry* entries() const { return space_.At<HoldEntry>(record_.heap); }

  // Whether the entry's seat is still held by its booking until its deadline.
  // If so the booking cannot change meanwhile; if not, its line may be another
  // record's by now, so its deadline is read as shared.
  SEATFIELD_INLINE bool IsLive(const HoldEntry& entry) const {
    return section_.slots[entry.seat].booking == entry.booking &&
           section_.StateOf(entry.seat) == SeatState::kReserved &&
           SharedLoad(space_.At<BookingRecord>(entry.booking)->hold_until) ==
               entry.deadline;
  }

  SEATFIELD_INLINE void Pop() {
    SharedStore(record_.heap_size, record_.heap_size - 1);
    if (!empty())
      HoldHeap(*this).SiftDown(0, HoldEntry(entries()[record_.heap_size]));
  }

  void SiftUp(std::uint32_t at, const HoldEntry& entry);
  void SiftDown(std::uint32_t at, const HoldEntry& entry);
  void DropStale();
  bool Grow(std::uint32_t extra);

  Space& space_;
  const SectionAccess section_;
  SectionRecord& record_;
};

SEATFIELD_INLINE void HoldHeap::SiftUp(std::uint32_t at,
                                       const HoldEntry& entry) {
  HoldEntry* const heap = entries();
  while (at > 0 && Earlier(entry, heap[(at - 1) / 2])) {
    Put(heap[at], heap[(at - 1) / 2]);
    at = (at - 1) / 2;
  }
  Put(heap[at], entry);
}

SEATFIELD_APART void HoldHeap::SiftDown(std::uint32_t at,
                                        const HoldEntry& entry) {
  HoldEntry* const heap = entries();
  for (;;) {
    std::uint32_t child = 2 * at + 1;
    if (child >= record_.heap_size) break;
    if (child + 1 < record_.heap_size &&
        Earlier(heap[child + 1], heap[child])) {
      ++child;
    }
    if (!Earlier(heap[child], entry)) break;
    Put(heap[at], heap[child]);
    at = child;
  }
  Put(heap[at], entry);
}

inline void HoldHeap::DropStale() {
  HoldEntry* const heap = entries();
  std::uint32_t kept = 0;
  for (std::uint32_t i = 0; i < record_.heap_size; ++i) {
    if (IsLive(heap[i])) SharedAssign(heap[kept++], heap[i]);
  }
  SharedStore(record_.heap_size, kept);
  for (std::uint32_t i = kept / 2; i-- > 0;) {
    const HoldEntry entry = heap[i];
    SiftDown(i, entry);
  }
}

SEATFIELD_COLD bool HoldHeap::Grow(std::uint32_t extra) {
  DropStale();
  // Room for half as much again, so that the next sweep is far.
  const std::uint32_t needed = record_.heap_size + extra;
  if (needed + needed / 2 <= record_.heap_capacity) return true;
  const std::uint64_t lines =
      LineCount(sizeof(HoldEntry) *
                std::uint64_t{std::max(
                    {kFirstCapacity, needed + needed / 2,
                     record_.heap_capacity + record_.heap_capacity / 2})});
  const Line heap = space_.Allocate(lines);
  if (heap == 0) return needed <= record_.heap_capacity;
  HoldEntry* const to = space_.At<HoldEntry>(heap);
  for (std::uint32_t i = 0; i < record_.heap_size; ++i) {
    SharedAssign(to[i], entries()[i]);
  }
  const std::uint32_t size = record_.heap_size;
  Free();
  SharedStore(record_.heap, heap);
  SharedStore(record_.heap_size, size);
  record_.heap_capacity =
      static_cast<std::uint32_t>(lines * kLineSize / sizeof(HoldEntry));
  return true;
}

}  // namespace internal
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_INTERNAL_HOLD_HEAP_H_
