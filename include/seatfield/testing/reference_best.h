// SPDX-License-Identifier: MIT
//
// How the reference model chooses best seats: it lists every candidate there is
// and takes the first in the order of best_available.h, which is written here
// once more, as it reads and with no bits.
//
// Thread safety: pure functions.
// Complexity: exponential in the count where seats may be split or single. It
//   is for sections of a few dozen seats.

#ifndef SEATFIELD_TESTING_REFERENCE_BEST_H_
#define SEATFIELD_TESTING_REFERENCE_BEST_H_

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "seatfield/best_available.h"
#include "seatfield/refusal.h"
#include "seatfield/seat_mask.h"
#include "seatfield/seat_state.h"
#include "seatfield/seating_plan.h"
#include "seatfield/section.h"
#include "seatfield/testing/reference_state.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace reference {

struct ModelOffer {
  const ModelSection* section = nullptr;
  const SeatMask* filter = nullptr;
  const SeatingPlan* plan = nullptr;
};

struct ModelChoice {
  RefusalDetail refused = RefusalDetail::kNone;
  std::size_t offer = 0;
  std::vector<SeatIndex> seats{};  // as chosen; empty if refused
  SeatingTier tier = SeatingTier::kNone;
  bool leaves_orphan = false;
};

// --- First fit --------------------------------------------------------------

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

// A run in the first offer that has one; else, if the policy allows it, the
// largest blocks of the first offer with seats enough.
inline ModelChoice ChooseFirstFit(std::span<const ModelOffer> offers,
                                  std::uint32_t count,
                                  const BestPolicy& policy) {
  for (const bool fallback : {false, true}) {
    if (fallback && !policy.largest_blocks_fallback) break;
    for (std::size_t i = 0; i < offers.size(); ++i) {
      auto seats =
          fallback ? LargestFirst(*offers[i].section, offers[i].filter, count)
                   : FirstFit(*offers[i].section, offers[i].filter, count);
      if (!seats.empty()) return {.offer = i, .seats = std::move(seats)};
    }
  }
  return {.refused = RefusalDetail::kNotAdjacent};
}

// --- Orphans ----------------------------------------------------------------

// Whether two seats of a section that follow each other are neighbours.
inline bool AreNeighbours(const SectionConfig& config, const SeatingPlan* plan,
                          SeatIndex left, SeatIndex right) {
  const Seat a = config.SeatAt(left);
  if (right != left + 1 || config.SeatAt(right).row != a.row) return false;
  if (plan == nullptr) return true;
  const auto& aisles = plan->spec().aisles;
  return std::find(aisles.begin(), aisles.end(), a.number) == aisles.end();
}

// Which seats are available and in a run of fewer than `min_run` such.
inline std::vector<bool> OrphansOf(const SectionConfig& config,
                                   const SeatingPlan* plan,
                                   const std::vector<bool>& available,
                                   std::uint32_t min_run) {
  std::vector<bool> orphans(available.size(), false);
  for (SeatIndex first = 0; first < available.size(); ++first) {
    if (!available[first]) continue;
    SeatIndex last = first + 1;
    while (last < available.size() && available[last] &&
           AreNeighbours(config, plan, last - 1, last)) {
      ++last;
    }
    for (SeatIndex i = first; i < last; ++i) {
      orphans[i] = last - first < min_run;
    }
    first = last - 1;
  }
  return orphans;
}

inline std::vector<bool> AvailableIn(const ModelSection& section) {
  std::vector<bool> available;
  for (const ModelSeat& seat : section.seats) {
    available.push_back(seat.state == SeatState::kAvailable);
  }
  return available;
}

// Whether a seat becomes an orphan when all of these are taken.
inline bool MakesOrphan(const SectionConfig& config, const SeatingPlan* plan,
                        const std::vector<bool>& before,
                        const std::vector<SeatIndex>& taken,
                        std::uint32_t min_run) {
  std::vector<bool> after = before;
  for (const SeatIndex seat : taken) after[seat] = false;
  const auto old_orphans = OrphansOf(config, plan, before, min_run);
  const auto new_orphans = OrphansOf(config, plan, after, min_run);
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (new_orphans[i] && !old_orphans[i]) return true;
  }
  return false;
}

// --- Best -------------------------------------------------------------------

// What decides between two candidates of one offer and tier, the smaller first.
struct Merit {
  std::size_t parts = 0;
  std::uint32_t row_rank = 0;
  std::int64_t cost = 0;
  std::vector<SeatIndex> seats;

