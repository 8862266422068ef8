// SPDX-License-Identifier: MIT
//
// The hash tables of an event: how records are found, added, remembered and
// removed. A RecordTable is a view of one TableRecord; the record's lock must
// be held, but for what says otherwise.
//
// Records never move. A place of the table holds a record's line beside half of
// its hash, so that a search mostly touches no record but the one it is for,
// and a table that is three quarters full is made larger without touching any.
// Errors: what allocates returns 0 or false when memory runs out, and has then
//   changed nothing.
// Complexity: Find and Insert O(1) on average, whoever chose the keys: the hash
//   is seeded.
// Source: linear probing with backward-shift deletion, Knuth, The Art of
//   Computer Programming, volume 3, algorithm 6.4R.

#ifndef SEATFIELD_INTERNAL_RECORD_TABLE_H_
#define SEATFIELD_INTERNAL_RECORD_TABLE_H_

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>

#include "seatfield/internal/layout.h"
#include "seatfield/internal/shared.h"
#include "seatfield/internal/space.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace internal {

struct TableKey {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
};

// Spreads every bit over all others.
// Source: the finalizer of MurmurHash3 (A. Appleby), in the variant "Mix13" of
//   D. Stafford.
constexpr std::uint64_t MixBits(std::uint64_t x) {
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
  x = (x ^ x >> 27) * 0x94d049bb133111ebu;
  return x ^ x >> 31;
}

constexpr std::uint64_t HashKey(TableKey key, std::uint64_t seed) {
  return MixBits(MixBits(key.high ^ seed) ^ key.low);
}

// Which of the tables of an event holds a key, by its hash.
inline std::uint32_t ShardOf(std::uint64_t hash) {
  return static_cast<std::uint32_t>(hash) % kTableShards;
}

class RecordTable {
 public:
  RecordTable(Space& space, TableRecord& table, std::uint64_t seed)
      : space_(&space), table_(&table), seed_(seed) {}

  Line Find(TableKey key, std::uint64_t hash) const {
    if (table_->place_count == 0) return 0;
    for (std::size_t at = Home(TagOf(hash));; at = Next(at)) {
      const std::uint64_t place = places()[at];
      if (place == 0) return 0;
      if (TagOf(place) == TagOf(hash) && Has(LineOf(place), key)) {
        return LineOf(place);
      }
    }
  }

  // The same without the lock, if no write comes between: nothing is followed
  // that was not valid. nullopt: the lock has moved, try again.
  std::optional<Line> FindShared(TableKey key, std::uint64_t hash,
                                 std::uint64_t seen) const;

  // Calls fn(line) for each record likewise, while it returns true. False: the
  // lock has moved, or fn has stopped.
  template <typename Fn>
  bool ForEachShared(std::uint64_t seen, Fn fn) const;

  // Fetches ahead the lock and what Find() will look at first. Needs no lock.
  void Prefetch(std::uint64_t hash) const {
    const std::uint32_t count = SharedLoad(table_->place_count);
    const Line places = SharedLoad(table_->places);
    if (count == 0) return;
    PrefetchToWrite(
        &space_->At<std::uint64_t>(places)[TagOf(hash) & (count - 1)]);
    PrefetchToWrite(&table_->lock);
  }

  // A line that may be the record's of that hash, or 0: good for fetching
  // ahead. Needs no lock.
  Line Guess(std::uint64_t hash) const;

  // Makes room for `extra` more records, so that Insert cannot fail.
  bool Reserve(std::size_t extra);

  // Adds a record whose key is set and not in the table. Requires Reserve().
  void Insert(Line line, std::uint64_t hash) {
    Put(TagOf(hash) << 32 | line);
    ++table_->size;
  }

  void Remove(Line line);

  // A zeroed record of one line from the table's pool, and back to it.
  Line NewRecord();
  void DeleteRecord(Line line) {
    SharedStore(*space_->At<Line>(line), table_->free_records);
    table_->free_records = line;
  }

  // The queue of entries kept only to remember.
  void Remember(Line line);
  void Forget(Line line);  // wherever it stands; the oldest at once
  Line oldest() const { return table_->oldest; }
  std::uint32_t remembered() const { return table_->remembered; }

