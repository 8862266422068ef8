// SPDX-License-Identifier: MIT
//
// The proof. What the buyers' threads were told is compared with what the
// inventory holds, seat by seat, and that with itself: bits, metadata, counters
// and bookings.

#ifndef SEATFIELD_EXAMPLES_ON_SALE_AUDIT_H_
#define SEATFIELD_EXAMPLES_ON_SALE_AUDIT_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "house.h"
#include "seatfield/read_view.h"
#include "seatfield/seat_state.h"
#include "tally.h"

namespace examples::on_sale {

struct Audit {
  std::uint64_t oversold = 0;  // acknowledged as sold more than once
  std::uint64_t lost = 0;      // acknowledged, but not sold to that booking
  std::uint64_t unasked = 0;   // sold, but never acknowledged
  std::uint64_t drifted_counters = 0;  // sections that count wrong
  std::uint64_t drifted_bookings = 0;  // that disagree with their seats
  std::uint64_t wrong_replays = 0;
  std::uint64_t bookings = 0;           // that were acknowledged
  absl::Status verify;                  // the inventory's own
  std::vector<std::string> complaints;  // the first few, for people
  seatfield::SeatCounts counts;         // of the event, recounted

  std::uint64_t drift() const {
    return lost + unasked + drifted_counters + drifted_bookings;
  }
  bool passed() const {
    return oversold == 0 && drift() == 0 && wrong_replays == 0 && verify.ok();
  }
};

// `views` are all sections as they are, with records. Nothing may write.
Audit AuditSale(House& house, const Tally& tally,
                std::span<const seatfield::SectionView> views);

}  // namespace examples::on_sale

#endif  // SEATFIELD_EXAMPLES_ON_SALE_AUDIT_H_
