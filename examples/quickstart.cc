// SPDX-License-Identifier: MIT
#include <chrono>
#include <iostream>
#include <memory>

#include "seatfield/inventory.h"
#include "seatfield/memory_storage.h"

int main() {
  using namespace seatfield;  // NOLINT(google-build-using-namespace)
  using namespace std::chrono_literals;
  Inventory inventory(std::make_unique<MemoryStorage>());
  const EventId concert{1};
  if (!inventory.CreateSection(concert, "A-1", {25, 20}).ok()) return 1;

  // Two seats, held for ten minutes; a second buyer wants one of them.
  const BookingId ann(0, 1), bob(0, 2);
  const auto print = [](const auto& outcome) {
    std::cout << (outcome.ok() ? Describe(*outcome) : "failed") << '\n';
  };
  print(inventory.Reserve(
      concert, {ann, BuyerId{7}, "A-1", {{3, 4}, {3, 5}}, 10min, Price(4500)}));
  print(inventory.Reserve(concert, {bob, BuyerId{8}, "A-1", {{3, 5}}, 10min}));

  // Or: the first three together, found and held in one act. Then both pay.
  print(inventory.ReserveBest(
      concert, {bob, BuyerId{8}, {{"A-1", Price(4500)}}, 3, {}, 10min}));
  print(inventory.Finalize(concert, {ann}));
  print(inventory.Finalize(concert, {bob}));
  return inventory.Verify(concert).ok() ? 0 : 1;
}
/* Output:
committed: A-1 3-4 reserved A-1 3-5 reserved
refused seat_reserved at step 0: A-1 3-5 seat_reserved
committed: A-1 1-1 reserved A-1 1-2 reserved A-1 1-3 reserved
committed: A-1 3-4 sold A-1 3-5 sold
committed: A-1 1-1 sold A-1 1-2 sold A-1 1-3 sold
*/
