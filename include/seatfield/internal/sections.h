// SPDX-License-Identifier: MIT
//
// Creating, dropping, resetting and pausing events and sections.
//
// Each of these holds LedgerState::admin throughout, so they exclude each
// other; against transactions they take the locks that transactions take.

#ifndef SEATFIELD_INTERNAL_SECTIONS_H_
#define SEATFIELD_INTERNAL_SECTIONS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <mutex>
#include <new>
#include <optional>
#include <set>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "seatfield/booking.h"
#include "seatfield/ids.h"
#include "seatfield/internal/expiry.h"
#include "seatfield/internal/hold_heap.h"
#include "seatfield/internal/kernels.h"
#include "seatfield/internal/layout.h"
#include "seatfield/internal/ledger_state.h"
#include "seatfield/internal/no_memory.h"
#include "seatfield/internal/record_table.h"
#include "seatfield/internal/recorder.h"
#include "seatfield/internal/replay.h"
#include "seatfield/internal/section_access.h"
#include "seatfield/internal/shared.h"
#include "seatfield/internal/text.h"
#include "seatfield/section.h"
#include "seatfield/storage.h"
#include "seatfield/time.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace internal {

inline std::uint64_t WordLines(std::uint32_t seats) {
  return LineCount(WordCount(seats) * sizeof(std::uint64_t));
}
inline std::uint64_t SlotLines(std::uint32_t seats) {
  return LineCount(std::uint64_t{seats} * sizeof(SeatSlot));
}

class SectionAdmin {
 public:
  explicit SectionAdmin(LedgerState& state)
      : state_(state), admin_(state.admin) {}

  absl::Status Create(EventId event, std::span<const SectionSpec> specs,
                      Time now);
  absl::Status Drop(const Scope& scope, bool force, Time now);
  absl::Status Reset(const Scope& scope, bool force, Time now);
  absl::Status SetPaused(const Scope& scope, bool paused);

 private:
  // The sections of a scope, by line, locked and opened as long as this lives.
  class LockedScope {
   public:
    LockedScope(LedgerState& state, std::vector<Line> lines);
    ~LockedScope();
    LockedScope(const LockedScope&) = delete;
    LockedScope& operator=(const LockedScope&) = delete;
    std::vector<SectionAccess> sections;
  };

  // Creating. Nothing that is made can be found before it is published, which
  // cannot fail.
  absl::Status CheckSpecs(Line event, std::span<const SectionSpec> specs,
                          std::vector<const SectionSpec*>& missing) const;
  absl::Status CheckRoom(EventId event, std::size_t sections_of_event,
                         std::span<const SectionSpec* const> missing) const;
  Line MakeEvent(EventId id);
  void UnmakeEvent(Line line);
  bool MakeSections(Line event, std::span<const SectionSpec* const> specs,
                    Time now, std::vector<Line>& made);
  Line MakeSection(Line event, const SectionSpec& spec, Time now);
  Line NewSectionRecord();
  bool Register(const SectionAccess& section);
  bool MakeRoomInList(EventRecord& event, std::size_t extra);
  void Publish(EventRecord& event, std::span<const Line> sections);
  void ListSection(EventRecord& event, Line section);
  void MakeRoomForBookings(EventRecord& event);

  // Dropping and resetting.
  template <typename Fn>
  absl::Status WithIdle(const Scope& scope, bool force, Time now, AdminAct act,
                        Fn fn);
  absl::StatusOr<std::vector<Line>> LinesOf(const Scope& scope) const;
  absl::Status ExpireAndCheckIdle(LockedScope& scope, bool force, Time now);
  void Record(AdminAct act, const Scope& scope, Time now, Line section);
  void FreeAllSeats(SectionAccess& section, Time now);
  void DropSection(SectionAccess& section);
  void Unregister(const SectionAccess& section);
  void FreeSection(SectionRecord& record, Line line);
  void UnlistSection(Line event, Line section);
  void ForgetEvent(EventRecord& event);
  void DropEvent(Line line);

