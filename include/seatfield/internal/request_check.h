// SPDX-License-Identifier: MIT
//
// What can be said of a request without looking at any seat: its shape, and
// whether it stays within its sections. Every backend asks the same questions
// through these functions, before it touches anything.
//
// Errors: false, with the refusal in the outcome.

#ifndef SEATFIELD_INTERNAL_REQUEST_CHECK_H_
#define SEATFIELD_INTERNAL_REQUEST_CHECK_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "seatfield/best_available.h"
#include "seatfield/ids.h"
#include "seatfield/limits.h"
#include "seatfield/outcome.h"
#include "seatfield/refusal.h"
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

// Fills in a refusal and returns false.
inline bool Refuse(Outcome& outcome, std::size_t step, Refusal code,
                   RefusalDetail detail = RefusalDetail::kNone) {
  outcome.refusal = code;
  outcome.detail = detail;
  outcome.refused_step = static_cast<std::uint32_t>(step);
  return false;
}

constexpr bool TakesBooking(StepKind kind) {
  return kind != StepKind::kBlock && kind != StepKind::kUnblock &&
         kind != StepKind::kLoad;
}
constexpr bool TakesHold(StepKind kind) {
  return kind == StepKind::kReserve || kind == StepKind::kReserveBest ||
         kind == StepKind::kExtend;
}
constexpr bool TakesPrice(StepKind kind) {
  return kind == StepKind::kReserve || kind == StepKind::kReserveBest;
}

// Checks a transaction against the limits and against itself.
class RequestCheck {
 public:
  RequestCheck(const Transaction& transaction, const Limits& limits,
               Outcome& outcome)
      : transaction_(transaction), limits_(limits), outcome_(outcome) {}

  bool Run();

 private:
  using Step = Transaction::Step;

  bool No(RefusalDetail detail) {
    return Refuse(outcome_, step_, Refusal::kInvalidArgument, detail);
  }
  bool NoSeat(RefusalDetail detail, const Step& step, Seat seat);
  bool CheckStep(const Step& step);
  bool Parties(const Step& step);
  bool Prices(const Step& step);
  bool Best(const Step& step);
  bool Policy(const BestPolicy& policy);
  bool Seats(const Step& step);
  bool Records(const Step& step);
  bool OneSeat(const Step& step, Seat seat);

  const Transaction& transaction_;
  const Limits& limits_;
  Outcome& outcome_;
  std::size_t step_ = 0;
};

inline SectionName NameForRefusal(const Transaction& transaction,
                                  const Transaction::Step& step) {
  const SectionRef section = transaction.section(step.sections.first);
  return SectionName::IsValid(section.name())
             ? SectionName::Known(section.name())
             : SectionName();
}

inline bool RequestCheck::NoSeat(RefusalDetail detail, const Step& step,
                                 Seat seat) {
  outcome_.refused_seats.push_back(
      {NameForRefusal(transaction_, step), seat, Refusal::kInvalidArgument});
  return No(detail);
}

inline bool RequestCheck::Run() {
  const auto steps = transaction_.steps();
  if (!IsValid(transaction_.event())) return No(RefusalDetail::kEventId);
  if (steps.empty()) return No(RefusalDetail::kNoSteps);
  if (steps.size() > limits_.steps_per_transaction_max) {
    return No(RefusalDetail::kTooManySteps);
  }
  std::uint64_t seats = 0;
  for (const Step& step : steps) {
    seats += std::uint64_t{step.seats.size} + step.records.size + step.count;
  }
  if (seats > limits_.seats_per_transaction_max) {
    return No(RefusalDetail::kTooManySeats);
  }
  for (const Step& step : steps) {
    step_ = static_cast<std::size_t>(&step - steps.data());
    if (!CheckStep(step)) return false;
  }
  step_ = 0;
  for (const auto& precondition : transaction_.preconditions()) {
    const SectionRef section = transaction_.section(precondition.section);
    if (!section.handle() && !SectionName::IsValid(section.name())) {
      return No(RefusalDetail::kSectionName);
    }
  }
  return true;
}

inline bool RequestCheck::CheckStep(const Step& step) {
  for (std::uint32_t i = 0; i < step.sections.size; ++i) {
    const SectionRef section = transaction_.section(step.sections.first + i);
    if (!section.handle() && !SectionName::IsValid(section.name())) {
      return No(RefusalDetail::kSectionName);
    }
  }
  if (!Parties(step)) return false;
  if (TakesHold(step.kind) && step.hold_for != kForever &&
      (step.hold_for <= Duration::zero() || step.hold_for > limits_.hold_max)) {
    return No(RefusalDetail::kHoldFor);
  }
  if (TakesPrice(step.kind) && !Prices(step)) return false;
  if (step.kind == StepKind::kReserveBest) return Best(step);
  if (step.kind == StepKind::kLoad) return Records(step);
  if (step.kind == StepKind::kExtend || step.all_seats) return true;
  if (step.policy.min_run == 0) return No(RefusalDetail::kMinRun);
  return Seats(step);
}

inline bool RequestCheck::Parties(const Step& step) {
  if (!TakesBooking(step.kind)) return true;
  if (step.booking.is_nil()) return No(RefusalDetail::kBookingId);
  if (!IsValid(step.buyer)) return No(RefusalDetail::kBuyerId);
  if (step.kind != StepKind::kTransfer) return true;
  if (step.to_booking.is_nil() || step.to_booking == step.booking) {
    return No(RefusalDetail::kBookingId);
  }
  return IsValid(step.to_buyer) || No(RefusalDetail::kBuyerId);
}

