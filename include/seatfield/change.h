// SPDX-License-Identifier: MIT
//
// A StoreChange is one entry of a store's feed: what one committed transaction
// or one lapsed hold has changed, or that a section came, went, was reset or
// paused. Entries are numbered from 1 without gaps, in an order that agrees
// with the order of every section's versions.
//
// Thread safety: plain values.

#ifndef SEATFIELD_CHANGE_H_
#define SEATFIELD_CHANGE_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "seatfield/ids.h"
#include "seatfield/outcome.h"
#include "seatfield/price.h"
#include "seatfield/seat_state.h"
#include "seatfield/section.h"
#include "seatfield/time.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN

enum class ChangeCause : std::uint8_t {
  kCommitted,  // a transaction
  kExpired,    // a booking's holds in one section
  kCreated,    // sections
  kDropped,    // a section, or with no section named the whole event
  kReset,      // likewise
  kPaused,     // likewise
  kResumed,    // likewise
};

constexpr std::string_view ChangeCauseName(ChangeCause cause) {
  constexpr std::string_view kNames[] = {"committed", "expired", "created",
                                         "dropped",   "reset",   "paused",
                                         "resumed"};
  return kNames[static_cast<int>(cause)];
}

struct ChangedSeat {
  std::uint32_t section = 0;  // in StoreChange::sections
  Seat seat;
  SeatState from = SeatState::kAvailable;
  SeatState to = SeatState::kAvailable;
  BookingId booking;  // that has it now, or gave it up; nil for a block
  Price price;        // of a seat that is or was reserved or sold

  friend bool operator==(const ChangedSeat&, const ChangedSeat&) = default;
};

struct StoreChange {
  std::uint64_t sequence = 0;
  ChangeCause cause = ChangeCause::kCommitted;
  Time time{};
  EventId event{};
  TransactionId transaction;             // nil without one
  std::vector<SectionOutcome> sections;  // and their versions thereafter
  std::vector<ChangedSeat> seats;        // in the order of the steps

  friend bool operator==(const StoreChange&, const StoreChange&) = default;
};

SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_CHANGE_H_