  LedgerState& state_;
  std::lock_guard<std::mutex> admin_;
};

inline absl::Status EventNotFound(EventId event) {
  return absl::NotFoundError(Cat("no event ", Value(event)));
}
inline absl::Status SectionNotFound(EventId event, std::string_view section) {
  return absl::NotFoundError(
      Cat("no section ", Quoted(section), " in event ", Value(event)));
}

// --- Creating ---------------------------------------------------------------

// Sorts out which sections do not exist yet.
inline absl::Status SectionAdmin::CheckSpecs(
    Line event, std::span<const SectionSpec> specs,
    std::vector<const SectionSpec*>& missing) const {
  std::set<std::string_view> names;
  for (const SectionSpec& spec : specs) {
    absl::Status name = SectionName::Parse(spec.name).status();
    if (!name.ok()) return name;
    absl::Status config =
        spec.config.Validate(state_.limits.seats_per_section_max);
    if (!config.ok()) {
      return InvalidArgument("section ", Quoted(spec.name), ": ",
                             std::string(config.message()));
    }
    if (!names.insert(spec.name).second) {
      return InvalidArgument("section ", Quoted(spec.name), " is given twice");
    }
    const auto found =
        event == 0 ? std::nullopt
                   : state_.FindSection(event, std::string_view(spec.name));
    if (!found) {
      missing.push_back(&spec);
    } else if (found->config != spec.config) {
      return absl::AlreadyExistsError(
          Cat("section ", Quoted(spec.name), " exists with ",
              found->config.rows, " rows of ", found->config.seats_per_row));
    }
  }
  return absl::OkStatus();
}

inline absl::Status SectionAdmin::CheckRoom(
    EventId event, std::size_t sections_of_event,
    std::span<const SectionSpec* const> missing) const {
  const Limits& limits = state_.limits;
  if (sections_of_event + missing.size() > limits.sections_per_event_max) {
    return absl::ResourceExhaustedError(
        Cat("event ", Value(event), " would have more than ",
            limits.sections_per_event_max, " sections"));
  }
  if (state_.store.section_count + missing.size() > limits.sections_max) {
    return absl::ResourceExhaustedError(Cat("the store would have more than ",
                                            limits.sections_max, " sections"));
  }
  std::uint64_t seats = state_.store.seat_count;
  for (const SectionSpec* const spec : missing) {
    seats += spec->config.seat_count();
    if (seats > limits.seats_max) {
      return absl::ResourceExhaustedError(
          Cat("section ", Quoted(spec->name),
              ": the store would have more than ", limits.seats_max, " seats"));
    }
  }
  return absl::OkStatus();
}

inline absl::Status SectionAdmin::Create(EventId id,
                                         std::span<const SectionSpec> specs,
                                         Time now) {
  if (!IsValid(id)) {
    return InvalidArgument("event id ", Value(id), " is negative");
  }
  if (specs.empty()) return InvalidArgument("no sections to create");
  const auto found = state_.FindEvent(id);
  const Line known = found ? found->line : 0;
  std::vector<const SectionSpec*> missing;
  absl::Status status = CheckSpecs(known, specs, missing);
  if (!status.ok()) return status;
  status = CheckRoom(id, known == 0 ? 0 : state_.EventAt(known).section_count,
                     missing);
  if (!status.ok()) return status;

  const Line event = known != 0 ? known : MakeEvent(id);
  std::vector<Line> made;
  status = NoMemory();
  if (event != 0 && MakeSections(event, missing, now, made) &&
      MakeRoomInList(state_.EventAt(event), made.size())) {
    status = state_.recorder == nullptr || made.empty()
                 ? absl::OkStatus()
                 : state_.recorder->Created(id, now, made);
  }
  if (status.ok()) {
    Publish(state_.EventAt(event), made);
    return status;
  }
  for (const Line line : made) {
    Unregister(SectionAccess(state_.space, line));
    FreeSection(state_.SectionAt(line), line);
  }
  if (known == 0 && event != 0) UnmakeEvent(event);
  return status;
}

