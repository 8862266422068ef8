// SPDX-License-Identifier: MIT
//
// Sections as a person draws them, seats as printed on a ticket, bytes as
// hexadecimal digits.
//
//   const Drawing drawing = Draw("A R S|A A B");
//   drawing.map;            // six seats
//   drawing.seats_per_row;  // 3

#ifndef SEATFIELD_TESTS_SUPPORT_SEAT_TEXT_H_
#define SEATFIELD_TESTS_SUPPORT_SEAT_TEXT_H_

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "seatfield/seat_map.h"

namespace seatfield::test {

struct Drawing {
  SeatMap map;
  std::size_t rows = 0;
  std::size_t seats_per_row = 0;
};

// Letters A, R, S, B; rows separated by '|'; blanks are for the eye. A text
// that is not so, or whose rows differ in width, gives a drawing of no rows.
inline Drawing Draw(std::string_view text) {
  std::string letters;
  std::size_t rows = 1, row_start = 0, width = 0;
  const auto end_row = [&] {
    const std::size_t seats = letters.size() - row_start;
    const bool fits = seats > 0 && (row_start == 0 || seats == width);
    width = seats;
    row_start = letters.size();
    return fits;
  };
  for (const char c : text) {
    if (c == ' ') continue;
    if (c != '|') {
      letters += c;
    } else if (end_row()) {
      ++rows;
    } else {
      return {};
    }
  }
  const bool fits = end_row();
  const auto map = SeatMap::FromString(letters);
  if (!fits || !map.ok()) return {};
  return {*map, rows, width};
}

// "row-number", both 1-based.
inline std::string TicketText(std::size_t seat, std::size_t seats_per_row) {
  return std::to_string(seat / seats_per_row + 1) + "-" +
         std::to_string(seat % seats_per_row + 1);
}

inline std::string Hex(std::span<const std::byte> bytes) {
  std::string text;
  for (const std::byte byte : bytes) {
    text += "0123456789abcdef"[std::to_integer<unsigned>(byte >> 4)];
    text += "0123456789abcdef"[std::to_integer<unsigned>(byte) & 15];
  }
  return text;
}

}  // namespace seatfield::test

#endif  // SEATFIELD_TESTS_SUPPORT_SEAT_TEXT_H_
