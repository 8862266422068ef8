// SPDX-License-Identifier: MIT
//
// What one thread of buyers saw and was told. Each has its own; they are added
// up at the end.

#ifndef SEATFIELD_EXAMPLES_ON_SALE_TALLY_H_
#define SEATFIELD_EXAMPLES_ON_SALE_TALLY_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "latency.h"
#include "seatfield/ids.h"
#include "seatfield/price.h"
#include "seatfield/refusal.h"
#include "seatfield/section.h"

namespace examples::on_sale {

// A seat that the store acknowledged as sold.
struct Sale {
  std::uint32_t section = 0;
  seatfield::SeatIndex seat = 0;
  seatfield::BookingId booking;
  seatfield::BuyerId buyer{};
  seatfield::Price price;
};

struct StepTally {
  std::uint64_t committed = 0;
  std::uint64_t refused = 0;
  std::uint64_t replayed = 0;
  Latency latency;

  std::uint64_t count() const { return committed + refused + replayed; }

  void Add(const StepTally& other) {
    committed += other.committed;
    refused += other.refused;
    replayed += other.replayed;
    latency.Add(other.latency);
  }
};

struct Tally {
  std::array<StepTally, seatfield::kStepKindCount> steps;
  std::array<std::uint64_t, seatfield::kRefusalCount> refusals{};
  std::uint64_t people = 0;
  std::uint64_t bots = 0;
  std::uint64_t holds = 0;
  std::uint64_t released = 0;       // holds given back
  std::uint64_t lapsed = 0;         // holds that ran out
  std::uint64_t paid = 0;           // holds that were sold
  std::uint64_t saw_no_seats = 0;   // looks at a map that showed none
  std::uint64_t left_without = 0;   // people
  std::uint64_t wrong_replays = 0;  // a request sent twice, answered otherwise
  std::vector<Sale> sales;          // the ledger of what was acknowledged

  std::uint64_t refused() const {
    std::uint64_t sum = 0;
    for (const StepTally& step : steps) sum += step.refused;
    return sum;
  }
  std::uint64_t operations() const {
    std::uint64_t sum = 0;
    for (const StepTally& step : steps) sum += step.count();
    return sum;
  }

  void Add(const Tally& other) {
    for (std::size_t i = 0; i < steps.size(); ++i) steps[i].Add(other.steps[i]);
    for (std::size_t i = 0; i < refusals.size(); ++i) {
      refusals[i] += other.refusals[i];
    }
    people += other.people;
    bots += other.bots;
    holds += other.holds;
    released += other.released;
    lapsed += other.lapsed;
    paid += other.paid;
    saw_no_seats += other.saw_no_seats;
    left_without += other.left_without;
    wrong_replays += other.wrong_replays;
    sales.insert(sales.end(), other.sales.begin(), other.sales.end());
  }
};

}  // namespace examples::on_sale

#endif  // SEATFIELD_EXAMPLES_ON_SALE_TALLY_H_
