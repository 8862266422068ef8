// SPDX-License-Identifier: MIT

#include "kernels_elsewhere.h"

namespace seatfield::test {

const internal::Kernels& ActiveElsewhere() { return internal::ActiveKernels(); }

std::vector<const internal::Kernels*> KernelsElsewhere() {
  return {internal::kAllKernels.begin(), internal::kAllKernels.end()};
}

SeatCounts CountElsewhere(const std::byte* bytes, std::size_t seats) {
  return internal::ActiveKernels().count_states(bytes, seats);
}

std::size_t FindRunElsewhere(const internal::RowField& field, std::size_t run) {
  return internal::FindRunInRows(field, run);
}

}  // namespace seatfield::test
