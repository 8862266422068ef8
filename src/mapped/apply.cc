// SPDX-License-Identifier: MIT

#include "mapped/apply.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <new>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "mapped/no_memory.h"
#include "mapped/record.h"
#include "seatfield/best_available.h"
#include "seatfield/booking.h"
#include "seatfield/internal/booking_list.h"
#include "seatfield/internal/decision.h"
#include "seatfield/internal/expiry.h"
#include "seatfield/internal/hold_heap.h"
#include "seatfield/internal/kernels.h"
#include "seatfield/internal/layout.h"
#include "seatfield/internal/ledger_state.h"
#include "seatfield/internal/prefetch.h"
#include "seatfield/internal/record_table.h"
#include "seatfield/internal/replay.h"
#include "seatfield/internal/section_access.h"
#include "seatfield/internal/sections.h"
#include "seatfield/internal/text.h"
#include "seatfield/internal/write.h"
#include "seatfield/limits.h"
#include "seatfield/outcome.h"
#include "seatfield/seat_state.h"
#include "seatfield/section.h"
#include "seatfield/storage.h"
#include "seatfield/time.h"

namespace seatfield::mapped {
namespace {

using internal::BookingRecord;
using internal::Change;
using internal::Line;
using internal::SeatNow;
using internal::SectionAccess;
using internal::SectionRecord;
using internal::TouchedBooking;
using internal::TouchedBuyer;
using internal::TouchedSection;

bool IsOwned(SeatState state) {
  return state == SeatState::kReserved || state == SeatState::kSold;
}

std::uint32_t& CountOf(TouchedBooking& booking, SeatState state) {
  return state == SeatState::kSold ? booking.sold : booking.held;
}

}  // namespace

Applier::Applier(internal::LedgerState& state) : state_(state) {
  std::vector<Line> lines;
  state.ForEachEvent([&](Line event_line) {
    const internal::EventRecord& event = state.EventAt(event_line);
    state.LookAtSections(event, event.lock.BeginRead(), lines);
    for (const Line line : lines) {
      const std::uint32_t number = state.SectionAt(line).number;
      if (line_of_.size() <= number) line_of_.resize(number + 1);
      line_of_[number] = line;
    }
  });
}

// --- In order, and ahead ----------------------------------------------------

absl::Status Applier::Push(std::uint64_t sequence,
                           std::span<const std::byte> record) {
  if (taken_count_ - applied_count_ == kAhead) {
    absl::Status status = ApplyNext();
    if (!status.ok()) return status;
  }
  Taken& taken = At(taken_count_);
  taken.sequence = sequence;
  taken.is_record = DecodeRecord(record, taken.record);
  FetchTables(taken);
  if (taken_count_ - applied_count_ >= kFetchSeatsAt) {
    FetchSeats(At(taken_count_ - kFetchSeatsAt));
  }
  ++taken_count_;
  return absl::OkStatus();
}

absl::Status Applier::Finish() {
  while (applied_count_ < taken_count_) {
    absl::Status status = ApplyNext();
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Applier::ApplyNext() {
  const Taken& taken = At(applied_count_++);
  sequence_ = taken.sequence;
  record_ = &taken.record;
  const Misfit misfit = taken.is_record ? Apply() : "it is no record";
  if (misfit.empty()) return absl::OkStatus();
  if (no_memory_) return NoMemory();
  return absl::DataLossError(
      internal::Cat("the journal's record ", sequence_,
                    " does not fit what stands before it: ", misfit));
}

Applier::Misfit Applier::Apply() {
  switch (record_->kind) {
    case RecordKind::kCommit:
      return ApplyCommit();
    case RecordKind::kExpiry:
      return ApplyExpiry();
    case RecordKind::kCreate:
      event_id_ = EventId{-1};
      return ApplyCreate();
    default:
      return ApplyAct();
  }
}

// What is read ahead may be out of date, and is good for an address only.
void Applier::FetchTables(Taken& taken) {
  const LedgerRecord& record = taken.record;
  if (!taken.is_record || record.bookings.empty() || record.sections.empty() ||
      record.event != event_id_) {
    return;
  }
  const BookingId id = record.bookings[0].id;
  taken.hash = internal::HashKey({id.high(), id.low()}, state_.seed);
  state_.Table(event().bookings[internal::ShardOf(taken.hash)])
      .Prefetch(taken.hash);
  const Line line = SectionLine(record.sections[0].number);
  if (line != 0) internal::PrefetchToWrite(&state_.SectionAt(line));
}

void Applier::FetchSeats(const Taken& taken) {
  const LedgerRecord& record = taken.record;
  if (!taken.is_record || record.runs.empty() || record.bookings.empty() ||
      record.event != event_id_) {
    return;
  }
  const internal::RecordTable table =
      state_.Table(event().bookings[internal::ShardOf(taken.hash)]);
  const Line booking = table.Guess(taken.hash, table.epoch());
  if (booking != 0) internal::PrefetchToWrite(state_.space.At(booking));
  const RecordRun& run = record.runs[0];
  const Line line = SectionLine(record.sections[run.section].number);
  if (line == 0) return;
  const SectionRecord& section = state_.SectionAt(line);
  if (std::uint64_t{run.first} + run.count > section.seat_count()) return;
  internal::FetchSeat(state_.space, section, run.first);
  internal::FetchSeat(state_.space, section, run.first + run.count - 1);
}

bool Applier::FindEvent(EventId id) {
  if (id == event_id_) return true;
  const auto found = state_.FindEvent(id);
  if (!found) return false;
  event_ = found->line;
  event_id_ = id;
  return true;
}

Line Applier::SectionLine(std::uint32_t number) const {
  const Line line = number < line_of_.size() ? line_of_[number] : 0;
  if (line == 0) return 0;
  // The record of a dropped section may be another section's.
  const SectionRecord& record = state_.SectionAt(line);
  return record.number == number && record.event == event_ ? line : 0;
}

// --- Transactions -----------------------------------------------------------

Applier::Misfit Applier::ApplyCommit() {
  if (!FindEvent(record_->event)) return "there is no such event";
  decision_.Clear();
  for (const auto step : {&Applier::PlaceSections, &Applier::PlaceBookings,
                          &Applier::PlaceRuns, &Applier::CountSeats}) {
    const Misfit misfit = (this->*step)();
    if (!misfit.empty()) return misfit;
  }
  CountBuyers();
  return Write();
}

Applier::Misfit Applier::PlaceSections() {
  for (const RecordSection& named : record_->sections) {
    const Line line = SectionLine(named.number);
    if (line == 0) return "there is no such section";
    if (decision_.Touches(line)) return "a section stands twice";
    SectionAccess access(state_.space, line);
    access.Open(state_.space);
    decision_.sections.push_back({.line = line,
                                  .generation = access.record->generation,
                                  .config = access.record->config(),
                                  .access = access,
                                  .wanted = true});
  }
  return {};
}

Applier::Misfit Applier::PlaceBookings() {
  for (const RecordBooking& named : record_->bookings) {
    if (decision_.FindBooking(named.id) != internal::kNobody) {
      return "a booking stands twice";
    }
    TouchedBooking& booking = decision_.bookings.emplace_back();
    booking.id = named.id;
    const internal::TableKey key{named.id.high(), named.id.low()};
    booking.hash = internal::HashKey(key, state_.seed);
    const Line line =
        state_.Table(event().bookings[internal::ShardOf(booking.hash)])
            .Find(key, booking.hash);
    if (line == 0) continue;
    const BookingRecord& record = *state_.space.At<BookingRecord>(line);
    if (!record.open()) {
      // Only one that was forgotten can take seats again.
      booking.forgotten = line;
      continue;
    }
    booking.line = line;
    booking.buyer = record.buyer;
    booking.held = record.counts.held;
    booking.sold = record.counts.sold;
  }
  return {};
}

Applier::Misfit Applier::PlaceRuns() {
  for (const RecordRun& run : record_->runs) {
    const std::size_t first = decision_.changes.size();
    const Misfit misfit = PlaceRun(run);
    if (!misfit.empty()) return misfit;
    if (record_->runs.size() > 1) {
      decision_.last_change.Add(decision_.changes, first);
    }
    decision_.steps.resize(std::max<std::size_t>(decision_.steps.size(),
                                                 std::size_t{run.step} + 1));
    StepOutcome& step = decision_.steps[run.step];
    if (step.seat_count == 0) {
      step.first_seat = static_cast<std::uint32_t>(first);
    }
    step.seat_count += run.count;
  }
  if (record_->id.is_nil()) return {};
  if (record_->steps.size() < decision_.steps.size())
    return "a step is missing";
  decision_.steps.resize(record_->steps.size());
  for (std::size_t i = 0; i < record_->steps.size(); ++i) {
    StepOutcome& step = decision_.steps[i];
    step.hold_until = TimeFromMicros(record_->steps[i].hold_until);
    step.tier = static_cast<SeatingTier>(record_->steps[i].tier);
    step.leaves_orphan = record_->steps[i].leaves_orphan;
    if (step.seat_count == 0 && i > 0) {
      step.first_seat =
          decision_.steps[i - 1].first_seat + decision_.steps[i - 1].seat_count;
    }
  }
  return {};
}

Applier::Misfit Applier::PlaceRun(const RecordRun& run) {
  const TouchedSection& section = decision_.sections[run.section];
  const std::uint64_t end = std::uint64_t{run.first} + run.count;
  if (end > section.config.seat_count()) return "there is no such seat";
  // A step has one booking at most that gives seats up.
  if (run.giver != kNoBooking && run.giver != run.owner) {
    for (std::size_t i = decision_.changes.size();
         i > 0 && decision_.changes[i - 1].step == run.step; --i) {
      const Change& earlier = decision_.changes[i - 1];
      if (earlier.owner_before != kNoBooking &&
          earlier.owner_before != earlier.owner_after &&
          earlier.owner_before != run.giver) {
        return "two bookings give up seats in one step";
      }
    }
  }
  for (SeatIndex seat = run.first; seat < end; ++seat) {
    const SeatNow now = decision_.Now(run.section, seat);
    const Misfit misfit = CheckSeat(run, now);
    if (!misfit.empty()) return misfit;
    const bool joins = run.owner != kNoBooking && run.owner != run.giver;
    decision_.changes.push_back(
        {.section = run.section,
         .seat = seat,
         .from = run.from,
         .to = run.to,
         .step = static_cast<std::uint16_t>(run.step),
         .reason = run.reason,
         .owner_before = run.giver,
         .owner_after = run.owner,
         .price = run.price,
         .reserved_at = joins ? run.reserved_at : now.reserved_at});
  }
  return {};
}

Applier::Misfit Applier::CheckSeat(const RecordRun& run,
                                   const SeatNow& now) const {
  if (now.state != run.from) return "a seat is in another state";
  if (now.owner != run.giver) return "a seat is another booking's";
  if (IsOwned(run.to) != (run.owner != kNoBooking)) {
    return "a seat that is owned has no owner, or the reverse";
  }
  return {};
}

// What the bookings have thereafter.
Applier::Misfit Applier::CountSeats() {
  for (const Change& change : decision_.changes) {
    if (change.owner_before != kNoBooking) {
      TouchedBooking& giver = decision_.bookings[change.owner_before];
      --CountOf(giver, change.from);
      giver.lost = true;
    }
    if (change.owner_after != kNoBooking) {
      TouchedBooking& owner = decision_.bookings[change.owner_after];
      ++CountOf(owner, change.to);
      owner.gained = true;
    }
  }
  for (std::size_t i = 0; i < decision_.bookings.size(); ++i) {
    TouchedBooking& booking = decision_.bookings[i];
    const RecordBooking& named = record_->bookings[i];
    booking.holds_changed = named.holds_changed;
    booking.deadline_moved = named.deadline_moved;
    booking.left = named.left;
    if (booking.lost && !booking.has_seats() &&
        booking.left == BookingStatus::kOpen) {
      return "a booking without seats is open";
    }
    const Misfit misfit = CheckCovered(booking);
    if (!misfit.empty()) return misfit;
  }
  return {};
}

// Whether the record names every section that a booking's deadline is noted in.
Applier::Misfit Applier::CheckCovered(const TouchedBooking& booking) const {
  if (booking.line == 0 || booking.held == 0) return {};
  bool covered = true;
  internal::ForEachSeat(
      state_.space, *state_.space.At<BookingRecord>(booking.line),
      [&](internal::SeatLink link, const internal::SeatSlot&) {
        covered = covered && decision_.Touches(link.section);
      });
  return covered ? Misfit() : "a section of a booking is missing";
}

// Takes each booking's seats from the buyer it had, and gives those it has now
// to the one it has now.
void Applier::CountBuyers() {
  const auto add = [this](std::int64_t buyer, std::int64_t seats) {
    for (TouchedBuyer& touched : decision_.buyers) {
      if (touched.buyer != buyer) continue;
      touched.seat_count += seats;
      return;
    }
    TouchedBuyer& touched = decision_.buyers.emplace_back();
    const internal::TableKey key{0, static_cast<std::uint64_t>(buyer)};
    touched.buyer = buyer;
    touched.hash = internal::HashKey(key, state_.seed);
    touched.line = state_.Table(event().buyers[internal::ShardOf(touched.hash)])
                       .Find(key, touched.hash);
    touched.seat_count = seats;
    if (touched.line == 0) return;
    touched.seat_count +=
        state_.space.At<internal::BuyerRecord>(touched.line)->seat_count;
  };
  const bool limited = state_.limits.seats_per_buyer_max != kNoLimit;
  for (std::size_t i = 0; i < decision_.bookings.size(); ++i) {
    TouchedBooking& booking = decision_.bookings[i];
    const RecordBooking& named = record_->bookings[i];
    if (limited && booking.line != 0) {
      const auto& record = *state_.space.At<BookingRecord>(booking.line);
      add(record.buyer, -std::int64_t{record.counts.all()});
    }
    if (limited && booking.has_seats()) {
      add(named.buyer, std::int64_t{booking.held} + booking.sold);
    }
    booking.buyer = named.buyer;
    booking.hold_until = named.hold_until;
    booking.first_reserved_at = named.first_reserved_at;
  }
}

Applier::Misfit Applier::Write() {
  const Time time = TimeFromMicros(record_->time);
  internal::DecisionWriter writer(state_, event(), decision_, time);
  no_memory_ = !writer.Prepare();
  if (no_memory_) return "memory";
  Line remembered = 0;
  if (!record_->id.is_nil()) {
    const internal::IdPlace place(state_, event(), record_->id);
    remembered =
        internal::NewIdRecord(state_, place, decision_.sections.size(),
                              decision_.steps.size(), decision_.changes.size());
    no_memory_ = remembered == 0;
    if (no_memory_) return "memory";
  }
  writer.Write();
  for (std::size_t i = 0; i < record_->sections.size(); ++i) {
    if (decision_.sections[i].access.record->version !=
        record_->sections[i].version) {
      return "a section is at another version";
    }
  }
  if (remembered == 0) return {};
  FillOutcome();
  internal::RememberAnswer(state_,
                           internal::IdPlace(state_, event(), record_->id),
                           record_->request, remembered, outcome_);
  return {};
}

// The answer to be remembered, its sections by name.
void Applier::FillOutcome() {
  outcome_.Clear();
  outcome_.time = TimeFromMicros(record_->time);
  std::vector<std::uint32_t> order(decision_.sections.size());
  std::iota(order.begin(), order.end(), 0u);
  const auto record_of = [this](std::uint32_t at) -> const SectionRecord& {
    return *decision_.sections[at].access.record;
  };
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return record_of(a).name_view() < record_of(b).name_view();
  });
  for (std::uint32_t rank = 0; rank < order.size(); ++rank) {
    decision_.sections[order[rank]].rank = rank;
    const SectionRecord& record = record_of(order[rank]);
    outcome_.sections.push_back({record.name.name, record.version});
  }
  outcome_.steps = decision_.steps;
  for (const Change& change : decision_.changes) {
    const TouchedSection& section = decision_.sections[change.section];
    outcome_.seats.push_back({section.rank, section.config.SeatAt(change.seat),
                              change.from, change.to, Price(change.price)});
  }
}

// --- The rest ---------------------------------------------------------------

Applier::Misfit Applier::ApplyExpiry() {
  if (!FindEvent(record_->event)) return "there is no such event";
  if (record_->sections.size() != 1 || record_->bookings.size() != 1) {
    return "it has not one section and one booking";
  }
  const Line line = SectionLine(record_->sections[0].number);
  if (line == 0) return "there is no such section";
  SectionAccess section(state_.space, line);
  section.Open(state_.space);
  const SectionRecord& record = *section.record;
  if (record.next_deadline != record_->time ||
      record_->time == ToMicros(kNever)) {
    return "no hold lapses then";
  }
  const internal::HoldHeap heap(state_.space, section);
  if (state_.space.At<BookingRecord>(heap.top().booking)->id() !=
      record_->bookings[0].id) {
    return "the hold of another booking lapses first";
  }
  internal::ExpireSection(state_, section, TimeFromMicros(record_->time), 1);
  if (record.version != record_->sections[0].version) {
    return "a section is at another version";
  }
  return {};
}

Applier::Misfit Applier::ApplyCreate() {
  const std::uint32_t first = record_->created[0].number;
  if (first < state_.store.section_numbers)
    return "a section has a used number";
  std::vector<SectionSpec> specs;
  for (const RecordCreated& created : record_->created) {
    specs.push_back({created.name.ToString(), created.config});
  }
  state_.store.section_numbers = first;
  absl::Status status = internal::SectionAdmin(state_).Create(
      record_->event, specs, TimeFromMicros(record_->time));
  if (!status.ok()) {
    no_memory_ = status.code() == absl::StatusCode::kResourceExhausted;
    return "its sections cannot be created";
  }
  const auto found = state_.FindEvent(record_->event);
  if (line_of_.size() < first + specs.size()) {
    line_of_.resize(first + specs.size());
  }
  for (const RecordCreated& created : record_->created) {
    const auto section = state_.FindSection(found->line, created.name.view());
    if (!section || state_.SectionAt(section->line).number != created.number) {
      return "a section was there already";
    }
    line_of_[created.number] = section->line;
  }
  return {};
}

Applier::Misfit Applier::ApplyAct() {
  if (!FindEvent(record_->event)) return "there is no such event";
  event_id_ = EventId{-1};
  SectionName name;
  if (!record_->sections.empty()) {
    const Line line = SectionLine(record_->sections[0].number);
    if (line == 0) return "there is no such section";
    name = state_.SectionAt(line).name.name;
  }
  const Scope scope{record_->event, name.view()};
  const Time time = TimeFromMicros(record_->time);
  internal::SectionAdmin admin(state_);
  absl::Status status;
  switch (record_->kind) {
    case RecordKind::kDrop:
      status = admin.Drop(scope, /*force=*/true, time);
      break;
    case RecordKind::kReset:
      status = admin.Reset(scope, /*force=*/true, time);
      break;
    default:
      status = admin.SetPaused(scope, record_->kind == RecordKind::kPause);
  }
  return status.ok() ? Misfit() : "it cannot be done";
}

}  // namespace seatfield::mapped
