// SPDX-License-Identifier: MIT

#include "redis/request_writer.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "redis/form.h"
#include "redis/pack.h"
#include "seatfield/best_available.h"
#include "seatfield/ids.h"
#include "seatfield/internal/hash.h"
#include "seatfield/internal/request_digest.h"
#include "seatfield/price.h"
#include "seatfield/refusal.h"
#include "seatfield/seat_mask.h"
#include "seatfield/seat_meta.h"
#include "seatfield/seating_plan.h"
#include "seatfield/section.h"
#include "seatfield/transaction.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {

namespace {

class Writer {
 public:
  Writer(const Transaction& transaction, std::span<const NamedSection> sections,
         const Form& form, Packer& pack)
      : transaction_(transaction),
        sections_(sections),
        form_(form),
        pack_(pack) {}

  void Run(std::span<const StepChoice> choices);

 private:
  using Step = Transaction::Step;

  void Ids();
  void Sections();
  void WriteStep(const Step& step);
  void Reserve(const Step& step);
  void ReserveBest(const Step& step);
  void Records(const Step& step);
  void Record(const SeatRecord& record);
  void Plan(const SeatingPlan* plan);
  void Choice(const StepChoice& choice);

  // Begins a step of so many fields with its kind, booking, section and seats.
  void Head(const Step& step, std::size_t fields);
  void Kind(const Step& step, std::size_t fields);
  void SectionOf(const Step& step);
  void Seats(const Step& step);
  void Prices(const Step& step);
  Packer& Number(std::uint64_t value) {
    return pack_.Number(static_cast<std::int64_t>(value));
  }
  template <typename T>
  Packer& Token(const T& value) {
    return pack_.Text(form_.Write(value));
  }

