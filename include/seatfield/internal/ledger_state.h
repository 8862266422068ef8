// SPDX-License-Identifier: MIT
//
// The state of a ledger: its space and how to find in it. What the ledger does
// with the state stands in the headers that take one: commit.h, expiry.h,
// sections.h, reads.h, verify.h.
//
// Thread safety: as layout.h says of locks; the finders take none.

#ifndef SEATFIELD_INTERNAL_LEDGER_STATE_H_
#define SEATFIELD_INTERNAL_LEDGER_STATE_H_

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "seatfield/ids.h"
#include "seatfield/internal/deadline_watch.h"
#include "seatfield/internal/directory.h"
#include "seatfield/internal/hash.h"
#include "seatfield/internal/layout.h"
#include "seatfield/internal/record_table.h"
#include "seatfield/internal/recorder.h"
#include "seatfield/internal/section_access.h"
#include "seatfield/internal/shared.h"
#include "seatfield/internal/space.h"
#include "seatfield/limits.h"
#include "seatfield/outcome.h"
#include "seatfield/read_view.h"
#include "seatfield/refusal.h"
#include "seatfield/section.h"
#include "seatfield/transaction.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace internal {

// What the shorter way of everyday.h takes at most.
inline constexpr std::uint32_t kEverydaySeatsMax = 32;

// An event or a section, and which of those that stood there.
struct FoundEvent {
  Line line = 0;
  std::uint64_t generation = 0;
};
struct FoundSection {
  Line line = 0;
  std::uint64_t generation = 0;
  Line event = 0;
  SectionConfig config;

  SectionHandle handle() const { return {line, generation}; }
};

// What happened that no section counts.
struct LooseCounters {
  std::atomic<std::uint64_t> refusals[kRefusalCount] = {};
  std::atomic<std::uint64_t> commits = 0;
  std::atomic<std::uint64_t> replays = 0;
  std::atomic<std::uint64_t> retries = 0;
  std::atomic<std::uint64_t> read_retries = 0;

  void Count(const Outcome& outcome) {
    auto& count = outcome.replayed ? replays
                  : outcome.committed()
                      ? commits
                      : refusals[static_cast<std::size_t>(outcome.refusal)];
    count.fetch_add(1, std::memory_order_relaxed);
  }
};

// Where a ledger lives, if not on the heap: both must outlive it. What the
// record tells of is gone on with.
struct LedgerHome {
  StoreRecord* record = nullptr;
  SlabSource* slabs = nullptr;
  bool writable = true;
};

struct LedgerState {
  // `seed_in` is for a new store; one that is there has its own.
  LedgerState(const Limits& limits_in, std::uint64_t seed_in,
              const LedgerHome& home);

  const Limits limits;
  StoreRecord own_record{};
  StoreRecord& store;        // own_record, or the home's
  const std::uint64_t seed;  // of every hash of outside ids

  // Up to so many seats no limit binds a reserve; 0 where one binds any.
  const std::uint32_t everyday_seats_max;

  Space space;
  LineIndex events;
  LineIndex sections;
  DeadlineWatch watch;
  LooseCounters loose;
  Recorder* recorder = nullptr;  // is told of every committed change

  // Creating, dropping and resetting exclude each other; this comes before
  // every other lock. It covers `store` but for its space.
  std::mutex admin;

  EventRecord& EventAt(Line line) const { return *space.At<EventRecord>(line); }
  SectionRecord& SectionAt(Line line) const {
    return *space.At<SectionRecord>(line);
  }

  std::uint64_t HashEvent(EventId id) const {
    return MixBits(static_cast<std::uint64_t>(Value(id)) ^ seed);
  }
  std::uint64_t HashSection(Line event, std::string_view name) const {
    return Hash64(std::as_bytes(std::span(name)), seed ^ event);
  }

  std::optional<FoundEvent> FindEvent(EventId id) const;
  std::optional<FoundSection> FindSection(Line event,
                                          std::string_view name) const;
  std::optional<FoundSection> FindSection(SectionHandle handle) const;
  // Whether a section still stands where the handle says.
  bool IsThere(SectionHandle handle) const;
  // By name or handle, and of that event.
  std::optional<FoundSection> FindSection(Line event, SectionRef section) const;

  // Empty for a stale handle.
  SectionName NameOf(SectionHandle handle) const;

  // Calls fn(line) for each event.
  template <typename Fn>
  void ForEachEvent(Fn fn) const {
    for (Line line = SharedLoad(store.events); line != 0;
         line = SharedLoad(EventAt(line).older)) {
      if (IsLive(SharedLoad(EventAt(line).generation))) fn(line);
    }
  }
  // Copies the list of an event's sections, by name; false unless its lock
  // stayed at `seen`.
  bool LookAtSections(const EventRecord& event, std::uint64_t seen,
                      std::vector<Line>& lines) const;

