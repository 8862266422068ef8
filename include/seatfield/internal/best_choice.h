// SPDX-License-Identifier: MIT
//
// Chooses best-available seats among offered sections, or says why there are
// none: best_available.h tells by what rules.
//
// Thread safety: pure but for the choice, whose memory is used again: after
//   warm-up nothing is allocated.

#ifndef SEATFIELD_INTERNAL_BEST_CHOICE_H_
#define SEATFIELD_INTERNAL_BEST_CHOICE_H_

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "seatfield/best_available.h"
#include "seatfield/internal/best_adjacent.h"
#include "seatfield/internal/best_rows.h"
#include "seatfield/internal/best_singles.h"
#include "seatfield/internal/best_split.h"
#include "seatfield/limits.h"
#include "seatfield/refusal.h"
#include "seatfield/seat_map.h"
#include "seatfield/seat_search.h"
#include "seatfield/seat_state.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace internal {

// Which offer the seats come from, and why there is none.
struct BestChoice {
  RefusalDetail refused = RefusalDetail::kNone;
  std::size_t offer = 0;
  SeatingTier tier = SeatingTier::kNone;
  bool leaves_orphan = false;
  std::vector<std::size_t> seats;  // in the order in which they were chosen

  // Scratch.
  std::vector<SeatRun> runs;
  SplitScratch split;
  SinglesScratch singles;
};

using BestCandidates = std::span<const BestCandidate>;

// --- First fit --------------------------------------------------------------

inline std::uint64_t CountPermitted(const BestCandidate& offer) {
  if (offer.filter == nullptr) return offer.map.Count(SeatState::kAvailable);
  return offer.map.Count(SeatState::kAvailable, *offer.filter);
}

// Takes `count` seats from `first` on.
inline void TakeSeats(std::size_t offer, std::size_t first, std::uint32_t count,
                      BestChoice& choice) {
  choice.offer = offer;
  choice.seats.clear();
  for (std::size_t i = 0; i < count; ++i) choice.seats.push_back(first + i);
}

inline bool ChooseFirstFit(BestCandidates offers, std::uint32_t count,
                           bool largest_blocks_fallback, BestChoice& choice) {
  for (std::size_t i = 0; i < offers.size(); ++i) {
    const auto first = FindRun(offers[i].map, offers[i].seats_per_row, count,
                               offers[i].filter);
    if (!first) continue;
    TakeSeats(i, *first, count, choice);
    return true;
  }
  for (std::size_t i = 0; largest_blocks_fallback && i < offers.size(); ++i) {
    choice.offer = i;
    if (LargestBlocks(offers[i].map, offers[i].seats_per_row, count,
                      offers[i].filter, choice.runs, choice.seats)) {
      return true;
    }
  }
  return false;
}

// --- Best -------------------------------------------------------------------

// Side by side in one row, leaving no orphan shorter than `min_run`.
inline bool ChooseTogether(BestCandidates offers, std::uint32_t count,
                           std::uint32_t min_run, BestChoice& choice) {
  for (std::size_t i = 0; i < offers.size(); ++i) {
    const BestWindow best = FindBestWindow(offers[i], count, min_run);
    if (!best.found) continue;
    TakeSeats(i, best.first, count, choice);
    return true;
  }
  return false;
}

// Tiers 1 and 2. Where all windows are one to the rule, the tier is open.
inline bool ChooseInOneRow(BestCandidates offers, std::uint32_t count,
                           const BestPolicy& policy, BestChoice& choice) {
  const bool any_run =
      std::any_of(offers.begin(), offers.end(), [count](const auto& offer) {
        return FindRun(offer.map, offer.seats_per_row, count, offer.filter);
      });
  if (!any_run) return false;
  if (policy.orphans != OrphanRule::kAllow &&
      ChooseTogether(offers, count, policy.min_run, choice)) {
    choice.tier = SeatingTier::kTogether;
    return true;
  }
  if (policy.orphans == OrphanRule::kForbid) return false;
  choice.tier = policy.orphans == OrphanRule::kAvoid
                    ? SeatingTier::kTogetherWithOrphan
                    : SeatingTier::kNone;
  return ChooseTogether(offers, count, 0, choice);
}

