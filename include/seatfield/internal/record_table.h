// SPDX-License-Identifier: MIT
//
// The hash tables of an event: how records are found, added, remembered and
// removed. A RecordTable is a view of one TableRecord; the record's lock must
// be held, but for what says otherwise.
//
// Records never move. Eight places are a group, and lie in a line: each holds a
// record's line beside half of its hash. Before them lie their marks, a byte
// each, eight in a word. A search looks at marks, and at a place only if its
// mark is that of the hash: what is not in the table is mostly known from the
// marks alone, which stay in the cache. A table that is seven eighths full is
// made larger without touching a record.
// Errors: what allocates returns 0 or false when memory runs out, and has then
//   changed nothing.
// Complexity: Find and Insert O(1) on average, whoever chose the keys: the hash
//   is seeded.
// Source: marks as in M. Kulukundis, "Designing a fast, efficient,
//   cache-friendly hash table, step by step", CppCon 2017; linear probing, here
//   by groups, with backward-shift deletion, Knuth, The Art of Computer
//   Programming, volume 3, algorithm 6.4R.

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

  SEATFIELD_INLINE Line Find(TableKey key, std::uint64_t hash) const {
    if (table_->places.count == 0) return 0;
    const std::uint64_t* const marks = Marks();
    for (std::size_t group = Home(TagOf(hash));; group = Next(group)) {
      const std::uint64_t word = marks[group];
      for (std::uint64_t same = Same(word, hash); same != 0; same &= same - 1) {
        const std::uint64_t place = places()[PlaceAt(group, same)];
        if (TagOf(place) == TagOf(hash) && Has(LineOf(place), key)) {
          return LineOf(place);
        }
      }
      if (Empty(word) != 0) return 0;
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

  // Fetches ahead the lock and what Find() and Insert() will look at first.
  // Needs no lock.
  SEATFIELD_INLINE void Prefetch(std::uint64_t hash) const {
    const auto [line, count] = SharedRead(table_->places);
    if (count == 0) return;
    const std::size_t group = TagOf(hash) & (count / kGroup - 1);
    const auto* const words = space_->At<std::uint64_t>(line);
    PrefetchToWrite(words + group);
    PrefetchToWrite(words + count / kGroup + group * kGroup);
    PrefetchToWrite(&table_->lock);
  }

  // What Find() would find or, in passing, something else: any line that is a
  // record of the table's pool, in use or not, for as long as epoch() stays at
  // the one given. Needs no lock, and waits for none.
  Line Guess(std::uint64_t hash, std::uint32_t epoch) const;
  std::uint32_t epoch() const { return SharedLoad(table_->epoch); }

  // Makes room for `extra` more records, so that Insert cannot fail.
  SEATFIELD_INLINE bool Reserve(std::size_t extra) {
    return PlacesFor(extra) <= table_->places.count ||
           RecordTable(*this).Grow(extra);
  }

  // Adds a record whose key is set and not in the table. Requires Reserve().
  SEATFIELD_INLINE void Insert(Line line, std::uint64_t hash) {
    Put(TagOf(hash) << 32 | line);
    ++table_->size;
  }

  void Remove(Line line);

  // A record of one line from the table's pool, zeroed or with anything in it,
  // and back to it.
  Line NewRecord();
  Line NewRawRecord();
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
    for (std::uint32_t i = 0; i < table_->places.count; ++i) {
      if (places()[i] != 0) fn(LineOf(places()[i]));
    }
  }

  // Empties the table and gives back its memory; records that did not come from
  // its pool must be gone.
  void Clear();

 private:
  static constexpr std::uint32_t kGroup = 8;
  static constexpr std::uint64_t kLows = 0x0101'0101'0101'0101;
  static constexpr std::uint64_t kHighs = 0x8080'8080'8080'8080;
  static constexpr std::uint32_t kFirstChunkLines = 4;
  static constexpr std::uint32_t kChunkLinesMax = 32;

  // The first line of a chunk of records.
  struct Chunk {
    Line next;
    std::uint32_t line_count;
  };

  static std::uint64_t PlaceLines(std::uint32_t count) {
    return LineCount(std::uint64_t{count} * (sizeof(std::uint64_t) + 1));
  }
  // An eighth is always empty, so that searches are short.
  std::uint64_t PlacesFor(std::size_t extra) const {
    return (table_->size + extra) * 8 / 7 + 1;
  }
  bool Grow(std::size_t extra);
  bool AddChunk();
  TableEntry* EntryAt(Line line) const { return space_->At<TableEntry>(line); }
  bool Has(Line line, TableKey key) const {
    const TableEntry* const entry = EntryAt(line);
    return entry->key_low == key.low && entry->key_high == key.high;
  }

  // A place is the high half of the hash, its tag, above the line; 0 is none.
  static std::uint64_t TagOf(std::uint64_t hash) { return hash >> 32; }
  static Line LineOf(std::uint64_t place) { return static_cast<Line>(place); }

  // A mark is seven bits of the hash below a set one; 0 is that of no record.
  static std::uint64_t MarkOf(std::uint64_t hash) { return hash >> 57 | 0x80; }
  // The places of a group that may have the mark of the hash, and those that
  // have none, as the highest bit of each of their bytes.
  static std::uint64_t Same(std::uint64_t word, std::uint64_t hash) {
    const std::uint64_t differs = word ^ MarkOf(hash) * kLows;
    return (differs - kLows) & ~differs & kHighs;
  }
  static std::uint64_t Empty(std::uint64_t word) { return ~word & kHighs; }
  // The first of such places.
  static std::size_t PlaceAt(std::size_t group, std::uint64_t which) {
    return group * kGroup +
           static_cast<std::size_t>(std::countr_zero(which)) / 8;
  }

  std::uint64_t* Marks() const {
    return space_->At<std::uint64_t>(table_->places.line);
  }
  std::uint64_t* places() const {
    return Marks() + table_->places.count / kGroup;
  }
  // Of groups.
  std::size_t mask() const { return table_->places.count / kGroup - 1; }
  std::size_t Home(std::uint64_t tag) const { return tag & mask(); }
  std::size_t Next(std::size_t group) const { return (group + 1) & mask(); }

  // Writes a place and its mark; 0 for none.
  SEATFIELD_INLINE void Set(std::uint64_t* marks, std::size_t at,
                            std::uint64_t place) const {
    const unsigned shift = 8 * (static_cast<unsigned>(at) % kGroup);
    const std::uint64_t mark = place == 0 ? 0 : MarkOf(place);
    std::uint64_t& word = marks[at / kGroup];
    SharedStore(marks[table_->places.count / kGroup + at], place);
    SharedStore(word, (word & ~(std::uint64_t{0xff} << shift)) | mark << shift);
  }
  SEATFIELD_INLINE void Put(std::uint64_t place) const {
    std::uint64_t* const marks = Marks();
    std::size_t group = Home(TagOf(place));
    while (Empty(marks[group]) == 0) group = Next(group);
    Set(marks, PlaceAt(group, Empty(marks[group])), place);
  }
  std::size_t PlaceOf(Line line) const;
  std::optional<std::size_t> Overflowed(std::size_t group,
                                        std::size_t from) const;

  Space* space_;
  TableRecord* table_;
  std::uint64_t seed_;
};