  friend auto operator<=>(const Merit&, const Merit&) = default;
};

// Lists the candidates of one offer, tier by tier.
class BestOfOffer {
 public:
  BestOfOffer(const ModelOffer& offer, std::uint32_t count,
              const BestPolicy& policy)
      : offer_(offer),
        config_(offer.section->config),
        count_(count),
        policy_(policy),
        available_(AvailableIn(*offer.section)) {}

  // The seats of the best candidate of a tier, or none.
  std::vector<SeatIndex> Find(SeatingTier tier) {
    best_.reset();
    tier_ = tier;
    chosen_.clear();
    if (tier == SeatingTier::kSplit) {
      if (count_ >= 4) AddPart(0);
    } else if (tier == SeatingTier::kSingles) {
      AddSeat(0);
    } else {
      for (SeatIndex seat = 0; seat < available_.size(); ++seat) {
        if (!PushWindow(seat, count_)) continue;
        Consider(1);
        chosen_.clear();
      }
    }
    return best_ ? best_->seats : std::vector<SeatIndex>();
  }

  bool LeavesOrphan(const std::vector<SeatIndex>& seats) const {
    return MakesOrphan(config_, offer_.plan, available_, seats,
                       policy_.min_run);
  }

 private:
  bool MayTake(SeatIndex seat) const {
    return available_[seat] &&
           (offer_.filter == nullptr || offer_.filter->Get(seat));
  }
  std::uint32_t RowOf(SeatIndex seat) const {
    return seat / config_.seats_per_row;
  }
  std::uint32_t ColumnOf(SeatIndex seat) const {
    return seat % config_.seats_per_row;
  }

  // Adds seats side by side, if they may all be taken.
  bool PushWindow(SeatIndex first, std::uint32_t size) {
    for (std::uint32_t i = 0; i < size; ++i) {
      const SeatIndex seat = first + i;
      if (seat >= available_.size() || !MayTake(seat)) return false;
      if (i > 0 && !AreNeighbours(config_, offer_.plan, seat - 1, seat)) {
        return false;
      }
    }
    for (std::uint32_t i = 0; i < size; ++i) chosen_.push_back(first + i);
    return true;
  }

  // Tries every part that may follow the chosen ones, the last of which has
  // `last_size` seats; 0 before the first.
  void AddPart(std::uint32_t last_size, std::size_t parts = 0) {
    const std::size_t taken = chosen_.size();
    if (taken == count_) {
      if (parts > 1) Consider(parts);
      return;
    }
    for (SeatIndex seat = 0; seat < available_.size(); ++seat) {
      if (parts > 0 && RowOf(seat) != RowOf(chosen_.back()) + 1) continue;
      for (std::uint32_t size = 2; taken + size <= count_; ++size) {
        if (parts > 0 && !ShareColumn(seat, size, last_size)) continue;
        if (!PushWindow(seat, size)) continue;
        AddPart(size, parts + 1);
        chosen_.resize(taken);
      }
    }
  }
  bool ShareColumn(SeatIndex seat, std::uint32_t size,
                   std::uint32_t last_size) const {
    const std::uint32_t above_last = ColumnOf(chosen_.back());
    const std::uint32_t above_first = above_last + 1 - last_size;
    return ColumnOf(seat) <= above_last &&
           ColumnOf(seat) + size - 1 >= above_first;
  }

  // Tries every set of seats that goes on from `from`.
  void AddSeat(SeatIndex from) {
    if (chosen_.size() == count_) return Consider(CountBlocks());
    for (SeatIndex seat = from; seat < available_.size(); ++seat) {
      if (!MayTake(seat)) continue;
      chosen_.push_back(seat);
      AddSeat(seat + 1);
      chosen_.pop_back();
    }
  }
  std::size_t CountBlocks() const {
    std::size_t blocks = 1;
    for (std::size_t i = 1; i < chosen_.size(); ++i) {
      blocks += AreNeighbours(config_, offer_.plan, chosen_[i - 1], chosen_[i])
                    ? 0
                    : 1;
    }
    return blocks;
  }

  std::uint32_t RankOfFirst() const {
    const std::uint32_t row = RowOf(chosen_.front());
    if (offer_.plan == nullptr || offer_.plan->spec().row_ranks.empty()) {
      return row;
    }
    return offer_.plan->spec().row_ranks[row];
  }

