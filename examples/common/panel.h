// SPDX-License-Identifier: MIT
//
// A section as it is drawn.

#ifndef SEATFIELD_EXAMPLES_COMMON_PANEL_H_
#define SEATFIELD_EXAMPLES_COMMON_PANEL_H_

#include <vector>

#include "common/terminal.h"
#include "seatfield/read_view.h"
#include "seatfield/seat_state.h"
#include "seatfield/section.h"

namespace examples {

struct Panel {
  seatfield::SectionName name;
  seatfield::SectionConfig config;
  seatfield::SeatCounts counts;
  // By seat; neighbours of different bookings in one row differ.
  std::vector<Fill> fills;
};

// `view` is of the whole section, with the records of its seats.
Panel PanelOf(const seatfield::SectionView& view);

}  // namespace examples

#endif  // SEATFIELD_EXAMPLES_COMMON_PANEL_H_
