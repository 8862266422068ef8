// SPDX-License-Identifier: MIT
//
// Best seats split over rows: parts of two or more in rows one behind the
// other, each sharing a column with the next.
//
// First the most seats that chains of so many parts can hold, block by block,
// the number of parts growing: a chain holds what its first block does and the
// best chain of the next row that touches it. Where a chain may hold the group,
// an exact search from its last row up: for every total that the lower parts
// may still have, the least cost of a chain whose first part starts at a
// column, and of one whose first part covers it. A window over [s, s + n) meets
// just the chains that cover s or start within it, so a window one longer asks
// for one more minimum. Among equals the seats are read off from the front.
//
// Thread safety: one search, one thread.
// Complexity: O(blocks * parts), and O(parts * width^2 * totals) for a chain.
//   The scratch grows once.

#ifndef SEATFIELD_INTERNAL_BEST_SPLIT_H_
#define SEATFIELD_INTERNAL_BEST_SPLIT_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "seatfield/internal/best_rows.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace internal {

inline constexpr std::uint32_t kPartSizeMin = 2;

// A row of the chain that is being searched.
struct SplitLevel {
  std::uint32_t row = 0;
  // What its part and all below it may have together.
  std::uint32_t total_first = 0;
  std::uint32_t total_last = 0;
  std::size_t at = 0;  // of its tables: totals times columns

  std::uint32_t totals() const { return total_last - total_first + 1; }
  bool HasTotal(std::uint32_t total) const {
    return total >= total_first && total <= total_last;
  }
};

struct SplitScratch {
  std::vector<BestBlock> blocks;
  std::vector<std::size_t> row_first;  // in blocks; one more at the end
  std::vector<std::uint32_t> longest;  // block of a row
  std::vector<std::uint32_t> room;     // of chains that start with a block
  std::vector<SplitLevel> levels;
  std::vector<std::int64_t> starts;   // least cost, first part starting there
  std::vector<std::int64_t> covers;   // ... covering the column
  std::vector<std::int64_t> windows;  // costs of one start, by size
  std::vector<std::int64_t> chains;   // ... by size and total
};

class SplitSearch {
 public:
  // Orphans shorter than `forbidden` are not made; 0 lets all be.
  SplitSearch(const BestCandidate& offer, std::uint32_t count,
              std::uint32_t forbidden, SplitScratch& scratch)
      : offer_(offer),
        count_(count),
        forbidden_(forbidden),
        width_(offer.seats_per_row),
        scratch_(scratch) {}

  // Puts the best seats into `seats`, ascending. False if there are none.
  bool Run(std::vector<std::size_t>& seats) {
    if (count_ < 2 * kPartSizeMin || !CollectBlocks()) return false;
    const std::uint32_t parts_max =
        std::min(count_ / kPartSizeMin, offer_.rows());
    for (std::uint32_t parts = 2; parts <= parts_max; ++parts) {
      if (!LengthenChains()) return false;
      if (TryParts(parts, seats)) return true;
    }
    return false;
  }

 private:
  bool CollectBlocks();
  bool LengthenChains();
  bool TryParts(std::uint32_t parts, std::vector<std::size_t>& seats);
  bool HasRoom(std::uint32_t row) const;
  std::int64_t Solve(std::uint32_t row, std::uint32_t parts);
  bool LayOut(std::uint32_t row, std::uint32_t parts);
  void FillLevel(std::size_t level);
  void FillStart(std::size_t level, const BestBlock& block, const RowCost& cost,
                 std::uint32_t start);
  void FillChains(std::size_t level, std::uint32_t start, std::uint32_t most);
  void TakeMinima(std::size_t level, std::uint32_t start, std::uint32_t most);
  std::int64_t CostOf(std::size_t level, const BestBlock& block,
                      const RowCost& cost, std::uint32_t start,
                      std::uint32_t size, std::uint32_t total) const;
  void ReadOff(std::int64_t cost, std::vector<std::size_t>& seats);
  SeatRun ReadPart(std::size_t level, SeatRun above, std::uint32_t total,
                   std::int64_t& cost) const;