  const Transaction& transaction_;
  const std::span<const NamedSection> sections_;
  const Form& form_;
  Packer& pack_;
};

void Writer::Run(std::span<const StepChoice> choices) {
  const bool is_short = transaction_.preconditions().empty() && choices.empty();
  pack_.Array(is_short ? 4 : 6);
  Ids();
  Sections();
  pack_.Array(transaction_.steps().size());
  for (const Step& step : transaction_.steps()) WriteStep(step);
  if (is_short) return;
  pack_.Array(transaction_.preconditions().size());
  for (const auto& precondition : transaction_.preconditions()) {
    pack_.Array(2);
    Number(precondition.section + 1);
    Number(precondition.version);
  }
  pack_.Array(choices.size());
  for (const StepChoice& choice : choices) Choice(choice);
}

void Writer::Ids() {
  const TransactionId id = transaction_.id();
  if (id.is_nil()) {
    pack_.Text({}).Text({});
    return;
  }
  const Digest128 body = internal::DigestRequest(
      transaction_,
      [this](std::size_t at) { return sections_[at].name.view(); });
  Token(BookingId(id.high(), id.low()));
  Token(BookingId(body.high, body.low));
}

void Writer::Sections() {
  pack_.Array(3 * sections_.size());
  for (std::size_t i = 0; i < sections_.size(); ++i) {
    pack_.Text(sections_[i].name.view()).Text(sections_[i].made);
    Number(transaction_.StepOfSection(i));
  }
}

void Writer::Kind(const Step& step, std::size_t fields) {
  pack_.Array(fields).Number(static_cast<std::int64_t>(step.kind));
  if (step.booking.is_nil()) {
    pack_.Text({});
  } else {
    Token(step.booking);
  }
}

void Writer::SectionOf(const Step& step) {
  Number(step.sections.size == 0 ? 0 : step.sections.first + 1);
}

void Writer::Seats(const Step& step) {
  const auto seats = transaction_.seats(step);
  pack_.Array(2 * seats.size());
  for (const Seat seat : seats) {
    Number(seat.row);
    Number(seat.number);
  }
}

void Writer::Head(const Step& step, std::size_t fields) {
  Kind(step, fields);
  SectionOf(step);
  Seats(step);
}

void Writer::WriteStep(const Step& step) {
  switch (step.kind) {
    case StepKind::kReserve:
      return Reserve(step);
    case StepKind::kReserveBest:
      return ReserveBest(step);
    case StepKind::kFinalize:
    case StepKind::kRelease:
    case StepKind::kRefund:
    case StepKind::kUnblock:
      return Head(step, 4);
    case StepKind::kExtend:
      Kind(step, 3);
      pack_.Number(NumberOf(step.hold_for));
      return;
    case StepKind::kTransfer:
      Head(step, 6);
      Token(step.to_booking);
      Token(step.to_buyer);
      return;
    case StepKind::kBlock:
      Head(step, 5);
      Number(step.reason);
      return;
    case StepKind::kLoad:
      return Records(step);
  }
}

void Writer::Prices(const Step& step) {
  const auto prices = transaction_.prices(step);
  pack_.Array(prices.size());
  for (const Price price : prices) Token(price);
}

void Writer::Plan(const SeatingPlan* plan) {
  Number(plan == nullptr ? 0 : plan->config().rows);
  Number(plan == nullptr ? 0 : plan->config().seats_per_row);
}

void Writer::Reserve(const Step& step) {
  const SeatingPlan* const plan = transaction_.plan(step);
  const OrphanRule orphans = step.policy.orphans;
  const bool is_short = plan == nullptr && orphans == OrphanRule::kAllow;
  Head(step, is_short ? 7 : 10);
  Token(step.buyer);
  pack_.Number(NumberOf(step.hold_for));
  if (const auto prices = transaction_.prices(step); prices.size() == 1) {
    Token(prices[0]);
  } else {
    Prices(step);
  }
  if (is_short) return;
  Number(static_cast<std::uint64_t>(orphans));
  Plan(plan);
}

void Writer::ReserveBest(const Step& step) {
  const std::uint32_t offers = step.sections.size;
  Kind(step, 10);
  pack_.Array(offers);
  for (std::uint32_t i = 0; i < offers; ++i)
    Number(step.sections.first + i + 1);
  pack_.Array(offers);
  for (std::uint32_t i = 0; i < offers; ++i) {
    const SeatMask* const filter = transaction_.filter(step, i);
    const auto bytes =
        filter == nullptr ? std::span<const std::byte>() : filter->bytes();
    pack_.Text({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }
  Token(step.buyer);
  pack_.Number(NumberOf(step.hold_for));
  Prices(step);
  Number(step.count);
  const bool best = step.policy.order == BestPolicy::Order::kBest;
  Number(best ? 2 : step.policy.largest_blocks_fallback ? 1 : 0);
  pack_.Array(std::size_t{3} * offers);
  for (std::uint32_t i = 0; i < offers; ++i) {
    const SeatMask* const filter = transaction_.filter(step, i);
    pack_.Number(filter == nullptr ? -1
                                   : static_cast<std::int64_t>(filter->size()));
    Plan(transaction_.plan(step, i));
  }
}

void Writer::Record(const SeatRecord& record) {
  pack_.Array(10);
  Number(record.seat.row);
  Number(record.seat.number);
  Number(static_cast<std::uint64_t>(record.state));
  Number(record.block_reason);
  if (!record.meta) {
    pack_.Text({}).Text({}).Text({}).Text({}).Number(0).Number(kNumberEnd);
    return;
  }
  Token(record.meta->booking);
  Token(record.meta->buyer);
  Token(record.meta->price);
  Token(record.meta->reserved_at);
  pack_.Number(NumberOf(record.meta->reserved_at));
  pack_.Number(NumberOf(record.meta->hold_until));
}

void Writer::Records(const Step& step) {
  const auto records = transaction_.records(step);
  Kind(step, 4);
  SectionOf(step);
  pack_.Array(records.size());
  for (const SeatRecord& record : records) Record(record);
}

void Writer::Choice(const StepChoice& choice) {
  pack_.Array(choice.of_best_seats ? 6 : 3);
  Number(choice.step);
  pack_.Array(choice.versions.size());
  for (const std::int64_t version : choice.versions) pack_.Number(version);
  Number(choice.leaves_orphan ? 1 : 0);
  if (!choice.of_best_seats) return;
  Number(static_cast<std::uint64_t>(choice.tier));
  Number(choice.section);
  if (choice.tier == SeatingTier::kNone) {
    Number(static_cast<std::uint64_t>(choice.refused));
    return;
  }
  pack_.Array(choice.seats.size());
  for (const SeatIndex seat : choice.seats) Number(seat);
}

}  // namespace

void WriteRequest(const Transaction& transaction,
                  std::span<const NamedSection> sections,
                  std::span<const StepChoice> choices, const Form& form,
                  Packer& pack) {
  Writer(transaction, sections, form, pack).Run(choices);
}

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield
