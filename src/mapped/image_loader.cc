// SPDX-License-Identifier: MIT

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <new>
#include <span>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mapped/bytes.h"
#include "mapped/image.h"
#include "mapped/no_memory.h"
#include "mapped/snapshot_file.h"
#include "seatfield/best_available.h"
#include "seatfield/booking.h"
#include "seatfield/ids.h"
#include "seatfield/internal/booking_list.h"
#include "seatfield/internal/hold_heap.h"
#include "seatfield/internal/layout.h"
#include "seatfield/internal/ledger_state.h"
#include "seatfield/internal/record_table.h"
#include "seatfield/internal/replay.h"
#include "seatfield/internal/section_access.h"
#include "seatfield/internal/sections.h"
#include "seatfield/internal/shared.h"
#include "seatfield/internal/text.h"
#include "seatfield/limits.h"
#include "seatfield/outcome.h"
#include "seatfield/seat_map.h"
#include "seatfield/seat_state.h"
#include "seatfield/section.h"
#include "seatfield/time.h"

namespace seatfield::mapped {
namespace {

using internal::BookingRecord;
using internal::EventRecord;
using internal::LedgerState;
using internal::Line;
using internal::SeatSlot;
using internal::SectionAccess;
using internal::SectionRecord;
using internal::TableRecord;

class Loader {
 public:
  Loader(SnapshotReader& image, LedgerState& state)
      : image_(image), state_(state) {}

  absl::Status Run();

 private:
  // Each is empty, or says what is wrong.
  using Wrong = std::string_view;
  static constexpr Wrong kTooShort = "it ends too early";
  static constexpr Wrong kNoMemory = "out of memory";

  // Reads numbers that stand one behind the other.
  template <typename... T>
  bool Get(T&... values) {
    std::array<std::byte, (sizeof(T) + ...)> bytes;
    if (!image_.Read(bytes.data(), bytes.size())) return false;
    ByteReader reader(bytes);
    ((values = reader.Get<T>()), ...);
    return true;
  }
  bool GetName(std::uint32_t size, SectionName& name);
  template <typename Fn>
  Wrong ForEachCounted(Fn fn);

  Wrong GetEvent();
  Wrong GetSection(EventId event);
  Wrong GetSeats(SectionAccess& section, std::uint32_t reasons);
  Wrong GetBooking(EventRecord& event);
  Wrong GetRun(BookingRecord& booking, Line line);
  Wrong NoteHold(const BookingRecord& booking, Line line);
  Wrong CountForBuyer(EventRecord& event, const BookingRecord& booking);
  Wrong GetClosed(EventRecord& event);
  Wrong GetAnswer(EventRecord& event);
  Wrong GetAnswerSeats(std::uint32_t seats);
  Wrong Settle();

  // Fills a new record; null if there is no memory.
  BookingRecord* NewBooking(EventRecord& event, BookingId id,
                            std::int64_t buyer, std::int64_t hold_until,
                            std::int64_t first_reserved_at, Line& line);

