// SPDX-License-Identifier: MIT
//
// Recounts an event and holds every invariant of layout.h against what stands
// there. Writers of the event wait meanwhile.
//
// Errors: NotFound; Internal, naming the first thing that does not agree.
// Complexity: O(seats + bookings log bookings).

#ifndef SEATFIELD_INTERNAL_VERIFY_H_
#define SEATFIELD_INTERNAL_VERIFY_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "seatfield/ids.h"
#include "seatfield/internal/booking_list.h"
#include "seatfield/internal/layout.h"
#include "seatfield/internal/ledger_state.h"
#include "seatfield/internal/no_memory.h"
#include "seatfield/internal/section_access.h"
#include "seatfield/internal/sections.h"
#include "seatfield/internal/shared.h"
#include "seatfield/internal/text.h"
#include "seatfield/seat_state.h"
#include "seatfield/section.h"
#include "seatfield/time.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace internal {

class EventVerifier {
 public:
  explicit EventVerifier(LedgerState& state) : state_(state) {}

  absl::Status Run(EventId event);

 private:
  absl::Status Locked();
  absl::Status CheckSection(const SectionAccess& section);
  absl::Status CheckSeat(const SectionAccess& section, SeatIndex seat);
  absl::Status CheckDeadlines(const SectionAccess& section);
  absl::Status CheckBookings();
  absl::Status CheckBooking(Line line, const BookingRecord& booking);
  absl::Status CheckBuyers();

  template <typename... Pieces>
  static absl::Status Broken(const Pieces&... pieces) {
    return absl::InternalError(Cat(pieces...));
  }
  static std::string At(const SectionAccess& section, SeatIndex seat) {
    return Cat("section ", section.record->name_view(), " seat ",
               section.record->config().SeatAt(seat).ToString());
  }

  LedgerState& state_;
  EventRecord* event_ = nullptr;
  std::vector<SectionAccess> sections_;
  std::uint64_t owned_ = 0;   // seats that name a booking
  std::uint64_t listed_ = 0;  // seats that a booking lists
  std::map<std::int64_t, std::uint32_t> buyers_;
};

inline absl::Status EventVerifier::Run(EventId id) {
  const std::lock_guard admin(state_.admin);
  const auto found = state_.FindEvent(id);
  if (!found) return EventNotFound(id);
  event_ = &state_.EventAt(found->line);
  const Line* const list = state_.space.At<Line>(event_->sections);
  std::vector<Line> lines(list, list + event_->section_count);
  std::sort(lines.begin(), lines.end());
  sections_.reserve(lines.size());
  for (const Line line : lines) {
    SectionAccess& section = sections_.emplace_back(state_.space, line);
    section.record->lock.Lock();
    section.Open(state_.space);
  }
  for (TableRecord& table : event_->bookings) table.lock.Lock();
  for (TableRecord& table : event_->buyers) table.lock.Lock();
  absl::Status status = OrNoMemory([this] { return Locked(); });
  for (TableRecord& table : event_->buyers) table.lock.Unlock();
  for (TableRecord& table : event_->bookings) table.lock.Unlock();
  for (SectionAccess& section : sections_) section.record->lock.Unlock();
  return status;
}

inline absl::Status EventVerifier::Locked() {
  for (const SectionAccess& section : sections_) {
    absl::Status status = CheckSection(section);
    if (!status.ok()) return status;
    status = CheckDeadlines(section);
    if (!status.ok()) return status;
  }
  absl::Status status = CheckBookings();
  if (!status.ok()) return status;
  if (owned_ != listed_) {
    return Broken(owned_, " seats name a booking, ", listed_,
                  " are listed by one");
  }
  return CheckBuyers();
}

inline absl::Status EventVerifier::CheckSection(const SectionAccess& section) {
  const SectionRecord& record = *section.record;
  const SeatCounts counted = section.map().CountAll();
  const SeatCounts kept = record.counts.Load();
  if (counted != kept) {
    return Broken("section ", record.name_view(), " counts ", kept.available,
                  "/", kept.reserved, "/", kept.sold, "/", kept.blocked,
                  ", its seats are ", counted.available, "/", counted.reserved,
                  "/", counted.sold, "/", counted.blocked);
  }
  for (SeatIndex seat = 0; seat < record.seat_count(); ++seat) {
    absl::Status status = CheckSeat(section, seat);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

inline absl::Status EventVerifier::CheckSeat(const SectionAccess& section,
                                             SeatIndex seat) {
  const SeatSlot& slot = section.slots[seat];
  const SeatState state = section.StateOf(seat);
  const bool owned = state == SeatState::kReserved || state == SeatState::kSold;
  if (owned != (slot.booking != 0)) {
    return Broken(At(section, seat), " is ", SeatStateName(state),
                  owned ? " without a booking" : " but names a booking");
  }
  if (!owned && (slot.price != 0 || slot.reserved_at != 0)) {
    return Broken(At(section, seat), " has metadata but no owner");
  }
  if (state != SeatState::kBlocked && slot.reason != 0) {
    return Broken(At(section, seat), " has a block reason but is not blocked");
  }
  owned_ += owned;
  return absl::OkStatus();
}

// Every hold that ends must be in the heap, and the earliest must be stated.
inline absl::Status EventVerifier::CheckDeadlines(
    const SectionAccess& section) {
  const SectionRecord& record = *section.record;
  std::set<std::pair<std::int64_t, Line>> noted;
  for (std::uint32_t i = 0; i < record.heap_size; ++i) {
    const HoldEntry& entry = state_.space.At<HoldEntry>(record.heap)[i];
    if (section.slots[entry.seat].booking == entry.booking &&
        section.StateOf(entry.seat) == SeatState::kReserved) {
      noted.insert({entry.deadline, entry.booking});
    }
  }
  std::int64_t earliest = ToMicros(kNever);
  for (SeatIndex seat = 0; seat < record.seat_count(); ++seat) {
    if (section.StateOf(seat) != SeatState::kReserved) continue;
    const Line line = section.slots[seat].booking;
    const std::int64_t until = state_.space.At<BookingRecord>(line)->hold_until;
    earliest = std::min(earliest, until);
    if (until != ToMicros(kNever) && !noted.contains({until, line})) {
      return Broken(At(section, seat), " ends unnoticed at ",
                    TimeToString(TimeFromMicros(until)));
    }
  }
  if (earliest != record.next_deadline ||
      record.watched_deadline > record.next_deadline) {
    return Broken("section ", record.name_view(), " states next deadline ",
                  TimeToString(TimeFromMicros(record.next_deadline)), ", is ",
                  TimeToString(TimeFromMicros(earliest)));
  }
  return absl::OkStatus();
}

inline absl::Status EventVerifier::CheckBookings() {
  absl::Status status;
  for (TableRecord& shard : event_->bookings) {
    const RecordTable table = state_.Table(shard);
    std::uint32_t size = 0;
    std::uint32_t closed = 0;
    table.ForEach([&](Line line) {
      const auto& booking = *state_.space.At<BookingRecord>(line);
      ++size;
      closed += !booking.open();
      if (status.ok()) status = CheckBooking(line, booking);
    });
    if (!status.ok()) return status;
    if (size != shard.size || closed != shard.remembered) {
      return Broken("a table of bookings counts ", shard.size, " with ",
                    shard.remembered, " closed, has ", size, " with ", closed);
    }
  }
  return absl::OkStatus();
}

inline absl::Status EventVerifier::CheckBooking(Line line,
                                                const BookingRecord& booking) {
  std::uint32_t held = 0;
  std::uint32_t sold = 0;
  bool sound = true;
  for (SeatLink link = booking.open() ? booking.first : SeatLink();
       link.section != 0 && held + sold <= booking.counts.all();) {
    const auto section = std::find_if(
        sections_.begin(), sections_.end(),
        [&](const SectionAccess& s) { return s.line == link.section; });
    sound = section != sections_.end() &&
            link.seat < section->record->seat_count() &&
            section->slots[link.seat].booking == line;
    if (!sound) break;
    ++(section->StateOf(link.seat) == SeatState::kSold ? sold : held);
    link = section->slots[link.seat].next;
  }
  if (!sound || held != booking.counts.held || sold != booking.counts.sold) {
    return Broken("booking ", booking.id().ToString(), " counts ",
                  booking.counts.held, " held and ", booking.counts.sold,
                  " sold, lists ", held, " and ", sold);
  }
  listed_ += held + sold;
  if (held + sold > 0) buyers_[booking.buyer] += held + sold;
  return absl::OkStatus();
}

inline absl::Status EventVerifier::CheckBuyers() {
  if (state_.limits.seats_per_buyer_max == kNoLimit) return absl::OkStatus();
  std::map<std::int64_t, std::uint32_t> kept;
  for (TableRecord& shard : event_->buyers) {
    state_.Table(shard).ForEach([&](Line line) {
      const auto& buyer = *state_.space.At<BuyerRecord>(line);
      kept[static_cast<std::int64_t>(buyer.entry.key_low)] = buyer.seat_count;
    });
  }
  if (kept == buyers_) return absl::OkStatus();
  return Broken("the seats counted for buyers are not those they have");
}

}  // namespace internal
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_INTERNAL_VERIFY_H_
