// SPDX-License-Identifier: MIT

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <new>
#include <span>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mapped/bytes.h"
#include "mapped/image.h"
#include "mapped/no_memory.h"
#include "seatfield/booking.h"
#include "seatfield/internal/booking_list.h"
#include "seatfield/internal/hash.h"
#include "seatfield/internal/layout.h"
#include "seatfield/internal/ledger_state.h"
#include "seatfield/internal/record_table.h"
#include "seatfield/internal/replay.h"
#include "seatfield/internal/section_access.h"
#include "seatfield/internal/shared.h"
#include "seatfield/outcome.h"
#include "seatfield/seat_state.h"
#include "seatfield/section.h"

namespace seatfield::mapped {
namespace {

using internal::BookingRecord;
using internal::EventRecord;
using internal::IdRecord;
using internal::LedgerState;
using internal::Line;
using internal::SeatLink;
using internal::SeatSlot;
using internal::SectionAccess;
using internal::TableRecord;

// Gathers small writes.
class Output {
 public:
  explicit Output(const ImageSink& sink) : sink_(sink) {}
  ~Output() { Flush(); }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  template <typename... T>
  void Put(T... values) {
    constexpr std::size_t kSize = (sizeof(T) + ...);
    static_assert(kSize <= kRoom);
    if (used_ + kSize > kRoom) Flush();
    ByteWriter writer(bytes_.data() + used_);
    (writer.Put(values), ...);
    used_ += kSize;
  }
  // With zeros to a multiple of four.
  void PutPadded(std::span<const std::byte> bytes) {
    Flush();
    sink_(bytes);
    constexpr std::array<std::byte, 3> kZeros{};
    sink_(std::span(kZeros).first((4 - bytes.size() % 4) % 4));
  }

 private:
  static constexpr std::size_t kRoom = 4096;

  void Flush() {
    if (used_ != 0) sink_(std::span(bytes_).first(used_));
    used_ = 0;
  }

  const ImageSink& sink_;
  std::array<std::byte, kRoom> bytes_;
  std::size_t used_ = 0;
};

std::uint32_t Count(std::size_t size) {
  return static_cast<std::uint32_t>(size);
}

class Writer {
 public:
  Writer(LedgerState& state, const ImageSink& sink)
      : state_(state), out_(sink) {}

  void Run();

 private:
  struct SeatRun {
    SeatLink first;
    std::uint32_t count = 0;
    std::int64_t price = 0;
    std::int64_t reserved_at = 0;
  };

  void PutEvent(EventRecord& event);
  void PutSection(Line line);
  void PutReasons(const SectionAccess& section);
  void PutBookings(EventRecord& event);
  void PutBookingsOf(std::uint32_t place);
  void PutBooking(Line line, std::uint32_t place);
  void GatherRuns(const BookingRecord& booking);
  void PutClosed(EventRecord& event);
  void PutIds(EventRecord& event);
  void PutAnswer(Line line);

  // Calls fn(line) for each entry that the tables keep only to remember.
  template <typename Fn>
  void ForEachRemembered(std::span<const TableRecord> tables, Fn fn) {
    for (const TableRecord& table : tables) {
      for (Line line = table.oldest; line != 0;
           line = state_.space.At<internal::TableEntry>(line)->newer) {
        fn(line);
      }
    }
  }
  static std::uint32_t CountRemembered(std::span<const TableRecord> tables) {
    std::uint32_t count = 0;
    for (const TableRecord& table : tables) count += table.remembered;
    return count;
  }
  std::uint32_t PlaceOf(Line section) const;
  const BookingRecord& BookingAt(Line line) const {
    return *state_.space.At<BookingRecord>(line);
  }

  // How many seats ahead their bookings are fetched.
  static constexpr std::size_t kAhead = 48;