  std::span<const BestBlock> BlocksOf(std::uint32_t row) const {
    const std::size_t first = scratch_.row_first[row];
    return std::span(scratch_.blocks)
        .subspan(first, scratch_.row_first[row + 1] - first);
  }
  bool IsAllowed(const BestBlock& block, std::uint32_t start,
                 std::uint32_t size) const {
    return !LeavesOrphan(block, start, size, forbidden_);
  }
  std::size_t PlaceOf(const SplitLevel& level, std::uint32_t total,
                      std::uint32_t column) const {
    return level.at + std::size_t{total - level.total_first} * width_ + column;
  }

  const BestCandidate& offer_;
  const std::uint32_t count_;
  const std::uint32_t forbidden_;
  const std::uint32_t width_;
  SplitScratch& scratch_;
};

// --- Where chains of rows have room -----------------------------------------

// Of the rows that may touch one next to them. Returns whether two rows, one
// behind the other, have any.
inline bool SplitSearch::CollectBlocks() {
  scratch_.blocks.clear();
  scratch_.row_first.clear();
  scratch_.longest.clear();
  scratch_.room.clear();
  bool any_pair = false;
  std::uint64_t above = 0;
  std::uint64_t here = PairsOfRow(offer_, 0);
  for (std::uint32_t row = 0; row < offer_.rows(); ++row) {
    const bool is_last = row + 1 == offer_.rows();
    const std::uint64_t below = is_last ? 0 : PairsOfRow(offer_, row + 1);
    const bool may_touch = (here & (above | below)) != 0;
    above = here;
    here = below;
    scratch_.row_first.push_back(scratch_.blocks.size());
    std::uint32_t longest = 0;
    const auto add = [&](const BestBlock& block) {
      scratch_.blocks.push_back(block);
      scratch_.room.push_back(block.size());
      longest = std::max(longest, block.size());
    };
    if (may_touch) ForEachBlock(offer_, row, kPartSizeMin, add);
    any_pair |= longest != 0 && row != 0 && scratch_.longest.back() != 0;
    scratch_.longest.push_back(longest);
  }
  scratch_.row_first.push_back(scratch_.blocks.size());
  return any_pair;
}

// Makes every chain one part longer; those that cannot be have no room. Returns
// whether any could.
inline bool SplitSearch::LengthenChains() {
  bool any = false;
  for (std::uint32_t row = 0; row < offer_.rows(); ++row) {
    const bool is_last = row + 1 == offer_.rows();
    std::size_t next = scratch_.row_first[row + 1];
    const std::size_t next_end = is_last ? next : scratch_.row_first[row + 2];
    for (std::size_t at = scratch_.row_first[row];
         at < scratch_.row_first[row + 1]; ++at) {
      const BestBlock& block = scratch_.blocks[at];
      while (next < next_end && scratch_.blocks[next].last <= block.first) {
        ++next;
      }
      std::uint32_t below = 0;
      for (std::size_t i = next;
           i < next_end && scratch_.blocks[i].first < block.last; ++i) {
        below = std::max(below, scratch_.room[i]);
      }
      scratch_.room[at] = below == 0 ? 0 : below + block.size();
      any |= below != 0;
    }
  }
  return any;
}

inline bool SplitSearch::HasRoom(std::uint32_t row) const {
  for (std::size_t at = scratch_.row_first[row];
       at < scratch_.row_first[row + 1]; ++at) {
    if (scratch_.room[at] >= count_) return true;
  }
  return false;
}

inline bool SplitSearch::TryParts(std::uint32_t parts,
                                  std::vector<std::size_t>& seats) {
  std::int64_t best = kNoCost;
  std::uint32_t rank = 0;
  for (std::uint32_t place = 0; place < offer_.rows(); ++place) {
    const std::uint32_t row = offer_.RowAt(place);
    if (best != kNoCost && offer_.RankOf(row) != rank) break;
    if (!HasRoom(row)) continue;
    const std::int64_t cost = Solve(row, parts);
    if (cost >= best) continue;  // among equals the row in front
    best = cost;
    rank = offer_.RankOf(row);
    ReadOff(cost, seats);
  }
  return best != kNoCost;
}

