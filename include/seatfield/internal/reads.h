// SPDX-License-Identifier: MIT
//
// Reads that take no lock: they look, and look again if a write came between.
// Nothing is followed before it is known to have been valid, so a read that
// lost its race stops at once and never strays.
//
// Errors: Unavailable after kReadRetriesMax lost races in a row.

#ifndef SEATFIELD_INTERNAL_READS_H_
#define SEATFIELD_INTERNAL_READS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "seatfield/booking.h"
#include "seatfield/ids.h"
#include "seatfield/internal/expiry.h"
#include "seatfield/internal/kernels.h"
#include "seatfield/internal/layout.h"
#include "seatfield/internal/ledger_state.h"
#include "seatfield/internal/record_table.h"
#include "seatfield/internal/section_access.h"
#include "seatfield/internal/sections.h"
#include "seatfield/internal/shared.h"
#include "seatfield/read_view.h"
#include "seatfield/seat_map.h"
#include "seatfield/section.h"
#include "seatfield/storage.h"
#include "seatfield/time.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace internal {

inline constexpr int kReadRetriesMax = 1'000'000;

class LedgerReads {
 public:
  explicit LedgerReads(LedgerState& state) : state_(state) {}

  absl::Status ReadSection(const FoundSection& section,
                           const ReadOptions& options, SectionView& view);
  absl::Status ReadStats(const Scope& scope, std::vector<SectionStats>& stats);
  absl::Status ReadCounters(EventId event,
                            std::vector<SectionCounters>& counters);
  absl::StatusOr<Booking> ReadBooking(EventId event, BookingId id);
  absl::StatusOr<std::vector<Booking>> ListBookings(EventId event,
                                                    BuyerId buyer);
  absl::StatusOr<std::vector<Hold>> ListHolds(EventId event, Time from,
                                              std::size_t holds_max);
  std::vector<EventId> ListEvents();
  StoreCounters Counters() const;

 private:
  // Ends what is due in a section that is still there.
  void ExpireFound(const FoundSection& section, Time until);

  // Runs look() until it says that no write came between.
  template <typename Look>
  absl::Status Retry(Look look);

  // Whether a section's counters were read of one version.
  bool LookAtStats(const FoundSection& section, std::uint64_t seen,
                   SectionStats& stats);
  // Whether the counters of an event's sections were read, each of one version,
  // while its list of sections stayed as it was.
  bool LookAtCounters(const EventRecord& event, std::uint64_t seen,
                      std::vector<SectionCounters>& counters,
                      absl::Status& status);
  bool LookAtSeats(const FoundSection& section, std::uint64_t seen,
                   SeatRange range, SeatMap& map);
  bool LookAtDetails(const FoundSection& section, std::uint64_t seen,
                     SectionView& view);
  std::optional<SeatRecord> LookAtSlot(const FoundSection& section,
                                       std::uint64_t seen,
                                       const SeatSlot& slot);
  bool LookAtBooking(EventRecord& event, BookingId id, Booking& booking,
                     bool& found);
  bool LookAtSections(const FoundEvent& event, bool& gone,
                      std::vector<FoundSection>& sections);

  // Calls fn(record) for every booking of the event that is open.
  template <typename Fn>
  absl::Status ForEachOpenBooking(const FoundEvent& event, Fn fn);

  LedgerState& state_;
};

template <typename Look>
absl::Status LedgerReads::Retry(Look look) {
  Backoff backoff;
  for (int i = 0; i < kReadRetriesMax; ++i) {
    if (look()) return absl::OkStatus();
    state_.loose.read_retries.fetch_add(1, std::memory_order_relaxed);
    backoff.Wait();
  }
  return absl::UnavailableError("too many writes came between: try again");
}

// --- One section ------------------------------------------------------------

inline bool LedgerReads::LookAtStats(const FoundSection& section,
                                     std::uint64_t seen, SectionStats& stats) {
  const SectionRecord& record = state_.SectionAt(section.line);
  const EventRecord& event = state_.EventAt(section.event);
  stats.key.name = SharedRead(record.name).name;
  stats.config = section.config;
  stats.counts = record.counts.Load();
  stats.version = SharedLoad(record.version);
  stats.updated_at = TimeFromMicros(SharedLoad(record.time));
  stats.next_deadline = TimeFromMicros(SharedLoad(record.next_deadline));
  stats.paused =
      SharedLoad(record.paused) != 0 || SharedLoad(event.paused) != 0;
  stats.key.event = EventId{SharedLoad(event.id)};
  return record.lock.StillAt(seen);
}

