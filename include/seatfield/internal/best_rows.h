// SPDX-License-Identifier: MIT
//
// The geometry under a choice of best seats: the rows of an offered section in
// the order of their rank, the blocks in them that may be taken, what a window
// of seats costs, and when one leaves an orphan.
//
// Units: columns and rows are 0-based; a window is [first, last) of one row.
// Thread safety: pure functions of what they are given.
// Complexity: ForEachBlock O(seats_per_row / 32 + blocks); a cost O(1).

#ifndef SEATFIELD_INTERNAL_BEST_ROWS_H_
#define SEATFIELD_INTERNAL_BEST_ROWS_H_

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include "seatfield/internal/kernels.h"
#include "seatfield/seat_map.h"
#include "seatfield/seat_mask.h"
#include "seatfield/seat_search.h"
#include "seatfield/seat_state.h"
#include "seatfield/seating_plan.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace internal {

// One offered section as the policy sees it.
struct BestCandidate {
  SeatMapView map;
  std::uint32_t seats_per_row = 0;
  const SeatMask* filter = nullptr;   // or all may be taken
  const SeatingPlan* plan = nullptr;  // of the section's shape, or none

  std::uint32_t rows() const {
    return static_cast<std::uint32_t>(map.size() / seats_per_row);
  }
  std::uint32_t RankOf(std::uint32_t row) const {
    return plan != nullptr ? plan->RankOf(row) : row;
  }
  // The row in that place of the order of ranks.
  std::uint32_t RowAt(std::uint32_t place) const {
    return plan != nullptr && !plan->row_order().empty()
               ? plan->row_order()[place]
               : place;
  }
  std::size_t SeatAt(std::uint32_t row, std::uint32_t column) const {
    return std::size_t{row} * seats_per_row + column;
  }
};

// Columns [first, last) of a row that may be taken, as far as they go, and the
// run of available seats that they are part of.
struct BestBlock {
  std::uint32_t row = 0;
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  std::uint32_t run_first = 0;
  std::uint32_t run_last = 0;

  constexpr std::uint32_t size() const { return last - first; }
};

// --- Orphans ----------------------------------------------------------------

// Whether a rest of so many seats is an orphan that was none before.
constexpr bool IsOrphan(std::uint32_t seats, std::uint32_t min_run) {
  return seats != 0 && seats < min_run;
}

// Whether [first, first + size) leaves one in the block's run. A run that was
// short before has no seats that become orphans.
constexpr bool LeavesOrphan(const BestBlock& block, std::uint32_t first,
                            std::uint32_t size, std::uint32_t min_run) {
  return block.run_last - block.run_first >= min_run &&
         (IsOrphan(first - block.run_first, min_run) ||
          IsOrphan(block.run_last - first - size, min_run));
}

// The run of available seats that a seat is part of.
template <typename IsAvailable>
SeatRun RunAround(std::size_t seat, std::uint32_t seats_per_row,
                  const SeatingPlan* plan, IsAvailable is_available) {
  const auto linked = [&](std::size_t at) {  // to the one before it
    const auto column = static_cast<std::uint32_t>(at % seats_per_row);
    return column != 0 && (plan == nullptr || !plan->HasAisleBefore(column)) &&
           is_available(at - 1) && is_available(at);
  };
  SeatRun run{seat, seat + 1};
  while (linked(run.first)) --run.first;
  while (run.last % seats_per_row != 0 && linked(run.last)) ++run.last;
  return run;
}

// Whether taking all of these available seats, ascending, leaves an orphan.
template <typename Index, typename IsAvailable>
bool LeavesOrphan(std::span<const Index> seats, std::uint32_t seats_per_row,
                  const SeatingPlan* plan, std::uint32_t min_run,
                  IsAvailable is_available) {
  if (min_run <= 1) return false;
  for (std::size_t i = 0; i < seats.size();) {
    const SeatRun run = RunAround(seats[i], seats_per_row, plan, is_available);
    bool left_one = false;
    std::size_t at = run.first;
    const auto judge = [&](std::size_t next) {
      left_one |= next != at && next - at < min_run;
      at = next + 1;
    };
    for (; i < seats.size() && seats[i] < run.last; ++i) judge(seats[i]);
    judge(run.last);
    if (left_one && run.size() >= min_run) return true;
  }
  return false;
}

// --- Blocks -----------------------------------------------------------------

// Up to 32 columns of a row from `column` on: those available, and those of
// them whose neighbour before them is too; spaced, in seat order.
struct RowWord {
  std::uint64_t free = 0;
  std::uint64_t linked = 0;

  // `free_before` is of the 32 columns before.
  static RowWord Load(const BestCandidate& offer, std::uint32_t row,
                      std::size_t column, std::uint64_t free_before) {
    const std::size_t left = offer.seats_per_row - column;
    RowWord word;
    word.free =
        AvailableSeats(LoadSeats(offer.map.bytes().data(), offer.map.size(),
                                 offer.SeatAt(row, 0) + column)) &
        FirstSeats(std::min(kSeatsPerWord, left));
    word.linked = word.free & (word.free >> 2 | free_before << 62);
    if (offer.plan != nullptr && !offer.plan->aisles_before().empty()) {
      word.linked &= ~offer.plan->aisles_before()[WordIndex(column)];
    }
    return word;
  }
};

// The available columns of a row that have a neighbour, spaced: for rows of one
// word. Of wider rows all, for the asking takes longer than it saves.
inline std::uint64_t PairsOfRow(const BestCandidate& offer, std::uint32_t row) {
  if (offer.seats_per_row > kSeatsPerWord) return kSpaced;
  const std::uint64_t linked = RowWord::Load(offer, row, 0, 0).linked;
  return linked | linked << 2;
}