inline bool RequestCheck::Prices(const Step& step) {
  const auto prices = transaction_.prices(step);
  if (step.kind == StepKind::kReserve && prices.size() != 1 &&
      prices.size() != step.seats.size) {
    return No(RefusalDetail::kPriceCount);
  }
  for (const Price price : prices) {
    if (!price.is_valid()) return No(RefusalDetail::kPrice);
  }
  return true;
}

inline bool RequestCheck::Best(const Step& step) {
  if (step.sections.size == 0 || step.sections.size > kOfferCountMax) {
    return No(RefusalDetail::kOffers);
  }
  if (step.count == 0) return No(RefusalDetail::kSeatCount);
  return Policy(step.policy);
}

// Neither order may be asked for what only the other can do.
inline bool RequestCheck::Policy(const BestPolicy& policy) {
  if (policy.min_run == 0) return No(RefusalDetail::kMinRun);
  const bool first_fit = policy.order == BestPolicy::Order::kFirstFit;
  const bool for_best =
      policy.orphans == OrphanRule::kForbid || policy.allow_singles;
  const bool sound = first_fit ? !for_best : !policy.largest_blocks_fallback;
  return sound || No(RefusalDetail::kPolicy);
}

inline bool RequestCheck::OneSeat(const Step& step, Seat seat) {
  if (seat.row == 0) return NoSeat(RefusalDetail::kSeatRow, step, seat);
  if (seat.number == 0) return NoSeat(RefusalDetail::kSeatNumber, step, seat);
  return true;
}

// The first seat of a list that stands in it before, if any. seat_of(i) is the
// seat at i.
template <typename SeatOf>
std::optional<Seat> FindRepeatedSeat(std::size_t count, SeatOf seat_of) {
  constexpr std::size_t kShortList = 24;
  if (count <= kShortList) {
    for (std::size_t i = 1; i < count; ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (seat_of(i) == seat_of(j)) return seat_of(i);
      }
    }
    return std::nullopt;
  }
  thread_local std::vector<Seat> sorted;
  sorted.clear();
  for (std::size_t i = 0; i < count; ++i) sorted.push_back(seat_of(i));
  std::sort(sorted.begin(), sorted.end());
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  if (twice == sorted.end()) return std::nullopt;
  return *twice;
}

inline bool RequestCheck::Seats(const Step& step) {
  const auto seats = transaction_.seats(step);
  if (seats.empty()) return No(RefusalDetail::kNoSeats);
  std::uint64_t before = 0;
  bool rising = true;  // as they mostly do: then none is repeated
  for (const Seat seat : seats) {
    if (seat.row == 0 || seat.number == 0) return OneSeat(step, seat);
    const std::uint64_t rank = std::uint64_t{seat.row} << 32 | seat.number;
    rising &= rank > before;
    before = rank;
  }
  if (rising) return true;
  const auto repeated =
      FindRepeatedSeat(seats.size(), [&](std::size_t i) { return seats[i]; });
  return !repeated || NoSeat(RefusalDetail::kSeatRepeated, step, *repeated);
}

inline bool IsSoundRecord(const SeatRecord& record) {
  const bool owned =
      record.state == SeatState::kReserved || record.state == SeatState::kSold;
  if (owned != record.meta.has_value()) return false;
  if (record.block_reason != 0 && record.state != SeatState::kBlocked) {
    return false;
  }
  return !owned ||
         (!record.meta->booking.is_nil() && IsValid(record.meta->buyer) &&
          record.meta->price.is_valid());
}

inline bool RequestCheck::Records(const Step& step) {
  const auto records = transaction_.records(step);
  if (records.empty()) return No(RefusalDetail::kNoSeats);
  for (const SeatRecord& record : records) {
    if (!OneSeat(step, record.seat)) return false;
    if (!IsSoundRecord(record)) {
      return NoSeat(RefusalDetail::kLoadRecord, step, record.seat);
    }
  }
  const auto repeated = FindRepeatedSeat(
      records.size(), [&](std::size_t i) { return records[i].seat; });
  return !repeated || NoSeat(RefusalDetail::kSeatRepeated, step, *repeated);
}

// Checks one step against the shape of its section: the seats of the step, or
// filter and plan of its offer. name() gives the section's name for a refusal.
template <typename Name>
bool CheckFitsSection(const Transaction& transaction, std::size_t step_index,
                      std::size_t offer, const SectionConfig& config, Name name,
                      Outcome& outcome) {
  const Transaction::Step& step = transaction.steps()[step_index];
  const auto fits = [&](Seat seat) {
    if (config.Contains(seat)) return true;
    outcome.refused_seats.push_back({name(), seat, Refusal::kInvalidArgument});
    return Refuse(outcome, step_index, Refusal::kInvalidArgument,
                  seat.row > config.rows ? RefusalDetail::kSeatRow
                                         : RefusalDetail::kSeatNumber);
  };
  for (const Seat seat : transaction.seats(step)) {
    if (!fits(seat)) return false;
  }
  for (const SeatRecord& record : transaction.records(step)) {
    if (!fits(record.seat)) return false;
  }
  if (step.kind == StepKind::kReserveBest) {
    const SeatMask* const filter = transaction.filter(step, offer);
    if (filter != nullptr && filter->size() != config.seat_count()) {
      return Refuse(outcome, step_index, Refusal::kInvalidArgument,
                    RefusalDetail::kFilterSize);
    }
  }
  const SeatingPlan* const plan = transaction.plan(step, offer);
  if (plan == nullptr || plan->config() == config) return true;
  return Refuse(outcome, step_index, Refusal::kInvalidArgument,
                RefusalDetail::kPlanShape);
}

}  // namespace internal
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_INTERNAL_REQUEST_CHECK_H_
