// SPDX-License-Identifier: MIT

#include "mapped/record.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "mapped/bytes.h"
#include "seatfield/best_available.h"
#include "seatfield/booking.h"
#include "seatfield/internal/booking_list.h"
#include "seatfield/internal/decision.h"
#include "seatfield/internal/layout.h"
#include "seatfield/internal/recorder.h"
#include "seatfield/internal/section_access.h"
#include "seatfield/outcome.h"
#include "seatfield/seat_state.h"
#include "seatfield/section.h"
#include "seatfield/time.h"

namespace seatfield::mapped {
namespace {

using internal::BookingAt;
using internal::Change;
using internal::Decision;
using internal::kNobody;
using internal::TouchedBooking;
using internal::TouchedSection;

constexpr std::uint8_t kHasId = 1;

constexpr std::uint32_t kClosesMask = 3;
constexpr std::uint32_t kHoldsChanged = 4;
constexpr std::uint32_t kDeadlineMoved = 8;

constexpr std::uint32_t kTierMask = 255;
constexpr std::uint32_t kLeavesOrphan = 256;

constexpr std::uint16_t kNoPlace = UINT16_MAX;
constexpr std::uint8_t kHasPrice = 1;
constexpr std::uint8_t kHasReservedAt = 2;
constexpr std::uint8_t kHasReason = 4;

constexpr std::size_t kHeadBytes = 24;
constexpr std::size_t kIdBytes = 32;
constexpr std::size_t kSectionBytes = 12;
constexpr std::size_t kBookingBytes = 44;
constexpr std::size_t kStepBytes = 12;
constexpr std::size_t kRunBytesMax = 36;

struct Head {
  RecordKind kind = RecordKind::kCommit;
  std::uint8_t flags = 0;
  std::size_t sections = 0;
  std::size_t bookings = 0;
  std::size_t steps = 0;
  std::int64_t time = 0;
  EventId event{};
};

void PutHead(ByteWriter& to, const Head& head) {
  to.Put(static_cast<std::uint8_t>(head.kind));
  to.Put(head.flags);
  to.Put(static_cast<std::uint16_t>(head.sections));
  to.Put(static_cast<std::uint16_t>(head.bookings));
  to.Put(static_cast<std::uint16_t>(head.steps));
  to.Put(head.time);
  to.Put(Value(head.event));
}

void PutSection(ByteWriter& to, const internal::SectionRecord& section,
                std::uint64_t version) {
  to.Put(section.number);
  to.Put(version);
}

void PutBooking(ByteWriter& to, const RecordBooking& booking) {
  to.Put(booking.id.high());
  to.Put(booking.id.low());
  to.Put(booking.buyer);
  to.Put(booking.hold_until);
  to.Put(booking.first_reserved_at);
  to.Put(static_cast<std::uint32_t>(booking.left) |
         (booking.holds_changed ? kHoldsChanged : 0) |
         (booking.deadline_moved ? kDeadlineMoved : 0));
}

// `time` is the record's.
void PutRun(ByteWriter& to, const RecordRun& run, std::int64_t time) {
  const auto place = [](std::uint32_t booking) {
    return booking == kNoBooking ? kNoPlace
                                 : static_cast<std::uint16_t>(booking);
  };
  const bool joins = run.owner != kNoBooking && run.owner != run.giver;
  const bool has_reserved_at = joins && run.reserved_at != time;
  to.Put(run.first);
  to.Put(static_cast<std::uint16_t>(run.count));
  to.Put(static_cast<std::uint16_t>(run.section));
  to.Put(static_cast<std::uint16_t>(run.step));
  to.Put(place(run.giver));
  to.Put(place(run.owner));
  to.Put(static_cast<std::uint8_t>(static_cast<unsigned>(run.from) |
                                   static_cast<unsigned>(run.to) << 2));
  to.Put(static_cast<std::uint8_t>((run.price != 0 ? kHasPrice : 0) |
                                   (has_reserved_at ? kHasReservedAt : 0) |
                                   (run.reason != 0 ? kHasReason : 0)));
  if (run.price != 0) to.Put(run.price);
  if (has_reserved_at) to.Put(run.reserved_at);
  if (run.reason != 0) to.Put(run.reason);
}

// Puts runs of seats that follow each other and are otherwise alike.
class RunWriter {
 public:
  RunWriter(ByteWriter& to, std::int64_t time) : to_(to), time_(time) {}
  ~RunWriter() { Flush(); }
  RunWriter(const RunWriter&) = delete;
  RunWriter& operator=(const RunWriter&) = delete;

