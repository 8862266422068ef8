// SPDX-License-Identifier: MIT
//
// Seats as one types them:
//
//   3-4             row 3, seat 4
//   3-4..3-9        of one row, both ends included
//   3-4,3-6,5-1..5-4
//   3-4..3-9    of a section, where a request may reach over several
//
// Thread safety: pure functions.
// Errors: InvalidArgument, quoting the part that is wrong.

#ifndef SEATFIELD_EXAMPLES_COMMON_SEAT_LIST_H_
#define SEATFIELD_EXAMPLES_COMMON_SEAT_LIST_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "seatfield/section.h"

namespace examples {

// Of one list, so that a slip in a range takes no memory.
inline constexpr std::size_t kSeatsTypedMax = 100'000;

// Appends what `text` names to `seats`.
absl::Status ParseSeats(std::string_view text,
                        std::vector<seatfield::Seat>& seats);

struct SectionSeats {
  seatfield::SectionName section;
  std::vector<seatfield::Seat> seats;

  friend bool operator==(const SectionSeats&, const SectionSeats&) = default;
};

// Appends what `text` names, SECTION:SEATS, to the seats of its section; the
// sections stand in the order in which they are first named.
absl::Status ParsePlacedSeats(std::string_view text,
                              std::vector<SectionSeats>& sections);

}  // namespace examples

#endif  // SEATFIELD_EXAMPLES_COMMON_SEAT_LIST_H_