// So that the tables seldom grow while seats are sold, nor anyone waits for
// memory. If it runs out they grow then.
inline void SectionAdmin::MakeRoomForBookings(EventRecord& event) {
  constexpr std::uint32_t kSeatsEach = 4;
  const std::uint32_t share = event.seat_count / (kSeatsEach * kTableShards);
  std::uint64_t records = 0;
  for (TableRecord& table : event.bookings) {
    const SeqLockGuard guard(table.lock);
    if (table.size >= share) continue;
    records += share - table.size;
    state_.Table(table).Reserve(share - table.size);
  }
  state_.space.TouchAhead(records);
}

inline Line SectionAdmin::MakeEvent(EventId id) {
  StoreRecord& store = state_.store;
  Line line = store.free_events;
  if (line != 0) {
    store.free_events = state_.EventAt(line).sections;
  } else {
    line = state_.space.Allocate(LineCount(sizeof(EventRecord)));
    if (line == 0) return 0;
    SharedStore(state_.EventAt(line).older, store.events);
    SharedStore(store.events, line);
  }
  EventRecord& event = state_.EventAt(line);
  SharedStore(event.id, Value(id));
  SharedStore(event.paused, 0u);
  SharedStore(event.sections, Line{0});
  SharedStore(event.section_count, 0u);
  event.seat_count = 0;
  SharedStore(event.section_capacity, 0u);
  try {
    state_.events.Insert(state_.HashEvent(id), line);
    return line;
  } catch (const std::bad_alloc&) {
    SharedStore(event.sections, store.free_events);
    store.free_events = line;
    return 0;
  }
}

// Requires that it has no sections.
inline void SectionAdmin::UnmakeEvent(Line line) {
  EventRecord& event = state_.EventAt(line);
  state_.events.Erase(state_.HashEvent(EventId{event.id}), line);
  const SeqLockGuard guard(event.lock);
  if (event.section_capacity != 0) {
    state_.space.Free(
        event.sections,
        LineCount(std::uint64_t{event.section_capacity} * sizeof(Line)));
  }
  SharedStore(event.section_capacity, 0u);
  SharedStore(event.sections, state_.store.free_events);
  state_.store.free_events = line;
}

inline bool SectionAdmin::MakeSections(
    Line event, std::span<const SectionSpec* const> specs, Time now,
    std::vector<Line>& made) {
  made.reserve(specs.size());
  for (const SectionSpec* const spec : specs) {
    const Line line = MakeSection(event, *spec, now);
    if (line == 0) return false;
    made.push_back(line);
  }
  return true;
}

// A record for a section, with a number of its own.
inline Line SectionAdmin::NewSectionRecord() {
  StoreRecord& store = state_.store;
  Line line = store.free_sections;
  if (line != 0) {
    store.free_sections = state_.SectionAt(line).words;
  } else {
    line = state_.space.Allocate(LineCount(sizeof(SectionRecord)));
    if (line == 0) return 0;
  }
  state_.SectionAt(line).number = store.section_numbers++;
  return line;
}

