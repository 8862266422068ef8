// SPDX-License-Identifier: MIT
//
// What the reference model remembers of all events, and every question that can
// be asked of it without changing anything.
//
// Thread safety: a plain value.
// Complexity: O(seats of the event) a question.

#ifndef SEATFIELD_TESTING_REFERENCE_STORE_H_
#define SEATFIELD_TESTING_REFERENCE_STORE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <tuple>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "seatfield/booking.h"
#include "seatfield/ids.h"
#include "seatfield/internal/hash.h"
#include "seatfield/internal/text.h"
#include "seatfield/limits.h"
#include "seatfield/read_view.h"
#include "seatfield/seat_meta.h"
#include "seatfield/seat_state.h"
#include "seatfield/section.h"
#include "seatfield/storage.h"
#include "seatfield/testing/reference_state.h"
#include "seatfield/time.h"
#include "seatfield/transaction.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace reference {

// The members do what those of Storage do.
class ModelStore {
 public:
  explicit ModelStore(const Limits& limits) : limits_(limits) {}

  const Limits& limits() const { return limits_; }
  const StoreCounters& counters() const { return counters_; }

  absl::StatusOr<SectionHandle> Resolve(EventId event,
                                        std::string_view section) const;
  std::vector<EventId> ListEvents() const;
  absl::Status ReadStats(Scope scope, std::vector<SectionStats>& stats) const;
  absl::StatusOr<Booking> ReadBooking(EventId event, BookingId booking) const;
  absl::StatusOr<std::vector<Booking>> ListBookings(EventId event,
                                                    BuyerId buyer) const;
  absl::StatusOr<std::vector<Hold>> ListHolds(EventId event, Time from,
                                              std::size_t holds_max) const;
  absl::Status Verify(EventId event) const;
  Time NextDeadline() const;

  // The holds that are due, in the order in which they end. Where deadlines are
  // equal the order is this model's own.
  using DueHold = std::tuple<Time, BookingId, SectionKey>;
  std::set<DueHold> DueHolds(Time now) const;

  // 128 bits of all that decides what later calls answer.
  Digest128 Fingerprint() const;

 protected:
  using Event = ModelEvent;
  using Section = ModelSection;

  std::optional<SectionKey> Find(EventId event, SectionRef section) const;
  std::vector<SectionName> SectionsIn(const Event& event, Scope scope) const;
  std::optional<SeatRange> RangeOf(const SectionKey& key,
                                   const ReadOptions& options) const;
  void Read(const SectionKey& key, SeatRange range, bool details,
            SectionView& view) const;

  Limits limits_;
  std::map<EventId, Event> events_;
  std::map<std::uint64_t, SectionKey> places_;  // what handles lead to
  std::uint64_t last_place_ = 0;
  StoreCounters counters_;

 private:
  SectionStats StatsOf(EventId event, const SectionName& section) const;
  SeatRecord RecordOf(const Event& event, const Section& section,
                      SeatIndex index) const;
  Booking BookingOf(EventId event, BookingId booking) const;
};

// --- Implementation: finding ------------------------------------------------

inline std::optional<SectionKey> ModelStore::Find(EventId event,
                                                  SectionRef section) const {
  if (section.handle()) {
    const auto place = places_.find(section.handle()->place);
    if (place == places_.end()) return std::nullopt;
    return place->second;
  }
  const auto name = SectionName::Parse(section.name());
  const auto found = events_.find(event);
  if (!name.ok() || found == events_.end()) return std::nullopt;
  if (!found->second.now.sections.contains(*name)) return std::nullopt;
  return SectionKey{event, *name};
}

inline std::vector<SectionName> ModelStore::SectionsIn(const Event& event,
                                                       Scope scope) const {
  std::vector<SectionName> names;
  for (const auto& [name, section] : event.now.sections) {
    if (scope.section.empty() || name.view() == scope.section) {
      names.push_back(name);
    }
  }
  return names;
}

inline absl::StatusOr<SectionHandle> ModelStore::Resolve(
    EventId event, std::string_view section) const {
  const auto key = SectionKey::Make(event, section);
  if (!key.ok()) return key.status();
  if (!Find(event, section)) return absl::NotFoundError("no such section");
  return SectionHandle{events_.at(event).now.sections.at(key->name).place, 1};
}

inline std::vector<EventId> ModelStore::ListEvents() const {
  std::vector<EventId> ids;
  for (const auto& [id, event] : events_) ids.push_back(id);
  return ids;
}