  RecordTable Table(TableRecord& table) {
    return RecordTable(space, table, seed);
  }

  static std::uint32_t EverydaySeatsMax(const Limits& limits) {
    if (limits.steps_per_transaction_max == 0 ||
        limits.seats_per_buyer_max != kNoLimit) {
      return 0;
    }
    return std::min({kEverydaySeatsMax, limits.seats_per_transaction_max,
                     limits.seats_per_booking_max});
  }
};

// --- Implementation ---------------------------------------------------------

inline LedgerState::LedgerState(const Limits& limits_in, std::uint64_t seed_in,
                                const LedgerHome& home)
    : limits(limits_in),
      store(home.record != nullptr ? *home.record : own_record),
      seed(store.seed != 0 ? store.seed : seed_in),
      everyday_seats_max(EverydaySeatsMax(limits_in)),
      space(store.space, home.slabs, home.writable) {
  if (store.seed == 0) store.seed = seed;
  std::vector<Line> lines;
  ForEachEvent([&](Line event_line) {
    const EventRecord& event = EventAt(event_line);
    events.Insert(HashEvent(EventId{SharedLoad(event.id)}), event_line);
    if (!LookAtSections(event, event.lock.BeginRead(), lines)) return;
    for (const Line line : lines) {
      const StoredName name = SharedRead(SectionAt(line).name);
      sections.Insert(HashSection(event_line, name.name.view()), line);
      if (home.writable) watch.Add(SectionAccess(space, line));
    }
  });
}

inline bool LedgerState::LookAtSections(const EventRecord& event,
                                        std::uint64_t seen,
                                        std::vector<Line>& lines) const {
  const std::uint32_t count = SharedLoad(event.section_count);
  const Line list = SharedLoad(event.sections);
  if (!event.lock.StillAt(seen)) return false;
  lines.resize(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    lines[i] = SharedLoad(space.At<Line>(list)[i]);
  }
  return event.lock.StillAt(seen);
}

SEATFIELD_INLINE std::optional<FoundEvent> LedgerState::FindEvent(
    EventId id) const {
  FoundEvent found;
  found.line = events.Find(HashEvent(id), [&](Line line) {
    const EventRecord& record = EventAt(line);
    found.generation = SharedLoad(record.generation);
    return IsLive(found.generation) && SharedLoad(record.id) == Value(id) &&
           SharedLoad(record.generation) == found.generation;
  });
  if (found.line == 0) return std::nullopt;
  return found;
}

// Reads what `generation` covers, if it is live and stays so meanwhile.
inline std::optional<FoundSection> ReadFound(const SectionRecord& record,
                                             Line line) {
  FoundSection found;
  found.line = line;
  found.generation = SharedLoad(record.generation);
  found.event = SharedLoad(record.event);
  found.config = {SharedLoad(record.rows), SharedLoad(record.seats_per_row)};
  if (!IsLive(found.generation) ||
      SharedLoad(record.generation) != found.generation) {
    return std::nullopt;
  }
  return found;
}

inline std::optional<FoundSection> LedgerState::FindSection(
    Line event, std::string_view name) const {
  std::optional<FoundSection> found;
  sections.Find(HashSection(event, name), [&](Line line) {
    const SectionRecord& record = SectionAt(line);
    found = ReadFound(record, line);
    const StoredName stored = SharedRead(record.name);
    if (found && (found->event != event ||
                  SharedLoad(record.generation) != found->generation ||
                  stored.name.view() != name)) {
      found.reset();
    }
    return found.has_value();
  });
  return found;
}

SEATFIELD_INLINE bool LedgerState::IsThere(SectionHandle handle) const {
  const auto line = static_cast<Line>(handle.place);
  return line == handle.place && IsLive(handle.generation) &&
         space.Contains(line, LineCount(sizeof(SectionRecord))) &&
         SharedLoad(SectionAt(line).generation) == handle.generation;
}

inline std::optional<FoundSection> LedgerState::FindSection(
    SectionHandle handle) const {
  if (!IsThere(handle)) return std::nullopt;
  const auto line = static_cast<Line>(handle.place);
  const auto found = ReadFound(SectionAt(line), line);
  if (!found || found->generation != handle.generation) return std::nullopt;
  return found;
}

inline SectionName LedgerState::NameOf(SectionHandle handle) const {
  const auto found = FindSection(handle);
  if (!found) return SectionName();
  const SectionRecord& record = SectionAt(found->line);
  const StoredName stored = SharedRead(record.name);
  if (SharedLoad(record.generation) != found->generation) return SectionName();
  return stored.name;
}

inline std::optional<FoundSection> LedgerState::FindSection(
    Line event, SectionRef section) const {
  const auto found = section.handle() ? FindSection(*section.handle())
                                      : FindSection(event, section.name());
  if (!found || found->event != event) return std::nullopt;
  return found;
}

}  // namespace internal
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_INTERNAL_LEDGER_STATE_H_
