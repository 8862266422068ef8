// SPDX-License-Identifier: MIT
//
// How well the crowd sits.

#ifndef SEATFIELD_EXAMPLES_ON_SALE_SEATING_H_
#define SEATFIELD_EXAMPLES_ON_SALE_SEATING_H_

#include <cstdint>
#include <span>
#include <vector>

#include "house.h"
#include "seatfield/read_view.h"
#include "tally.h"

namespace examples::on_sale {

struct Seating {
  std::uint64_t groups = 0;    // sold bookings of two seats or more
  std::uint64_t together = 0;  // of those, side by side in one row
  std::uint64_t orphans = 0;   // single available seats between taken ones
};

Seating JudgeSeating(const House& house, const std::vector<Sale>& sales,
                     std::span<const seatfield::SectionView> views);

}  // namespace examples::on_sale

#endif  // SEATFIELD_EXAMPLES_ON_SALE_SEATING_H_
