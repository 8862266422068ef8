// SPDX-License-Identifier: MIT

#include "seatfield/internal/record_table.h"

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <vector>

#include "seatfield/internal/layout.h"
#include "seatfield/internal/space.h"
#include "support/catch.h"
#include "support/seed.h"

namespace seatfield::test {
namespace {

using namespace internal;  // NOLINT(google-build-using-namespace)

constexpr std::uint64_t kSeed = 7;

// Slabs that are the test's own.
class Slabs final : public SlabSource {
 public:
  std::byte* Take(std::uint64_t, std::uint64_t bytes) override {
    auto& lines = slabs_.emplace_back(bytes / kLineSize);
    return lines.front().bytes;
  }

 private:
  struct alignas(kLineSize) LineBytes {
    std::byte bytes[kLineSize];
  };
  std::vector<std::vector<LineBytes>> slabs_;
};

// A table beside a map that says what is in it.
class Rig {
 public:
  void Insert(std::uint64_t key) {
    RecordTable table(space_, record_, kSeed);
    REQUIRE(table.Reserve(1));
    const Line line = table.NewRecord();
    REQUIRE(line != 0);
    space_.At<TableEntry>(line)->key_low = key;
    table.Insert(line, HashOf(key));
    lines_[key] = line;
  }

  void Remove(std::uint64_t key) {
    RecordTable table(space_, record_, kSeed);
    table.Remove(lines_.at(key));
    table.DeleteRecord(lines_.at(key));
    lines_.erase(key);
  }

  void Clear() {
    RecordTable(space_, record_, kSeed).Clear();
    lines_.clear();
  }

  // What is guessed of a key by who has known the table since `epoch`.
  Line Guess(std::uint64_t key, std::uint32_t epoch) {
    return RecordTable(space_, record_, kSeed).Guess(HashOf(key), epoch);
  }
  std::uint32_t epoch() { return RecordTable(space_, record_, kSeed).epoch(); }

  bool Has(std::uint64_t key) const { return lines_.contains(key); }
  std::size_t size() const { return lines_.size(); }
  std::uint64_t KeyAt(std::size_t at) const {
    return std::next(lines_.begin(), static_cast<std::ptrdiff_t>(at))->first;
  }

  // Whether all ways to look say what the map does of keys below `end`.
  bool IsSound(std::uint64_t end) {
    const RecordTable table(space_, record_, kSeed);
    std::size_t count = 0;
    table.ForEach([&count](Line) { ++count; });
    bool sound = count == lines_.size() && record_.size == lines_.size();
    for (std::uint64_t key = 0; key < end; ++key) {
      const auto found = lines_.find(key);
      const Line line = found == lines_.end() ? 0 : found->second;
      sound = sound && table.Find({0, key}, HashOf(key)) == line &&
              table.FindShared({0, key}, HashOf(key),
                               record_.lock.BeginRead()) == line &&
              table.Guess(HashOf(key), table.epoch()) == line;
    }
    return sound;
  }

 private:
  static std::uint64_t HashOf(std::uint64_t key) {
    return HashKey({0, key}, kSeed);
  }

  SpaceRecord space_record_{};
  Slabs slabs_;
  Space space_{space_record_, &slabs_};
  TableRecord record_{};
  std::map<std::uint64_t, Line> lines_;
};

TEST_CASE("A table of records is a map, however it is filled and emptied",
          "[record_table]") {
  SEATFIELD_INFO_SEED();
  Rng rng;
  for (const std::uint64_t keys : {6U, 50U, 56U, 100U, 447U, 448U}) {
    Rig rig;
    for (int step = 0; step < 4000; ++step) {
      // By turns it fills up and runs empty.
      const bool fills = rng.Below(16) < (step / 500 % 2 == 0 ? 12U : 4U);
      const std::uint64_t key = rng.Below(keys);
      if (fills && !rig.Has(key)) rig.Insert(key);
      if (!fills && rig.size() > 0)
        rig.Remove(rig.KeyAt(rng.Below(rig.size())));
      if (step % 16 == 0) REQUIRE(rig.IsSound(keys));
    }
    REQUIRE(rig.IsSound(keys));
  }
}

TEST_CASE("Who has known a table since before it was emptied guesses nothing",
          "[record_table]") {
  Rig rig;
  rig.Insert(1);
  const std::uint32_t before = rig.epoch();
  REQUIRE(rig.Guess(1, before) != 0);
  rig.Clear();
  CHECK(rig.Guess(1, before) == 0);
  // Its memory may have gone to the same place.
  rig.Insert(1);
  CHECK(rig.Guess(1, before) == 0);
  CHECK(rig.Guess(1, rig.epoch()) != 0);
}

}  // namespace
}  // namespace seatfield::test
