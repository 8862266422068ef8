// SPDX-License-Identifier: MIT
//
// The houses of the jobs, and what the families of jobs have in common.

#ifndef SEATFIELD_BENCH_HOUSES_H_
#define SEATFIELD_BENCH_HOUSES_H_

#include <stdexcept>
#include <string>

#include "job.h"
#include "options.h"

namespace seatfield::bench {

inline constexpr House kStadium{.sections = 100,
                                .config = {.rows = 26, .seats_per_row = 25}};
inline constexpr House kHotSection{
    .sections = 1, .config = {.rows = 240, .seats_per_row = 250}};
inline constexpr House kMillion{.sections = 1000,
                                .config = {.rows = 25, .seats_per_row = 40}};

// Smaller, in a quick run.
inline House Scaled(House house, const Options& options) {
  if (house.sections > 1) {
    house.sections = options.Scaled(house.sections);
  } else {
    house.config.rows = options.Scaled(house.config.rows);
  }
  return house;
}

inline std::string Title(const House& house) {
  return std::to_string(house.seat_count()) + " seats in " +
         std::to_string(house.sections) + " section" +
         (house.sections == 1 ? "" : "s");
}

// What must hold for the figures to mean anything.
inline void Demand(bool condition, const std::string& what) {
  if (!condition) throw std::runtime_error(what);
}

}  // namespace seatfield::bench

#endif  // SEATFIELD_BENCH_HOUSES_H_