// --- Implementation: deadlines ----------------------------------------------

inline std::set<ModelStore::DueHold> ModelStore::DueHolds(Time now) const {
  std::set<DueHold> due;
  for (const auto& [id, event] : events_) {
    for (const auto& [name, section] : event.now.sections) {
      for (const auto& [deadline, booking] : event.DueIn(name, now)) {
        due.insert({deadline, booking, SectionKey{id, name}});
      }
    }
  }
  return due;
}

inline Time ModelStore::NextDeadline() const {
  Time next = kNever;
  for (const auto& [id, event] : events_) {
    for (const auto& [booking, entry] : event.now.bookings) {
      next = std::min(next, entry.hold_until);
    }
  }
  return next;
}

// --- Implementation: reads --------------------------------------------------

inline SectionStats ModelStore::StatsOf(EventId id,
                                        const SectionName& name) const {
  const Event& event = events_.at(id);
  const Section& section = event.now.sections.at(name);
  SectionStats stats{{id, name},
                     section.config,
                     CountOf(section),
                     section.version,
                     section.updated_at,
                     kNever,
                     event.paused || section.paused};
  for (const ModelSeat& seat : section.seats) {
    if (seat.state != SeatState::kReserved) continue;
    stats.next_deadline = std::min(
        stats.next_deadline, event.now.bookings.at(seat.booking).hold_until);
  }
  return stats;
}

// The seats to read; nothing if they are not all of the section.
inline std::optional<SeatRange> ModelStore::RangeOf(
    const SectionKey& key, const ReadOptions& options) const {
  const Section& section = events_.at(key.event).now.sections.at(key.name);
  const auto seat_count = static_cast<SeatIndex>(section.seats.size());
  const SeatRange range = options.range.value_or(SeatRange{0, seat_count});
  if (range.first > range.last || range.last > seat_count) return std::nullopt;
  return range;
}

inline SeatRecord ModelStore::RecordOf(const Event& event,
                                       const Section& section,
                                       SeatIndex index) const {
  const ModelSeat& seat = section.seats[index];
  SeatRecord record{section.config.SeatAt(index), seat.state, seat.reason};
  if (!seat.booking.is_nil()) {
    const ModelBooking& booking = event.now.bookings.at(seat.booking);
    const bool sold = seat.state == SeatState::kSold;
    record.meta = {seat.booking, booking.buyer, seat.price, seat.reserved_at,
                   sold ? kNever : booking.hold_until};
  }
  return record;
}

inline void ModelStore::Read(const SectionKey& key, SeatRange range,
                             bool details, SectionView& view) const {
  const Event& event = events_.at(key.event);
  const Section& section = event.now.sections.at(key.name);
  view.stats = StatsOf(key.event, key.name);
  view.range = range;
  view.map.Assign(range.last - range.first);
  view.details.clear();
  for (SeatIndex i = range.first; i < range.last; ++i) {
    const SeatState state = section.seats[i].state;
    view.map.Set(i - range.first, state);
    if (!details || state == SeatState::kAvailable) continue;
    view.details.push_back(RecordOf(event, section, i));
  }
}

inline absl::Status ModelStore::ReadStats(
    Scope scope, std::vector<SectionStats>& stats) const {
  stats.clear();
  const auto found = events_.find(scope.event);
  if (found == events_.end()) return absl::NotFoundError("no such event");
  for (const SectionName& name : SectionsIn(found->second, scope)) {
    stats.push_back(StatsOf(scope.event, name));
  }
  if (stats.empty()) return absl::NotFoundError("no such section");
  return absl::OkStatus();
}

inline Booking ModelStore::BookingOf(EventId event_id, BookingId id) const {
  const Event& event = events_.at(event_id);
  const ModelBooking& entry = event.now.bookings.at(id);
  Booking booking{event_id,         id,
                  entry.buyer,      BookingStatus::kOpen,
                  entry.hold_until, entry.first_reserved_at,
                  kNever,           {}};
  for (const auto& place : event.now.SeatsOf(id)) {
    const Section& section = event.now.sections.at(place.section);
    const ModelSeat& seat = section.seats[place.index];
    booking.seats.push_back({place.section, section.config.SeatAt(place.index),
                             seat.state, seat.price, seat.reserved_at});
  }
  return booking;
}

