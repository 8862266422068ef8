// SPDX-License-Identifier: MIT
//
// Best seats: a plan of the section, a policy, and why nothing fits.

#include <chrono>
#include <cstdint>
#include <iostream>
#include <memory>
#include <vector>

#include "seatfield/inventory.h"
#include "seatfield/memory_storage.h"

namespace {

using namespace seatfield;  // NOLINT(google-build-using-namespace)
using namespace std::chrono_literals;

int Sell(Inventory& inventory, EventId concert) {
  // What the README shows.
  // The stage is off the middle, row 2 sees best, an aisle parts each row.
  const auto plan = SeatingPlan::Create(
      {.rows = 3, .seats_per_row = 10},
      {.focal_column = 4, .row_ranks = {1, 0, 2}, .aisles = {6}});
  if (!plan.ok()) return 1;
  const std::vector<Offer> offers = {
      {.section = "A-1",
       .price = Price(4500),
       .plan = std::make_shared<const SeatingPlan>(*plan)}};
  const BestPolicy policy{.order = BestPolicy::Order::kBest,
                          .orphans = OrphanRule::kForbid,
                          .allow_split = false};
  // Up to here.
  const auto reserve = [&](std::uint64_t booking, std::uint32_t count) {
    const auto outcome =
        inventory.ReserveBest(concert, {.booking = BookingId(0, booking),
                                        .buyer = BuyerId{7},
                                        .offers = offers,
                                        .count = count,
                                        .policy = policy,
                                        .hold_for = 10min});
    std::cout << (outcome.ok() ? Describe(*outcome) : "failed") << '\n';
  };
  reserve(1, 2);  // 2-3 and 2-4: with 2-4 and 2-5, 2-6 would be left alone
  reserve(2, 5);  // refused: of six beside the aisle one would be left alone
  reserve(3, 4);  // 2-7 to 2-10, beyond the aisle: row 2 comes first
  const auto why = inventory.ExplainBest(concert, offers, 7, policy);
  if (!why.ok() || why->fits()) return 1;
  std::cout << "seven: " << RefusalDetailName(why->detail) << ", at most "
            << why->offers[0].longest_run << " together\n";
  return 0;
}

}  // namespace

int main() {
  Inventory inventory(std::make_unique<MemoryStorage>());
  const EventId concert{1};
  if (!inventory.CreateSection(concert, "A-1", {3, 10}).ok()) return 1;
  return Sell(inventory, concert);
}
/* Output:
committed: A-1 2-3 reserved A-1 2-4 reserved
refused no_best_available (would_orphan) at step 0
committed: A-1 2-7 reserved A-1 2-8 reserved A-1 2-9 reserved A-1 2-10 reserved
seven: not_adjacent, at most 6 together
*/
