// SPDX-License-Identifier: MIT
//
// An event as lines of JSON: what `export` writes and `import` reads.
//
//   {"seatfield_event":1,"event_id":7}                    first; 1: this format
//   {"section":"A-1","rows":26,"seats_per_row":25}        each section, by name
//   {"section":"A-1","seat":"3-4","state":"sold","meta":{"buyer_id":7,
//    "booking_id":"...","price":3000,"reserved_at":"..."}}
//                                                   each seat not available
//   {"end":{"sections":1,"seats":1,"digest":"..."}}       last
//
// A section line has "paused":true if it is; the rest of a seat line is a
// SeatRecord of seatfield/json.h. "seats" counts the seat lines; "digest" is
// the event's (seatfield/digest.h), so that who reads it all can tell; it may
// be left out.
//
// Errors: InvalidArgument, saying where in the line and what was expected. A
//   member that is not known is refused: a slip must not be silent.
// Thread safety: pure functions.
// Limits: kLineBytesMax.

#ifndef SEATFIELD_EXAMPLES_SEATCTL_LINES_H_
#define SEATFIELD_EXAMPLES_SEATCTL_LINES_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "absl/status/statusor.h"
#include "seatfield/ids.h"
#include "seatfield/seat_meta.h"
#include "seatfield/section.h"

namespace examples::seatctl {

inline constexpr std::size_t kLineBytesMax = 64 * 1024;
inline constexpr std::uint64_t kLinesFormat = 1;

struct HeaderLine {
  seatfield::EventId event{};

  friend bool operator==(const HeaderLine&, const HeaderLine&) = default;
};

struct SectionLine {
  seatfield::SectionName name;
  seatfield::SectionConfig config;
  bool paused = false;

  friend bool operator==(const SectionLine&, const SectionLine&) = default;
};

struct SeatLine {
  seatfield::SectionName section;
  seatfield::SeatRecord record;

  friend bool operator==(const SeatLine&, const SeatLine&) = default;
};

struct EndLine {
  std::uint64_t sections = 0;
  std::uint64_t seats = 0;
  std::string digest;  // empty: not told

  friend bool operator==(const EndLine&, const EndLine&) = default;
};

using Line = std::variant<HeaderLine, SectionLine, SeatLine, EndLine>;

// Without the newline.
std::string LineText(const Line& line);
absl::StatusOr<Line> ParseLine(std::string_view text);

}  // namespace examples::seatctl

#endif  // SEATFIELD_EXAMPLES_SEATCTL_LINES_H_