inline absl::StatusOr<Booking> ModelStore::ReadBooking(EventId event_id,
                                                       BookingId id) const {
  const auto found = events_.find(event_id);
  if (found == events_.end()) return absl::NotFoundError("no such event");
  if (found->second.now.bookings.contains(id)) return BookingOf(event_id, id);
  const auto closed = found->second.closed.find(id);
  if (closed == found->second.closed.end()) {
    return absl::NotFoundError("no such booking");
  }
  Booking booking;
  booking.event = event_id;
  booking.id = id;
  booking.buyer = closed->second.buyer;
  booking.status = closed->second.status;
  booking.closed_at = closed->second.closed_at;
  return booking;
}

inline absl::StatusOr<std::vector<Booking>> ModelStore::ListBookings(
    EventId event_id, BuyerId buyer) const {
  const auto found = events_.find(event_id);
  if (found == events_.end()) return absl::NotFoundError("no such event");
  std::vector<Booking> bookings;
  for (const auto& [id, entry] : found->second.now.bookings) {
    if (entry.buyer == buyer) bookings.push_back(BookingOf(event_id, id));
  }
  return bookings;
}

inline absl::StatusOr<std::vector<Hold>> ModelStore::ListHolds(
    EventId event_id, Time from, std::size_t holds_max) const {
  const auto found = events_.find(event_id);
  if (found == events_.end()) return absl::NotFoundError("no such event");
  std::vector<Hold> holds;
  for (const auto& [id, entry] : found->second.now.bookings) {
    const auto held = found->second.now.HeldBy(id).size();
    if (held == 0 || entry.hold_until < from) continue;
    holds.push_back({event_id, id, entry.buyer, entry.hold_until,
                     static_cast<std::uint32_t>(held)});
  }
  std::stable_sort(
      holds.begin(), holds.end(),
      [](const auto& a, const auto& b) { return a.hold_until < b.hold_until; });
  if (holds.size() > holds_max) holds.resize(holds_max);
  return holds;
}

// --- Implementation: care ---------------------------------------------------

inline absl::Status ModelStore::Verify(EventId event_id) const {
  const auto found = events_.find(event_id);
  if (found == events_.end()) return absl::NotFoundError("no such event");
  const ModelSeats& now = found->second.now;
  for (const auto& [name, section] : now.sections) {
    for (const ModelSeat& seat : section.seats) {
      const bool owned =
          seat.state == SeatState::kReserved || seat.state == SeatState::kSold;
      const bool sound = owned == !seat.booking.is_nil() &&
                         (!owned || now.bookings.contains(seat.booking));
      if (!sound) {
        return absl::InternalError(
            internal::Cat("section ", name.view(), ": an unsound seat"));
      }
    }
  }
  for (const auto& [id, booking] : now.bookings) {
    const bool deadline_only_if_held =
        booking.hold_until == kNever || !now.HeldBy(id).empty();
    if (now.SeatsOf(id).empty() || !deadline_only_if_held ||
        found->second.closed.contains(id)) {
      return absl::InternalError(
          internal::Cat("unsound booking ", id.ToString()));
    }
  }
  return absl::OkStatus();
}

inline Digest128 ModelStore::Fingerprint() const {
  internal::Hasher128 hasher;
  const auto number = [&](auto value) {
    hasher.UpdateUint64(static_cast<std::uint64_t>(value));
  };
  const auto id_of = [&](const auto& id) {
    number(id.high());
    number(id.low());
  };
  for (const auto& [event_id, event] : events_) {
    number(Value(event_id));
    number(event.paused);
    for (const auto& [name, section] : event.now.sections) {
      number(section.place);
      number(section.version);
      number(ToMicros(section.updated_at));
      number(section.paused);
      for (const ModelSeat& seat : section.seats) {
        number(seat.state);
        id_of(seat.booking);
        number(seat.price.minor_units());
        number(ToMicros(seat.reserved_at));
        number(seat.reason);
      }
    }
    for (const auto& [id, booking] : event.now.bookings) {
      id_of(id);
      number(Value(booking.buyer));
      number(ToMicros(booking.hold_until));
      number(ToMicros(booking.first_reserved_at));
    }
    for (const auto& [id, tombstone] : event.closed) {
      id_of(id);
      number(tombstone.status);
      number(ToMicros(tombstone.closed_at));
    }
    for (const auto& [id, reply] : event.replies) {
      id_of(id);
      number(ToMicros(reply.committed_at));
      number(reply.body.low);
    }
  }
  return hasher.Digest();
}

}  // namespace reference
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_TESTING_REFERENCE_STORE_H_
