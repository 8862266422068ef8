// SPDX-License-Identifier: MIT
//
// A user's program on seatfield::seatfield, which brings seatfield::core: sells
// a seat in a store on the disk, and finds it sold after opening it again.

#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <iostream>
#include <string>
#include <utility>

#include "seatfield/inventory.h"
#include "seatfield/mapped_storage.h"
#include "seatfield/version.h"

namespace {

using seatfield::BookingId;
using seatfield::BuyerId;
using seatfield::Inventory;
using seatfield::MappedStorage;

constexpr seatfield::EventId kEvent{1};
constexpr BookingId kBooking(0, 1);

bool Sell(Inventory& inventory) {
  if (!inventory.CreateSection(kEvent, "A-1", {25, 20}).ok()) return false;
  const auto held = inventory.Reserve(
      kEvent, {kBooking, BuyerId{7}, "A-1", {{3, 4}}, std::chrono::minutes(5)});
  if (!held.ok() || !held->committed()) return false;
  const auto sold = inventory.Finalize(kEvent, {kBooking});
  return sold.ok() && sold->committed();
}

bool IsSold(Inventory& inventory) {
  const auto booking = inventory.ReadBooking(kEvent, kBooking);
  return booking.ok() && booking->seats.size() == 1 &&
         booking->seats[0].state == seatfield::SeatState::kSold &&
         inventory.Verify(kEvent).ok();
}

bool SellAndReopen(const std::string& directory) {
  for (const auto& step : {Sell, IsSold}) {
    auto storage = MappedStorage::Open(directory);
    if (!storage.ok()) return false;
    Inventory inventory(*std::move(storage));
    if (!step(inventory) || !inventory.Close().ok()) return false;
  }
  return true;
}

}  // namespace

int main() {
  const std::string directory =
      (std::filesystem::temp_directory_path() / "seatfield-consumer-")
          .string() +
      std::to_string(::getpid());
  const bool done = SellAndReopen(directory);
  std::filesystem::remove_all(directory);
  if (!done) return 1;
  std::cout << "seatfield " << seatfield::kVersionText << '\n';
}