inline Line SectionAdmin::MakeSection(Line event, const SectionSpec& spec,
                                      Time now) {
  const Line line = NewSectionRecord();
  if (line == 0) return 0;
  const std::uint32_t seats = spec.config.seat_count();
  const Line words = state_.space.Allocate(WordLines(seats));
  const Line slots = state_.space.Allocate(SlotLines(seats));
  SectionAccess section(state_.space, line);
  SectionRecord& record = *section.record;
  const SeqLockGuard guard(record.lock);
  SharedStore(record.version, std::uint64_t{0});
  SharedStore(record.time, ToMicros(now));
  SharedStore(record.next_deadline, ToMicros(kNever));
  record.counts.Reset(seats);
  SharedStore(record.heap, Line{0});
  SharedStore(record.heap_size, 0u);
  record.heap_capacity = 0;
  SharedStore(record.event, event);
  SharedStore(record.words, words);
  SharedStore(record.slots, slots);
  SharedStore(record.rows, spec.config.rows);
  SharedStore(record.seats_per_row, spec.config.seats_per_row);
  SharedStore(record.paused, 0u);
  SharedAssign(record.name, StoredName{SectionName::Known(spec.name)});
  if (words != 0 && slots != 0 && Register(section)) return line;
  FreeSection(record, line);
  return 0;
}

inline bool SectionAdmin::Register(const SectionAccess& section) {
  try {
    state_.watch.Add(section);
  } catch (const std::bad_alloc&) {
    return false;
  }
  try {
    const SectionRecord& record = *section.record;
    state_.sections.Insert(state_.HashSection(record.event, record.name_view()),
                           section.line);
    return true;
  } catch (const std::bad_alloc&) {
    state_.watch.Remove(section);
    return false;
  }
}

inline bool SectionAdmin::MakeRoomInList(EventRecord& event,
                                         std::size_t extra) {
  const std::uint32_t count = event.section_count;
  const std::size_t needed = count + extra;
  if (needed <= event.section_capacity) return true;
  const auto lines_of = [](std::uint64_t capacity) {
    return LineCount(capacity * sizeof(Line));
  };
  const auto capacity = static_cast<std::uint32_t>(
      std::max<std::size_t>({16, needed, 2 * std::size_t{count}}));
  const Line larger = state_.space.Allocate(lines_of(capacity));
  if (larger == 0) return false;
  const SeqLockGuard guard(event.lock);
  if (event.section_capacity != 0) {
    SharedCopy(state_.space.At(larger), state_.space.At(event.sections),
               count * sizeof(Line));
    state_.space.Free(event.sections, lines_of(event.section_capacity));
  }
  SharedStore(event.sections, larger);
  SharedStore(event.section_capacity, capacity);
  return true;
}

inline void SectionAdmin::Publish(EventRecord& event,
                                  std::span<const Line> sections) {
  const SeqLockGuard guard(state_.store.lock);
  if (!IsLive(event.generation)) {
    SharedStore(event.generation, event.generation + 1);
  }
  for (const Line line : sections) {
    SectionRecord& record = state_.SectionAt(line);
    ListSection(event, line);
    ++state_.store.section_count;
    state_.store.seat_count += record.seat_count();
    // Dead generations are even; the first one is the store's own mark, so that
    // a handle of another store is not taken for one of ours.
    SharedStore(record.generation, record.generation == 0
                                       ? state_.seed << 32 | 1
                                       : record.generation + 1);
  }
  MakeRoomForBookings(event);
}

// Puts a section into its event's list, which stays sorted by name.
inline void SectionAdmin::ListSection(EventRecord& event, Line section) {
  const SeqLockGuard guard(event.lock);
  Line* const list = state_.space.At<Line>(event.sections);
  const auto name = state_.SectionAt(section).name_view();
  std::uint32_t at = event.section_count;
  for (; at > 0 && state_.SectionAt(list[at - 1]).name_view() > name; --at) {
    SharedStore(list[at], list[at - 1]);
  }
  SharedStore(list[at], section);
  SharedStore(event.section_count, event.section_count + 1);
  event.seat_count += state_.SectionAt(section).seat_count();
}

// --- Dropping and resetting -------------------------------------------------

inline SectionAdmin::LockedScope::LockedScope(LedgerState& state,
                                              std::vector<Line> lines) {
  std::sort(lines.begin(), lines.end());
  sections.reserve(lines.size());
  for (const Line line : lines) {
    SectionAccess& section = sections.emplace_back(state.space, line);
    section.record->lock.Lock();
    section.Open(state.space);
  }
}