// --- The best chain from one row --------------------------------------------

// Sets up the levels and empties their tables. Returns false if the totals
// leave no way.
inline bool SplitSearch::LayOut(std::uint32_t row, std::uint32_t parts) {
  auto& levels = scratch_.levels;
  levels.resize(parts);
  std::uint64_t above = 0;
  std::uint64_t below = 0;
  for (std::uint32_t i = 0; i < parts; ++i) below += scratch_.longest[row + i];
  std::size_t size = 0;
  for (std::uint32_t i = 0; i < parts; ++i) {
    const auto held = static_cast<std::uint32_t>(
        std::min<std::uint64_t>(above, count_));  // at most, higher up
    SplitLevel& level = levels[i];
    level.row = row + i;
    level.total_first = std::max(kPartSizeMin * (parts - i), count_ - held);
    level.total_last = static_cast<std::uint32_t>(
        std::min<std::uint64_t>(count_ - kPartSizeMin * i, below));
    level.at = size;
    if (level.total_first > level.total_last) return false;
    size += std::size_t{level.totals()} * width_;
    above += scratch_.longest[row + i];
    below -= scratch_.longest[row + i];
  }
  scratch_.starts.assign(size, kNoCost);
  scratch_.covers.assign(size, kNoCost);
  return true;
}

// The least cost of a chain of that many parts whose first is in the row.
inline std::int64_t SplitSearch::Solve(std::uint32_t row, std::uint32_t parts) {
  if (!LayOut(row, parts)) return kNoCost;
  for (std::size_t level = parts; level-- > 0;) FillLevel(level);
  const auto first =
      scratch_.starts.begin() +
      static_cast<std::ptrdiff_t>(PlaceOf(scratch_.levels[0], count_, 0));
  return *std::min_element(first, first + width_);
}

inline void SplitSearch::FillLevel(std::size_t level) {
  const std::uint32_t row = scratch_.levels[level].row;
  const RowCost cost(offer_, row);
  for (const BestBlock& block : BlocksOf(row)) {
    for (std::uint32_t start = block.first; start + kPartSizeMin <= block.last;
         ++start) {
      FillStart(level, block, cost, start);
    }
  }
}

// All chains whose first part starts there.
inline void SplitSearch::FillStart(std::size_t level, const BestBlock& block,
                                   const RowCost& cost, std::uint32_t start) {
  const std::uint32_t most =
      std::min(block.last - start, scratch_.levels[level].total_last);
  if (most < kPartSizeMin) return;
  scratch_.windows.assign(most + 1, kNoCost);
  for (std::uint32_t size = kPartSizeMin; size <= most; ++size) {
    if (IsAllowed(block, start, size)) {
      scratch_.windows[size] = cost.Of(start, size);
    }
  }
  FillChains(level, start, most);
  TakeMinima(level, start, most);
}

// By size of the first part and total: what such a chain costs at least.
inline void SplitSearch::FillChains(std::size_t at, std::uint32_t start,
                                    std::uint32_t most) {
  const SplitLevel& level = scratch_.levels[at];
  const std::size_t totals = level.totals();
  scratch_.chains.assign((most + 1) * totals, kNoCost);
  const auto fill = [&](std::uint32_t size, std::uint32_t total,
                        std::int64_t below) {
    const std::int64_t window = scratch_.windows[size];
    if (window == kNoCost || below == kNoCost || !level.HasTotal(total)) return;
    scratch_.chains[size * totals + (total - level.total_first)] =
        window + below;
  };
  if (at + 1 == scratch_.levels.size()) {
    for (std::uint32_t size = kPartSizeMin; size <= most; ++size) {
      fill(size, size, 0);
    }
    return;
  }
  const SplitLevel& next = scratch_.levels[at + 1];
  for (std::uint32_t total = next.total_first; total <= next.total_last;
       ++total) {
    const std::size_t place = PlaceOf(next, total, start);
    std::int64_t below = scratch_.covers[place];
    for (std::uint32_t size = kPartSizeMin; size <= most; ++size) {
      below = std::min(below, scratch_.starts[place + size - 1]);
      fill(size, total + size, below);
    }
  }
}

