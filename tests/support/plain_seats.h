// SPDX-License-Identifier: MIT
//
// The checked twin of SeatMap and of the searches: an array of states and one
// loop a seat, written as the documentation reads and in no other way. Nothing
// here uses internal/kernels.h.

#ifndef SEATFIELD_TESTS_SUPPORT_PLAIN_SEATS_H_
#define SEATFIELD_TESTS_SUPPORT_PLAIN_SEATS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "seatfield/seat_state.h"

namespace seatfield::test {

using PlainSeats = std::vector<SeatState>;

// Two bits a seat, first seat in the high bits.
inline std::vector<std::byte> PlainBytes(const PlainSeats& seats) {
  std::vector<std::byte> bytes((seats.size() + 3) / 4);
  for (std::size_t i = 0; i < seats.size(); ++i) {
    const auto code = static_cast<unsigned>(seats[i]);
    bytes[i / 4] |= static_cast<std::byte>(code << (6 - 2 * (i % 4)));
  }
  return bytes;
}

// The states that bytes of that layout hold; missing bytes are zero.
inline PlainSeats PlainFromBytes(const std::vector<std::byte>& bytes,
                                 std::size_t size) {
  PlainSeats seats(size, SeatState::kAvailable);
  for (std::size_t i = 0; i < size && i / 4 < bytes.size(); ++i) {
    const auto byte = static_cast<unsigned>(bytes[i / 4]);
    seats[i] = static_cast<SeatState>(byte >> (6 - 2 * (i % 4)) & 3);
  }
  return seats;
}

inline SeatCounts PlainCounts(const PlainSeats& seats, std::size_t first,
                              std::size_t last) {
  SeatCounts counts;
  for (std::size_t i = first; i < last; ++i) {
    if (seats[i] == SeatState::kAvailable) ++counts.available;
    if (seats[i] == SeatState::kReserved) ++counts.reserved;
    if (seats[i] == SeatState::kSold) ++counts.sold;
    if (seats[i] == SeatState::kBlocked) ++counts.blocked;
  }
  return counts;
}

// The seats in one state, ascending.
inline std::vector<std::size_t> PlainSeatsIn(const PlainSeats& seats,
                                             SeatState state) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < seats.size(); ++i) {
    if (seats[i] == state) found.push_back(i);
  }
  return found;
}

// Which seats a search may use. An empty filter lets all through.
inline std::vector<bool> PlainFree(const PlainSeats& seats,
                                   const std::vector<bool>& filter,
                                   std::size_t first) {
  std::vector<bool> free(seats.size());
  for (std::size_t i = first; i < seats.size(); ++i) {
    free[i] =
        seats[i] == SeatState::kAvailable && (filter.empty() || filter[i]);
  }
  return free;
}

// Maximal runs [first, last) of free seats inside rows, in order.
inline std::vector<std::pair<std::size_t, std::size_t>> PlainRuns(
    const std::vector<bool>& free, std::size_t seats_per_row) {
  std::vector<std::pair<std::size_t, std::size_t>> runs;
  bool open = false;
  for (std::size_t i = 0; i < free.size(); ++i) {
    if (i % seats_per_row == 0) open = false;
    if (free[i] && !open) runs.emplace_back(i, i);
    if (free[i]) runs.back().second = i + 1;
    open = free[i];
  }
  return runs;
}

// The first run of k free seats inside a row.
inline std::optional<std::size_t> PlainFindRun(const std::vector<bool>& free,
                                               std::size_t seats_per_row,
                                               std::size_t k) {
  if (k == 0 || k > seats_per_row) return std::nullopt;
  std::size_t length = 0;
  for (std::size_t i = 0; i < free.size(); ++i) {
    if (i % seats_per_row == 0) length = 0;
    length = free[i] ? length + 1 : 0;
    if (length == k) return i + 1 - k;
  }
  return std::nullopt;
}

// Whole runs, longest first, then in order, cut to count.
inline std::vector<std::size_t> PlainLargestBlocks(
    const std::vector<bool>& free, std::size_t seats_per_row,
    std::size_t count) {
  auto runs = PlainRuns(free, seats_per_row);
  std::stable_sort(runs.begin(), runs.end(), [](const auto& a, const auto& b) {
    return a.second - a.first > b.second - b.first;
  });
  std::vector<std::size_t> seats;
  for (const auto& [first, last] : runs) {
    for (std::size_t i = first; i < last && seats.size() < count; ++i) {
      seats.push_back(i);
    }
  }
  return seats;
}

}  // namespace seatfield::test

#endif  // SEATFIELD_TESTS_SUPPORT_PLAIN_SEATS_H_
