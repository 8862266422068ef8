// SPDX-License-Identifier: MIT
//
// Simulated time goes in ticks; tick 0 is the opening.

#ifndef SEATFIELD_EXAMPLES_ON_SALE_TICKS_H_
#define SEATFIELD_EXAMPLES_ON_SALE_TICKS_H_

#include <chrono>
#include <cstdint>
#include <limits>

#include "house.h"
#include "seatfield/time.h"

namespace examples::on_sale {

using Tick = std::int64_t;
inline constexpr seatfield::Duration kTick = std::chrono::seconds(1);
inline constexpr Tick kNoTick = std::numeric_limits<Tick>::max();

constexpr seatfield::Time TimeOf(Tick tick) { return kOpening + tick * kTick; }

// The first tick that is not before `time`.
constexpr Tick TickAt(seatfield::Time time) {
  return (time - kOpening + kTick - seatfield::Duration(1)) / kTick;
}

}  // namespace examples::on_sale

#endif  // SEATFIELD_EXAMPLES_ON_SALE_TICKS_H_
