// SPDX-License-Identifier: MIT
//
// A whole on-sale: the simulation, then what came of it and whether all of it
// is true.

#ifndef SEATFIELD_EXAMPLES_ON_SALE_SALE_H_
#define SEATFIELD_EXAMPLES_ON_SALE_SALE_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "house.h"
#include "progress.h"
#include "report.h"
#include "seatfield/best_available.h"
#include "seatfield/read_view.h"

namespace examples::on_sale {

struct SaleSpec {
  std::uint32_t buyers = 0;
  std::uint32_t threads = 1;
  std::uint64_t seed = 1;
  // How seats are chosen for those who ask for the best.
  seatfield::BestPolicy::Order order = seatfield::BestPolicy::Order::kFirstFit;
  bool canary = false;  // claim that one seat was sold twice
};

// Sells the house and reads it into `views`.
absl::StatusOr<Report> Sell(House& house, const SaleSpec& spec,
                            Progress& progress,
                            std::vector<seatfield::SectionView>& views);

}  // namespace examples::on_sale

#endif  // SEATFIELD_EXAMPLES_ON_SALE_SALE_H_
