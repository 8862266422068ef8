// SPDX-License-Identifier: MIT
//
// How best-available seats are chosen. A policy is deterministic: the same
// section and the same request give the same seats on every backend.
//
//   BestPolicy policy{.order = BestPolicy::Order::kBest,
//                     .orphans = OrphanRule::kAvoid,
//                     .allow_singles = true};
//
// First fit takes the first run of `count` available seats, row by row; a run
// never spans rows. Where no row has such a run, the fallback, if asked for,
// takes whole runs, longest first, then in seat order, cut to the count. First
// fit looks at no seating plan and at no orphans.
//
// Best looks at every way to seat the group and takes the smallest by
//
//   tier                   1 side by side in one row, leaving no orphan
//                          2 side by side in one row
//                          3 split: parts of two or more in rows one behind the
//                            other, one part a row, each sharing a column with
//                            the next
//                          4 any seats; parts are the maximal blocks among them
//   offer                  in the order of the request
//   number of parts        fewest first
//   row rank               of the first part, that with the lowest seat
//   distance or score      the sum of the distances of all seats to the focal
//                          columns of their rows; with scores, minus their sum
//   seats                  by index, one by one
//
// Seats are side by side if their numbers follow each other and no aisle runs
// between them. Geometry is physical: a seat that is not available ends a run
// and so does an aisle, while a filter only says which seats may be taken.
//
// An orphan is an available seat in a run of less than `min_run` available
// seats. A choice leaves one if a seat becomes an orphan by it as a whole;
// seats that were orphans before do not count. Nor do filters: a seat that may
// not be taken is still no orphan beside others.
//
// Units: seat indexes, 0-based and row-major.
// Errors: a refusal no_best_available. Its detail says what is in the way, the
//   first of these that is true:
//     would_orphan  the seats are there if orphans are allowed
//     filtered      the seats are there without the filters (with orphans
//                   forbidden as they are, or allowed)
//     not_adjacent  some offered section has enough available seats
//     too_few       none has
// Thread safety: plain values.
// Complexity: first fit, tiers 1 and 2 O(seats / 32 + blocks) a section, with
//   scores O(seats). Split O(blocks * parts) to find where chains of rows hold
//   the group; a chain there costs O(parts * seats_per_row^2 * totals), totals
//   being the sizes that its lower end may still have, at most
//   min(count, seats_per_row) in general. Singles O(available seats * count),
//   with orphans forbidden times min_run. No allocation after warm-up.

#ifndef SEATFIELD_BEST_AVAILABLE_H_
#define SEATFIELD_BEST_AVAILABLE_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN

// What becomes of a choice that leaves an orphan.
enum class OrphanRule : std::uint8_t {
  kAllow,   // nothing: tiers 1 and 2 count as one
  kAvoid,   // it yields to one of tier 1; the outcome tells if it was taken
  kForbid,  // no tier makes one: rather refused would_orphan
};
inline constexpr std::size_t kOrphanRuleCount = 3;

inline constexpr std::uint32_t kMinRunDefault = 2;

struct BestPolicy {
  enum class Order : std::uint8_t {
    kFirstFit,
    kBest,
  };
  Order order = Order::kFirstFit;

  // First fit alone: where no run is long enough, take the largest blocks
  // instead of refusing.
  bool largest_blocks_fallback = false;

  // Best alone. First fit with a promise that it cannot keep (kForbid,
  // allow_singles), best with the fallback, and a min_run of 0 are refused.
  OrphanRule orphans = OrphanRule::kAvoid;
  bool allow_split = true;     // tier 3
  bool allow_singles = false;  // tier 4
  std::uint32_t min_run = kMinRunDefault;

  friend constexpr bool operator==(const BestPolicy&,
                                   const BestPolicy&) = default;
};
inline constexpr std::size_t kBestOrderCount = 2;

// What kind of choice was made: the tier that it is of, whatever the rule.
enum class SeatingTier : std::uint8_t {
  kNone = 0,  // first fit, or no choice of best seats
  kTogether,
  kTogetherWithOrphan,
  kSplit,
  kSingles,
};
inline constexpr std::size_t kSeatingTierCount = 5;

// "first_fit", "avoid", "together_with_orphan" and the like: stable, for logs
// and machines. Of kNone "".
constexpr std::string_view BestOrderName(BestPolicy::Order order) {
  constexpr std::string_view kNames[kBestOrderCount] = {"first_fit", "best"};
  return kNames[static_cast<std::size_t>(order)];
}
constexpr std::string_view OrphanRuleName(OrphanRule rule) {
  constexpr std::string_view kNames[kOrphanRuleCount] = {"allow", "avoid",
                                                         "forbid"};
  return kNames[static_cast<std::size_t>(rule)];
}
constexpr std::string_view SeatingTierName(SeatingTier tier) {
  constexpr std::string_view kNames[kSeatingTierCount] = {
      "", "together", "together_with_orphan", "split", "singles"};
  return kNames[static_cast<std::size_t>(tier)];
}

SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_BEST_AVAILABLE_H_
