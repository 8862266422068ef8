// SPDX-License-Identifier: MIT
//
// A section is a rectangle of seats in an event: its name, its shape, its
// counters. Rows and seat numbers are 1-based, as printed on a ticket; a seat
// index is 0-based, row-major. General admission is a section of one row.
//
//   SectionConfig config{.rows = 25, .seats_per_row = 20};
//   config.IndexOf({.row = 2, .number = 1});   // 20
//   config.SeatAt(20);                         // {2, 1}
//
// Limits: names are [A-Za-z0-9_.-]{1,64}; rows * seats_per_row is 1 to
//   Limits::seats_per_section_max.
// Thread safety: plain values.

#ifndef SEATFIELD_SECTION_H_
#define SEATFIELD_SECTION_H_

#include <algorithm>
#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "seatfield/ids.h"
#include "seatfield/internal/text.h"
#include "seatfield/seat_state.h"
#include "seatfield/time.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN

// 0-based, row-major, within one section.
using SeatIndex = std::uint32_t;

// A seat as a ticket names it. Text form: "3-4", row 3 seat 4.
struct Seat {
  std::uint32_t row = 0;     // from 1
  std::uint32_t number = 0;  // from 1, within the row

  // Errors: InvalidArgument (fix the text).
  static absl::StatusOr<Seat> Parse(std::string_view text);
  std::string ToString() const { return internal::Cat(row, "-", number); }

  friend constexpr bool operator==(Seat, Seat) = default;
  friend constexpr auto operator<=>(Seat, Seat) = default;
};

// The name of a section. A regular value without allocation; empty when
// default-constructed, which names no section.
class SectionName {
 public:
  static constexpr std::size_t kSizeMax = 64;

  constexpr SectionName() = default;

  // Whether `text` is a name: 1 to 64 of letters, digits, '_', '.', '-'.
  static constexpr bool IsValid(std::string_view text);

  // Errors: InvalidArgument, quoting the text (fix the name).
  static absl::StatusOr<SectionName> Parse(std::string_view text);

  // Of text that is known to be a name. Requires IsValid(text).
  static constexpr SectionName Known(std::string_view text);

  constexpr std::string_view view() const { return {text_.data(), size_}; }
  constexpr bool empty() const { return size_ == 0; }
  std::string ToString() const { return std::string(view()); }

  friend constexpr bool operator==(const SectionName& a, const SectionName& b) {
    return a.view() == b.view();
  }
  friend constexpr auto operator<=>(const SectionName& a,
                                    const SectionName& b) {
    return a.view() <=> b.view();
  }

 private:
  std::array<char, kSizeMax> text_{};
  std::uint8_t size_ = 0;
};

struct SectionKey {
  EventId event{};
  SectionName name;

  // Errors: InvalidArgument (fix the event id or the name).
  static absl::StatusOr<SectionKey> Make(EventId event, std::string_view name);
  std::string ToString() const {
    return internal::Cat(Value(event), "/", name.view());
  }

  friend constexpr bool operator==(const SectionKey&,
                                   const SectionKey&) = default;
  friend constexpr auto operator<=>(const SectionKey&,
                                    const SectionKey&) = default;
};

struct SectionConfig {
  std::uint32_t rows = 0;
  std::uint32_t seats_per_row = 0;

  // Errors: InvalidArgument, naming the field, when a side is 0 or the section
  // has more than `seats_max` seats (checked without overflow).
  absl::Status Validate(std::uint32_t seats_max) const;

  // Requires a config that Validate() accepts.
  constexpr std::uint32_t seat_count() const { return rows * seats_per_row; }
  constexpr bool Contains(Seat seat) const {
    return seat.row - 1 < rows && seat.number - 1 < seats_per_row;
  }

  // (row - 1) * seats_per_row + (number - 1), and back. Each requires a seat of
  // the section.
  constexpr SeatIndex IndexOf(Seat seat) const {
    return (seat.row - 1) * seats_per_row + (seat.number - 1);
  }
  constexpr Seat SeatAt(SeatIndex index) const {
    return {index / seats_per_row + 1, index % seats_per_row + 1};
  }

  friend constexpr bool operator==(const SectionConfig&,
                                   const SectionConfig&) = default;
};

// A section to be created.
struct SectionSpec {
  std::string name;
  SectionConfig config;
};