inline std::optional<Line> RecordTable::FindShared(TableKey key,
                                                   std::uint64_t hash,
                                                   std::uint64_t seen) const {
  const auto [line, count] = SharedRead(table_->places);
  if (!table_->lock.StillAt(seen)) return std::nullopt;
  if (count == 0) return 0;
  const auto* const marks = space_->At<std::uint64_t>(line);
  const auto* const places = marks + count / kGroup;
  for (std::size_t group = TagOf(hash);; ++group) {
    group &= count / kGroup - 1;
    const std::uint64_t word = SharedLoad(marks[group]);
    if (!table_->lock.StillAt(seen)) return std::nullopt;
    for (std::uint64_t same = Same(word, hash); same != 0; same &= same - 1) {
      const std::uint64_t place = SharedLoad(places[PlaceAt(group, same)]);
      if (!table_->lock.StillAt(seen)) return std::nullopt;
      if (TagOf(place) != TagOf(hash)) continue;
      const TableEntry* const entry = EntryAt(LineOf(place));
      if (SharedLoad(entry->key_low) == key.low &&
          SharedLoad(entry->key_high) == key.high) {
        return LineOf(place);
      }
    }
    if (Empty(word) != 0) return 0;
  }
}

template <typename Fn>
bool RecordTable::ForEachShared(std::uint64_t seen, Fn fn) const {
  const auto [line, count] = SharedRead(table_->places);
  if (!table_->lock.StillAt(seen)) return false;
  const auto* const places = space_->At<std::uint64_t>(line) + count / kGroup;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint64_t place = SharedLoad(places[i]);
    if (!table_->lock.StillAt(seen)) return false;
    if (place != 0 && !fn(LineOf(place))) return false;
  }
  return true;
}

