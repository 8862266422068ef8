// SPDX-License-Identifier: MIT
//
// The digest of an event: 128 bits that are equal on every backend exactly when
// what has been sold and held is.
//
// Layout: XXH3-128 over, for each section in order of its name: the name's
//   length and bytes; rows and seats_per_row; the bytes of its SeatMap; the
//   four counters; then of each reserved or sold seat, by index: booking (low
//   half, high half), buyer, price, reserved_at, hold_until (0 if sold).
//   Numbers are 64-bit little-endian, times in microseconds. Versions,
//   sequences, updated_at, closed bookings and transaction ids are no part of
//   it.
// Thread safety: exclusive access to the object.
// Complexity: O(seats).

#ifndef SEATFIELD_DIGEST_H_
#define SEATFIELD_DIGEST_H_

#include <cstdint>
#include <span>
#include <string_view>

#include "seatfield/internal/hash.h"
#include "seatfield/read_view.h"
#include "seatfield/seat_map.h"
#include "seatfield/seat_meta.h"
#include "seatfield/seat_state.h"
#include "seatfield/time.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN

// Takes the sections of an event, whole and with details, in order of their
// names. Holds that have ended at `now` count as available.
class EventDigest {
 public:
  explicit EventDigest(Time now) : now_(now) {}

  void Add(const SectionView& section);
  Digest128 Get() const { return hasher_.Digest(); }

 private:
  bool IsDue(const SeatRecord& seat) const {
    return seat.state == SeatState::kReserved && seat.meta->hold_until <= now_;
  }

  Time now_;
  internal::Hasher128 hasher_;
};

// --- Implementation ---------------------------------------------------------

inline void EventDigest::Add(const SectionView& section) {
  const auto number = [this](auto value) {
    hasher_.UpdateUint64(static_cast<std::uint64_t>(value));
  };
  SeatMap map = section.map;
  for (const SeatRecord& seat : section.details) {
    if (IsDue(seat)) {
      map.Set(section.stats.config.IndexOf(seat.seat), SeatState::kAvailable);
    }
  }
  const std::string_view name = section.stats.key.name.view();
  number(name.size());
  hasher_.Update(std::as_bytes(std::span(name)));
  number(section.stats.config.rows);
  number(section.stats.config.seats_per_row);
  hasher_.Update(map.bytes());
  const SeatCounts counts = map.CountAll();
  number(counts.available);
  number(counts.reserved);
  number(counts.sold);
  number(counts.blocked);
  for (const SeatRecord& seat : section.details) {
    if (!seat.meta || IsDue(seat)) continue;
    number(seat.meta->booking.low());
    number(seat.meta->booking.high());
    number(Value(seat.meta->buyer));
    number(seat.meta->price.minor_units());
    number(ToMicros(seat.meta->reserved_at));
    number(seat.state == SeatState::kSold ? 0
                                          : ToMicros(seat.meta->hold_until));
  }
}

SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_DIGEST_H_
