// SPDX-License-Identifier: MIT

#include "redis/answer_reader.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "redis/form.h"
#include "redis/pack.h"
#include "seatfield/booking.h"
#include "seatfield/ids.h"
#include "seatfield/limits.h"
#include "seatfield/outcome.h"
#include "seatfield/read_view.h"
#include "seatfield/refusal.h"
#include "seatfield/seat_meta.h"
#include "seatfield/seat_state.h"
#include "seatfield/section.h"
#include "seatfield/time.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {

namespace {

// Reads values of one answer and notices what cannot be.
class Fields {
 public:
  Fields(const Form& form, Unpacker& answer) : form_(form), answer_(answer) {}

  bool ok() const { return ok_ && answer_.ok(); }
  absl::Status status() const {
    return ok() ? absl::OkStatus() : UnsoundAnswer();
  }

  std::size_t Count(std::size_t each) {
    const std::size_t size = answer_.Array();
    ok_ = ok_ && size % each == 0;
    return size / each;
  }
  template <typename T>
  T Below(std::size_t end) {
    const std::int64_t value = answer_.Number();
    ok_ = ok_ && value >= 0 && static_cast<std::uint64_t>(value) < end;
    return static_cast<T>(ok_ ? value : 0);
  }
  std::uint32_t Small() { return Below<std::uint32_t>(std::size_t{1} << 32); }
  std::uint64_t Large() { return Below<std::uint64_t>(std::size_t{1} << 62); }
  Time TimeNumber() { return TimeOfNumber(answer_.Number()); }
  SectionName Name() {
    const std::string_view text = answer_.Text();
    ok_ = ok_ && SectionName::IsValid(text);
    return ok_ ? SectionName::Known(text) : SectionName();
  }
  Seat SeatPair() {
    const std::uint32_t row = Small();
    return {row, Small()};
  }
  SeatState State() { return Below<SeatState>(kSeatStateCount); }
  std::string_view Text() { return answer_.Text(); }
  Price PriceToken() { return form_.ReadPrice(answer_.Text()); }

 private:
  const Form& form_;
  Unpacker& answer_;
  bool ok_ = true;
};

void ReadSections(Fields& fields, Outcome& outcome) {
  for (std::size_t left = fields.Count(2); left > 0 && fields.ok(); --left) {
    const SectionName name = fields.Name();
    outcome.sections.push_back({name, fields.Large()});
  }
}

void ReadSteps(Fields& fields, Outcome& outcome) {
  std::uint32_t first = 0;
  for (std::size_t left = fields.Count(4); left > 0 && fields.ok(); --left) {
    StepOutcome step;
    step.hold_until = fields.TimeNumber();
    step.first_seat = first;
    step.seat_count = fields.Small();
    step.tier = fields.Below<SeatingTier>(kSeatingTierCount);
    step.leaves_orphan = fields.Below<int>(2) == 1;
    outcome.steps.push_back(step);
    first += step.seat_count;
  }
}

void ReadSeats(Fields& fields, Outcome& outcome) {
  for (std::size_t left = fields.Count(6); left > 0 && fields.ok(); --left) {
    SeatChange seat;
    seat.section = fields.Below<std::uint32_t>(outcome.sections.size());
    seat.seat = fields.SeatPair();
    seat.from = fields.State();
    seat.to = fields.State();
    seat.price = fields.PriceToken();
    outcome.seats.push_back(seat);
  }
}

bool StepsCoverSeats(const Outcome& outcome) {
  std::uint64_t covered = 0;
  for (const StepOutcome& step : outcome.steps) covered += step.seat_count;
  return covered == outcome.seats.size();
}

void ReadRefusedSeats(Fields& fields, Outcome& outcome) {
  for (std::size_t left = fields.Count(4); left > 0 && fields.ok(); --left) {
    SeatRefusal seat;
    seat.section = fields.Name();
    seat.seat = fields.SeatPair();
    seat.code = fields.Below<Refusal>(kRefusalCount);
    outcome.refused_seats.push_back(seat);
  }
}

absl::Status ReadCommitted(const Form& form, Unpacker& answer,
                           Outcome& outcome) {
  Fields fields(form, answer);
  outcome.time = fields.TimeNumber();
  ReadSections(fields, outcome);
  ReadSteps(fields, outcome);
  ReadSeats(fields, outcome);
  return fields.ok() && StepsCoverSeats(outcome) ? absl::OkStatus()
                                                 : UnsoundAnswer();
}

absl::Status ReadRefused(const Form& form, Unpacker& answer, Outcome& outcome) {
  Fields fields(form, answer);
  outcome.time = fields.TimeNumber();
  ReadSections(fields, outcome);
  outcome.refusal = fields.Below<Refusal>(kRefusalCount);
  outcome.detail = fields.Below<RefusalDetail>(kRefusalDetailCount);
  outcome.refused_step = fields.Small();
  ReadRefusedSeats(fields, outcome);
  return fields.ok() && !outcome.committed() ? absl::OkStatus()
                                             : UnsoundAnswer();
}

absl::Status ReadReplayed(const Form& form, Unpacker& answer,
                          Outcome& outcome) {
  Unpacker first(answer.Text());
  if (first.Array() != 5 || ReadKind(first) != OutcomeKind::kCommitted) {
    return UnsoundAnswer();
  }
  outcome.replayed = true;
  return ReadCommitted(form, first, outcome);
}

}  // namespace

