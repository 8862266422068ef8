// SPDX-License-Identifier: MIT
//
// What kind of on-sale it is to be.

#ifndef SEATFIELD_EXAMPLES_ON_SALE_SPEC_H_
#define SEATFIELD_EXAMPLES_ON_SALE_SPEC_H_

#include <cstdint>
#include <unordered_set>
#include <vector>

#include "ledger.h"
#include "seatfield/best_available.h"
#include "seatfield/commit_options.h"
#include "tally.h"

namespace examples::on_sale {

// What earlier runs have left in the store.
struct Earlier {
  std::uint32_t runs = 0;
  std::vector<Sale> sales;
  std::unordered_set<std::uint32_t> buyers;  // who have their seats

  // Bookings that were acknowledged, by the ledger; and others that were sold
  // when the run was killed before it could write them down.
  std::uint64_t acknowledged = 0;
  std::uint64_t unwritten = 0;
};

struct SaleSpec {
  std::uint32_t buyers = 0;
  std::uint32_t threads = 1;
  std::uint64_t seed = 1;
  // How seats are chosen for those who ask for the best.
  seatfield::BestPolicy::Order order = seatfield::BestPolicy::Order::kFirstFit;
  bool canary = false;  // claim that one seat was sold twice

  seatfield::CommitOptions holds;  // how durable they are,
  seatfield::CommitOptions sales;  // and those
  Ledger* ledger = nullptr;  // where sales are written down; null: nowhere
  Earlier earlier;
};

}  // namespace examples::on_sale

#endif  // SEATFIELD_EXAMPLES_ON_SALE_SPEC_H_
