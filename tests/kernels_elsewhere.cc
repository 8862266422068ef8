// SPDX-License-Identifier: MIT

#include "kernels_elsewhere.h"

#include "seatfield/seat_map.h"
#include "seatfield/seat_search.h"

namespace seatfield::test {

const internal::Kernels& ActiveElsewhere() { return internal::ActiveKernels(); }

std::vector<const internal::Kernels*> KernelsElsewhere() {
  return {internal::kAllKernels.begin(), internal::kAllKernels.end()};
}

SeatCounts CountElsewhere(std::span<const std::byte> bytes, std::size_t seats) {
  const auto map = SeatMapView::FromBytes(bytes, seats);
  return map.ok() ? map->CountAll() : SeatCounts();
}

std::optional<std::size_t> FindRunElsewhere(std::span<const std::byte> bytes,
                                            std::size_t seats,
                                            std::size_t seats_per_row,
                                            std::size_t run) {
  const auto map = SeatMapView::FromBytes(bytes, seats);
  return map.ok() ? FindRun(*map, seats_per_row, run) : std::nullopt;
}

}  // namespace seatfield::test
