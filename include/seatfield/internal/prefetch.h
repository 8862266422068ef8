// SPDX-License-Identifier: MIT
//
// Fetches ahead what everyday transactions will touch: lines that other cores
// have written, before a lock is taken, and in a batch what comes next, so that
// the cache misses of several overlap. A batch does it in three steps, since
// one line tells where the next is: the section or the table, then the booking,
// then its seats.
//
// It takes no lock and keeps nothing: what it reads may be out of date, and is
// good for an address only.
// Source: group prefetching, S. Chen et al., "Improving hash join performance
//   through prefetching", ICDE 2004.

#ifndef SEATFIELD_INTERNAL_PREFETCH_H_
#define SEATFIELD_INTERNAL_PREFETCH_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "seatfield/internal/kernels.h"
#include "seatfield/internal/layout.h"
#include "seatfield/internal/ledger_state.h"
#include "seatfield/internal/record_table.h"
#include "seatfield/internal/shared.h"
#include "seatfield/internal/space.h"
#include "seatfield/outcome.h"
#include "seatfield/refusal.h"
#include "seatfield/section.h"
#include "seatfield/transaction.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace internal {

// Whether what a transaction will touch has been fetched ahead.
enum class Fetched : bool { kNo, kYes };

// A seat's bits and metadata.
inline void FetchSeat(const Space& space, const SectionRecord& section,
                      SeatIndex seat) {
  const auto* const words = space.At<std::uint64_t>(SharedLoad(section.words));
  const auto* const slots = space.At<SeatSlot>(SharedLoad(section.slots));
  PrefetchToWrite(words + WordIndex(seat));
  PrefetchToWrite(slots + seat);
}

// The first and the last of seats that are mostly side by side. Requires one.
inline void FetchSeats(const Space& space, const SectionRecord& section,
                       std::span<const Seat> seats) {
  const SectionConfig config{SharedLoad(section.rows),
                             SharedLoad(section.seats_per_row)};
  for (const Seat seat : {seats.front(), seats.back()}) {
    if (config.Contains(seat)) {
      FetchSeat(space, section, config.IndexOf(seat));
    }
  }
}

class BatchPrefetch {
 public:
  BatchPrefetch(LedgerState& state, std::span<const Transaction> batch,
                std::span<Outcome> outcomes)
      : state_(state),
        batch_(batch),
        outcomes_(outcomes),
        pays_(state.space.bytes_in_use() > kCachedBytes) {
    for (std::size_t i = 0; pays_ && i < kAhead; ++i) Fetch(i);
  }

  // Fetches for those that come after `at`, which is about to be committed, and
  // returns whether that has been done for it. Call it for each in turn.
  Fetched Before(std::size_t at) {
    if (!pays_) return Fetched::kNo;
    Fetch(at + kAhead);
    return Fetched::kYes;
  }

 private:
  // A smaller store stays in the cache by itself.
  static constexpr std::uint64_t kCachedBytes = std::uint64_t{8} << 20;

  static constexpr std::size_t kDistance = 2;
  static constexpr std::size_t kAhead = 3 * kDistance;
  static constexpr std::size_t kRingSize = 8;
  static_assert(kAhead < kRingSize);

  // What is known of a transaction that was looked at.
  struct Target {
    SectionHandle handle;  // of a reserve; of no section otherwise
    TableRecord* table;    // of the booking
    std::uint64_t hash;
    Line booking;
  };

  // One step for each of the three whose turn it is.
  void Fetch(std::size_t front) {
    if (front < batch_.size()) {
      PrefetchToWrite(&outcomes_[front]);
      First(batch_[front], At(front));
    }
    if (IsDue(front, kDistance)) {
      const std::size_t second = front - kDistance;
      PrefetchToWrite(outcomes_[second].sections.data());
      PrefetchToWrite(outcomes_[second].seats.data());
      Second(batch_[second], At(second));
    }
    if (IsDue(front, 2 * kDistance)) Third(At(front - 2 * kDistance));
  }
  bool IsDue(std::size_t front, std::size_t distance) const {
    return front >= distance && front - distance < batch_.size();
  }
  Target& At(std::size_t transaction) { return ring_[transaction % kRingSize]; }

  void First(const Transaction& transaction, Target& target);
  void Second(const Transaction& transaction, Target& target);
  void Third(const Target& target) const;

  EventRecord* FindEvent(EventId id);
  void FetchSection(const SectionRecord& section) const;
  // Where the section's next hold will be noted.
  void FetchHoldsEnd(const SectionRecord& section) const;

  LedgerState& state_;
  std::span<const Transaction> batch_;
  std::span<Outcome> outcomes_;
  const bool pays_;
  EventId event_id_{-1};  // the last one looked for, and where it stands
  EventRecord* event_ = nullptr;
  Target ring_[kRingSize];  // not initialized
};

inline EventRecord* BatchPrefetch::FindEvent(EventId id) {
  if (id != event_id_) {
    const auto found = state_.FindEvent(id);
    event_ = found ? &state_.EventAt(found->line) : nullptr;
    event_id_ = id;
  }
  return event_;
}

inline void BatchPrefetch::FetchSection(const SectionRecord& section) const {
  PrefetchToWrite(&section.lock);
  PrefetchToRead(&section.generation);
  PrefetchToRead(&section.name.name);
}

inline void BatchPrefetch::First(const Transaction& transaction,
                                 Target& target) {
  target = {};
  EventRecord* const event = FindEvent(transaction.event());
  if (event == nullptr || transaction.steps().size() != 1) return;
  const Transaction::Step& step = transaction.steps()[0];
  target.hash = HashKey({step.booking.high(), step.booking.low()}, state_.seed);
  target.table = &event->bookings[ShardOf(target.hash)];
  state_.Table(*target.table).Prefetch(target.hash);
  if (step.kind != StepKind::kReserve) return;
  const auto handle = transaction.section(step.sections.first).handle();
  const auto line = static_cast<Line>(handle ? handle->place : 0);
  if (!state_.space.Contains(line, LineCount(sizeof(SectionRecord)))) return;
  target.handle = *handle;
  FetchSection(state_.SectionAt(line));
}

inline void BatchPrefetch::Second(const Transaction& transaction,
                                  Target& target) {
  if (target.handle.place != 0) {
    if (!state_.IsThere(target.handle)) return;
    const auto line = static_cast<Line>(target.handle.place);
    const SectionRecord& section = state_.SectionAt(line);
    const auto seats = transaction.seats(transaction.steps()[0]);
    if (seats.empty()) return;
    FetchSeats(state_.space, section, seats);
    FetchHoldsEnd(section);
  } else if (target.table != nullptr) {
    const RecordTable table = state_.Table(*target.table);
    target.booking = table.Guess(target.hash, table.epoch());
    if (target.booking != 0) PrefetchToWrite(state_.space.At(target.booking));
  }
}

inline void BatchPrefetch::Third(const Target& target) const {
  if (target.booking == 0) return;
  const auto& first = state_.space.At<BookingRecord>(target.booking)->first;
  const Line section = SharedLoad(first.section);
  if (!state_.space.Contains(section, LineCount(sizeof(SectionRecord)))) return;
  FetchSection(state_.SectionAt(section));
  FetchSeat(state_.space, state_.SectionAt(section), SharedLoad(first.seat));
}

inline void BatchPrefetch::FetchHoldsEnd(const SectionRecord& section) const {
  const Line heap = SharedLoad(section.heap);
  PrefetchToWrite(state_.space.At<HoldEntry>(heap) +
                  SharedLoad(section.heap_size));
}

}  // namespace internal
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_INTERNAL_PREFETCH_H_
