// SPDX-License-Identifier: MIT
//
// A seat is in one of four states, two bits each; SeatCounts says how many
// seats are in each.
//
//   SeatCounts counts{.available = 998, .reserved = 2};
//   counts[SeatState::kReserved];  // 2
//   counts.total();                // 1000
//
// Units: seats.
// Thread safety: plain values.

#ifndef SEATFIELD_SEAT_STATE_H_
#define SEATFIELD_SEAT_STATE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN

// The numbers are what every home stores and must never change.
enum class SeatState : std::uint8_t {
  kAvailable = 0,
  kReserved = 1,
  kSold = 2,
  kBlocked = 3,  // not for sale, or no seat stands there
};

inline constexpr std::size_t kSeatStateCount = 4;

// "available", "reserved", "sold" or "blocked".
constexpr std::string_view SeatStateName(SeatState state) {
  constexpr std::string_view kNames[kSeatStateCount] = {"available", "reserved",
                                                        "sold", "blocked"};
  return kNames[static_cast<std::size_t>(state) & 3];
}

// The state of that name, nothing if there is none. Case matters.
constexpr std::optional<SeatState> ParseSeatState(std::string_view name) {
  for (std::uint8_t code = 0; code < kSeatStateCount; ++code) {
    const auto state = static_cast<SeatState>(code);
    if (name == SeatStateName(state)) return state;
  }
  return std::nullopt;
}

// 'A', 'R', 'S' or 'B': a seat in the text form of a SeatMap.
constexpr char SeatStateLetter(SeatState state) {
  return "ARSB"[static_cast<std::size_t>(state) & 3];
}

// The state of that letter, nothing if there is none. Case matters.
constexpr std::optional<SeatState> SeatStateOfLetter(char letter) {
  const std::size_t code = std::string_view("ARSB").find(letter);
  if (code == std::string_view::npos) return std::nullopt;
  return static_cast<SeatState>(code);
}

struct SeatCounts {
  std::uint64_t available = 0;
  std::uint64_t reserved = 0;
  std::uint64_t sold = 0;
  std::uint64_t blocked = 0;

  constexpr std::uint64_t total() const {
    return available + reserved + sold + blocked;
  }

  constexpr std::uint64_t& operator[](SeatState state) {
    return this->*Member(state);
  }
  constexpr const std::uint64_t& operator[](SeatState state) const {
    return this->*Member(state);
  }

  constexpr SeatCounts& operator+=(const SeatCounts& other) {
    available += other.available;
    reserved += other.reserved;
    sold += other.sold;
    blocked += other.blocked;
    return *this;
  }

  friend constexpr bool operator==(const SeatCounts&,
                                   const SeatCounts&) = default;

 private:
  static constexpr std::uint64_t SeatCounts::*Member(SeatState state) {
    switch (state) {
      case SeatState::kReserved:
        return &SeatCounts::reserved;
      case SeatState::kSold:
        return &SeatCounts::sold;
      case SeatState::kBlocked:
        return &SeatCounts::blocked;
      case SeatState::kAvailable:
        break;
    }
    return &SeatCounts::available;
  }
};

SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_SEAT_STATE_H_