SEATFIELD_INLINE Line RecordTable::Guess(std::uint64_t hash,
                                         std::uint32_t epoch) const {
  const TableRecord::Places seen = SharedRead(table_->places);
  const std::size_t groups = seen.count / kGroup;
  const auto* const marks = space_->At<std::uint64_t>(seen.line);
  const auto* const places = marks + groups;
  for (std::size_t i = 0; i < groups; ++i) {
    const std::size_t group = (TagOf(hash) + i) & (groups - 1);
    const std::uint64_t word = SharedLoad(marks[group]);
    for (std::uint64_t same = Same(word, hash); same != 0; same &= same - 1) {
      const std::uint64_t place = SharedLoad(places[PlaceAt(group, same)]);
      if (TagOf(place) != TagOf(hash)) continue;
      // Memory that was given back may hold anything.
      const bool valid =
          SharedRead(table_->places) == seen && this->epoch() == epoch;
      return valid ? LineOf(place) : 0;
    }
    if (Empty(word) != 0) return 0;
  }
  return 0;
}

SEATFIELD_COLD bool RecordTable::Grow(std::size_t extra) {
  const std::uint32_t old_count = table_->places.count;
  const std::uint64_t count =
      std::max<std::uint64_t>(kGroup, std::bit_ceil(PlacesFor(extra)));
  const Line fresh =
      space_->Allocate(PlaceLines(static_cast<std::uint32_t>(count)));
  // Short of memory it still works, as long as one place is empty.
  if (fresh == 0) return table_->size + extra < old_count;
  const Line old_line = table_->places.line;
  const std::uint64_t* const old_places = old_count == 0 ? nullptr : places();
  SharedAssign(table_->places, {fresh, static_cast<std::uint32_t>(count)});
  if (old_count == 0) return true;
  for (std::uint32_t i = 0; i < old_count; ++i) {
    if (old_places[i] != 0) Put(old_places[i]);
  }
  space_->Free(old_line, PlaceLines(old_count));
  return true;
}

// Where a record of the table stands.
inline std::size_t RecordTable::PlaceOf(Line line) const {
  const TableEntry* const entry = EntryAt(line);
  const std::uint64_t hash = HashKey({entry->key_high, entry->key_low}, seed_);
  for (std::size_t group = Home(TagOf(hash));; group = Next(group)) {
    for (std::uint64_t same = Same(Marks()[group], hash); same != 0;
         same &= same - 1) {
      const std::size_t at = PlaceAt(group, same);
      if (LineOf(places()[at]) == line) return at;
    }
  }
}

// A place of the group whose record would stand in `from`, a group before it,
// had there been room.
inline std::optional<std::size_t> RecordTable::Overflowed(
    std::size_t group, std::size_t from) const {
  for (std::uint64_t taken = ~Empty(Marks()[group]) & kHighs; taken != 0;
       taken &= taken - 1) {
    const std::size_t at = PlaceAt(group, taken);
    const std::size_t home = Home(TagOf(places()[at]));
    if (((group - home) & mask()) >= ((group - from) & mask())) return at;
  }
  return std::nullopt;
}

inline void RecordTable::Remove(Line line) {
  std::size_t hole = PlaceOf(line);
  // Behind a group that was full stands what it had no room for: it moves up.
  for (std::size_t group = hole / kGroup; Empty(Marks()[group]) == 0;) {
    group = Next(group);
    const auto moved = Overflowed(group, hole / kGroup);
    if (!moved) continue;
    Set(Marks(), hole, places()[*moved]);
    hole = *moved;
  }
  Set(Marks(), hole, 0);
  --table_->size;
}

SEATFIELD_COLD bool RecordTable::AddChunk() {
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
  const Line line = NewRawRecord();
  if (line != 0) SharedZero(space_->At<std::uint64_t>(line), kLineSize);
  return line;
}

SEATFIELD_INLINE Line RecordTable::NewRawRecord() {
  const Line used = table_->free_records;
  if (used != 0) {
    table_->free_records = *space_->At<Line>(used);
    return used;
  }
  if (table_->fresh == table_->fresh_end && !RecordTable(*this).AddChunk()) {
    return 0;
  }
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
  const TableRecord::Places places = table_->places;
  SharedStore(table_->epoch, table_->epoch + 1);
  SharedAssign(table_->places, {});
  if (places.count != 0) space_->Free(places.line, PlaceLines(places.count));
  for (Line chunk = table_->chunks; chunk != 0;) {
    const Chunk head = *space_->At<Chunk>(chunk);
    space_->Free(chunk, head.line_count);
    chunk = head.next;
  }
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