  LedgerState& state_;
  Output out_;
  std::vector<Line> sections_;                          // of the event, by name
  std::vector<std::pair<Line, std::uint32_t>> places_;  // of those, by line
  std::unordered_set<Line> scattered_;  // bookings that may be met again
  std::vector<SeatLink> links_;
  std::vector<SeatRun> runs_;
};

void Writer::Run() {
  std::vector<Line> events;
  state_.ForEachEvent([&](Line line) { events.push_back(line); });
  std::sort(events.begin(), events.end(), [this](Line a, Line b) {
    return state_.EventAt(a).id < state_.EventAt(b).id;
  });
  out_.Put(state_.store.section_numbers, Count(events.size()));
  for (const Line line : events) PutEvent(state_.EventAt(line));
}

void Writer::PutEvent(EventRecord& event) {
  state_.LookAtSections(event, event.lock.BeginRead(), sections_);
  out_.Put(event.id, event.paused, Count(sections_.size()));
  places_.clear();
  for (const Line line : sections_) {
    places_.emplace_back(line, Count(places_.size()));
    PutSection(line);
  }
  std::sort(places_.begin(), places_.end());
  PutBookings(event);
  PutClosed(event);
  PutIds(event);
}

std::uint32_t Writer::PlaceOf(Line section) const {
  return std::lower_bound(places_.begin(), places_.end(),
                          std::pair(section, std::uint32_t{0}))
      ->second;
}

void Writer::PutSection(Line line) {
  SectionAccess section(state_.space, line);
  section.Open(state_.space);
  const internal::SectionRecord& record = *section.record;
  const std::string_view name = record.name_view();
  std::uint32_t reasons = 0;
  section.map().ForEach(SeatState::kBlocked, [&](std::size_t seat) {
    reasons += section.slots[seat].reason != 0 ? 1 : 0;
  });
  out_.Put(record.number, record.rows, record.seats_per_row, record.paused,
           record.version, record.time, Count(name.size()), reasons);
  out_.PutPadded(std::as_bytes(std::span(name)));
  out_.PutPadded(section.map().bytes());
  PutReasons(section);
}

void Writer::PutReasons(const SectionAccess& section) {
  section.map().ForEach(SeatState::kBlocked, [&](std::size_t seat) {
    const std::uint32_t reason = section.slots[seat].reason;
    if (reason != 0) out_.Put(Count(seat), reason);
  });
}

void Writer::PutBookings(EventRecord& event) {
  std::uint32_t open = 0;
  for (const TableRecord& table : event.bookings) {
    open += table.size - table.remembered;
  }
  out_.Put(open);
  scattered_.clear();
  for (std::uint32_t i = 0; i < sections_.size(); ++i) PutBookingsOf(i);
}

// Those whose first seat stands in that section: what is met for the first
// time. Seats of one booking mostly stand side by side.
void Writer::PutBookingsOf(std::uint32_t place) {
  SectionAccess section(state_.space, sections_[place]);
  section.Open(state_.space);
  const std::span<const SeatSlot> slots(section.slots,
                                        section.record->seat_count());
  Line last = 0;
  for (std::size_t seat = 0; seat < slots.size(); ++seat) {
    if (seat + kAhead < slots.size()) {
      internal::PrefetchToRead(&BookingAt(slots[seat + kAhead].booking));
    }
    const Line line = slots[seat].booking;
    if (line != 0 && line != last && !scattered_.contains(line)) {
      PutBooking(line, place);
    }
    last = line;
  }
}

// `place` is of the section that most of its seats stand in.
void Writer::PutBooking(Line line, std::uint32_t place) {
  const BookingRecord& booking = BookingAt(line);
  GatherRuns(booking);
  if (runs_.size() > 1) scattered_.insert(line);
  out_.Put(booking.id().high(), booking.id().low(), booking.buyer,
           booking.hold_until, booking.first_reserved_at, Count(runs_.size()));
  for (const SeatRun& run : runs_) {
    const Line section = run.first.section;
    out_.Put(section == sections_[place] ? place : PlaceOf(section),
             run.first.seat, run.count, run.price, run.reserved_at);
  }
}

// The list's first seat was taken last.
void Writer::GatherRuns(const BookingRecord& booking) {
  links_.clear();
  internal::ForEachSeat(
      state_.space, booking,
      [this](SeatLink link, const SeatSlot&) { links_.push_back(link); });
  runs_.clear();
  for (std::size_t i = links_.size(); i-- > 0;) {
    const SeatLink link = links_[i];
    const SeatSlot& slot = internal::SlotAt(state_.space, link);
    if (!runs_.empty()) {
      SeatRun& run = runs_.back();
      if (run.first.section == link.section &&
          run.first.seat + run.count == link.seat && run.price == slot.price &&
          run.reserved_at == slot.reserved_at) {
        ++run.count;
        continue;
      }
    }
    runs_.push_back({link, 1, slot.price, slot.reserved_at});
  }
}

void Writer::PutClosed(EventRecord& event) {
  out_.Put(CountRemembered(event.bookings));
  ForEachRemembered(event.bookings, [this](Line line) {
    const auto& booking = *state_.space.At<BookingRecord>(line);
    out_.Put(booking.id().high(), booking.id().low(), booking.buyer,
             booking.hold_until, booking.first_reserved_at,
             static_cast<std::uint32_t>(booking.status()));
  });
}

void Writer::PutIds(EventRecord& event) {
  out_.Put(CountRemembered(event.ids));
  ForEachRemembered(event.ids, [this](Line line) { PutAnswer(line); });
}

void Writer::PutAnswer(Line line) {
  const auto& record = *state_.space.At<IdRecord>(line);
  out_.Put(record.entry.key_high, record.entry.key_low, record.body_high,
           record.body_low, record.time, record.section_count,
           record.step_count, record.seat_count);
  const internal::KeptAnswer answer(state_.space, line);
  for (const SectionOutcome& section : answer.sections) {
    const std::string_view name = section.name.view();
    out_.Put(Count(name.size()));
    out_.PutPadded(std::as_bytes(std::span(name)));
    out_.Put(section.version);
  }
  for (const StepOutcome& step : answer.steps) {
    out_.Put(step.first_seat, step.seat_count, ToMicros(step.hold_until),
             static_cast<std::uint32_t>(step.tier) |
                 (step.leaves_orphan ? 256u : 0u));
  }
  for (const SeatChange& seat : answer.seats) {
    out_.Put(seat.section, seat.seat.row, seat.seat.number,
             static_cast<std::uint32_t>(seat.from) |
                 static_cast<std::uint32_t>(seat.to) << 4,
             seat.price.minor_units());
  }
}

}  // namespace

absl::Status WriteImage(LedgerState& state, const ImageSink& sink) {
  try {
    Writer(state, sink).Run();
    return absl::OkStatus();
  } catch (const std::bad_alloc&) {
    return NoMemory();
  }
}

absl::StatusOr<Digest128> DigestImage(LedgerState& state) {
  internal::Hasher128 hasher;
  absl::Status status = WriteImage(
      state, [&](std::span<const std::byte> bytes) { hasher.Update(bytes); });
  if (!status.ok()) return status;
  return hasher.Digest();
}

}  // namespace seatfield::mapped
