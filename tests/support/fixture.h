// SPDX-License-Identifier: MIT
//
// An inventory on memory with a clock that the test moves, and the few calls
// that most tests make.

#ifndef SEATFIELD_TESTS_SUPPORT_FIXTURE_H_
#define SEATFIELD_TESTS_SUPPORT_FIXTURE_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "seatfield/clock.h"
#include "seatfield/inventory.h"
#include "seatfield/memory_storage.h"
#include "support/catch.h"

namespace seatfield::test {

inline constexpr EventId kEvent{1};
inline constexpr BuyerId kBuyer{7};
inline constexpr Time kStart = TimeFromMicros(1'700'000'000'000'000);

// Booking number n of a test.
constexpr BookingId B(std::uint64_t n) { return BookingId(0xb, n); }

// "committed", or the refusal's name with its detail: "not_found/event".
inline std::string Answer(const absl::StatusOr<Outcome>& outcome) {
  if (!outcome.ok()) return outcome.status().ToString();
  if (outcome->replayed) return "replayed";
  if (outcome->committed()) return "committed";
  std::string text(RefusalName(outcome->refusal));
  if (outcome->detail != RefusalDetail::kNone) {
    text += "/" + std::string(RefusalDetailName(outcome->detail));
  }
  return text;
}

struct Fixture {
  explicit Fixture(const Limits& limits = {})
      : clock(std::make_shared<ManualClock>(kStart)),
        inventory(
            std::make_unique<MemoryStorage>(MemoryOptions{.limits = limits}),
            clock) {}

  void Create(std::string_view section, std::uint32_t rows,
              std::uint32_t seats_per_row) {
    REQUIRE(
        inventory.CreateSection(kEvent, section, {rows, seats_per_row}).ok());
  }

  std::string Reserve(BookingId booking, std::string_view section,
                      ListArg<Seat> seats,
                      Duration hold_for = std::chrono::minutes(10)) {
    return Answer(inventory.Reserve(kEvent, {.booking = booking,
                                             .buyer = kBuyer,
                                             .section = section,
                                             .seats = seats,
                                             .hold_for = hold_for,
                                             .price = Price(3000)}));
  }
  std::string Finalize(BookingId booking) {
    return Answer(inventory.Finalize(kEvent, {.booking = booking}));
  }
  std::string Release(BookingId booking) {
    return Answer(inventory.Release(kEvent, {.booking = booking}));
  }
  std::string Commit(const Transaction& tx) {
    return Answer(inventory.Commit(tx));
  }

  // The states of a section, a letter a seat.
  std::string States(std::string_view section) {
    return inventory.ReadSection(kEvent, section).value().map.ToString();
  }

  std::shared_ptr<ManualClock> clock;
  Inventory inventory;
};

}  // namespace seatfield::test

#endif  // SEATFIELD_TESTS_SUPPORT_FIXTURE_H_
