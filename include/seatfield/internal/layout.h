// SPDX-License-Identifier: MIT
//
// The records of a ledger, as they lie in its Space: fixed-size, without
// pointers, the same in every process that maps them.
//
//   event -+- sections -- words (2 bits a seat), slots (32 bytes a seat), heap
//          +- tables: bookings, transaction ids, buyers
//
// What protects what:
//   SectionRecord, its words, slots and heap: the section's lock. A slot's
//     list links also need the lock of its booking's table.
//   BookingRecord: the lock of its table; and whoever changes a booking other
//     than by letting a section's holds lapse has locked every section it has
//     seats in. So the id and buyer of a seat's booking cannot change under a
//     section's lock, nor the deadline of a held seat's. Who has locked the one
//     section that all seats of a booking stand in may, without the table's
//     lock, make held seats sold: no link changes. Whether they all stand there
//     the counts tell: a lapse that leaves seats writes them last.
//   Locks are taken in this order: sections by line, then tables by line.
// Sections and events are of one type for ever: their lines are reused for
// nothing else, so that a lock is always a lock. Their `generation` is odd
// while they live and moves when they come and go; what it covers (identity,
// shape, name) is written only while it is even. Every other block may come
// back as anything.

#ifndef SEATFIELD_INTERNAL_LAYOUT_H_
#define SEATFIELD_INTERNAL_LAYOUT_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include "seatfield/booking.h"
#include "seatfield/internal/shared.h"
#include "seatfield/internal/space.h"
#include "seatfield/refusal.h"
#include "seatfield/seat_state.h"
#include "seatfield/section.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace internal {

// A seat of a booking, as a link of the booking's list: {0, 0} ends it.
struct alignas(8) SeatLink {
  Line section = 0;
  SeatIndex seat = 0;

  friend bool operator==(const SeatLink&, const SeatLink&) = default;
};

// One seat beside its two bits. Zero while it is available.
struct SeatSlot {
  Line booking;          // 0 unless reserved or sold
  std::uint32_t reason;  // 0 unless blocked
  SeatLink next;         // in the booking's list
  std::int64_t price;    // minor units
  std::int64_t reserved_at;
};
static_assert(sizeof(SeatSlot) == 32);

// Every record of a hash table begins so. The key is unique in its table.
struct TableEntry {
  std::uint64_t key_high;
  std::uint64_t key_low;
  Line newer;  // among the entries kept only to remember
  std::uint32_t unused;
};
static_assert(sizeof(TableEntry) == 24);

// How many seats of a booking are in which state.
struct alignas(8) BookedCounts {
  std::uint32_t held = 0;
  std::uint32_t sold = 0;

  std::uint32_t all() const { return held + sold; }
};

// Open while it has a seat; a closed one only remembers how it closed.
struct BookingRecord {
  TableEntry entry;
  std::int64_t buyer;
  std::int64_t hold_until;         // closed: when that was; no hold: kNever
  std::int64_t first_reserved_at;  // of the hold
  SeatLink first;                  // closed: {0, BookingStatus}
  BookedCounts counts;

  BookingId id() const { return {entry.key_high, entry.key_low}; }
  bool open() const { return first.section != 0; }
  BookingStatus status() const {
    return open() ? BookingStatus::kOpen
                  : static_cast<BookingStatus>(first.seat);
  }
};
static_assert(sizeof(BookingRecord) == kLineSize);

// Kept only where a limit for each buyer is set.
struct BuyerRecord {
  TableEntry entry;  // key {0, buyer}
  std::uint32_t seat_count;
};

// A committed transaction id: what it stood for, and its answer behind it, as
// `section_count` SectionOutcome, `step_count` StepOutcome and `seat_count`
// SeatChange, each array at a multiple of eight bytes.
struct IdRecord {
  TableEntry entry;
  std::uint64_t body_high;  // digest of the request
  std::uint64_t body_low;
  std::int64_t time;
  std::uint32_t section_count;
  std::uint32_t step_count;
  std::uint32_t seat_count;
  std::uint32_t line_count;  // of the record with its arrays
};
static_assert(sizeof(IdRecord) == kLineSize);

// A hash table of records, with a pool of one-line records and a queue, oldest
// first, of the entries kept only to remember. What only growth changes stands
// on a line of its own, so that a search need not wait for the last writer.
struct alignas(kLineSize) TableRecord {
  struct alignas(8) Places {
    Line line = 0;  // of their marks and they themselves; see RecordTable
    std::uint32_t count = 0;

    friend bool operator==(const Places&, const Places&) = default;
  };
  Places places;
  Line chunks;  // the first line of each names the next and its size
  std::uint32_t next_chunk_lines;
  std::uint32_t epoch;  // moves before the memory of the records goes
  std::uint32_t unused[11];

  SeqLock lock;
  std::uint32_t size;
  Line free_records;
  Line fresh;  // never used, [fresh, fresh_end)
  Line fresh_end;
  Line oldest;
  Line newest;
  std::uint32_t remembered;
  std::uint32_t unused_hot[7];
};
static_assert(offsetof(TableRecord, lock) == kLineSize);
static_assert(sizeof(TableRecord) == 2 * kLineSize);