absl::Status UnsoundAnswer() {
  return absl::InternalError("the server's answer is none of the script's");
}

OutcomeKind ReadKind(Unpacker& answer) {
  const std::int64_t kind = answer.Number();
  return kind >= 0 && kind <= 3 ? static_cast<OutcomeKind>(kind)
                                : OutcomeKind::kRefused;
}

absl::Status ReadExpired(Unpacker& answer, Expired& expired) {
  expired.holds = static_cast<std::uint64_t>(answer.Number());
  expired.seats = static_cast<std::uint64_t>(answer.Number());
  return answer.ok() ? absl::OkStatus() : UnsoundAnswer();
}

absl::Status ReadOutcome(OutcomeKind kind, const Form& form, Unpacker& answer,
                         Outcome& outcome, Expired& expired) {
  absl::Status status =
      kind == OutcomeKind::kCommitted  ? ReadCommitted(form, answer, outcome)
      : kind == OutcomeKind::kReplayed ? ReadReplayed(form, answer, outcome)
                                       : ReadRefused(form, answer, outcome);
  if (!status.ok()) return status;
  return ReadExpired(answer, expired);
}

absl::Status ReadSectionStats(EventId event, Unpacker& answer,
                              SectionStats& stats, std::string& made) {
  const Form form(false);
  Fields fields(form, answer);
  if (fields.Count(1) != 12) return UnsoundAnswer();
  stats.key = {event, fields.Name()};
  stats.config.rows = fields.Small();
  stats.config.seats_per_row = fields.Small();
  stats.counts.available = fields.Small();
  stats.counts.reserved = fields.Small();
  stats.counts.sold = fields.Small();
  stats.counts.blocked = fields.Small();
  stats.version = fields.Large();
  stats.updated_at = fields.TimeNumber();
  stats.next_deadline = fields.TimeNumber();
  stats.paused = fields.Below<int>(2) == 1;
  made = fields.Text();
  const bool sound =
      fields.ok() && stats.config.Validate(kSectionSeatCountMax).ok();
  return sound ? absl::OkStatus() : UnsoundAnswer();
}

absl::Status ReadDetails(const Form& form, Unpacker& answer,
                         SectionView& view) {
  Fields fields(form, answer);
  const SectionConfig& config = view.stats.config;
  view.details.clear();
  if (!config.Validate(kSectionSeatCountMax).ok()) return UnsoundAnswer();
  for (std::size_t left = fields.Count(8); left > 0 && fields.ok(); --left) {
    SeatRecord record;
    record.seat = config.SeatAt(fields.Below<SeatIndex>(config.seat_count()));
    record.state = fields.State();
    record.block_reason = fields.Small();
    SeatMeta meta;
    meta.booking = form.ReadBooking(fields.Text());
    meta.buyer = form.ReadBuyer(fields.Text());
    meta.price = fields.PriceToken();
    meta.reserved_at = form.ReadTime(fields.Text());
    meta.hold_until = fields.TimeNumber();
    if (record.state != SeatState::kBlocked) record.meta = meta;
    view.details.push_back(record);
  }
  return fields.status();
}

absl::Status ReadBookingAnswer(EventId event, const Form& form,
                               Unpacker& answer, Booking& booking) {
  Fields fields(form, answer);
  if (fields.Count(1) != 7) return UnsoundAnswer();
  booking = Booking();
  booking.event = event;
  booking.id = form.ReadBooking(fields.Text());
  booking.status = fields.Below<BookingStatus>(4);
  booking.buyer = form.ReadBuyer(fields.Text());
  booking.hold_until = fields.TimeNumber();
  booking.first_reserved_at = fields.TimeNumber();
  booking.closed_at = fields.TimeNumber();
  for (std::size_t left = fields.Count(6); left > 0 && fields.ok(); --left) {
    BookedSeat seat;
    seat.section = fields.Name();
    seat.seat = fields.SeatPair();
    seat.state = fields.State();
    seat.price = fields.PriceToken();
    seat.reserved_at = form.ReadTime(fields.Text());
    booking.seats.push_back(seat);
  }
  return fields.status();
}

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield
