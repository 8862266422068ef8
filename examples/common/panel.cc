// SPDX-License-Identifier: MIT

#include "common/panel.h"

#include <cstddef>

#include "seatfield/seat_meta.h"

namespace examples {

using seatfield::SeatRecord;
using seatfield::SeatState;
using seatfield::SectionView;

namespace {

Fill FillOf(SeatState state) {
  switch (state) {
    case SeatState::kReserved:
      return Fill::kHeld;
    case SeatState::kSold:
      return Fill::kSold;
    case SeatState::kBlocked:
      return Fill::kBlocked;
    case SeatState::kAvailable:
      break;
  }
  return Fill::kFree;
}

std::vector<Fill> FillsOf(const SectionView& view) {
  const auto& config = view.stats.config;
  std::vector<Fill> fills(config.seat_count(), Fill::kFree);
  const SeatRecord* left = nullptr;
  for (const SeatRecord& record : view.details) {
    const std::size_t index = config.IndexOf(record.seat);
    fills[index] = FillOf(record.state);
    const bool has_neighbour = left != nullptr &&
                               left->state == SeatState::kSold &&
                               left->seat.row == record.seat.row &&
                               left->seat.number + 1 == record.seat.number;
    if (record.state == SeatState::kSold && has_neighbour) {
      const bool is_first = fills[index - 1] == Fill::kSold;
      const bool is_same = left->meta->booking == record.meta->booking;
      fills[index] = is_first == is_same ? Fill::kSold : Fill::kSoldNext;
    }
    left = &record;
  }
  return fills;
}

}  // namespace

Panel PanelOf(const SectionView& view) {
  return {view.stats.key.name, view.stats.config, view.stats.counts,
          FillsOf(view)};
}

}  // namespace examples
