// SPDX-License-Identifier: MIT

#include "common/seat_list.h"

#include <algorithm>
#include <cstdint>

#include "seatfield/internal/text.h"

namespace examples {

using seatfield::Seat;
using seatfield::SectionName;
using seatfield::internal::InvalidArgument;
using seatfield::internal::Quoted;

namespace {

// "3-4" or "3-4..3-9".
absl::Status ParseRange(std::string_view text, std::vector<Seat>& seats) {
  constexpr std::string_view kTo = "..";
  const std::size_t dots = text.find(kTo);
  const auto first = Seat::Parse(text.substr(0, dots));
  if (!first.ok()) return first.status();
  auto last = first;
  if (dots != std::string_view::npos) {
    last = Seat::Parse(text.substr(dots + kTo.size()));
  }
  if (!last.ok()) return last.status();
  if (last->row != first->row) {
    return InvalidArgument("a range of seats stays in one row: ", Quoted(text));
  }
  if (last->number < first->number) {
    return InvalidArgument("the range ends before it begins: ", Quoted(text));
  }
  const auto count = std::uint64_t{last->number} - first->number + 1;
  if (count > kSeatsTypedMax - std::min(seats.size(), kSeatsTypedMax)) {
    return InvalidArgument("more than ", kSeatsTypedMax, " seats with ",
                           Quoted(text));
  }
  for (std::uint64_t i = 0; i < count; ++i) {
    seats.push_back(
        {first->row, first->number + static_cast<std::uint32_t>(i)});
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ParseSeats(std::string_view text, std::vector<Seat>& seats) {
  while (true) {
    const std::size_t comma = text.find(',');
    absl::Status status = ParseRange(text.substr(0, comma), seats);
    if (!status.ok() || comma == std::string_view::npos) return status;
    text.remove_prefix(comma + 1);
  }
}

absl::Status ParsePlacedSeats(std::string_view text,
                              std::vector<SectionSeats>& sections) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) {
    return InvalidArgument("not SECTION:ROW-SEAT, as in A-1:3-4: ",
                           Quoted(text));
  }
  const auto name = SectionName::Parse(text.substr(0, colon));
  if (!name.ok()) return name.status();
  auto at = std::find_if(
      sections.begin(), sections.end(),
      [&](const SectionSeats& entry) { return entry.section == *name; });
  if (at == sections.end()) at = sections.insert(at, {*name, {}});
  return ParseSeats(text.substr(colon + 1), at->seats);
}

}  // namespace examples
