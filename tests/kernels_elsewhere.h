// SPDX-License-Identifier: MIT
//
// The kernels as seen by a translation unit that is compiled for another
// processor than the rest of the test.

#ifndef SEATFIELD_TESTS_KERNELS_ELSEWHERE_H_
#define SEATFIELD_TESTS_KERNELS_ELSEWHERE_H_

#include <cstddef>
#include <vector>

#include "seatfield/internal/kernels.h"
#include "seatfield/seat_state.h"

namespace seatfield::test {

const internal::Kernels& ActiveElsewhere();
std::vector<const internal::Kernels*> KernelsElsewhere();
SeatCounts CountElsewhere(const std::byte* bytes, std::size_t seats);
std::size_t FindRunElsewhere(const internal::RowField& field, std::size_t run);

}  // namespace seatfield::test

#endif  // SEATFIELD_TESTS_KERNELS_ELSEWHERE_H_