  SnapshotReader& image_;
  LedgerState& state_;
  absl::Status status_;                  // of creating, if that failed
  std::vector<SectionAccess> sections_;  // of the event
  std::uint64_t owned_ = 0;              // seats of those, not yet linked
  Outcome answer_;
};

absl::Status Loader::Run() {
  std::uint32_t numbers = 0;
  Wrong wrong = kTooShort;
  if (Get(numbers)) {
    wrong = ForEachCounted([this] { return GetEvent(); });
  }
  if (wrong.empty() && numbers < state_.store.section_numbers) {
    wrong = "a section has a number that was not given";
  }
  if (wrong.empty() && image_.unread_bytes() != 0) wrong = "it is too long";
  if (wrong.empty()) {
    state_.store.section_numbers = numbers;
    return absl::OkStatus();
  }
  if (!image_.status().ok()) return image_.status();
  if (!status_.ok()) return status_;
  if (wrong == kNoMemory) return NoMemory();
  return absl::DataLossError(internal::Cat(
      SnapshotName(image_.header().sequence), " is damaged: ", wrong));
}

// Calls fn() as often as the next number says.
template <typename Fn>
Loader::Wrong Loader::ForEachCounted(Fn fn) {
  std::uint32_t count = 0;
  if (!Get(count)) return kTooShort;
  for (std::uint32_t i = 0; i < count; ++i) {
    const Wrong wrong = fn();
    if (!wrong.empty()) return wrong;
  }
  return {};
}

bool Loader::GetName(std::uint32_t size, SectionName& name) {
  std::array<char, SectionName::kSizeMax + 3> text;
  if (size > SectionName::kSizeMax ||
      !image_.Read(text.data(), (size + 3) / 4 * 4)) {
    return false;
  }
  const std::string_view view(text.data(), size);
  if (!SectionName::IsValid(view)) return false;
  name = SectionName::Known(view);
  return true;
}

// --- Sections ---------------------------------------------------------------

Loader::Wrong Loader::GetEvent() {
  std::int64_t id = 0;
  std::uint32_t paused = 0;
  if (!Get(id, paused)) return kTooShort;
  sections_.clear();
  owned_ = 0;
  const EventId event_id{id};
  Wrong wrong = ForEachCounted([&] { return GetSection(event_id); });
  if (!wrong.empty()) return wrong;
  const auto found = state_.FindEvent(event_id);
  if (!found) return "an event has no sections";
  EventRecord& event = state_.EventAt(found->line);
  internal::SharedStore(event.paused, paused);
  wrong = ForEachCounted([&] { return GetBooking(event); });
  if (wrong.empty() && owned_ != 0) wrong = "a seat has no booking";
  if (wrong.empty()) wrong = ForEachCounted([&] { return GetClosed(event); });
  if (wrong.empty()) wrong = ForEachCounted([&] { return GetAnswer(event); });
  return wrong.empty() ? Settle() : wrong;
}

Loader::Wrong Loader::GetSection(EventId event) {
  std::uint32_t number = 0;
  SectionConfig config;
  std::uint32_t paused = 0;
  std::uint64_t version = 0;
  std::int64_t time = 0;
  std::uint32_t name_size = 0;
  std::uint32_t reasons = 0;
  SectionName name;
  if (!Get(number, config.rows, config.seats_per_row, paused, version, time,
           name_size, reasons) ||
      !GetName(name_size, name)) {
    return kTooShort;
  }
  const std::uint32_t numbers = state_.store.section_numbers;
  state_.store.section_numbers = number;
  const SectionSpec spec{name.ToString(), config};
  status_ = internal::SectionAdmin(state_).Create(event, {&spec, 1},
                                                  TimeFromMicros(time));
  if (!status_.ok()) return "a section cannot be created";
  state_.store.section_numbers =
      std::max(numbers, state_.store.section_numbers);
  const auto found = state_.FindEvent(event);
  const auto line = state_.FindSection(found->line, name.view());
  SectionAccess section(state_.space, line->line);
  section.Open(state_.space);
  if (section.record->number != number) return "a section stands twice";
  internal::SharedStore(section.record->version, version);
  internal::SharedStore(section.record->paused, paused);
  sections_.push_back(section);
  return GetSeats(section, reasons);
}

Loader::Wrong Loader::GetSeats(SectionAccess& section, std::uint32_t reasons) {
  SectionRecord& record = *section.record;
  const std::size_t size = (record.seat_count() + 3) / 4;
  if (!image_.Read(section.words, size)) return kTooShort;
  std::array<std::byte, 3> pad;
  if (!image_.Read(pad.data(), (4 - size % 4) % 4)) return kTooShort;
  const auto map = SeatMapView::FromBytes(
      std::as_bytes(std::span(section.words, (size + 7) / 8)).first(size),
      record.seat_count());
  if (!map.ok()) return "a section has seats behind its last";
  const SeatCounts counts = map->CountAll();
  for (const auto& [state, count] :
       {std::pair(SeatState::kReserved, counts.reserved),
        std::pair(SeatState::kSold, counts.sold),
        std::pair(SeatState::kBlocked, counts.blocked)}) {
    section.MoveCounts(SeatState::kAvailable, state,
                       static_cast<std::uint32_t>(count));
  }
  owned_ += counts.reserved + counts.sold;
  for (std::uint32_t i = 0; i < reasons; ++i) {
    std::uint32_t seat = 0;
    std::uint32_t reason = 0;
    if (!Get(seat, reason)) return kTooShort;
    if (seat >= record.seat_count() ||
        section.StateOf(seat) != SeatState::kBlocked) {
      return "a seat with a reason is not blocked";
    }
    internal::SharedStore(section.slots[seat].reason, reason);
  }
  return {};
}

// --- Bookings ---------------------------------------------------------------

BookingRecord* Loader::NewBooking(EventRecord& event, BookingId id,
                                  std::int64_t buyer, std::int64_t hold_until,
                                  std::int64_t first_reserved_at, Line& line) {
  const std::uint64_t hash =
      internal::HashKey({id.high(), id.low()}, state_.seed);
  internal::RecordTable table =
      state_.Table(event.bookings[internal::ShardOf(hash)]);
  line = table.Reserve(1) ? table.NewRecord() : 0;
  if (line == 0) return nullptr;
  auto* const booking = state_.space.At<BookingRecord>(line);
  booking->entry.key_high = id.high();
  booking->entry.key_low = id.low();
  booking->buyer = buyer;
  booking->hold_until = hold_until;
  booking->first_reserved_at = first_reserved_at;
  table.Insert(line, hash);
  return booking;
}

Loader::Wrong Loader::GetBooking(EventRecord& event) {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  std::int64_t buyer = 0;
  std::int64_t hold_until = 0;
  std::int64_t first_reserved_at = 0;
  std::uint32_t runs = 0;
  if (!Get(high, low, buyer, hold_until, first_reserved_at, runs)) {
    return kTooShort;
  }
  if (runs == 0) return "a booking has no seat";
  Line line = 0;
  BookingRecord* const booking = NewBooking(
      event, BookingId(high, low), buyer, hold_until, first_reserved_at, line);
  if (booking == nullptr) return kNoMemory;
  for (std::uint32_t i = 0; i < runs; ++i) {
    const Wrong wrong = GetRun(*booking, line);
    if (!wrong.empty()) return wrong;
  }
  const Wrong wrong = NoteHold(*booking, line);
  return wrong.empty() ? CountForBuyer(event, *booking) : wrong;
}

Loader::Wrong Loader::GetRun(BookingRecord& booking, Line line) {
  std::uint32_t place = 0;
  std::uint32_t first = 0;
  std::uint32_t count = 0;
  std::int64_t price = 0;
  std::int64_t reserved_at = 0;
  if (!Get(place, first, count, price, reserved_at)) return kTooShort;
  const std::uint64_t end = std::uint64_t{first} + count;
  if (place >= sections_.size() ||
      end > sections_[place].record->seat_count()) {
    return "a booking has a seat that is none";
  }
  const SectionAccess& section = sections_[place];
  for (SeatIndex seat = first; seat < end; ++seat) {
    SeatSlot& slot = section.slots[seat];
    const SeatState state = section.StateOf(seat);
    if (slot.booking != 0 ||
        (state != SeatState::kReserved && state != SeatState::kSold)) {
      return "a booking has a seat that is not its own";
    }
    ++(state == SeatState::kSold ? booking.counts.sold : booking.counts.held);
    slot.price = price;
    slot.reserved_at = reserved_at;
    internal::LinkSeat(booking, line, {section.line, seat}, slot);
  }
  owned_ -= count;
  return {};
}

// Notes the booking's deadline in each section that it holds seats in.
Loader::Wrong Loader::NoteHold(const BookingRecord& booking, Line line) {
  if (booking.counts.held == 0 || booking.hold_until == ToMicros(kNever))
    return {};
  Line noted = 0;
  bool enough = true;
  internal::ForEachSeat(
      state_.space, booking, [&](internal::SeatLink link, const SeatSlot&) {
        if (link.section == noted) return;
        SectionAccess section(state_.space, link.section);
        section.Open(state_.space);
        if (section.StateOf(link.seat) != SeatState::kReserved) return;
        noted = link.section;
        internal::HoldHeap heap(state_.space, section);
        enough = enough && heap.Reserve(1);
        if (!enough) return;
        heap.Push({booking.hold_until, booking.id().high(), booking.id().low(),
                   line, link.seat});
      });
  return enough ? Wrong() : kNoMemory;
}

Loader::Wrong Loader::CountForBuyer(EventRecord& event,
                                    const BookingRecord& booking) {
  if (state_.limits.seats_per_buyer_max == kNoLimit) return {};
  const internal::TableKey key{0, static_cast<std::uint64_t>(booking.buyer)};
  const std::uint64_t hash = internal::HashKey(key, state_.seed);
  internal::RecordTable table =
      state_.Table(event.buyers[internal::ShardOf(hash)]);
  Line line = table.Find(key, hash);
  if (line == 0) {
    line = table.Reserve(1) ? table.NewRecord() : 0;
    if (line == 0) return kNoMemory;
    state_.space.At<internal::BuyerRecord>(line)->entry.key_low = key.low;
    table.Insert(line, hash);
  }
  state_.space.At<internal::BuyerRecord>(line)->seat_count +=
      booking.counts.all();
  return {};
}

Loader::Wrong Loader::GetClosed(EventRecord& event) {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  std::int64_t buyer = 0;
  std::int64_t closed_at = 0;
  std::int64_t first_reserved_at = 0;
  std::uint32_t how = 0;
  if (!Get(high, low, buyer, closed_at, first_reserved_at, how)) {
    return kTooShort;
  }
  if (how == 0 || how > static_cast<std::uint32_t>(BookingStatus::kRefunded)) {
    return "a booking is closed in a way that is none";
  }
  Line line = 0;
  const BookingId id(high, low);
  BookingRecord* const booking =
      NewBooking(event, id, buyer, closed_at, first_reserved_at, line);
  if (booking == nullptr) return kNoMemory;
  booking->first = {0, how};
  const std::uint64_t hash = internal::HashKey({high, low}, state_.seed);
  state_.Table(event.bookings[internal::ShardOf(hash)]).Remember(line);
  return {};
}

// --- Transaction ids --------------------------------------------------------

Loader::Wrong Loader::GetAnswer(EventRecord& event) {
  std::uint64_t id_high = 0;
  std::uint64_t id_low = 0;
  Digest128 request;
  std::int64_t time = 0;
  std::uint32_t sections = 0;
  std::uint32_t steps = 0;
  std::uint32_t seats = 0;
  if (!Get(id_high, id_low, request.high, request.low, time, sections, steps,
           seats)) {
    return kTooShort;
  }
  answer_.Clear();
  answer_.time = TimeFromMicros(time);
  for (std::uint32_t i = 0; i < sections; ++i) {
    std::uint32_t size = 0;
    SectionOutcome section;
    if (!Get(size) || !GetName(size, section.name) || !Get(section.version)) {
      return kTooShort;
    }
    answer_.sections.push_back(section);
  }
  for (std::uint32_t i = 0; i < steps; ++i) {
    StepOutcome step;
    std::int64_t hold_until = 0;
    std::uint32_t flags = 0;
    if (!Get(step.first_seat, step.seat_count, hold_until, flags)) {
      return kTooShort;
    }
    if ((flags & 255) >= kSeatingTierCount || step.first_seat > seats ||
        step.seat_count > seats - step.first_seat) {
      return "a remembered answer contradicts itself";
    }
    step.hold_until = TimeFromMicros(hold_until);
    step.tier = static_cast<SeatingTier>(flags & 255);
    step.leaves_orphan = (flags & 256) != 0;
    answer_.steps.push_back(step);
  }
  const Wrong wrong = GetAnswerSeats(seats);
  if (!wrong.empty()) return wrong;
  const internal::IdPlace place(state_, event, TransactionId(id_high, id_low));
  const Line line =
      internal::NewIdRecord(state_, place, sections, steps, seats);
  if (line == 0) return kNoMemory;
  internal::RememberAnswer(state_, place, request, line, answer_);
  return {};
}

Loader::Wrong Loader::GetAnswerSeats(std::uint32_t seats) {
  for (std::uint32_t i = 0; i < seats; ++i) {
    SeatChange seat;
    std::uint32_t states = 0;
    std::int64_t price = 0;
    if (!Get(seat.section, seat.seat.row, seat.seat.number, states, price)) {
      return kTooShort;
    }
    if (seat.section >= answer_.sections.size()) {
      return "a remembered answer contradicts itself";
    }
    seat.from = static_cast<SeatState>(states & 3);
    seat.to = static_cast<SeatState>(states >> 4 & 3);
    seat.price = Price(price);
    answer_.seats.push_back(seat);
  }
  return {};
}

Loader::Wrong Loader::Settle() {
  for (const SectionAccess& section : sections_) {
    internal::HoldHeap(state_.space, section).SettleTop();
    state_.watch.MoveOn(section);
  }
  return {};
}

}  // namespace

absl::Status LoadImage(SnapshotReader& image, LedgerState& state) {
  try {
    return Loader(image, state).Run();
  } catch (const std::bad_alloc&) {
    return NoMemory();
  }
}

}  // namespace seatfield::mapped
