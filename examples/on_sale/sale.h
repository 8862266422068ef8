// SPDX-License-Identifier: MIT
//
// A whole on-sale: the simulation, then what came of it and whether all of it
// is true.

#ifndef SEATFIELD_EXAMPLES_ON_SALE_SALE_H_
#define SEATFIELD_EXAMPLES_ON_SALE_SALE_H_

#include <vector>

#include "absl/status/statusor.h"
#include "house.h"
#include "progress.h"
#include "report.h"
#include "seatfield/read_view.h"
#include "spec.h"

namespace examples::on_sale {

// Sells the house and reads it into `views`.
absl::StatusOr<Report> Sell(House& house, const SaleSpec& spec,
                            Progress& progress,
                            std::vector<seatfield::SectionView>& views);

}  // namespace examples::on_sale

#endif  // SEATFIELD_EXAMPLES_ON_SALE_SALE_H_