  // Calls fn(line) for each record. fn must not change the table.
  template <typename Fn>
  void ForEach(Fn fn) const {
    for (std::uint32_t i = 0; i < table_->place_count; ++i) {
      if (places()[i] != 0) fn(LineOf(places()[i]));
    }
  }

  // Empties the table and gives back its memory; records that did not come from
  // its pool must be gone.
  void Clear();

 private:
  static constexpr std::uint32_t kFirstPlaces =
      kLineSize / sizeof(std::uint64_t);
  static constexpr std::size_t kGuessesMax = 4;
  static constexpr std::uint32_t kFirstChunkLines = 4;
  static constexpr std::uint32_t kChunkLinesMax = 32;

  // The first line of a chunk of records.
  struct Chunk {
    Line next;
    std::uint32_t line_count;
  };

  static std::uint64_t PlaceLines(std::uint32_t count) {
    return LineCount(std::uint64_t{count} * sizeof(std::uint64_t));
  }
  bool AddChunk();
  TableEntry* EntryAt(Line line) const { return space_->At<TableEntry>(line); }
  bool Has(Line line, TableKey key) const {
    const TableEntry* const entry = EntryAt(line);
    return entry->key_low == key.low && entry->key_high == key.high;
  }

  // A place is the high half of the hash, its tag, above the line; 0 is none.
  static std::uint64_t TagOf(std::uint64_t hash) { return hash >> 32; }
  static Line LineOf(std::uint64_t place) { return static_cast<Line>(place); }
  std::uint64_t* places() const {
    return space_->At<std::uint64_t>(table_->places);
  }
  std::size_t mask() const { return table_->place_count - 1; }
  std::size_t Home(std::uint64_t tag) const { return tag & mask(); }
  std::size_t Next(std::size_t at) const { return (at + 1) & mask(); }
  void Put(std::uint64_t place) {
    std::size_t at = Home(TagOf(place));
    while (places()[at] != 0) at = Next(at);
    SharedStore(places()[at], place);
  }

  Space* space_;
  TableRecord* table_;
  std::uint64_t seed_;
};

inline std::optional<Line> RecordTable::FindShared(TableKey key,
                                                   std::uint64_t hash,
                                                   std::uint64_t seen) const {
  const std::uint32_t count = SharedLoad(table_->place_count);
  const Line line = SharedLoad(table_->places);
  if (!table_->lock.StillAt(seen)) return std::nullopt;
  if (count == 0) return 0;
  const auto* const places = space_->At<std::uint64_t>(line);
  for (std::size_t at = TagOf(hash);; ++at) {
    const std::uint64_t place = SharedLoad(places[at & (count - 1)]);
    if (!table_->lock.StillAt(seen)) return std::nullopt;
    if (place == 0) return 0;
    if (TagOf(place) != TagOf(hash)) continue;
    const TableEntry* const entry = EntryAt(LineOf(place));
    if (SharedLoad(entry->key_low) == key.low &&
        SharedLoad(entry->key_high) == key.high) {
      return LineOf(place);
    }
  }
}

template <typename Fn>
bool RecordTable::ForEachShared(std::uint64_t seen, Fn fn) const {
  const std::uint32_t count = SharedLoad(table_->place_count);
  const Line line = SharedLoad(table_->places);
  if (!table_->lock.StillAt(seen)) return false;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint64_t place = SharedLoad(space_->At<std::uint64_t>(line)[i]);
    if (!table_->lock.StillAt(seen)) return false;
    if (place != 0 && !fn(LineOf(place))) return false;
  }
  return true;
}

inline Line RecordTable::Guess(std::uint64_t hash) const {
  const std::uint64_t seen = table_->lock.BeginRead();
  const std::uint32_t count = SharedLoad(table_->place_count);
  const Line line = SharedLoad(table_->places);
  if (!table_->lock.StillAt(seen) || count == 0) return 0;
  const auto* const places = space_->At<std::uint64_t>(line);
  for (std::size_t at = TagOf(hash), end = at + kGuessesMax; at < end; ++at) {
    const std::uint64_t place = SharedLoad(places[at & (count - 1)]);
    if (TagOf(place) == TagOf(hash)) return LineOf(place);
  }
  return 0;
}

