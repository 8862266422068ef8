// SPDX-License-Identifier: MIT
//
// Transaction ids: what makes a retry exact. A committed id is kept with the
// digest of its request and the answer it was given.
//
// Every function requires the lock of the id's table.

#ifndef SEATFIELD_INTERNAL_REPLAY_H_
#define SEATFIELD_INTERNAL_REPLAY_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "seatfield/ids.h"
#include "seatfield/internal/expiry.h"
#include "seatfield/internal/hash.h"
#include "seatfield/internal/layout.h"
#include "seatfield/internal/ledger_state.h"
#include "seatfield/internal/record_table.h"
#include "seatfield/internal/shared.h"
#include "seatfield/outcome.h"
#include "seatfield/refusal.h"
#include "seatfield/time.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace internal {

// The place of a transaction id among the ids of an event.
struct IdPlace {
  TransactionId id;
  std::uint64_t hash = 0;
  TableRecord* table = nullptr;

  IdPlace(const LedgerState& state, EventRecord& event, TransactionId id_in)
      : id(id_in),
        hash(HashKey({id_in.high(), id_in.low()}, state.seed)),
        table(&event.ids[ShardOf(hash)]) {}
};

// How an answer lies behind its record: three arrays, eight bytes aligned.
struct AnswerLayout {
  std::size_t steps = 0;  // offsets in bytes
  std::size_t seats = 0;
  std::size_t end = 0;

  AnswerLayout(std::size_t section_count, std::size_t step_count,
               std::size_t seat_count) {
    const auto after = [](std::size_t at, std::size_t bytes) {
      return (at + bytes + 7) / 8 * 8;
    };
    steps = after(sizeof(IdRecord), section_count * sizeof(SectionOutcome));
    seats = after(steps, step_count * sizeof(StepOutcome));
    end = after(seats, seat_count * sizeof(SeatChange));
  }
};

// A remembered answer, where it lies.
struct KeptAnswer {
  std::span<const SectionOutcome> sections;
  std::span<const StepOutcome> steps;
  std::span<const SeatChange> seats;

  KeptAnswer(const Space& space, Line line) {
    const IdRecord& record = *space.At<IdRecord>(line);
    const AnswerLayout layout(record.section_count, record.step_count,
                              record.seat_count);
    const auto at = [&](std::size_t offset) { return space.At(line) + offset; };
    sections = {reinterpret_cast<const SectionOutcome*>(at(sizeof(IdRecord))),
                record.section_count};
    steps = {reinterpret_cast<const StepOutcome*>(at(layout.steps)),
             record.step_count};
    seats = {reinterpret_cast<const SeatChange*>(at(layout.seats)),
             record.seat_count};
  }
};

inline void DeleteIdRecord(LedgerState& state, Line line) {
  state.space.Free(line, state.space.At<IdRecord>(line)->line_count);
}

// Whether the id is remembered, and if so the answer: the first one again, or
// id_reused for another request.
inline bool AnswerFromMemory(LedgerState& state, const IdPlace& place,
                             Digest128 request, Time now, Outcome& outcome) {
  const Line line = state.Table(*place.table)
                        .Find({place.id.high(), place.id.low()}, place.hash);
  if (line == 0) return false;
  const IdRecord& record = *state.space.At<IdRecord>(line);
  if (IsForgotten(record.time, state.limits.id_retention, now)) return false;
  if (record.body_high != request.high || record.body_low != request.low) {
    outcome.refusal = Refusal::kIdReused;
    return true;
  }
  const KeptAnswer answer(state.space, line);
  outcome.replayed = true;
  outcome.time = TimeFromMicros(record.time);
  outcome.sections.assign(answer.sections.begin(), answer.sections.end());
  outcome.steps.assign(answer.steps.begin(), answer.steps.end());
  outcome.seats.assign(answer.seats.begin(), answer.seats.end());
  return true;
}

// Room to remember an answer of that size; 0 if memory has run out.
inline Line NewIdRecord(LedgerState& state, const IdPlace& place,
                        std::size_t section_count, std::size_t step_count,
                        std::size_t seat_count) {
  if (!state.Table(*place.table).Reserve(1)) return 0;
  const std::uint64_t lines =
      LineCount(AnswerLayout(section_count, step_count, seat_count).end);
  const Line line = state.space.Allocate(lines);
  if (line == 0) return 0;
  auto& record = *state.space.At<IdRecord>(line);
  SharedStore(record.line_count, static_cast<std::uint32_t>(lines));
  return line;
}

// Remembers a committed answer in a record made for it.
inline void RememberAnswer(LedgerState& state, const IdPlace& place,
                           Digest128 request, Line line,
                           const Outcome& outcome) {
  RecordTable table = state.Table(*place.table);
  const TableKey key{place.id.high(), place.id.low()};
  if (const Line forgotten = table.Find(key, place.hash)) {
    table.Forget(forgotten);
    table.Remove(forgotten);
    DeleteIdRecord(state, forgotten);
  }
  auto& record = *state.space.At<IdRecord>(line);
  IdRecord filled{};
  filled.entry.key_high = key.high;
  filled.entry.key_low = key.low;
  filled.body_high = request.high;
  filled.body_low = request.low;
  filled.time = ToMicros(outcome.time);
  filled.section_count = static_cast<std::uint32_t>(outcome.sections.size());
  filled.step_count = static_cast<std::uint32_t>(outcome.steps.size());
  filled.seat_count = static_cast<std::uint32_t>(outcome.seats.size());
  filled.line_count = record.line_count;
  SharedAssign(record, filled);
  const AnswerLayout layout(filled.section_count, filled.step_count,
                            filled.seat_count);
  std::byte* const bytes = state.space.At(line);
  SharedCopy(bytes + sizeof(IdRecord), outcome.sections.data(),
             outcome.sections.size() * sizeof(SectionOutcome));
  SharedCopy(bytes + layout.steps, outcome.steps.data(),
             outcome.steps.size() * sizeof(StepOutcome));
  SharedCopy(bytes + layout.seats, outcome.seats.data(),
             outcome.seats.size() * sizeof(SeatChange));
  table.Insert(line, place.hash);
  table.Remember(line);
  TrimRemembered(
      table, state.limits.ids_max, state.limits.id_retention, outcome.time,
      [&](Line at) { return state.space.At<IdRecord>(at)->time; },
      [&](Line at) { DeleteIdRecord(state, at); });
}

}  // namespace internal
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_INTERNAL_REPLAY_H_
