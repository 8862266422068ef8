// SPDX-License-Identifier: MIT
//
// What a read of a section returns: one version of it, never half a
// transaction. A view is the caller's and is used again: its memory is kept.
//
// A read never writes. A hold whose deadline has passed still stands in the
// view until a write or a fresh read expires it; compare with
// `stats.next_deadline`.
//
// Thread safety: plain values.

#ifndef SEATFIELD_READ_VIEW_H_
#define SEATFIELD_READ_VIEW_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "seatfield/refusal.h"
#include "seatfield/seat_map.h"
#include "seatfield/seat_meta.h"
#include "seatfield/section.h"
#include "seatfield/time.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN

// Which seats to read: [first, last) of the section's indexes.
struct SeatRange {
  SeatIndex first = 0;
  SeatIndex last = 0;
};

struct ReadOptions {
  std::optional<SeatRange> range{};  // the whole section when absent
  bool details = false;              // also the records of seats not available
  std::optional<Time> expire_due{};  // first expire what is due at this time

  // The states alone: a storage that reads them apart from the counters then
  // leaves out of `stats` all but key and config. Not with details or
  // expire_due, which bring them.
  bool states_only = false;
};

struct SectionView {
  SectionStats stats;  // of the whole section, whatever the range
  SeatRange range;
  SeatMap map;                      // seat 0 is range.first
  std::vector<SeatRecord> details;  // by seat, those not available, if asked
};

// What a store has done since it was opened.
struct StoreCounters {
  std::uint64_t commits = 0;
  std::uint64_t replays = 0;
  std::uint64_t refusals[kRefusalCount] = {};  // by code
  std::uint64_t expired_holds = 0;  // a booking's holds in one section: 1
  std::uint64_t expired_seats = 0;
  std::uint64_t retries = 0;       // of transactions that lost a race for locks
  std::uint64_t read_retries = 0;  // of reads that met a write
};

SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_READ_VIEW_H_
