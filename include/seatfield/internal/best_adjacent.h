// SPDX-License-Identifier: MIT
//
// Best seats side by side in one row. A block's windows cost the less the
// nearer their middle is to the focal column, so the best of a range of starts
// is found without trying each; with scores every start is tried.
//
// Thread safety: pure functions.
// Complexity: O(seats / 32 + blocks) a section, with scores O(seats); it ends
//   with the first rank of rows that has what is wanted.

#ifndef SEATFIELD_INTERNAL_BEST_ADJACENT_H_
#define SEATFIELD_INTERNAL_BEST_ADJACENT_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "seatfield/internal/best_rows.h"
#include "seatfield/seat_search.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace internal {

// The best window so far. Rows come in the order of their rank, so only one of
// the same rank can still be better.
struct BestWindow {
  bool found = false;
  std::uint32_t rank = 0;
  std::int64_t cost = 0;
  std::size_t first = 0;  // a seat

  void Offer(std::uint32_t new_rank, std::int64_t new_cost,
             std::size_t new_first) {
    const bool better =
        !found || (rank == new_rank &&
                   (cost != new_cost ? new_cost < cost : new_first < first));
    if (better) *this = {true, new_rank, new_cost, new_first};
  }
};

// Calls fn(low, high) for the ranges of starts at which a window of the block
// leaves no orphan shorter than `min_run`.
template <typename Fn>
void ForEachCleanStart(const BestBlock& block, std::uint32_t size,
                       std::uint32_t min_run, Fn fn) {
  const std::uint32_t high = block.last - size;
  const std::uint32_t run = block.run_last - block.run_first;
  const std::uint32_t spare = run - size;
  if (min_run <= 1 || run < min_run) return fn(block.first, high);
  if (!IsOrphan(spare, min_run)) {  // flush with either end
    if (block.first == block.run_first) fn(block.first, block.first);
    if (block.last == block.run_last) fn(high, high);
  }
  if (spare / 2 < min_run) return;  // no room on both sides
  const std::uint32_t inner_low =
      std::max(block.first, block.run_first + min_run);
  const std::uint32_t inner_high =
      std::min(high, block.run_last - min_run - size);
  if (inner_low <= inner_high) fn(inner_low, inner_high);
}

// The best window that leaves no orphan shorter than `min_run`; 0 or 1 lets all
// be.
inline BestWindow FindBestWindow(const BestCandidate& offer,
                                 std::uint32_t count, std::uint32_t min_run) {
  BestWindow best;
  const std::uint32_t rows = offer.rows();
  for (std::uint32_t place = 0; place < rows; ++place) {
    const std::uint32_t row = offer.RowAt(place);
    const std::uint32_t rank = offer.RankOf(row);
    if (best.found && best.rank != rank) break;
    const RowCost cost(offer, row);
    ForEachBlock(offer, row, count, [&](const BestBlock& block) {
      ForEachCleanStart(
          block, count, min_run, [&](std::uint32_t low, std::uint32_t high) {
            const std::uint32_t start = cost.BestStart(low, high, count);
            best.Offer(rank, cost.Of(start, count), offer.SeatAt(row, start));
          });
    });
  }
  return best;
}

}  // namespace internal
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_INTERNAL_BEST_ADJACENT_H_
