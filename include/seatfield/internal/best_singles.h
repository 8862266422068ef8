// SPDX-License-Identifier: MIT
//
// Best seats wherever they are, in as few blocks as can be.
//
// One pass over the available seats from the back. For every number of seats
// still to take it knows the fewest blocks, and for those the least cost, that
// the seats behind can do it with; what was left free just before decides only
// whether a block may begin or a run may end without an orphan. Then the seats
// are read off from the front, each taken if that costs nothing more.
//
// Thread safety: one search, one thread.
// Complexity: O(seats / 32 + available seats * count), where orphans are
//   forbidden times min_run in runs as long as that. A bit for each of those.

#ifndef SEATFIELD_INTERNAL_BEST_SINGLES_H_
#define SEATFIELD_INTERNAL_BEST_SINGLES_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "seatfield/internal/best_rows.h"
#include "seatfield/limits.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace internal {

// What some number of seats takes: fewer parts come first. What cannot be has
// more parts than there are seats, and still does with some more.
struct SinglesCost {
  static constexpr std::uint32_t kImpossible = std::uint32_t{1} << 30;

  std::uint32_t parts = kImpossible;
  std::int64_t cost = 0;

  constexpr bool possible() const { return parts < kImpossible; }
  constexpr SinglesCost With(std::uint32_t more_parts,
                             std::int64_t more) const {
    return {parts + more_parts, cost + more};
  }
  // Without a branch, for none of them could be foretold.
  constexpr bool IsNoDearerThan(const SinglesCost& other) const {
    return (parts < other.parts) |
           ((parts == other.parts) & (cost <= other.cost));
  }
};
static_assert(SinglesCost::kImpossible > kSectionSeatCountMax);

// The blocks of one run of available seats.
struct SinglesRun {
  std::size_t block_first = 0;
  std::size_t block_last = 0;
  std::size_t choices_at = 0;
  std::uint32_t gap_max = 0;
};

struct SinglesScratch {
  std::vector<BestBlock> blocks;
  std::vector<SinglesRun> runs;
  std::vector<SinglesCost> here;  // by what is just before, and seats to take
  std::vector<SinglesCost> next;
  std::vector<SinglesCost> after;      // the run, by seats to take
  std::vector<std::uint64_t> choices;  // whether to take, a bit for each
};

class SinglesSearch {
 public:
  // Orphans shorter than `forbidden` are not made; 0 lets all be.
  SinglesSearch(const BestCandidate& offer, std::uint32_t count,
                std::uint32_t forbidden, SinglesScratch& scratch)
      : offer_(offer),
        count_(count),
        forbidden_(forbidden),
        scratch_(scratch) {}

  // Puts the best seats into `seats`, ascending. False if there are none.
  bool Run(std::vector<std::size_t>& seats) {
    if (!CollectRuns()) return false;
    scratch_.after.assign(std::size_t{count_} + 1, SinglesCost());
    scratch_.after[0] = {0, 0};
    for (std::size_t run = scratch_.runs.size(); run-- > 0;) PassRun(run);
    if (!first_.value.possible()) return false;
    ReadOff(seats);
    return true;
  }

 private:
  // What is just before a seat in its run: a taken seat, or so many free ones;
  // at most gap_max, from which on it makes no difference.
  using State = std::uint32_t;
  static constexpr State kTaken = 0;
  static constexpr State AfterGap(std::uint32_t seats) { return 1 + seats; }
  static constexpr State Skip(State state, std::uint32_t gap_max) {
    const std::uint32_t gap = state == kTaken ? 1 : state;
    return AfterGap(std::min(gap, gap_max));
  }
  // Whether no orphan is left in front of a part, or at the end of a run.
  static constexpr bool MayEnd(State state, std::uint32_t gap_max) {
    return state <= AfterGap(0) || state == AfterGap(gap_max);
  }

  // The seat to begin with.
  struct FirstSeat {
    SinglesCost value;
    std::uint32_t rank = 0;
    std::size_t run = 0;
    std::uint32_t column = 0;
  };

  bool CollectRuns();
  void PassRun(std::size_t run);
  void PassSeat(const SinglesRun& run, std::uint32_t column, bool may_take,
                std::int64_t cost);
  void BeginWith(std::size_t run, std::uint32_t column, std::int64_t cost);
  void ReadOff(std::vector<std::size_t>& seats) const;
  // The numbers of seats still to take, 0 to the count.
  std::size_t Row() const { return std::size_t{count_} + 1; }
  std::size_t ChoiceWords() const { return count_ / 64 + 1; }
  std::size_t ChoiceAt(const SinglesRun& run, std::uint32_t column,
                       State state) const {
    const BestBlock& block = scratch_.blocks[run.block_first];
    const std::size_t from_back = block.run_last - 1 - column;
    return run.choices_at +
           (from_back * (AfterGap(run.gap_max) + 1) + state) * ChoiceWords();
  }
  bool Takes(const SinglesRun& run, std::uint32_t column, State state,
             std::uint32_t left) const {
    const std::size_t at = ChoiceAt(run, column, state);
    return (scratch_.choices[at + left / 64] >> left % 64 & 1) != 0;
  }

  const BestCandidate& offer_;
  const std::uint32_t count_;
  const std::uint32_t forbidden_;
  SinglesScratch& scratch_;
  FirstSeat first_;
};

