// SPDX-License-Identifier: MIT
//
// What a store refuses to grow past. Each limit is checked before memory is
// taken; a backend is opened with one Limits value and keeps it.
//
// Errors: a request whose own size passes a limit is refused invalid_argument
//   (split it); one that would push stored state past a limit is refused
//   limit_exceeded (the buyer has enough). Creating sections past a limit is a
//   ResourceExhausted status.

#ifndef SEATFIELD_LIMITS_H_
#define SEATFIELD_LIMITS_H_

#include <chrono>
#include <cstdint>

#include "seatfield/time.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN

// Fixed for every store.
inline constexpr std::uint32_t kSectionSeatCountMax = std::uint32_t{1} << 24;
inline constexpr std::uint32_t kOfferCountMax = 16;
inline constexpr std::uint32_t kNoLimit = UINT32_MAX;

struct Limits {
  // One transaction.
  std::uint32_t steps_per_transaction_max = 64;
  std::uint32_t seats_per_transaction_max = 4096;  // over all its steps

  // Seats that one booking may hold and own together, and one buyer in one
  // event over all bookings.
  std::uint32_t seats_per_booking_max = 1000;
  std::uint32_t seats_per_buyer_max = kNoLimit;

  // The longest hold that one step may ask for, and the longest from a
  // booking's first reservation to its deadline however often it is extended.
  // Neither binds a hold that was made kForever.
  Duration hold_max = std::chrono::hours(24 * 7);
  Duration total_hold_max = std::chrono::hours(24 * 30);

  // Transaction ids remembered for exact retries, per event: each for so long,
  // and so many at most. A backend may keep them in shares, of which each
  // forgets its own oldest, so that some go a little before the limit.
  Duration id_retention = std::chrono::minutes(10);
  std::uint32_t ids_max = 1u << 20;

  // Closed bookings remembered per event, in the same way.
  Duration tombstone_retention = std::chrono::hours(24);
  std::uint32_t tombstones_max = 1u << 20;

  // The store as a whole.
  std::uint32_t sections_per_event_max = 10'000;
  std::uint32_t sections_max = 1'000'000;
  std::uint32_t seats_per_section_max = 1u << 20;  // <= kSectionSeatCountMax
  std::uint64_t seats_max = 100'000'000;

  friend bool operator==(const Limits&, const Limits&) = default;
};

SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_LIMITS_H_
