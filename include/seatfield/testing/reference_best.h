// SPDX-License-Identifier: MIT
//
// How the reference model chooses best seats: one loop over the seats, no bits.
//
// Thread safety: pure functions.

#ifndef SEATFIELD_TESTING_REFERENCE_BEST_H_
#define SEATFIELD_TESTING_REFERENCE_BEST_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "seatfield/best_available.h"
#include "seatfield/refusal.h"
#include "seatfield/seat_mask.h"
#include "seatfield/seat_state.h"
#include "seatfield/section.h"
#include "seatfield/testing/reference_state.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace reference {

struct ModelOffer {
  const ModelSection* section = nullptr;
  const SeatMask* filter = nullptr;
};

struct ModelChoice {
  RefusalDetail refused = RefusalDetail::kNone;
  std::size_t offer = 0;
  std::vector<SeatIndex> seats;  // as chosen; empty if refused
};

// Maximal runs of available seats that the filter lets through, row by row.
inline std::vector<std::vector<SeatIndex>> RunsOf(const ModelSection& section,
                                                  const SeatMask* filter) {
  std::vector<std::vector<SeatIndex>> runs;
  bool in_run = false;
  for (SeatIndex i = 0; i < section.seats.size(); ++i) {
    if (i % section.config.seats_per_row == 0) in_run = false;
    const bool free = section.seats[i].state == SeatState::kAvailable &&
                      (filter == nullptr || filter->Get(i));
    if (free && !in_run) runs.emplace_back();
    if (free) runs.back().push_back(i);
    in_run = free;
  }
  return runs;
}

// The first `count` seats of the first run that is long enough.
inline std::vector<SeatIndex> FirstFit(const ModelSection& section,
                                       const SeatMask* filter,
                                       std::uint32_t count) {
  for (std::vector<SeatIndex>& run : RunsOf(section, filter)) {
    if (run.size() < count) continue;
    run.resize(count);
    return run;
  }
  return {};
}

// Whole runs, longest first, then in order of seats, cut to the count.
inline std::vector<SeatIndex> LargestFirst(const ModelSection& section,
                                           const SeatMask* filter,
                                           std::uint32_t count) {
  auto runs = RunsOf(section, filter);
  std::stable_sort(runs.begin(), runs.end(), [](const auto& a, const auto& b) {
    return a.size() > b.size();
  });
  std::vector<SeatIndex> seats;
  for (const auto& run : runs)
    seats.insert(seats.end(), run.begin(), run.end());
  if (seats.size() < count) return {};
  seats.resize(count);
  return seats;
}

inline RefusalDetail WhyNone(std::span<const ModelOffer> offers,
                             std::uint32_t count, const BestPolicy& policy) {
  bool filtered = false;
  bool enough = false;
  for (const ModelOffer& offer : offers) {
    const bool many = !LargestFirst(*offer.section, nullptr, count).empty();
    const bool fits = policy.largest_blocks_fallback
                          ? many
                          : !FirstFit(*offer.section, nullptr, count).empty();
    filtered |= fits;  // only a filter can have stood in the way
    enough |= many;
  }
  if (filtered) return RefusalDetail::kFiltered;
  return enough ? RefusalDetail::kNotAdjacent : RefusalDetail::kTooFew;
}

// A run in the first offer that has one; else, if the policy allows it, the
// largest blocks of the first offer with seats enough.
inline ModelChoice ChooseSeats(std::span<const ModelOffer> offers,
                               std::uint32_t count, const BestPolicy& policy) {
  for (const bool fallback : {false, true}) {
    if (fallback && !policy.largest_blocks_fallback) break;
    for (std::size_t i = 0; i < offers.size(); ++i) {
      auto seats =
          fallback ? LargestFirst(*offers[i].section, offers[i].filter, count)
                   : FirstFit(*offers[i].section, offers[i].filter, count);
      if (!seats.empty()) return {RefusalDetail::kNone, i, std::move(seats)};
    }
  }
  return {WhyNone(offers, count, policy), 0, {}};
}

}  // namespace reference
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_TESTING_REFERENCE_BEST_H_