inline bool LedgerReads::LookAtSeats(const FoundSection& section,
                                     std::uint64_t seen, SeatRange range,
                                     SeatMap& map) {
  const SectionRecord& record = state_.SectionAt(section.line);
  const Line line = SharedLoad(record.words);
  if (!record.lock.StillAt(seen)) return false;
  const auto* const words = state_.space.At<std::uint64_t>(line);
  const std::size_t first_word = WordIndex(range.first);
  const std::size_t base = first_word * kSeatsPerWord;
  map.Assign(range.last - std::min<std::size_t>(base, range.last));
  const auto out = map.mutable_words();
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = SharedLoad(words[first_word + i]);
  }
  const std::size_t tail = map.size() % kSeatsPerWord;
  if (tail != 0) out.back() &= InSeatOrder(FirstSeats(tail));
  if (range.first != base) map = map.Slice(range.first - base, map.size());
  return record.lock.StillAt(seen);
}

// The metadata of an owned seat; nullopt if a write came between.
inline std::optional<SeatRecord> LedgerReads::LookAtSlot(
    const FoundSection& section, std::uint64_t seen, const SeatSlot& slot) {
  const SeqLock& lock = state_.SectionAt(section.line).lock;
  SeatRecord seat;
  const Line line = SharedLoad(slot.booking);
  seat.block_reason = SharedLoad(slot.reason);
  if (line == 0) return seat;
  SeatMeta& meta = seat.meta.emplace();
  meta.price = Price(SharedLoad(slot.price));
  meta.reserved_at = TimeFromMicros(SharedLoad(slot.reserved_at));
  if (!lock.StillAt(seen)) return std::nullopt;
  const auto& booking = *state_.space.At<BookingRecord>(line);
  meta.booking = BookingId(SharedLoad(booking.entry.key_high),
                           SharedLoad(booking.entry.key_low));
  meta.buyer = BuyerId{SharedLoad(booking.buyer)};
  meta.hold_until = TimeFromMicros(SharedLoad(booking.hold_until));
  return seat;
}

inline bool LedgerReads::LookAtDetails(const FoundSection& section,
                                       std::uint64_t seen, SectionView& view) {
  const SectionRecord& record = state_.SectionAt(section.line);
  const Line line = SharedLoad(record.slots);
  if (!record.lock.StillAt(seen)) return false;
  const auto* const slots = state_.space.At<SeatSlot>(line);
  view.details.clear();
  for (std::size_t i = 0; i < view.map.size(); ++i) {
    const SeatState seat_state = view.map.Get(i);
    if (seat_state == SeatState::kAvailable) continue;
    const auto index = static_cast<SeatIndex>(view.range.first + i);
    auto seat = LookAtSlot(section, seen, slots[index]);
    if (!seat) return false;
    seat->seat = section.config.SeatAt(index);
    seat->state = seat_state;
    if (seat_state == SeatState::kSold && seat->meta) {
      seat->meta->hold_until = kNever;
    }
    view.details.push_back(*seat);
  }
  return record.lock.StillAt(seen);
}

inline void LedgerReads::ExpireFound(const FoundSection& found, Time until) {
  SectionAccess section(state_.space, found.line);
  const SeqLockGuard guard(section.record->lock);
  if (SharedLoad(section.record->generation) != found.generation) return;
  section.Open(state_.space);
  ExpireSection(state_, section, until,
                std::numeric_limits<std::uint64_t>::max());
}

inline absl::Status LedgerReads::ReadSection(const FoundSection& section,
                                             const ReadOptions& options,
                                             SectionView& view) {
  const std::uint32_t seats = section.config.seat_count();
  view.range = options.range.value_or(SeatRange{0, seats});
  if (view.range.first > view.range.last || view.range.last > seats) {
    return InvalidArgument("seats [", view.range.first, ", ", view.range.last,
                           ") of a section of ", seats);
  }
  if (options.expire_due) ExpireFound(section, *options.expire_due);
  bool gone = false;
  const SectionRecord& record = state_.SectionAt(section.line);
  absl::Status status = Retry([&] {
    const std::uint64_t seen = record.lock.BeginRead();
    gone = SharedLoad(record.generation) != section.generation;
    if (gone) return record.lock.StillAt(seen);
    view.details.clear();
    return LookAtStats(section, seen, view.stats) &&
           LookAtSeats(section, seen, view.range, view.map) &&
           (!options.details || LookAtDetails(section, seen, view));
  });
  if (status.ok() && gone) return absl::NotFoundError("the section is dropped");
  return status;
}

