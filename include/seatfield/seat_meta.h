// SPDX-License-Identifier: MIT
//
// What is known of one seat beside its state, and of the seats of one row.
//
// Thread safety: plain values.

#ifndef SEATFIELD_SEAT_META_H_
#define SEATFIELD_SEAT_META_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "seatfield/ids.h"
#include "seatfield/price.h"
#include "seatfield/seat_state.h"
#include "seatfield/section.h"
#include "seatfield/time.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN

// Written when a seat is reserved, kept while it is sold, removed when it is
// released or refunded.
struct SeatMeta {
  BookingId booking{};
  BuyerId buyer{};
  Price price{};
  Time reserved_at{};
  Time hold_until = kNever;  // of a reserved seat; kNever also once sold

  friend bool operator==(const SeatMeta&, const SeatMeta&) = default;
};

// One seat as it was at one version of its section.
struct SeatRecord {
  Seat seat;
  SeatState state = SeatState::kAvailable;
  std::uint32_t block_reason = 0;  // the host's code; 0 unless blocked
  std::optional<SeatMeta> meta{};  // iff reserved or sold

  friend bool operator==(const SeatRecord&, const SeatRecord&) = default;
};

// One row: its occupancy and its seats, in order of their numbers.
struct RowMeta {
  SectionKey section;
  std::uint32_t row = 0;  // from 1
  SeatCounts counts;
  std::uint64_t version = 0;  // of the section
  std::vector<SeatRecord> seats;

  friend bool operator==(const RowMeta&, const RowMeta&) = default;
};

SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_SEAT_META_H_