// The deadlines of a section: a binary heap. An entry counts iff its seat is
// still held by its booking until its deadline; one that does not is left where
// it is until it comes to the top or the heap runs full.
struct HoldEntry {
  std::int64_t deadline;
  std::uint64_t booking_high;
  std::uint64_t booking_low;
  Line booking;
  SeatIndex seat;
};
static_assert(sizeof(HoldEntry) == 32);

// What seldom happens in a section. Refusals, and commits too, are counted in
// the first one that a transaction locks.
struct SectionTally {
  std::uint64_t refusals[kRefusalCount];
  std::uint64_t expired_holds;
  std::uint64_t expired_seats;
  std::uint64_t unused[4];
};

// How many seats are in each state, two states to a word, so that readers take
// two words.
struct PackedCounts {
  std::uint64_t pairs[2];

  SeatCounts Load() const {
    const std::uint64_t first = SharedLoad(pairs[0]);
    const std::uint64_t second = SharedLoad(pairs[1]);
    return {first & UINT32_MAX, first >> 32, second & UINT32_MAX, second >> 32};
  }

  void Reset(std::uint32_t available) {
    SharedStore(pairs[0], std::uint64_t{available});
    SharedStore(pairs[1], std::uint64_t{0});
  }

  void Move(SeatState from, SeatState to, std::uint32_t seats) {
    std::uint64_t& left = PairOf(from);
    SharedStore(left, left - (std::uint64_t{seats} << ShiftOf(from)));
    std::uint64_t& joined = PairOf(to);
    SharedStore(joined, joined + (std::uint64_t{seats} << ShiftOf(to)));
  }

 private:
  std::uint64_t& PairOf(SeatState state) {
    return pairs[static_cast<std::size_t>(state) / 2];
  }
  static unsigned ShiftOf(SeatState state) {
    return static_cast<unsigned>(state) % 2 * 32;
  }
};

// A name, filled up to whole words so that readers can copy it.
struct alignas(8) StoredName {
  SectionName name;
};

struct alignas(kLineSize) SectionRecord {
  // Of three lines that a transaction touches it writes the first.
  SeqLock lock;
  std::uint64_t version;
  std::int64_t time;           // of the last change
  std::int64_t next_deadline;  // of the section's holds
  PackedCounts counts;
  std::uint32_t heap_size;
  std::uint32_t heap_capacity;
  std::uint64_t commits;

  std::uint64_t generation;  // published without the lock
  Line event;
  Line words;
  Line slots;
  Line heap;
  std::uint32_t rows;
  std::uint32_t seats_per_row;
  std::uint32_t paused;
  std::uint32_t number;           // in the store, never given again
  std::int64_t watched_deadline;  // <= next_deadline; see DeadlineWatch
  std::uint64_t unused;
  StoredName name;

  SectionTally tally;

  std::uint32_t seat_count() const { return rows * seats_per_row; }
  std::string_view name_view() const { return name.name.view(); }
  SectionConfig config() const { return {rows, seats_per_row}; }
};
static_assert(offsetof(SectionRecord, generation) == kLineSize);
static_assert(offsetof(SectionRecord, tally) == 3 * kLineSize);
static_assert(sizeof(SectionRecord) == 6 * kLineSize);

inline constexpr std::uint32_t kTableShards = 32;

struct alignas(kLineSize) EventRecord {
  SeqLock lock;  // of the list of sections
  std::uint64_t generation;
  std::int64_t id;
  Line sections;  // of Line, by name
  std::uint32_t section_count;
  std::uint32_t section_capacity;
  std::uint32_t paused;
  std::uint32_t seat_count;  // of its sections
  Line older;                // the event record made before it, in use or not
  std::uint32_t unused[4];

  TableRecord bookings[kTableShards];
  TableRecord ids[kTableShards];
  TableRecord buyers[kTableShards];
};
static_assert(offsetof(EventRecord, bookings) == kLineSize);

// Where everything of a store is found. Zero bytes, but for the seed, are a
// store of nothing.
struct StoreRecord {
  SpaceRecord space;
  SeqLock lock;        // moves when events or sections come or go
  std::uint64_t seed;  // of every hash of outside ids
  std::uint64_t seat_count;
  std::uint32_t section_count;
  std::uint32_t section_numbers;  // given so far
  Line events;                    // the event record made last
  Line free_events;               // those not in use, linked by `sections`
  Line free_sections;             // likewise by `words`
  std::uint32_t unused;
};

constexpr bool IsLive(std::uint64_t generation) { return generation % 2 == 1; }

// Records live in zeroed lines without a constructor call.
static_assert(std::is_trivially_copyable_v<SectionRecord> &&
              std::is_trivially_copyable_v<EventRecord> &&
              std::is_trivially_copyable_v<BookingRecord> &&
              std::is_trivially_copyable_v<IdRecord>);

}  // namespace internal
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_INTERNAL_LAYOUT_H_