// Returns whether there are enough seats.
inline bool SinglesSearch::CollectRuns() {
  auto& blocks = scratch_.blocks;
  auto& runs = scratch_.runs;
  blocks.clear();
  runs.clear();
  std::size_t seats = 0;
  std::size_t choices = 0;
  for (std::uint32_t row = 0; row < offer_.rows(); ++row) {
    ForEachBlock(offer_, row, 1, [&](const BestBlock& block) {
      const bool same_run = !blocks.empty() && blocks.back().row == row &&
                            blocks.back().run_first == block.run_first;
      blocks.push_back(block);
      seats += block.size();
      if (!same_run) {
        const std::uint32_t size = block.run_last - block.run_first;
        const std::uint32_t gap_max = size < forbidden_ ? 0 : forbidden_;
        runs.push_back({blocks.size() - 1, 0, choices, gap_max});
        choices += size * (std::size_t{AfterGap(gap_max)} + 1) * ChoiceWords();
      }
      runs.back().block_last = blocks.size();
    });
  }
  if (seats < count_) return false;
  scratch_.choices.assign(choices, 0);
  return true;
}

// From what follows the run to what follows the one before it.
inline void SinglesSearch::PassRun(std::size_t at) {
  const SinglesRun& run = scratch_.runs[at];
  const BestBlock& first_block = scratch_.blocks[run.block_first];
  const State states = AfterGap(run.gap_max) + 1;
  scratch_.here.resize(states * Row());
  scratch_.next.assign(states * Row(), SinglesCost());
  for (State state = 0; state < states; ++state) {
    if (!MayEnd(state, run.gap_max)) continue;
    std::copy(
        scratch_.after.begin(), scratch_.after.end(),
        scratch_.next.begin() + static_cast<std::ptrdiff_t>(state * Row()));
  }
  const RowCost cost(offer_, first_block.row);
  std::size_t block = run.block_last - 1;
  for (std::uint32_t column = first_block.run_last;
       column-- > first_block.run_first;) {
    if (block > run.block_first && column < scratch_.blocks[block].first) {
      --block;
    }
    const BestBlock& around = scratch_.blocks[block];
    const bool may_take = column >= around.first && column < around.last;
    const std::int64_t of_seat = cost.Of(column, 1);
    if (may_take) BeginWith(at, column, of_seat);
    PassSeat(run, column, may_take, of_seat);
    std::swap(scratch_.here, scratch_.next);
  }
  const auto start =
      scratch_.next.begin() + static_cast<std::ptrdiff_t>(AfterGap(0) * Row());
  std::copy(start, start + static_cast<std::ptrdiff_t>(Row()),
            scratch_.after.begin());
}

inline void SinglesSearch::PassSeat(const SinglesRun& run, std::uint32_t column,
                                    bool may_take, std::int64_t cost) {
  const State states = AfterGap(run.gap_max) + 1;
  for (State state = 0; state < states; ++state) {
    const SinglesCost* const skipped =
        scratch_.next.data() + Skip(state, run.gap_max) * Row();
    const SinglesCost* const taken = scratch_.next.data() + kTaken * Row();
    SinglesCost* const here = scratch_.here.data() + state * Row();
    if (!may_take || !MayEnd(state, run.gap_max)) {
      std::copy(skipped, skipped + Row(), here);
      continue;
    }
    const std::uint32_t new_part = state == kTaken ? 0 : 1;
    std::uint64_t* const choices =
        scratch_.choices.data() + ChoiceAt(run, column, state);
    here[0] = skipped[0];
    for (std::size_t left = 1; left < Row(); ++left) {
      const SinglesCost take = taken[left - 1].With(new_part, cost);
      const SinglesCost skip = skipped[left];
      const bool takes = take.IsNoDearerThan(skip);
      here[left] = {takes ? take.parts : skip.parts,
                    takes ? take.cost : skip.cost};
      choices[left / 64] |= std::uint64_t{takes} << left % 64;
    }
  }
}

// Holds the seat as the first of all against the best so far.
inline void SinglesSearch::BeginWith(std::size_t at, std::uint32_t column,
                                     std::int64_t cost) {
  const SinglesRun& run = scratch_.runs[at];
  const BestBlock& block = scratch_.blocks[run.block_first];
  const std::uint32_t gap = column - block.run_first;
  if (!MayEnd(AfterGap(std::min(gap, run.gap_max)), run.gap_max)) return;
  const SinglesCost value =
      scratch_.next[kTaken * Row() + count_ - 1].With(1, cost);
  if (!value.possible()) return;
  const std::uint32_t rank = offer_.RankOf(block.row);
  const FirstSeat& best = first_;
  const bool better = value.parts != best.value.parts
                          ? value.parts < best.value.parts
                      : rank != best.rank ? rank < best.rank
                                          : value.cost <= best.value.cost;
  if (better) first_ = {value, rank, at, column};
}

inline void SinglesSearch::ReadOff(std::vector<std::size_t>& seats) const {
  seats.clear();
  State state = AfterGap(0);
  std::uint32_t left = count_;
  std::uint32_t column = first_.column;
  for (std::size_t at = first_.run; left > 0; ++at) {
    const SinglesRun& run = scratch_.runs[at];
    const BestBlock& block = scratch_.blocks[run.block_first];
    if (at != first_.run) column = block.run_first;
    for (; column < block.run_last && left > 0; ++column) {
      const bool is_first = left == count_;
      if (is_first || Takes(run, column, state, left)) {
        seats.push_back(offer_.SeatAt(block.row, column));
        state = kTaken;
        --left;
      } else {
        state = Skip(state, run.gap_max);
      }
    }
    state = AfterGap(0);
  }
}

}  // namespace internal
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_INTERNAL_BEST_SINGLES_H_