inline bool RecordTable::Reserve(std::size_t extra) {
  // A quarter is always empty, so that searches are short.
  const std::uint32_t old_count = table_->place_count;
  const std::uint64_t wanted = (table_->size + extra) * 4 / 3 + 1;
  if (wanted <= old_count) return true;
  const std::uint64_t count =
      std::max<std::uint64_t>(kFirstPlaces, std::bit_ceil(wanted));
  const Line fresh = space_->Allocate(LineCount(count * sizeof(std::uint64_t)));
  // Short of memory it still works, as long as one place is empty.
  if (fresh == 0) return table_->size + extra < old_count;
  const Line old_places = table_->places;
  SharedStore(table_->places, fresh);
  SharedStore(table_->place_count, static_cast<std::uint32_t>(count));
  if (old_count == 0) return true;
  for (std::uint32_t i = 0; i < old_count; ++i) {
    const std::uint64_t place = space_->At<std::uint64_t>(old_places)[i];
    if (place != 0) Put(place);
  }
  space_->Free(old_places, PlaceLines(old_count));
  return true;
}

inline void RecordTable::Remove(Line line) {
  const TableEntry* const entry = EntryAt(line);
  std::uint64_t* const all = places();
  std::size_t hole =
      Home(TagOf(HashKey({entry->key_high, entry->key_low}, seed_)));
  while (LineOf(all[hole]) != line) hole = Next(hole);
  for (std::size_t at = Next(hole); all[at] != 0; at = Next(at)) {
    // Records whose home lies behind the hole stay where they are.
    const std::size_t home = Home(TagOf(all[at]));
    if (((at - home) & mask()) < ((at - hole) & mask())) continue;
    SharedStore(all[hole], all[at]);
    hole = at;
  }
  SharedStore(all[hole], std::uint64_t{0});
  --table_->size;
}

inline bool RecordTable::AddChunk() {
  const std::uint32_t lines =
      std::max(kFirstChunkLines, table_->next_chunk_lines);
  const Line chunk = space_->Allocate(lines);
  if (chunk == 0) return false;
  auto* const head = space_->At<Chunk>(chunk);
  SharedStore(head->next, table_->chunks);
  SharedStore(head->line_count, lines);
  table_->chunks = chunk;
  table_->next_chunk_lines = std::min(2 * lines, kChunkLinesMax);
  table_->fresh = chunk + 1;
  table_->fresh_end = chunk + lines;
  return true;
}

inline Line RecordTable::NewRecord() {
  const Line used = table_->free_records;
  if (used != 0) {
    table_->free_records = *space_->At<Line>(used);
    SharedZero(space_->At<std::uint64_t>(used), kLineSize);
    return used;
  }
  if (table_->fresh == table_->fresh_end && !AddChunk()) return 0;
  return table_->fresh++;
}

inline void RecordTable::Remember(Line line) {
  SharedStore(EntryAt(line)->newer, Line{0});
  if (table_->newest != 0) {
    SharedStore(EntryAt(table_->newest)->newer, line);
  } else {
    table_->oldest = line;
  }
  table_->newest = line;
  ++table_->remembered;
}

inline void RecordTable::Forget(Line line) {
  Line before = 0;
  for (Line at = table_->oldest; at != line; at = EntryAt(at)->newer) {
    before = at;
  }
  const Line after = EntryAt(line)->newer;
  if (before != 0) {
    SharedStore(EntryAt(before)->newer, after);
  } else {
    table_->oldest = after;
  }
  if (table_->newest == line) table_->newest = before;
  --table_->remembered;
}

inline void RecordTable::Clear() {
  if (table_->place_count != 0) {
    space_->Free(table_->places, PlaceLines(table_->place_count));
  }
  for (Line chunk = table_->chunks; chunk != 0;) {
    const Chunk head = *space_->At<Chunk>(chunk);
    space_->Free(chunk, head.line_count);
    chunk = head.next;
  }
  SharedStore(table_->places, Line{0});
  SharedStore(table_->place_count, std::uint32_t{0});
  table_->size = 0;
  table_->free_records = table_->chunks = 0;
  table_->fresh = table_->fresh_end = 0;
  table_->next_chunk_lines = 0;
  table_->oldest = table_->newest = 0;
  table_->remembered = 0;
}

}  // namespace internal
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_INTERNAL_RECORD_TABLE_H_