// --- The sections of an event -----------------------------------------------

// Kept by each thread, so that reads allocate nothing after warm-up.
inline std::vector<Line>& LinesScratch() {
  thread_local std::vector<Line> lines;
  return lines;
}

// Whether the event's sections, by name, were found at one moment.
inline bool LedgerReads::LookAtSections(const FoundEvent& event, bool& gone,
                                        std::vector<FoundSection>& sections) {
  const EventRecord& record = state_.EventAt(event.line);
  std::vector<Line>& lines = LinesScratch();
  sections.clear();
  const std::uint64_t seen = record.lock.BeginRead();
  gone = SharedLoad(record.generation) != event.generation;
  if (gone) return true;
  if (!state_.LookAtSections(record, seen, lines)) return false;
  for (const Line line : lines) {
    const auto found = ReadFound(state_.SectionAt(line), line);
    if (found && found->event == event.line) sections.push_back(*found);
  }
  return record.lock.StillAt(seen);
}

inline absl::Status LedgerReads::ReadStats(const Scope& scope,
                                           std::vector<SectionStats>& stats) {
  thread_local std::vector<FoundSection> sections;
  stats.clear();
  sections.clear();
  const auto event = state_.FindEvent(scope.event);
  if (!event) return EventNotFound(scope.event);
  if (scope.section.empty()) {
    bool gone = false;
    absl::Status listed =
        Retry([&] { return LookAtSections(*event, gone, sections); });
    if (!listed.ok()) return listed;
    if (gone) return EventNotFound(scope.event);
  } else if (const auto found =
                 state_.FindSection(event->line, scope.section)) {
    sections.push_back(*found);
  } else {
    return SectionNotFound(scope.event, scope.section);
  }
  for (const FoundSection& section : sections) {
    const SectionRecord& record = state_.SectionAt(section.line);
    SectionStats& one = stats.emplace_back();
    absl::Status status = Retry([&] {
      const std::uint64_t seen = record.lock.BeginRead();
      return LookAtStats(section, seen, one);
    });
    if (!status.ok()) return status;
    if (SharedLoad(record.generation) != section.generation) stats.pop_back();
  }
  return absl::OkStatus();
}

// Whether the counters were read of one version.
inline bool CopyCounters(const SectionRecord& record, SectionCounters& to) {
  const std::uint64_t seen = record.lock.BeginRead();
  const SeatCounts counts = record.counts.Load();
  to.available = static_cast<std::uint32_t>(counts.available);
  to.reserved = static_cast<std::uint32_t>(counts.reserved);
  to.sold = static_cast<std::uint32_t>(counts.sold);
  to.blocked = static_cast<std::uint32_t>(counts.blocked);
  to.version = SharedLoad(record.version);
  to.next_deadline = TimeFromMicros(SharedLoad(record.next_deadline));
  return record.lock.StillAt(seen);
}

// A list that changes meanwhile is read anew from its start.
inline bool LedgerReads::LookAtCounters(const EventRecord& event,
                                        std::uint64_t seen,
                                        std::vector<SectionCounters>& counters,
                                        absl::Status& status) {
  std::vector<Line>& lines = LinesScratch();
  if (!state_.LookAtSections(event, seen, lines)) return false;
  counters.resize(lines.size());
  for (std::size_t i = 0; i < lines.size() && status.ok(); ++i) {
    const SectionRecord& section = state_.SectionAt(lines[i]);
    if (CopyCounters(section, counters[i])) continue;
    status = Retry([&] { return CopyCounters(section, counters[i]); });
  }
  return event.lock.StillAt(seen);
}

inline absl::Status LedgerReads::ReadCounters(
    EventId event_id, std::vector<SectionCounters>& counters) {
  const auto event = state_.FindEvent(event_id);
  bool gone = !event;
  absl::Status status;
  if (event) {
    const EventRecord& record = state_.EventAt(event->line);
    absl::Status looked = Retry([&] {
      const std::uint64_t seen = record.lock.BeginRead();
      gone = SharedLoad(record.generation) != event->generation;
      return gone || LookAtCounters(record, seen, counters, status);
    });
    status.Update(looked);
  }
  if (gone || !status.ok()) counters.clear();
  return gone ? EventNotFound(event_id) : status;
}

