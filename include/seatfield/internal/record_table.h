// SPDX-License-Identifier: MIT
//
// The hash tables of an event: how records are found, added, remembered and
// removed. A RecordTable is a view of one TableRecord; the record's lock must
// be held, but for what says otherwise.
//
// Records never move; a table that is half full takes four times its buckets
// and links them anew. Errors: what allocates returns 0 or false when memory
// runs out, and has then
//   changed nothing.
// Complexity: Find and Insert O(1) on average, whoever chose the keys: the hash
//   is seeded.

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
    if (table_->bucket_count == 0) return 0;
    Line line = *Bucket(hash);
    while (line != 0 && !Has(line, key)) line = EntryAt(line)->next;
    return line;
  }

  // The same without the lock, if no write comes between: nothing is followed
  // that was not valid. nullopt: the lock has moved, try again.
  std::optional<Line> FindShared(TableKey key, std::uint64_t hash,
                                 std::uint64_t seen) const;

  // Calls fn(line) for each record likewise, while it returns true. False: the
  // lock has moved, or fn has stopped.
  template <typename Fn>
  bool ForEachShared(std::uint64_t seen, Fn fn) const;

  // Fetches ahead what Find() will look at first. Needs no lock.
  void Prefetch(std::uint64_t hash) const {
    const std::uint32_t count = SharedLoad(table_->bucket_count);
    const Line buckets = SharedLoad(table_->buckets);
    if (count == 0) return;
    PrefetchToRead(&space_->At<Line>(buckets)[hash >> 32 & (count - 1)]);
  }

  // Makes room for one more record, so that Insert cannot fail.
  bool Reserve();

  // Adds a record whose key is set and not in the table. Requires Reserve().
  void Insert(Line line, std::uint64_t hash) {
    Line* const bucket = Bucket(hash);
    SharedStore(EntryAt(line)->next, *bucket);
    SharedStore(*bucket, line);
    ++table_->size;
  }

  void Remove(Line line) {
    TableEntry* const entry = EntryAt(line);
    Line* at = Bucket(HashKey({entry->key_high, entry->key_low}, seed_));
    while (*at != line) at = &EntryAt(*at)->next;
    SharedStore(*at, entry->next);
    --table_->size;
  }

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

  // Calls fn(line) for each record. fn may remove that record.
  template <typename Fn>
  void ForEach(Fn fn) const {
    for (std::uint32_t i = 0; i < table_->bucket_count; ++i) {
      for (Line line = space_->At<Line>(table_->buckets)[i]; line != 0;) {
        const Line next = EntryAt(line)->next;
        fn(line);
        line = next;
      }
    }
  }

  // Empties the table and gives back its memory; records that did not come from
  // its pool must be gone.
  void Clear();

 private:
  static constexpr std::uint32_t kFirstBuckets = kLineSize / sizeof(Line);
  static constexpr std::uint32_t kFirstChunkLines = 4;
  static constexpr std::uint32_t kChunkLinesMax = 64;

  // The first line of a chunk of records.
  struct Chunk {
    Line next;
    std::uint32_t line_count;
  };

  bool AddChunk();
  TableEntry* EntryAt(Line line) const { return space_->At<TableEntry>(line); }
  bool Has(Line line, TableKey key) const {
    const TableEntry* const entry = EntryAt(line);
    return entry->key_low == key.low && entry->key_high == key.high;
  }
  Line* Bucket(std::uint64_t hash) const {
    return space_->At<Line>(table_->buckets) + BucketIndex(hash);
  }
  std::size_t BucketIndex(std::uint64_t hash) const {
    return (hash >> 32) & (table_->bucket_count - 1);
  }

  Space* space_;
  TableRecord* table_;
  std::uint64_t seed_;
};

inline std::optional<Line> RecordTable::FindShared(TableKey key,
                                                   std::uint64_t hash,
                                                   std::uint64_t seen) const {
  const std::uint32_t count = SharedLoad(table_->bucket_count);
  const Line buckets = SharedLoad(table_->buckets);
  if (!table_->lock.StillAt(seen)) return std::nullopt;
  if (count == 0) return 0;
  Line line = SharedLoad(space_->At<Line>(buckets)[hash >> 32 & (count - 1)]);
  for (;;) {
    if (!table_->lock.StillAt(seen)) return std::nullopt;
    if (line == 0) return 0;
    const TableEntry* const entry = EntryAt(line);
    if (SharedLoad(entry->key_low) == key.low &&
        SharedLoad(entry->key_high) == key.high) {
      return line;
    }
    line = SharedLoad(entry->next);
  }
}

template <typename Fn>
bool RecordTable::ForEachShared(std::uint64_t seen, Fn fn) const {
  const std::uint32_t count = SharedLoad(table_->bucket_count);
  const Line buckets = SharedLoad(table_->buckets);
  if (!table_->lock.StillAt(seen)) return false;
  for (std::uint32_t i = 0; i < count; ++i) {
    Line line = SharedLoad(space_->At<Line>(buckets)[i]);
    for (;;) {
      if (!table_->lock.StillAt(seen)) return false;
      if (line == 0) break;
      if (!fn(line)) return false;
      line = SharedLoad(EntryAt(line)->next);
    }
  }
  return true;
}

inline bool RecordTable::Reserve() {
  // Half empty, so that most searches meet no other record.
  if (2 * table_->size < table_->bucket_count) return true;
  const std::uint32_t old_count = table_->bucket_count;
  const std::uint32_t count = std::max(kFirstBuckets, 4 * old_count);
  const Line buckets =
      space_->Allocate(LineCount(std::uint64_t{count} * sizeof(Line)));
  if (buckets == 0) return old_count != 0;  // full, but it still works
  const Line old_buckets = table_->buckets;
  SharedStore(table_->buckets, buckets);
  SharedStore(table_->bucket_count, count);
  table_->size = 0;
  for (std::uint32_t i = 0; i < old_count; ++i) {
    for (Line line = space_->At<Line>(old_buckets)[i]; line != 0;) {
      const TableEntry* const entry = EntryAt(line);
      const Line next = entry->next;
      Insert(line, HashKey({entry->key_high, entry->key_low}, seed_));
      line = next;
    }
  }
  if (old_count != 0) {
    space_->Free(old_buckets,
                 LineCount(std::uint64_t{old_count} * sizeof(Line)));
  }
  return true;
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
  if (table_->bucket_count != 0) {
    space_->Free(table_->buckets,
                 LineCount(std::uint64_t{table_->bucket_count} * sizeof(Line)));
  }
  for (Line chunk = table_->chunks; chunk != 0;) {
    const Chunk head = *space_->At<Chunk>(chunk);
    space_->Free(chunk, head.line_count);
    chunk = head.next;
  }
  SharedStore(table_->buckets, Line{0});
  SharedStore(table_->bucket_count, std::uint32_t{0});
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