// The minima over the sizes: of all, and of those that reach a column.
inline void SplitSearch::TakeMinima(std::size_t at, std::uint32_t start,
                                    std::uint32_t most) {
  const SplitLevel& level = scratch_.levels[at];
  const std::size_t totals = level.totals();
  for (std::uint32_t total = level.total_first; total <= level.total_last;
       ++total) {
    const std::size_t place = PlaceOf(level, total, start);
    std::int64_t least = kNoCost;
    for (std::uint32_t size = most; size >= kPartSizeMin; --size) {
      least = std::min(
          least, scratch_.chains[size * totals + (total - level.total_first)]);
      std::int64_t& cover = scratch_.covers[place + size - 1];
      cover = std::min(cover, least);
    }
    scratch_.covers[place] = std::min(scratch_.covers[place], least);
    scratch_.starts[place] = least;
  }
}

// --- Reading the seats off --------------------------------------------------

// The least cost of a chain that begins with that window.
inline std::int64_t SplitSearch::CostOf(std::size_t at, const BestBlock& block,
                                        const RowCost& cost,
                                        std::uint32_t start, std::uint32_t size,
                                        std::uint32_t total) const {
  if (!IsAllowed(block, start, size)) return kNoCost;
  const std::int64_t window = cost.Of(start, size);
  if (at + 1 == scratch_.levels.size()) {
    return size == total ? window : kNoCost;
  }
  const SplitLevel& next = scratch_.levels[at + 1];
  if (size >= total || !next.HasTotal(total - size)) return kNoCost;
  const std::size_t place = PlaceOf(next, total - size, start);
  std::int64_t below = scratch_.covers[place];
  for (std::uint32_t i = 1; i < size; ++i) {
    below = std::min(below, scratch_.starts[place + i]);
  }
  return below == kNoCost ? kNoCost : window + below;
}

// The part of a level that comes first among the cheapest that share a column
// with the part above: the lowest start, then the longest. Takes its cost off.
inline SeatRun SplitSearch::ReadPart(std::size_t level, SeatRun above,
                                     std::uint32_t total,
                                     std::int64_t& cost) const {
  const SplitLevel& here = scratch_.levels[level];
  const RowCost row_cost(offer_, here.row);
  for (const BestBlock& block : BlocksOf(here.row)) {
    for (std::uint32_t start = block.first;
         start + kPartSizeMin <= block.last && start < above.last; ++start) {
      if (scratch_.starts[PlaceOf(here, total, start)] > cost) continue;
      for (std::uint32_t size = std::min(block.last - start, total);
           size >= kPartSizeMin && start + size > above.first; --size) {
        if (CostOf(level, block, row_cost, start, size, total) != cost)
          continue;
        cost -= row_cost.Of(start, size);
        return {start, start + size};
      }
    }
  }
  return {};
}

inline void SplitSearch::ReadOff(std::int64_t cost,
                                 std::vector<std::size_t>& seats) {
  seats.clear();
  SeatRun part{0, width_};
  std::uint32_t total = count_;
  for (std::size_t level = 0; level < scratch_.levels.size(); ++level) {
    part = ReadPart(level, part, total, cost);
    const std::size_t base = offer_.SeatAt(scratch_.levels[level].row, 0);
    for (std::size_t i = part.first; i < part.last; ++i) {
      seats.push_back(base + i);
    }
    total -= static_cast<std::uint32_t>(part.size());
  }
}

}  // namespace internal
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_INTERNAL_BEST_SPLIT_H_
