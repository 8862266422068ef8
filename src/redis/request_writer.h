// SPDX-License-Identifier: MIT
//
// Writes a transaction as the script reads it: transaction.lua says how.

#ifndef SEATFIELD_REDIS_REQUEST_WRITER_H_
#define SEATFIELD_REDIS_REQUEST_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "redis/form.h"
#include "redis/pack.h"
#include "seatfield/best_available.h"
#include "seatfield/refusal.h"
#include "seatfield/section.h"
#include "seatfield/transaction.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {

// A section that a transaction names.
struct NamedSection {
  SectionName name;  // empty: there is none
  std::string made;  // which of that name; empty: whichever
};

// What was decided for a step that the script leaves to its caller, on those
// versions of its offers.
struct StepChoice {
  std::uint32_t step = 0;
  std::vector<std::int64_t> versions{};
  bool leaves_orphan = false;

  // Of best seats alone.
  bool of_best_seats = false;
  SeatingTier tier = SeatingTier::kNone;         // kNone: there are none,
  RefusalDetail refused = RefusalDetail::kNone;  // for that reason
  std::size_t section = 0;                       // of the transaction's, from 1
  std::vector<SeatIndex> seats{};
};

// sections[i] is transaction.section(i).
void WriteRequest(const Transaction& transaction,
                  std::span<const NamedSection> sections,
                  std::span<const StepChoice> choices, const Form& form,
                  Packer& pack);

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_REDIS_REQUEST_WRITER_H_