// Calls fn(SeatRun) for every run of available columns of a row, in order;
// runs shorter than `at_least` may be left out.
template <typename Fn>
void ForEachRunOfRow(const BestCandidate& offer, std::uint32_t row,
                     std::uint32_t at_least, Fn fn) {
  const std::size_t width = offer.seats_per_row;
  RunCutter<Fn> cutter(fn);
  RowWord word;
  for (std::size_t column = 0; column < width; column += kSeatsPerWord) {
    word = RowWord::Load(offer, row, column, word.free);
    if (width <= kSeatsPerWord && at_least > 1 &&
        RunStarts(word.linked, at_least - 1) == 0) {
      return;
    }
    cutter.Cut(column, word.free, word.linked);
  }
  cutter.Finish(width);
}

// Up to 64 seats of a mask from `first` on, in seat order.
inline std::uint64_t LoadMaskSeats(const SeatMask& mask, std::size_t first) {
  const std::size_t index = MaskWordIndex(first);
  const std::size_t offset = first % kSeatsPerMaskWord;
  const std::uint64_t word = InSeatOrder(mask.words()[index]);
  if (offset == 0) return word;
  const std::uint64_t next = index + 1 < mask.words().size()
                                 ? InSeatOrder(mask.words()[index + 1])
                                 : 0;
  return word << offset | next >> (kSeatsPerMaskWord - offset);
}

// Calls fn(SeatRun) for every run of seats of the mask within [first, last).
template <typename Fn>
void ForEachRunOfMask(const SeatMask& mask, std::size_t first, std::size_t last,
                      Fn fn) {
  while (first < last) {
    const auto gap =
        static_cast<std::size_t>(std::countl_zero(LoadMaskSeats(mask, first)));
    first += gap;
    if (gap == kSeatsPerMaskWord || first >= last) continue;
    std::size_t end = first;
    std::size_t more = kSeatsPerMaskWord;
    while (more == kSeatsPerMaskWord && end < last) {
      more =
          static_cast<std::size_t>(std::countl_one(LoadMaskSeats(mask, end)));
      end += more;
    }
    fn(SeatRun{first, std::min(end, last)});
    first = end;
  }
}

// Calls fn(BestBlock) for every block of a row of at least so many seats.
template <typename Fn>
void ForEachBlock(const BestCandidate& offer, std::uint32_t row,
                  std::uint32_t at_least, Fn fn) {
  if (at_least > offer.seats_per_row) return;
  ForEachRunOfRow(offer, row, at_least, [&](SeatRun run) {
    if (run.size() < at_least) return;
    BestBlock block{row, static_cast<std::uint32_t>(run.first),
                    static_cast<std::uint32_t>(run.last),
                    static_cast<std::uint32_t>(run.first),
                    static_cast<std::uint32_t>(run.last)};
    if (offer.filter == nullptr) return fn(block);
    const std::size_t base = offer.SeatAt(row, 0);
    ForEachRunOfMask(
        *offer.filter, base + run.first, base + run.last, [&](SeatRun part) {
          if (part.size() < at_least) return;
          block.first = static_cast<std::uint32_t>(part.first - base);
          block.last = static_cast<std::uint32_t>(part.last - base);
          fn(block);
        });
  });
}

// --- Costs ------------------------------------------------------------------

inline constexpr std::int64_t kNoCost =
    std::numeric_limits<std::int64_t>::max();

// What the seats of a row cost, to be minimised: the distance of each to the
// row's focal column, or minus its score.
class RowCost {
 public:
  RowCost(const BestCandidate& offer, std::uint32_t row)
      : focus_(offer.plan != nullptr ? offer.plan->FocusOf(row)
                                     : std::int64_t{offer.seats_per_row} - 1) {
    if (offer.plan == nullptr || offer.plan->scores_before().empty()) return;
    scores_ = offer.plan->scores_before().data() + offer.SeatAt(row, 0);
  }

  std::int64_t Of(std::uint32_t first, std::uint32_t size) const {
    if (scores_ != nullptr) return scores_[first] - scores_[first + size];
    return DistanceBefore(first + size) - DistanceBefore(first);
  }

  // The cheapest start from `low` to `high` of a window, the first of several.
  std::uint32_t BestStart(std::uint32_t low, std::uint32_t high,
                          std::uint32_t size) const {
    if (scores_ != nullptr) return BestScore(low, high, size);
    // Distances are convex in the start: a step to the right from s costs
    // nothing more as long as 2 s + size < focus.
    const std::int64_t ideal =
        std::max<std::int64_t>(0, (focus_ - std::int64_t{size} + 1) / 2);
    return static_cast<std::uint32_t>(
        std::clamp<std::int64_t>(ideal, low, high));
  }

 private:
  std::int64_t DistanceBefore(std::int64_t column) const {
    const auto rising = [](std::int64_t n) { return n * (n - 1); };
    const std::int64_t left = std::min(column, (focus_ + 1) / 2);
    return left * focus_ - 2 * rising(left) + rising(column) -
           (column - left) * focus_;
  }

  std::uint32_t BestScore(std::uint32_t low, std::uint32_t high,
                          std::uint32_t size) const {
    std::uint32_t best = low;
    for (std::uint32_t start = low + 1; start <= high; ++start) {
      if (Of(start, size) < Of(best, size)) best = start;
    }
    return best;
  }

  std::int64_t focus_;
  const std::int64_t* scores_ = nullptr;
};

}  // namespace internal
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_INTERNAL_BEST_ROWS_H_