inline SectionAdmin::LockedScope::~LockedScope() {
  for (SectionAccess& section : sections) section.record->lock.Unlock();
}

inline absl::StatusOr<std::vector<Line>> SectionAdmin::LinesOf(
    const Scope& scope) const {
  const auto event = state_.FindEvent(scope.event);
  if (!event) return EventNotFound(scope.event);
  if (!scope.section.empty()) {
    const auto found = state_.FindSection(event->line, scope.section);
    if (!found) return SectionNotFound(scope.event, scope.section);
    return std::vector<Line>{found->line};
  }
  const EventRecord& record = state_.EventAt(event->line);
  const Line* const list = state_.space.At<Line>(record.sections);
  return std::vector<Line>(list, list + record.section_count);
}

// Ends what is due; then, unless forced, nothing may be held or sold.
inline absl::Status SectionAdmin::ExpireAndCheckIdle(LockedScope& scope,
                                                     bool force, Time now) {
  for (SectionAccess& section : scope.sections) {
    ExpireSection(state_, section, now,
                  std::numeric_limits<std::uint64_t>::max());
  }
  if (force) return absl::OkStatus();
  for (const SectionAccess& section : scope.sections) {
    const SeatCounts counts = section.record->counts.Load();
    if (counts.reserved + counts.sold == 0) continue;
    return absl::FailedPreconditionError(
        Cat("section ", section.record->name_view(), " has ", counts.reserved,
            " seats reserved and ", counts.sold, " sold"));
  }
  return absl::OkStatus();
}

// Takes every seat from its booking, and unblocks the rest.
inline void SectionAdmin::FreeAllSeats(SectionAccess& section, Time now) {
  for (SeatIndex seat = 0; seat < section.record->seat_count(); ++seat) {
    const SeatState from = section.StateOf(seat);
    if (from == SeatState::kBlocked) {
      section.SetState(seat, from, SeatState::kAvailable);
      ClearSlot(section.slots[seat]);
    } else if (from != SeatState::kAvailable) {
      const Line booking = section.slots[seat].booking;
      const SeqLockGuard guard(TableOfBooking(state_, section, booking).lock);
      FreeSeats(state_, section, booking, BookingStatus::kReleased, now,
                [](SeatState) { return true; });
    }
  }
  SharedStore(section.record->heap_size, 0u);
  HoldHeap(state_.space, section).SettleTop();
}

// Calls fn(locked) on a scope that has nothing held or sold, or is forced.
template <typename Fn>
absl::Status SectionAdmin::WithIdle(const Scope& scope, bool force, Time now,
                                    AdminAct act, Fn fn) {
  auto lines = LinesOf(scope);
  if (!lines.ok()) return lines.status();
  LockedScope locked(state_, *std::move(lines));
  absl::Status idle = ExpireAndCheckIdle(locked, force, now);
  if (!idle.ok()) return idle;
  Record(act, scope, now, locked.sections[0].line);
  fn(locked);
  return absl::OkStatus();
}

inline void SectionAdmin::Record(AdminAct act, const Scope& scope, Time now,
                                 Line section) {
  if (state_.recorder == nullptr) return;
  state_.recorder->Administered(act, scope.event, now,
                                scope.section.empty() ? 0 : section);
}

inline absl::Status SectionAdmin::Reset(const Scope& scope, bool force,
                                        Time now) {
  return WithIdle(scope, force, now, AdminAct::kReset, [&](auto& locked) {
    for (SectionAccess& section : locked.sections) {
      FreeAllSeats(section, now);
      StampChange(section, ToMicros(now));
    }
    if (scope.section.empty()) {
      ForgetEvent(state_.EventAt(locked.sections[0].record->event));
    }
  });
}