  // Of one seat. Distances are in half seats.
  std::int64_t CostOf(SeatIndex seat) const {
    std::uint32_t focal_column = 0;
    if (offer_.plan != nullptr) {
      const SeatingPlanSpec& spec = offer_.plan->spec();
      if (!spec.scores.empty()) return -std::int64_t{spec.scores[seat]};
      focal_column = spec.focal_columns.empty()
                         ? spec.focal_column
                         : spec.focal_columns[RowOf(seat)];
    }
    const std::int64_t focus = focal_column == 0
                                   ? std::int64_t{config_.seats_per_row} + 1
                                   : 2 * std::int64_t{focal_column};
    return std::abs(2 * (std::int64_t{ColumnOf(seat)} + 1) - focus);
  }

  void Consider(std::size_t parts) {
    Merit merit{parts, RankOfFirst(), 0, {}};
    for (const SeatIndex seat : chosen_) merit.cost += CostOf(seat);
    merit.seats = chosen_;
    if (best_ && *best_ < merit) return;
    const bool must_not = policy_.orphans == OrphanRule::kForbid ||
                          (policy_.orphans == OrphanRule::kAvoid &&
                           tier_ == SeatingTier::kTogether);
    if (must_not && LeavesOrphan(chosen_)) return;
    best_ = std::move(merit);
  }

  const ModelOffer& offer_;
  const SectionConfig config_;
  const std::uint32_t count_;
  const BestPolicy& policy_;
  const std::vector<bool> available_;
  SeatingTier tier_ = SeatingTier::kNone;
  std::vector<SeatIndex> chosen_;
  std::optional<Merit> best_;
};

inline ModelChoice ChooseBestOrder(std::span<const ModelOffer> offers,
                                   std::uint32_t count,
                                   const BestPolicy& policy) {
  for (const SeatingTier tier :
       {SeatingTier::kTogether, SeatingTier::kTogetherWithOrphan,
        SeatingTier::kSplit, SeatingTier::kSingles}) {
    if (tier == SeatingTier::kSplit && !policy.allow_split) continue;
    if (tier == SeatingTier::kSingles && !policy.allow_singles) continue;
    for (std::size_t i = 0; i < offers.size(); ++i) {
      BestOfOffer best(offers[i], count, policy);
      ModelChoice choice{.offer = i, .seats = best.Find(tier), .tier = tier};
      if (choice.seats.empty()) continue;
      choice.leaves_orphan = best.LeavesOrphan(choice.seats);
      if (tier == SeatingTier::kTogether && choice.leaves_orphan) {
        choice.tier = SeatingTier::kTogetherWithOrphan;
      }
      return choice;
    }
  }
  return {.refused = RefusalDetail::kNotAdjacent};
}

// --- Either -----------------------------------------------------------------

inline ModelChoice Choose(std::span<const ModelOffer> offers,
                          std::uint32_t count, const BestPolicy& policy) {
  return policy.order == BestPolicy::Order::kBest
             ? ChooseBestOrder(offers, count, policy)
             : ChooseFirstFit(offers, count, policy);
}

inline RefusalDetail WhyNone(std::span<const ModelOffer> offers,
                             std::uint32_t count, const BestPolicy& policy) {
  BestPolicy allowing = policy;
  allowing.orphans = OrphanRule::kAllow;
  std::vector<ModelOffer> unfiltered(offers.begin(), offers.end());
  for (ModelOffer& offer : unfiltered) offer.filter = nullptr;
  const auto fits = [count](std::span<const ModelOffer> from,
                            const BestPolicy& by) {
    return !Choose(from, count, by).seats.empty();
  };
  if (fits(offers, allowing)) return RefusalDetail::kWouldOrphan;
  if (fits(unfiltered, policy) || fits(unfiltered, allowing)) {
    return RefusalDetail::kFiltered;
  }
  for (const ModelOffer& offer : offers) {
    if (CountOf(*offer.section).available >= count) {
      return RefusalDetail::kNotAdjacent;
    }
  }
  return RefusalDetail::kTooFew;
}

inline ModelChoice ChooseSeats(std::span<const ModelOffer> offers,
                               std::uint32_t count, const BestPolicy& policy) {
  ModelChoice choice = Choose(offers, count, policy);
  if (choice.seats.empty()) choice.refused = WhyNone(offers, count, policy);
  return choice;
}

}  // namespace reference
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_TESTING_REFERENCE_BEST_H_
