// SPDX-License-Identifier: MIT
//
// What makes two requests the same: the digest of the steps and preconditions,
// with sections by their names and every number little-endian. The time of the
// call and the level asked for are no part of it, nor is whether a section was
// given by name or by handle.

#ifndef SEATFIELD_INTERNAL_REQUEST_DIGEST_H_
#define SEATFIELD_INTERNAL_REQUEST_DIGEST_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "seatfield/best_available.h"
#include "seatfield/ids.h"
#include "seatfield/internal/hash.h"
#include "seatfield/seat_mask.h"
#include "seatfield/seat_meta.h"
#include "seatfield/seating_plan.h"
#include "seatfield/section.h"
#include "seatfield/time.h"
#include "seatfield/transaction.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace internal {

// Of a plan what its maker said, and that there is none.
inline void HashPlan(const SeatingPlan* plan, Hasher128& hasher) {
  const auto number = [&](auto value) {
    hasher.UpdateUint64(static_cast<std::uint64_t>(value));
  };
  const auto list = [&](const auto& items) {
    number(items.size());
    for (const auto item : items) number(item);
  };
  number(plan != nullptr);
  if (plan == nullptr) return;
  number(plan->config().rows);
  number(plan->config().seats_per_row);
  const SeatingPlanSpec& spec = plan->spec();
  number(spec.focal_column);
  list(spec.focal_columns);
  list(spec.row_ranks);
  list(spec.aisles);
  list(spec.scores);
}

inline void HashPolicy(const BestPolicy& policy, Hasher128& hasher) {
  const auto number = [&](auto value) {
    hasher.UpdateUint64(static_cast<std::uint64_t>(value));
  };
  number(policy.order);
  number(policy.largest_blocks_fallback);
  number(policy.orphans);
  number(policy.allow_split);
  number(policy.allow_singles);
  number(policy.min_run);
}

// name_of(i) is the name of the transaction's section(i), as a string_view.
template <typename NameOf>
Digest128 DigestRequest(const Transaction& transaction, NameOf name_of) {
  Hasher128 hasher;
  const auto number = [&](auto value) {
    hasher.UpdateUint64(static_cast<std::uint64_t>(value));
  };
  const auto id = [&](const auto& uuid) {
    number(uuid.high());
    number(uuid.low());
  };
  const auto name = [&](std::size_t section) {
    const std::string_view text = name_of(section);
    number(text.size());
    hasher.Update(std::as_bytes(std::span(text)));
  };
  number(Value(transaction.event()));
  number(transaction.steps().size());
  for (const Transaction::Step& step : transaction.steps()) {
    number(step.kind);
    number(step.all_seats);
    id(step.booking);
    number(Value(step.buyer));
    id(step.to_booking);
    number(Value(step.to_buyer));
    number(step.hold_for.count());
    number(step.reason);
    number(step.count);
    HashPolicy(step.policy, hasher);
    number(step.sections.size);
    for (std::size_t i = 0; i < step.sections.size; ++i) {
      name(step.sections.first + i);
    }
    number(step.seats.size);
    for (const Seat seat : transaction.seats(step)) {
      number(std::uint64_t{seat.row} << 32 | seat.number);
    }
    number(step.prices.size);
    for (const Price price : transaction.prices(step)) {
      number(price.minor_units());
    }
    number(step.filters.size);
    for (std::size_t i = 0; i < step.filters.size; ++i) {
      const SeatMask* const filter = transaction.filter(step, i);
      number(filter != nullptr ? filter->size() : 0);
      if (filter != nullptr) hasher.Update(filter->bytes());
    }
    number(step.plans.size);
    for (std::size_t i = 0; i < step.plans.size; ++i) {
      HashPlan(transaction.plan(step, i), hasher);
    }
    number(step.records.size);
    for (const SeatRecord& record : transaction.records(step)) {
      const SeatMeta meta = record.meta.value_or(SeatMeta());
      number(std::uint64_t{record.seat.row} << 32 | record.seat.number);
      number(record.state);
      number(record.block_reason);
      id(meta.booking);
      number(Value(meta.buyer));
      number(meta.price.minor_units());
      number(ToMicros(meta.reserved_at));
      number(ToMicros(meta.hold_until));
    }
  }
  for (const auto& precondition : transaction.preconditions()) {
    name(precondition.section);
    number(precondition.version);
  }
  return hasher.Digest();
}

}  // namespace internal
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_INTERNAL_REQUEST_DIGEST_H_