// The counters of a section at one version. Counters cannot drift from the
// seats: they change in the same act.
struct SectionStats {
  SectionKey key;
  SectionConfig config;
  SeatCounts counts;
  std::uint64_t version = 0;    // committed changes, dense from 1; 0: none yet
  Time updated_at{};            // time of that change, or of the creation
  Time next_deadline = kNever;  // when the first live hold ends
  bool paused = false;          // by itself or by its event

  friend bool operator==(const SectionStats&, const SectionStats&) = default;
};

// What changes all the time of a section, and nothing else: 32 bytes, for those
// who poll thousands.
struct SectionCounters {
  std::uint32_t available = 0;
  std::uint32_t reserved = 0;
  std::uint32_t sold = 0;
  std::uint32_t blocked = 0;
  std::uint64_t version = 0;    // as in SectionStats
  Time next_deadline = kNever;  // likewise

  friend bool operator==(const SectionCounters&,
                         const SectionCounters&) = default;
};
static_assert(sizeof(SectionCounters) == 32);

// The same of what ReadStats() says.
constexpr SectionCounters CountersOf(const SectionStats& stats) {
  return {static_cast<std::uint32_t>(stats.counts.available),
          static_cast<std::uint32_t>(stats.counts.reserved),
          static_cast<std::uint32_t>(stats.counts.sold),
          static_cast<std::uint32_t>(stats.counts.blocked),
          stats.version,
          stats.next_deadline};
}

// A resolved section, for hot loops: looks up no name. Once that is dropped, it
// is not_found, and a retry by it id_reused. Valid only with its storage.
struct SectionHandle {
  std::uint64_t place = 0;
  std::uint64_t generation = 0;

  friend constexpr bool operator==(SectionHandle, SectionHandle) = default;
};

// --- Implementation ---------------------------------------------------------

inline absl::StatusOr<Seat> Seat::Parse(std::string_view text) {
  const std::size_t dash = text.find('-');
  if (dash != std::string_view::npos) {
    const auto row =
        internal::ParseDecimal<std::uint32_t>(text.substr(0, dash));
    const auto number =
        internal::ParseDecimal<std::uint32_t>(text.substr(dash + 1));
    if (row && number && *row > 0 && *number > 0) return Seat{*row, *number};
  }
  return internal::InvalidArgument("not a seat (ROW-NUMBER, both from 1): ",
                                   internal::Quoted(text));
}

constexpr bool SectionName::IsValid(std::string_view text) {
  return !text.empty() && text.size() <= kSizeMax &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                  (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
         });
}

inline absl::StatusOr<SectionName> SectionName::Parse(std::string_view text) {
  if (!IsValid(text)) {
    return internal::InvalidArgument(
        "not a section name ([A-Za-z0-9_.-], 1 to 64 characters): ",
        internal::Quoted(text));
  }
  return Known(text);
}

constexpr SectionName SectionName::Known(std::string_view text) {
  SectionName name;
  std::copy(text.begin(), text.end(), name.text_.begin());
  name.size_ = static_cast<std::uint8_t>(text.size());
  return name;
}

inline absl::StatusOr<SectionKey> SectionKey::Make(EventId event,
                                                   std::string_view name) {
  if (!IsValid(event)) {
    return internal::InvalidArgument("event id ", Value(event), " is negative");
  }
  auto parsed = SectionName::Parse(name);
  if (!parsed.ok()) return parsed.status();
  return SectionKey{event, *parsed};
}

inline absl::Status SectionConfig::Validate(std::uint32_t seats_max) const {
  if (rows == 0) return internal::InvalidArgument("rows is 0");
  if (seats_per_row == 0)
    return internal::InvalidArgument("seats_per_row is 0");
  const auto seats = std::uint64_t{rows} * seats_per_row;
  if (seats > seats_max) {
    return internal::InvalidArgument("rows * seats_per_row is ", seats,
                                     ", more than ", seats_max);
  }
  return absl::OkStatus();
}

SEATFIELD_ABI_END
}  // namespace seatfield

template <>
struct std::hash<seatfield::SectionName> {
  std::size_t operator()(const seatfield::SectionName& name) const noexcept {
    return std::hash<std::string_view>()(name.view());
  }
};

#endif  // SEATFIELD_SECTION_H_