// Empties the tables of an event whose seats are all free.
inline void SectionAdmin::ForgetEvent(EventRecord& event) {
  for (TableRecord& table : event.bookings) {
    const SeqLockGuard guard(table.lock);
    state_.Table(table).Clear();
  }
  for (TableRecord& table : event.buyers) {
    const SeqLockGuard guard(table.lock);
    state_.Table(table).Clear();
  }
  for (TableRecord& table : event.ids) {
    const SeqLockGuard guard(table.lock);
    state_.Table(table).ForEach(
        [this](Line line) { DeleteIdRecord(state_, line); });
    state_.Table(table).Clear();
  }
}

// Requires the section's lock, and that it is in no event's list.
inline void SectionAdmin::DropSection(SectionAccess& section) {
  SectionRecord& record = *section.record;
  Unregister(section);
  SharedStore(record.generation, record.generation + 1);
  --state_.store.section_count;
  state_.store.seat_count -= record.seat_count();
  HoldHeap(state_.space, section).Free();
  FreeSection(record, section.line);
}

inline void SectionAdmin::Unregister(const SectionAccess& section) {
  const SectionRecord& record = *section.record;
  state_.watch.Remove(section);
  state_.sections.Erase(state_.HashSection(record.event, record.name_view()),
                        section.line);
}

// Gives the seats' memory back, and keeps the record for another section.
inline void SectionAdmin::FreeSection(SectionRecord& record, Line line) {
  const std::uint32_t seats = record.seat_count();
  if (record.words != 0) state_.space.Free(record.words, WordLines(seats));
  if (record.slots != 0) state_.space.Free(record.slots, SlotLines(seats));
  SharedStore(record.event, Line{0});
  SharedStore(record.words, state_.store.free_sections);
  state_.store.free_sections = line;
}

inline void SectionAdmin::UnlistSection(Line event_line, Line section) {
  EventRecord& event = state_.EventAt(event_line);
  const SeqLockGuard guard(event.lock);
  Line* const list = state_.space.At<Line>(event.sections);
  std::uint32_t at = 0;
  while (list[at] != section) ++at;
  for (; at + 1 < event.section_count; ++at) {
    SharedStore(list[at], list[at + 1]);
  }
  SharedStore(event.section_count, event.section_count - 1);
  event.seat_count -= state_.SectionAt(section).seat_count();
}

// Requires that it has no sections left.
inline void SectionAdmin::DropEvent(Line line) {
  EventRecord& event = state_.EventAt(line);
  // Whoever waits for a table finds the generation moved.
  for (TableRecord& table : event.bookings) table.lock.Lock();
  SharedStore(event.generation, event.generation + 1);
  for (TableRecord& table : event.bookings) table.lock.Unlock();
  ForgetEvent(event);
  UnmakeEvent(line);
}

inline absl::Status SectionAdmin::Drop(const Scope& scope, bool force,
                                       Time now) {
  return WithIdle(scope, force, now, AdminAct::kDrop, [&](auto& locked) {
    const SeqLockGuard guard(state_.store.lock);
    const Line event = locked.sections[0].record->event;
    for (SectionAccess& section : locked.sections) {
      FreeAllSeats(section, now);
      UnlistSection(event, section.line);
      DropSection(section);
    }
    if (state_.EventAt(event).section_count == 0) DropEvent(event);
  });
}

// --- Pausing ----------------------------------------------------------------

inline absl::Status SectionAdmin::SetPaused(const Scope& scope, bool paused) {
  auto lines = LinesOf(scope);
  if (!lines.ok()) return lines.status();
  const Line line = lines->front();
  SectionRecord& record = state_.SectionAt(line);
  const SeqLockGuard guard(record.lock);
  Record(paused ? AdminAct::kPause : AdminAct::kResume, scope, Time(), line);
  SharedStore(scope.section.empty() ? state_.EventAt(record.event).paused
                                    : record.paused,
              paused ? 1u : 0u);
  return absl::OkStatus();
}

}  // namespace internal
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_INTERNAL_SECTIONS_H_
