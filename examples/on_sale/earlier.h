// SPDX-License-Identifier: MIT
//
// Goes on with a store that an earlier run was selling from when it was killed:
// what the crowd was told then must stand there now.

#ifndef SEATFIELD_EXAMPLES_ON_SALE_EARLIER_H_
#define SEATFIELD_EXAMPLES_ON_SALE_EARLIER_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "house.h"
#include "ledger.h"
#include "spec.h"

namespace examples::on_sale {

// What earlier runs have sold. The clock of the house is set to where they
// ended. Errors: DataLoss, naming a booking that was acknowledged and a seat
// that is not sold to it; those of the ledger and the storage.
absl::StatusOr<Earlier> FindEarlier(House& house, const Ledger& ledger);

// Errors: FailedPrecondition if anything is sold or written down already.
absl::Status CheckNothingEarlier(House& house, const Ledger* ledger);

}  // namespace examples::on_sale

#endif  // SEATFIELD_EXAMPLES_ON_SALE_EARLIER_H_
