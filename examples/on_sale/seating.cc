// SPDX-License-Identifier: MIT

#include "seating.h"

#include <algorithm>
#include <cstddef>
#include <tuple>

#include "board.h"
#include "seatfield/ids.h"

namespace examples::on_sale {

using seatfield::SectionView;

namespace {

std::vector<Sale> ByBookingAndSeat(std::vector<Sale> sales) {
  std::sort(sales.begin(), sales.end(), [](const Sale& a, const Sale& b) {
    return std::tie(a.booking, a.section, a.seat) <
           std::tie(b.booking, b.section, b.seat);
  });
  return sales;
}

// Of sales of one booking, by seat.
bool SitTogether(const House& house, std::span<const Sale> sales) {
  const Sale& first = sales.front();
  const Sale& last = sales.back();
  const auto& config = house.section(first.section).config;
  return first.section == last.section &&
         last.seat - first.seat + 1 == sales.size() &&
         config.SeatAt(first.seat).row == config.SeatAt(last.seat).row;
}

}  // namespace

Seating JudgeSeating(const House& house, const std::vector<Sale>& sales,
                     std::span<const SectionView> views) {
  Seating seating;
  const std::vector<Sale> sorted = ByBookingAndSeat(sales);
  for (std::size_t first = 0, last = 0; first < sorted.size(); first = last) {
    while (last < sorted.size() &&
           sorted[last].booking == sorted[first].booking) {
      ++last;
    }
    if (last - first < 2) continue;
    ++seating.groups;
    const auto group = std::span(sorted).subspan(first, last - first);
    seating.together += SitTogether(house, group) ? 1 : 0;
  }
  for (const SectionView& view : views) seating.orphans += CountOrphans(view);
  return seating;
}

}  // namespace examples::on_sale