  // One seat: a run whose count is 1.
  void Add(const RecordRun& seat) {
    if (run_.count != 0 && run_.count < UINT16_MAX && Continues(seat)) {
      ++run_.count;
      return;
    }
    Flush();
    run_ = seat;
  }

 private:
  bool Continues(const RecordRun& seat) const {
    return seat.first == run_.first + run_.count &&
           seat.section == run_.section && seat.step == run_.step &&
           seat.giver == run_.giver && seat.owner == run_.owner &&
           seat.from == run_.from && seat.to == run_.to &&
           seat.price == run_.price && seat.reserved_at == run_.reserved_at &&
           seat.reason == run_.reason;
  }
  void Flush() {
    if (run_.count != 0) PutRun(to_, run_, time_);
  }

  ByteWriter& to_;
  const std::int64_t time_;
  RecordRun run_;
};

std::size_t Written(const ByteWriter& writer, const std::byte* to) {
  return static_cast<std::size_t>(writer.at() - to);
}

// --- Decoding ---------------------------------------------------------------

void GetSections(ByteReader& from, std::size_t count, LedgerRecord& record) {
  for (std::size_t i = 0; i < count && !from.failed(); ++i) {
    RecordSection& section = record.sections.emplace_back();
    section.number = from.Get<std::uint32_t>();
    section.version = from.Get<std::uint64_t>();
  }
}

void GetBookings(ByteReader& from, std::size_t count, LedgerRecord& record) {
  for (std::size_t i = 0; i < count && !from.failed(); ++i) {
    RecordBooking& booking = record.bookings.emplace_back();
    const auto high = from.Get<std::uint64_t>();
    booking.id = BookingId(high, from.Get<std::uint64_t>());
    booking.buyer = from.Get<std::int64_t>();
    booking.hold_until = from.Get<std::int64_t>();
    booking.first_reserved_at = from.Get<std::int64_t>();
    const auto flags = from.Get<std::uint32_t>();
    booking.left = static_cast<BookingStatus>(flags & kClosesMask);
    booking.holds_changed = (flags & kHoldsChanged) != 0;
    booking.deadline_moved = (flags & kDeadlineMoved) != 0;
  }
}

bool GetSteps(ByteReader& from, std::size_t count, LedgerRecord& record) {
  for (std::size_t i = 0; i < count && !from.failed(); ++i) {
    RecordStep& step = record.steps.emplace_back();
    step.hold_until = from.Get<std::int64_t>();
    const auto flags = from.Get<std::uint32_t>();
    step.tier = static_cast<std::uint8_t>(flags & kTierMask);
    step.leaves_orphan = (flags & kLeavesOrphan) != 0;
    if (step.tier >= kSeatingTierCount) return false;
  }
  return true;
}

// Whether a place is one of `count` bookings, or none.
bool GetPlace(ByteReader& from, std::size_t count, std::uint32_t& booking) {
  const auto place = from.Get<std::uint16_t>();
  booking = place == kNoPlace ? kNoBooking : place;
  return place == kNoPlace || place < count;
}

bool GetRun(ByteReader& from, LedgerRecord& record) {
  const std::uint32_t step_before =
      record.runs.empty() ? 0 : record.runs.back().step;
  RecordRun& run = record.runs.emplace_back();
  run.first = from.Get<std::uint32_t>();
  run.count = from.Get<std::uint16_t>();
  run.section = from.Get<std::uint16_t>();
  run.step = from.Get<std::uint16_t>();
  if (!GetPlace(from, record.bookings.size(), run.giver) ||
      !GetPlace(from, record.bookings.size(), run.owner)) {
    return false;
  }
  const auto states = from.Get<std::uint8_t>();
  run.from = static_cast<SeatState>(states & 3);
  run.to = static_cast<SeatState>(states >> 2 & 3);
  const auto parts = from.Get<std::uint8_t>();
  if ((parts & kHasPrice) != 0) run.price = from.Get<std::int64_t>();
  run.reserved_at =
      (parts & kHasReservedAt) != 0 ? from.Get<std::int64_t>() : record.time;
  if ((parts & kHasReason) != 0) run.reason = from.Get<std::uint32_t>();
  return !from.failed() && run.count != 0 &&
         run.section < record.sections.size() && run.step >= step_before &&
         states < 16 && (parts & ~7u) == 0;
}

bool GetCreated(ByteReader& from, LedgerRecord& record) {
  RecordCreated& created = record.created.emplace_back();
  created.number = from.Get<std::uint32_t>();
  created.config.rows = from.Get<std::uint32_t>();
  created.config.seats_per_row = from.Get<std::uint32_t>();
  const auto size = from.Get<std::uint32_t>();
  const auto bytes = from.GetBytes(size);
  from.GetBytes((4 - size % 4) % 4);
  const std::string_view name(reinterpret_cast<const char*>(bytes.data()),
                              bytes.size());
  if (from.failed() || !SectionName::IsValid(name) ||
      created.number !=
          record.created.front().number + (record.created.size() - 1)) {
    return false;
  }
  created.name = SectionName::Known(name);
  return true;
}

bool GetBody(ByteReader& from, const Head& head, LedgerRecord& record) {
  switch (head.kind) {
    case RecordKind::kCommit:
    case RecordKind::kExpiry:
      if ((head.flags & kHasId) != 0) {
        const auto high = from.Get<std::uint64_t>();
        record.id = TransactionId(high, from.Get<std::uint64_t>());
        record.request.high = from.Get<std::uint64_t>();
        record.request.low = from.Get<std::uint64_t>();
      }
      GetSections(from, head.sections, record);
      GetBookings(from, head.bookings, record);
      if (!GetSteps(from, head.steps, record)) return false;
      while (from.left() != 0) {
        if (!GetRun(from, record)) return false;
      }
      return !from.failed();
    case RecordKind::kCreate:
      while (from.left() != 0) {
        if (!GetCreated(from, record)) return false;
      }
      return !from.failed() && !record.created.empty();
    case RecordKind::kDrop:
    case RecordKind::kReset:
    case RecordKind::kPause:
    case RecordKind::kResume:
      if (head.sections > 1) return false;
      if (head.sections == 1) {
        record.sections.push_back({from.Get<std::uint32_t>(), 0});
      }
      return !from.failed() && from.left() == 0;
  }
  return false;
}

}  // namespace

bool DecodeRecord(std::span<const std::byte> bytes, LedgerRecord& record) {
  record.id = TransactionId();
  record.request = {};
  record.sections.clear();
  record.bookings.clear();
  record.steps.clear();
  record.runs.clear();
  record.created.clear();
  ByteReader from(bytes);
  Head head;
  head.kind = static_cast<RecordKind>(from.Get<std::uint8_t>());
  head.flags = from.Get<std::uint8_t>();
  head.sections = from.Get<std::uint16_t>();
  head.bookings = from.Get<std::uint16_t>();
  head.steps = from.Get<std::uint16_t>();
  record.kind = head.kind;
  record.time = from.Get<std::int64_t>();
  record.event = EventId{from.Get<std::int64_t>()};
  return !from.failed() && head.flags <= kHasId && IsValid(record.event) &&
         GetBody(from, head, record);
}

// --- Encoding ---------------------------------------------------------------

std::size_t CommitBytesMax(const Decision& decision) {
  return kHeadBytes + kIdBytes + decision.sections.size() * kSectionBytes +
         decision.bookings.size() * kBookingBytes +
         decision.steps.size() * kStepBytes +
         decision.changes.size() * kRunBytesMax;
}

std::size_t EncodeCommit(const internal::CommitNote& note, std::byte* to) {
  const Decision& decision = *note.decision;
  const bool has_id = !note.id.is_nil();
  ByteWriter out(to);
  PutHead(out, {RecordKind::kCommit, has_id ? kHasId : std::uint8_t{0},
                decision.sections.size(), decision.bookings.size(),
                has_id ? decision.steps.size() : 0, ToMicros(note.time),
                note.event});
  if (has_id) {
    out.Put(note.id.high());
    out.Put(note.id.low());
    out.Put(note.request.high);
    out.Put(note.request.low);
  }
  for (const TouchedSection& section : decision.sections) {
    PutSection(out, *section.access.record, section.access.record->version);
  }
  for (const TouchedBooking& booking : decision.bookings) {
    PutBooking(out, {booking.id, booking.buyer, booking.hold_until,
                     booking.first_reserved_at, booking.left,
                     booking.holds_changed, booking.deadline_moved});
  }
  for (std::size_t i = 0; has_id && i < decision.steps.size(); ++i) {
    const StepOutcome& step = decision.steps[i];
    out.Put(ToMicros(step.hold_until));
    out.Put(static_cast<std::uint32_t>(step.tier) |
            (step.leaves_orphan ? kLeavesOrphan : 0));
  }
  {
    RunWriter runs(out, ToMicros(note.time));
    for (const Change& change : decision.changes) {
      runs.Add({change.seat, 1, change.section, change.step,
                change.owner_before, change.owner_after, change.from, change.to,
                change.price, change.reserved_at, change.reason});
    }
  }
  return Written(out, to);
}

static_assert(kNoBooking == kNobody);

std::size_t EncodeReserve(const internal::ReserveNote& note, std::byte* to) {
  const std::int64_t time = ToMicros(note.time);
  ByteWriter out(to);
  PutHead(out, {RecordKind::kCommit, 0, 1, 1, 0, time, note.event});
  PutSection(out, *note.section, note.section->version + 1);
  PutBooking(out, {note.booking, Value(note.buyer), note.hold_until,
                   note.first_reserved_at, BookingStatus::kOpen, true, true});
  {
    RunWriter runs(out, time);
    for (std::uint32_t i = 0; i < note.seat_count; ++i) {
      const Price price = note.prices[note.prices.size() == 1 ? 0 : i];
      runs.Add({note.first + i, 1, 0, 0, kNoBooking, 0, SeatState::kAvailable,
                SeatState::kReserved, price.minor_units(), time, 0});
    }
  }
  return Written(out, to);
}

std::size_t EncodeSettle(const internal::SettleNote& note, std::byte* to) {
  const std::int64_t time = ToMicros(note.time);
  const bool frees = note.to == SeatState::kAvailable;
  const bool held = note.from == SeatState::kReserved;
  ByteWriter out(to);
  PutHead(out, {RecordKind::kCommit, 0, 1, 1, 0, time, note.event});
  PutSection(out, *note.section, note.section->version + 1);
  PutBooking(out, {note.booking->id(), note.booking->buyer,
                   held ? ToMicros(kNever) : note.booking->hold_until,
                   note.booking->first_reserved_at,
                   !frees ? BookingStatus::kOpen
                   : held ? BookingStatus::kReleased
                          : BookingStatus::kRefunded,
                   held, false});
  {
    RunWriter runs(out, time);
    for (const SeatIndex seat : note.seats) {
      runs.Add({seat, 1, 0, 0, 0, frees ? kNoBooking : 0, note.from, note.to,
                note.slots[seat].price, time, 0});
    }
  }
  return Written(out, to);
}

static_assert(kExpiryBytesMin == kHeadBytes + kSectionBytes + kBookingBytes);

std::size_t ExpiryBytesMax(const internal::ExpiryNote& note) {
  return kExpiryBytesMin + note.booking->counts.held * kRunBytesMax;
}

std::size_t EncodeExpiry(const internal::ExpiryNote& note,
                         std::span<std::byte> to) {
  const internal::BookingRecord& booking = *note.booking;
  ByteWriter out(to.data());
  PutHead(out, {RecordKind::kExpiry, 0, 1, 1, 0, note.deadline, note.event});
  PutSection(out, *note.section->record, note.section->record->version + 1);
  PutBooking(out,
             {booking.id(), booking.buyer, booking.hold_until,
              booking.first_reserved_at, BookingStatus::kExpired, true, false});
  if (to.size() >= ExpiryBytesMax(note)) {
    RunWriter runs(out, note.deadline);
    internal::ForEachSeat(
        *note.space, booking,
        [&](internal::SeatLink link, const internal::SeatSlot& slot) {
          if (link.section != note.section->line ||
              note.section->StateOf(link.seat) != SeatState::kReserved) {
            return;
          }
          runs.Add({link.seat, 1, 0, 0, 0, kNoBooking, SeatState::kReserved,
                    SeatState::kAvailable, slot.price, note.deadline, 0});
        });
  }
  return Written(out, to.data());
}

std::size_t EncodeAdmin(internal::AdminAct act, EventId event, Time time,
                        const internal::SectionRecord* section, std::byte* to) {
  const auto kind =
      static_cast<RecordKind>(static_cast<std::uint8_t>(RecordKind::kDrop) +
                              static_cast<std::uint8_t>(act));
  ByteWriter out(to);
  PutHead(out,
          {kind, 0, section != nullptr ? 1u : 0u, 0, 0, ToMicros(time), event});
  if (section != nullptr) out.Put(section->number);
  return Written(out, to);
}

void EncodeCreated(EventId event, Time time,
                   std::span<const internal::SectionRecord* const> sections,
                   std::vector<std::byte>& out) {
  constexpr std::size_t kCreatedBytesMax = 16 + SectionName::kSizeMax;
  out.resize(kHeadBytes + sections.size() * kCreatedBytesMax);
  std::byte* const to = out.data();
  ByteWriter writer(to);
  PutHead(writer, {RecordKind::kCreate, 0, 0, 0, 0, ToMicros(time), event});
  for (const internal::SectionRecord* const section : sections) {
    const std::string_view name = section->name_view();
    writer.Put(section->number);
    writer.Put(section->rows);
    writer.Put(section->seats_per_row);
    writer.Put(static_cast<std::uint32_t>(name.size()));
    writer.PutBytes(name.data(), name.size());
    writer.Pad(to);
  }
  out.resize(Written(writer, to));
}

}  // namespace seatfield::mapped
