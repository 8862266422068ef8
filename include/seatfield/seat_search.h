// SPDX-License-Identifier: MIT
//
// Searches for available seats side by side in one row of a section. Rows are
// seats_per_row seats each, one after the other; the last may be cut short.
//
//   std::optional<std::size_t> four = FindRun(map, 25, 4);
//   if (four) Offer(*four, *four + 4);
//
// Units: indexes are 0-based seats; ranges are half-open [first, last).
// Limits: any row width; the size of a filter is the size of the map.
// Errors: none. A filter of another size, or seats_per_row == 0 where it is not
//   allowed below, breaks the contract: assert in debug, undefined otherwise.
// Thread safety: pure functions; a scratch or a result needs exclusive access.
// Complexity: O(map.size_bytes() / 8), up to where the search ends. FindRun and
//   ForEachRun never allocate.
// Source: links and row starts as bit masks, a run of ones by doubling shifts:
//   internal/rows.h.

#ifndef SEATFIELD_SEAT_SEARCH_H_
#define SEATFIELD_SEAT_SEARCH_H_

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "seatfield/internal/kernels.h"
#include "seatfield/internal/rows.h"
#include "seatfield/internal/words.h"
#include "seatfield/seat_map.h"
#include "seatfield/seat_mask.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN

// Seats [first, last) of one row.
struct SeatRun {
  std::size_t first = 0;
  std::size_t last = 0;

  constexpr std::size_t size() const { return last - first; }
  friend constexpr bool operator==(const SeatRun&, const SeatRun&) = default;
};

// The first seat of the first run of `k` available seats, row by row; a run
// never spans rows. With a filter only its seats count as available. No seat
// before `first` is looked at. Nothing if there is no such run, if k is 0, or
// if k > seats_per_row (which may be 0 then).
std::optional<std::size_t> FindRun(SeatMapView map, std::size_t seats_per_row,
                                   std::size_t k,
                                   const SeatMask* filter = nullptr,
                                   std::size_t first = 0);

// Calls fn(run) for every maximal run of available seats inside a row, row by
// row. If fn returns bool, false stops. Returns whether all were visited.
// seats_per_row is at least 1.
template <typename Fn>
bool ForEachRun(SeatMapView map, std::size_t seats_per_row, Fn&& fn,
                const SeatMask* filter = nullptr, std::size_t first = 0);

// What existing services do when no run holds a whole group: take whole runs,
// longest first, then row by row, and cut the last to fit. Fills `seats` with
// `count` seats in that order, or with all there are if they are fewer, and
// returns whether there were enough. seats_per_row is at least 1.
//
// Complexity: O(map.size_bytes() / 8 + runs * log(count)). `scratch` and
// `seats` are the caller's, to be reused: neither outgrows `count`, and once
// grown nothing is allocated.
bool LargestBlocks(SeatMapView map, std::size_t seats_per_row,
                   std::size_t count, const SeatMask* filter,
                   std::vector<SeatRun>& scratch,
                   std::vector<std::size_t>& seats);

// --- Implementation ---------------------------------------------------------

namespace internal {

inline RowField MakeRowField(SeatMapView map, std::size_t seats_per_row,
                             const SeatMask* filter, std::size_t first) {
  assert(filter == nullptr || filter->size() == map.size());
  return {.bytes = map.bytes().data(),
          .seats = map.size(),
          .seats_per_row = seats_per_row,
          .filter = filter != nullptr ? filter->words().data() : nullptr,
          .first = first};
}

// Turns the links of word after word into maximal runs.
template <typename Fn>
class RunCutter {
 public:
  explicit RunCutter(Fn& fn) : fn_(fn) {}

  bool stopped() const { return stopped_; }

  // Takes the next word, as WalkRows gives it. Returns whether fn wants no
  // more.
  bool Cut(std::size_t base, std::uint64_t free, std::uint64_t linked) {
    // A seat not linked to the one before ends whatever run is open.
    std::uint64_t breaks = ~linked & kSpaced;
    if (open_ != kNoSeat) {
      if (breaks == 0) return false;
      if (!Close(base + FirstSeat(breaks))) return true;
    }
    std::uint64_t starts = free & breaks;
    while (starts != 0) {
      const std::size_t at = FirstSeat(starts);
      starts = WithoutSeat(starts, at);
      open_ = base + at;
      breaks &= ~FirstSeats(at + 1);
      if (breaks == 0) return false;
      if (!Close(base + FirstSeat(breaks))) return true;
    }
    return false;
  }

  // Ends the run that reaches the end of the map.
  void Finish(std::size_t seats) {
    if (open_ != kNoSeat) Close(seats);
  }

 private:
  bool Close(std::size_t last) {
    stopped_ = !VisitMore(fn_, SeatRun{open_, last});
    open_ = kNoSeat;
    return !stopped_;
  }

  Fn& fn_;
  std::size_t open_ = kNoSeat;  // where the run begins that has not ended
  bool stopped_ = false;
};

template <bool kFiltered, typename Fn>
bool CutRuns(const RowField& field, Fn& fn) {
  RunCutter<Fn> cutter(fn);
  WalkRows<kFiltered>(
      field, [&](std::size_t base, std::uint64_t free, std::uint64_t linked) {
        return cutter.Cut(base, free, linked);
      });
  cutter.Finish(field.seats);
  return !cutter.stopped();
}

// The order in which LargestBlocks takes runs.
constexpr bool TakenBefore(const SeatRun& a, const SeatRun& b) {
  return a.size() != b.size() ? a.size() > b.size() : a.first < b.first;
}

}  // namespace internal

inline std::optional<std::size_t> FindRun(SeatMapView map,
                                          std::size_t seats_per_row,
                                          std::size_t k, const SeatMask* filter,
                                          std::size_t first) {
  const std::size_t found = internal::FindRunInRows(
      internal::MakeRowField(map, seats_per_row, filter, first), k);
  if (found == internal::kNoSeat) return std::nullopt;
  return found;
}

template <typename Fn>
bool ForEachRun(SeatMapView map, std::size_t seats_per_row, Fn&& fn,
                const SeatMask* filter, std::size_t first) {
  assert(seats_per_row > 0);
  const internal::RowField field =
      internal::MakeRowField(map, seats_per_row, filter, first);
  return filter != nullptr ? internal::CutRuns<true>(field, fn)
                           : internal::CutRuns<false>(field, fn);
}

inline bool LargestBlocks(SeatMapView map, std::size_t seats_per_row,
                          std::size_t count, const SeatMask* filter,
                          std::vector<SeatRun>& scratch,
                          std::vector<std::size_t>& seats) {
  scratch.clear();
  seats.clear();
  if (count == 0) return true;
  // A heap of the best `count` runs, worst on top: more are never needed.
  const auto keep = [&](SeatRun run) {
    if (scratch.size() == count) {
      if (!internal::TakenBefore(run, scratch.front())) return;
      std::pop_heap(scratch.begin(), scratch.end(), internal::TakenBefore);
      scratch.pop_back();
    }
    scratch.push_back(run);
    std::push_heap(scratch.begin(), scratch.end(), internal::TakenBefore);
  };
  ForEachRun(map, seats_per_row, keep, filter);
  std::sort_heap(scratch.begin(), scratch.end(), internal::TakenBefore);
  for (const SeatRun& run : scratch) {
    const std::size_t take = std::min(run.size(), count - seats.size());
    for (std::size_t i = 0; i < take; ++i) seats.push_back(run.first + i);
  }
  return seats.size() == count;
}

SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_SEAT_SEARCH_H_
