// SPDX-License-Identifier: MIT
//
// Decides what the script leaves to its caller: which seats are the best, and
// whether seats leave an orphan. By the same functions as the ledger.

#ifndef SEATFIELD_REDIS_CHOOSER_H_
#define SEATFIELD_REDIS_CHOOSER_H_

#include "absl/status/statusor.h"
#include "redis/pack.h"
#include "redis/request_writer.h"
#include "seatfield/transaction.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {

// Reads what stands behind the kind of such an answer.
// Errors: Internal, if that is not about this transaction.
absl::StatusOr<StepChoice> Choose(const Transaction& transaction,
                                  Unpacker& answer);

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_REDIS_CHOOSER_H_
