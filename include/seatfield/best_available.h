// SPDX-License-Identifier: MIT
//
// How best-available seats are chosen. A policy is deterministic: the same
// section and the same request give the same seats on every backend.
//
// First fit takes the first run of `count` available seats, row by row; a run
// never spans rows. Where no row has such a run, the fallback, if asked for,
// takes whole runs, longest first, then in seat order, cut to the count.
//
// Units: seat indexes, 0-based and row-major. A filter is a mask of the seats
//   that may be taken, one bit for each seat of the section.
// Errors: a refusal of detail kTooFew, kNotAdjacent or kFiltered.
// Thread safety: pure functions on what they are given.
// Complexity: O(seats / 32) a section; no allocation after warm-up.

#ifndef SEATFIELD_BEST_AVAILABLE_H_
#define SEATFIELD_BEST_AVAILABLE_H_

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "seatfield/refusal.h"
#include "seatfield/seat_map.h"
#include "seatfield/seat_mask.h"
#include "seatfield/seat_search.h"
#include "seatfield/section.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN

struct BestPolicy {
  enum class Order : std::uint8_t {
    kFirstFit,
  };
  Order order = Order::kFirstFit;

  // Where no run is long enough, take the largest blocks instead of refusing.
  bool largest_blocks_fallback = false;

  friend constexpr bool operator==(const BestPolicy&,
                                   const BestPolicy&) = default;
};

namespace internal {

// One offered section as the policy sees it.
struct BestCandidate {
  SeatMapView map;
  std::uint32_t seats_per_row = 0;
  const SeatMask* filter = nullptr;
};

// Which offer the seats come from, and why there is none.
struct BestChoice {
  RefusalDetail refused = RefusalDetail::kNone;
  std::size_t offer = 0;
  std::vector<std::size_t> seats;  // in the order in which they were chosen
  std::vector<SeatRun> runs;       // scratch
};

// Chooses `count` seats of one offer into `choice`, whose memory is reused.
void ChooseBest(std::span<const BestCandidate> offers, std::uint32_t count,
                const BestPolicy& policy, BestChoice& choice);

}  // namespace internal

// --- Implementation ---------------------------------------------------------

namespace internal {

inline std::uint64_t CountAvailable(const BestCandidate& offer) {
  if (offer.filter == nullptr) return offer.map.Count(SeatState::kAvailable);
  return offer.map.Count(SeatState::kAvailable, *offer.filter);
}

// Takes the first run of `count` seats in the offer, if it has one.
inline bool TakeFirstFit(const BestCandidate& offer, std::uint32_t count,
                         std::vector<std::size_t>& seats) {
  const auto first =
      FindRun(offer.map, offer.seats_per_row, count, offer.filter);
  if (!first) return false;
  seats.clear();
  for (std::size_t i = 0; i < count; ++i) seats.push_back(*first + i);
  return true;
}

// Why no offer fits: for lack of seats, of neighbours, or because of filters.
inline RefusalDetail WhyNoneFits(std::span<const BestCandidate> offers,
                                 std::uint32_t count,
                                 const BestPolicy& policy) {
  bool enough = false;
  for (BestCandidate offer : offers) {
    enough |= CountAvailable(offer) >= count;
    if (offer.filter == nullptr) continue;
    offer.filter = nullptr;
    const bool fits =
        policy.largest_blocks_fallback
            ? CountAvailable(offer) >= count
            : FindRun(offer.map, offer.seats_per_row, count).has_value();
    if (fits) return RefusalDetail::kFiltered;
    enough |= CountAvailable(offer) >= count;
  }
  return enough ? RefusalDetail::kNotAdjacent : RefusalDetail::kTooFew;
}

inline void ChooseBest(std::span<const BestCandidate> offers,
                       std::uint32_t count, const BestPolicy& policy,
                       BestChoice& choice) {
  choice.refused = RefusalDetail::kNone;
  for (choice.offer = 0; choice.offer < offers.size(); ++choice.offer) {
    if (TakeFirstFit(offers[choice.offer], count, choice.seats)) return;
  }
  for (choice.offer = 0;
       policy.largest_blocks_fallback && choice.offer < offers.size();
       ++choice.offer) {
    const BestCandidate& offer = offers[choice.offer];
    if (LargestBlocks(offer.map, offer.seats_per_row, count, offer.filter,
                      choice.runs, choice.seats)) {
      return;
    }
  }
  choice.seats.clear();
  choice.refused = WhyNoneFits(offers, count, policy);
}

}  // namespace internal

SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_BEST_AVAILABLE_H_