// Tier 3 or 4.
template <typename Search, typename Scratch>
bool ChooseApart(BestCandidates offers, std::uint32_t count,
                 const BestPolicy& policy, SeatingTier tier, Scratch& scratch,
                 BestChoice& choice) {
  const std::uint32_t forbidden =
      policy.orphans == OrphanRule::kForbid ? policy.min_run : 0;
  for (std::size_t i = 0; i < offers.size(); ++i) {
    Search search(offers[i], count, forbidden, scratch);
    if (!search.Run(choice.seats)) continue;
    choice.offer = i;
    choice.tier = tier;
    return true;
  }
  return false;
}

// Fills in all but whether an orphan is left.
inline bool ChooseBestSeats(BestCandidates offers, std::uint32_t count,
                            const BestPolicy& policy, BestChoice& choice) {
  return ChooseInOneRow(offers, count, policy, choice) ||
         (policy.allow_split &&
          ChooseApart<SplitSearch>(offers, count, policy, SeatingTier::kSplit,
                                   choice.split, choice)) ||
         (policy.allow_singles &&
          ChooseApart<SinglesSearch>(offers, count, policy,
                                     SeatingTier::kSingles, choice.singles,
                                     choice));
}

// Fills in the rest. What tier 1 was asked for leaves no orphan, and what it
// was asked for in vain leaves one.
inline void NoteOrphan(const BestCandidate& offer, const BestPolicy& policy,
                       BestChoice& choice) {
  if (policy.orphans == OrphanRule::kForbid ||
      choice.tier == SeatingTier::kTogether) {
    return;
  }
  choice.leaves_orphan =
      choice.tier == SeatingTier::kTogetherWithOrphan ||
      LeavesOrphan(std::span<const std::size_t>(choice.seats),
                   offer.seats_per_row, offer.plan, policy.min_run,
                   [&offer](std::size_t seat) {
                     return offer.map.Get(seat) == SeatState::kAvailable;
                   });
  if (choice.tier != SeatingTier::kNone) return;
  choice.tier = choice.leaves_orphan ? SeatingTier::kTogetherWithOrphan
                                     : SeatingTier::kTogether;
}

// --- Either -----------------------------------------------------------------

inline bool Choose(BestCandidates offers, std::uint32_t count,
                   const BestPolicy& policy, BestChoice& choice) {
  return policy.order == BestPolicy::Order::kFirstFit
             ? ChooseFirstFit(offers, count, policy.largest_blocks_fallback,
                              choice)
             : ChooseBestSeats(offers, count, policy, choice);
}

// Why no offer fits. Tries what else would do, into the choice as scratch.
inline RefusalDetail WhyNoneFits(BestCandidates offers, std::uint32_t count,
                                 const BestPolicy& policy, BestChoice& choice) {
  BestPolicy allowing = policy;
  allowing.orphans = OrphanRule::kAllow;
  const bool forbids = policy.order == BestPolicy::Order::kBest &&
                       policy.orphans == OrphanRule::kForbid;
  if (forbids && Choose(offers, count, allowing, choice)) {
    return RefusalDetail::kWouldOrphan;
  }
  std::array<BestCandidate, kOfferCountMax> open;
  bool filtered = false;
  bool enough = false;
  for (std::size_t i = 0; i < offers.size(); ++i) {
    open[i] = offers[i];
    open[i].filter = nullptr;
    filtered |= offers[i].filter != nullptr;
    enough |= CountPermitted(open[i]) >= count;
  }
  const BestCandidates unfiltered(open.data(), offers.size());
  if (filtered && (Choose(unfiltered, count, policy, choice) ||
                   (forbids && Choose(unfiltered, count, allowing, choice)))) {
    return RefusalDetail::kFiltered;
  }
  return enough ? RefusalDetail::kNotAdjacent : RefusalDetail::kTooFew;
}

// Chooses `count` seats of one offer into `choice`, whose memory is reused.
// Requires at most kOfferCountMax offers and a count of at least 1.
inline void ChooseBest(BestCandidates offers, std::uint32_t count,
                       const BestPolicy& policy, BestChoice& choice) {
  assert(offers.size() <= kOfferCountMax && count > 0);
  choice.refused = RefusalDetail::kNone;
  choice.tier = SeatingTier::kNone;
  choice.leaves_orphan = false;
  if (Choose(offers, count, policy, choice)) {
    if (policy.order == BestPolicy::Order::kBest) {
      NoteOrphan(offers[choice.offer], policy, choice);
    }
    return;
  }
  choice.refused = WhyNoneFits(offers, count, policy, choice);
  choice.tier = SeatingTier::kNone;
  choice.seats.clear();
}

}  // namespace internal
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_INTERNAL_BEST_CHOICE_H_