inline std::vector<EventId> LedgerReads::ListEvents() {
  std::vector<EventId> ids;
  const std::lock_guard admin(state_.admin);
  for (const Line line : state_.events.Lines()) {
    ids.push_back(EventId{state_.EventAt(line).id});
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

// --- Bookings ---------------------------------------------------------------

// Whether the booking, or that there is none, was read of one moment.
inline bool LedgerReads::LookAtBooking(EventRecord& event, BookingId id,
                                       Booking& booking, bool& found) {
  const TableKey key{id.high(), id.low()};
  const std::uint64_t hash = HashKey(key, state_.seed);
  TableRecord& table = event.bookings[ShardOf(hash)];
  const std::uint64_t seen = table.lock.BeginRead();
  const auto line = state_.Table(table).FindShared(key, hash, seen);
  if (!line) return false;
  found = *line != 0;
  if (!found) return table.lock.StillAt(seen);
  const auto& record = *state_.space.At<BookingRecord>(*line);
  SeatLink link = SharedRead(record.first);
  if (!table.lock.StillAt(seen)) return false;
  // Under this lock alone seats of the booking may be sold. A closed one has
  // none, and the lock of its table instead.
  const SeqLock& home =
      link.section == 0 ? table.lock : state_.SectionAt(link.section).lock;
  const std::uint64_t home_seen = home.BeginRead();
  booking = {};
  booking.id = id;
  booking.buyer = BuyerId{SharedLoad(record.buyer)};
  booking.first_reserved_at =
      TimeFromMicros(SharedLoad(record.first_reserved_at));
  const Time until = TimeFromMicros(SharedLoad(record.hold_until));
  if (!table.lock.StillAt(seen)) return false;
  if (link.section == 0) {
    booking.status = static_cast<BookingStatus>(link.seat);
    booking.closed_at = until;
    return true;
  }
  booking.hold_until = until;
  while (link.section != 0) {
    const SectionRecord& section = state_.SectionAt(link.section);
    const auto found_section = ReadFound(section, link.section);
    const Line words = SharedLoad(section.words);
    const Line slots = SharedLoad(section.slots);
    if (!table.lock.StillAt(seen) || !found_section) return false;
    const SeatSlot& slot = state_.space.At<SeatSlot>(slots)[link.seat];
    BookedSeat& seat = booking.seats.emplace_back();
    seat.section = state_.NameOf(found_section->handle());
    seat.seat = found_section->config.SeatAt(link.seat);
    seat.state = GetSeat(
        SharedLoad(state_.space.At<std::uint64_t>(words)[WordIndex(link.seat)]),
        link.seat);
    seat.price = Price(SharedLoad(slot.price));
    seat.reserved_at = TimeFromMicros(SharedLoad(slot.reserved_at));
    link = SharedRead(slot.next);
    if (!table.lock.StillAt(seen)) return false;
  }
  return home.StillAt(home_seen);
}

inline absl::StatusOr<Booking> LedgerReads::ReadBooking(EventId event_id,
                                                        BookingId id) {
  const auto event = state_.FindEvent(event_id);
  if (!event) return EventNotFound(event_id);
  Booking booking;
  bool found = false;
  absl::Status status = Retry([&] {
    return LookAtBooking(state_.EventAt(event->line), id, booking, found);
  });
  if (!status.ok()) return status;
  if (!found) {
    return absl::NotFoundError(
        Cat("no booking ", id.ToString(), " in event ", Value(event_id)));
  }
  booking.event = event_id;
  std::sort(booking.seats.begin(), booking.seats.end(),
            [](const BookedSeat& a, const BookedSeat& b) {
              return std::tie(a.section, a.seat) < std::tie(b.section, b.seat);
            });
  return booking;
}

template <typename Fn>
absl::Status LedgerReads::ForEachOpenBooking(const FoundEvent& event, Fn fn) {
  struct Seen {
    BookingId id;
    std::int64_t buyer;
    std::int64_t hold_until;
    std::uint32_t held;
  };
  std::vector<Seen> bookings;
  for (TableRecord& table : state_.EventAt(event.line).bookings) {
    absl::Status status = Retry([&] {
      bookings.clear();
      const std::uint64_t seen = table.lock.BeginRead();
      return state_.Table(table).ForEachShared(seen, [&](Line line) {
        const auto& record = *state_.space.At<BookingRecord>(line);
        if (SharedLoad(record.first.section) != 0) {
          // The end of its holds before their number: when they are sold they
          // are written the other way round.
          bookings.push_back({BookingId(SharedLoad(record.entry.key_high),
                                        SharedLoad(record.entry.key_low)),
                              SharedLoad(record.buyer),
                              SharedLoad(record.hold_until),
                              SharedLoad(record.counts.held)});
        }
        return table.lock.StillAt(seen);
      });
    });
    if (!status.ok()) return status;
    for (const Seen& booking : bookings) fn(booking);
  }
  return absl::OkStatus();
}

inline absl::StatusOr<std::vector<Booking>> LedgerReads::ListBookings(
    EventId event_id, BuyerId buyer) {
  const auto event = state_.FindEvent(event_id);
  if (!event) return EventNotFound(event_id);
  std::vector<BookingId> ids;
  absl::Status status = ForEachOpenBooking(*event, [&](const auto& seen) {
    if (seen.buyer == Value(buyer)) ids.push_back(seen.id);
  });
  if (!status.ok()) return status;
  std::sort(ids.begin(), ids.end());
  std::vector<Booking> bookings;
  for (const BookingId id : ids) {
    auto booking = ReadBooking(event_id, id);
    if (!booking.ok() && !absl::IsNotFound(booking.status())) {
      return booking.status();
    }
    if (booking.ok() && booking->status == BookingStatus::kOpen) {
      bookings.push_back(*std::move(booking));
    }
  }
  return bookings;
}

inline absl::StatusOr<std::vector<Hold>> LedgerReads::ListHolds(
    EventId event_id, Time from, std::size_t holds_max) {
  const auto event = state_.FindEvent(event_id);
  if (!event) return EventNotFound(event_id);
  std::vector<Hold> holds;
  absl::Status status = ForEachOpenBooking(*event, [&](const auto& seen) {
    if (seen.held > 0 && seen.hold_until >= ToMicros(from)) {
      holds.push_back({event_id, seen.id, BuyerId{seen.buyer},
                       TimeFromMicros(seen.hold_until), seen.held});
    }
  });
  if (!status.ok()) return status;
  std::sort(holds.begin(), holds.end(), [](const Hold& a, const Hold& b) {
    return std::tie(a.hold_until, a.booking) <
           std::tie(b.hold_until, b.booking);
  });
  if (holds.size() > holds_max) holds.resize(holds_max);
  return holds;
}

// --- Counters ---------------------------------------------------------------

// Forgets what was counted in all sections that ever were. Nobody else may use
// the ledger meanwhile.
inline void ForgetCounters(LedgerState& state) {
  const auto forget = [&](Line line) {
    SectionRecord& section = state.SectionAt(line);
    section.commits = 0;
    section.tally = {};
  };
  for (const Line line : state.sections.Lines()) forget(line);
  for (Line line = state.store.free_sections; line != 0;
       line = state.SectionAt(line).words) {
    forget(line);
  }
}

inline void AddCounters(const SectionRecord& section, StoreCounters& to) {
  const SectionTally& from = section.tally;
  to.commits += SharedLoad(section.commits);
  for (std::size_t i = 0; i < kRefusalCount; ++i) {
    to.refusals[i] += SharedLoad(from.refusals[i]);
  }
  to.expired_holds += SharedLoad(from.expired_holds);
  to.expired_seats += SharedLoad(from.expired_seats);
}

// Section records keep their counts when they are dropped and used again, so
// the sum is over all that ever were.
inline StoreCounters LedgerReads::Counters() const {
  const LooseCounters& loose = state_.loose;
  StoreCounters counters;
  counters.commits = loose.commits.load(std::memory_order_relaxed);
  counters.replays = loose.replays.load(std::memory_order_relaxed);
  counters.retries = loose.retries.load(std::memory_order_relaxed);
  counters.read_retries = loose.read_retries.load(std::memory_order_relaxed);
  for (std::size_t i = 0; i < kRefusalCount; ++i) {
    counters.refusals[i] = loose.refusals[i].load(std::memory_order_relaxed);
  }
  const std::lock_guard admin(state_.admin);
  for (const Line line : state_.sections.Lines()) {
    AddCounters(state_.SectionAt(line), counters);
  }
  for (Line line = state_.store.free_sections; line != 0;
       line = state_.SectionAt(line).words) {
    AddCounters(state_.SectionAt(line), counters);
  }
  return counters;
}

}  // namespace internal
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_INTERNAL_READS_H_
