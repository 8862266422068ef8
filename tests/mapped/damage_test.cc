// SPDX-License-Identifier: MIT
//
// Rot: every bit of every file of a small store is flipped, and every file cut
// at every length. The store is then refused, or is what it was.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "mapped/store_rig.h"
#include "support/catch.h"
#include "support/mapped_store.h"
#include "support/random_sales.h"
#include "support/seed.h"
#include "support/simulated_system.h"
#include "support/volume.h"

namespace seatfield::test {
namespace {

// A disk with a small store, and what is in it.
struct SmallStore {
  SimulatedDisk disk;
  Digest128 digest;
  std::uint64_t sequence = 0;
  std::uint64_t sequence_before = 0;  // the last batch
  Digest128 digest_before;
};

enum class Ending : std::uint8_t {
  kClosed,
  kIdle,    // killed when all was durable, and witnessed
  kAtOnce,  // killed when the last batch was durable, and not yet witnessed
};

// Sells a little, at level group, with a snapshot in the middle.
SmallStore Make(SimulatedSystem& system, Ending ending) {
  SmallStore made;
  MappedOptions options = TinyOptions();
  options.durability = Durability::kGroup;
  Rng rng(5);
  RandomSales sales(rng);
  auto store = OpenStore(system, options);
  REQUIRE(store.ok());
  MappedStorage::Store& inside = **store;
  MappedStorage storage(*std::move(store));
  const auto note = [&] {
    if (inside.sequence() == made.sequence) return;
    made.sequence_before = std::exchange(made.sequence, inside.sequence());
    made.digest_before = std::exchange(made.digest, *DigestOf(inside));
  };
  for (const std::int64_t event : {0, 1}) {
    REQUIRE(storage
                .CreateSections(EventId{event}, RandomSales::Sections(),
                                sales.now())
                .ok());
    note();
  }
  for (int frame = 0; frame < 3; ++frame) {
    std::vector<Transaction> transactions;
    for (int i = 0; i < 5; ++i) transactions.push_back(sales.MakeTransaction());
    std::vector<Outcome> outcomes(transactions.size());
    REQUIRE(storage.CommitBatch(transactions, sales.now(), {}, outcomes).ok());
    note();
    if (frame == 0) REQUIRE(storage.Checkpoint().ok());
  }
  if (ending == Ending::kIdle) REQUIRE(inside.VerifyFiles().ok());
  if (ending == Ending::kClosed) REQUIRE(storage.Close().ok());
  made.disk = system.Save();
  // What was not synced is gone.
  system.Restore(made.disk);
  system.PowerCut(1, {.sector_new = 0,
                      .sector_torn = 0,
                      .sector_garbage = 0,
                      .sector_zero = 0,
                      .size_new = 0,
                      .size_between = 0,
                      .entry_kept = 0,
                      .reorder = 0});
  made.disk = system.Save();
  ForgetMemory(made.disk);
  return made;
}

struct Tally {
  std::uint64_t tried = 0;
  std::uint64_t refused = 0;
  std::uint64_t same = 0;
  std::uint64_t shorter = 0;  // the last batch alone is gone
  std::string wrong;          // the first thing that must not be
};

bool IsRefusal(const absl::Status& status) {
  return absl::IsDataLoss(status) || absl::IsFailedPrecondition(status) ||
         absl::IsOutOfRange(status);
}

void Look(SimulatedSystem& system, const SmallStore& made, bool last_may_go,
          const std::string& what, Tally& tally) {
  ++tally.tried;
  const auto store =
      MappedStorage::Store::OpenToRead(system, kStorePath, TinyOptions());
  const auto wrong = [&](const std::string& why) {
    if (tally.wrong.empty()) tally.wrong = what + ": " + why;
  };
  if (!store.ok()) {
    ++tally.refused;
    if (!IsRefusal(store.status())) wrong(store.status().ToString());
    return;
  }
  const auto digest = DigestOf(**store);
  const std::uint64_t found = (*store)->report().sequence;
  if (found == made.sequence && digest.ok() && *digest == made.digest) {
    ++tally.same;
  } else if (last_may_go && found == made.sequence_before && digest.ok() &&
             *digest == made.digest_before) {
    ++tally.shorter;
  } else {
    wrong("silently another state, at sequence " + std::to_string(found));
  }
}

std::vector<std::string> TruthFiles(const SimulatedDisk& disk) {
  std::vector<std::string> files;
  for (const std::string& name : disk.Names(kStorePath)) {
    if (name.starts_with("snap-") || name.starts_with("jrnl-") ||
        name == "ctl") {
      files.push_back(std::string(kStorePath) + "/" + name);
    }
  }
  return files;
}

// Under a sanitizer, some of them.
constexpr std::uint64_t kStep = Volume(20) == 20 ? 1 : 97;

Tally FlipAll(const SmallStore& made, bool last_may_go) {
  SimulatedSystem system;
  Tally tally;
  system.Restore(made.disk);
  std::uint64_t bytes = 0;
  for (const std::string& path : TruthFiles(made.disk)) {
    const std::uint64_t size = system.disk().ReadAll(path).size();
    bytes += size;
    for (std::uint64_t bit = 0; bit < 8 * size; bit += kStep) {
      system.disk().FlipBit(path, bit);
      Look(system, made, last_may_go, path + " bit " + std::to_string(bit),
           tally);
      system.disk().FlipBit(path, bit);
    }
  }
  CHECK(bytes <= std::uint64_t{68} << 10);
  return tally;
}

Tally TruncateAll(const SmallStore& made, bool last_may_go) {
  SimulatedSystem system;
  Tally tally;
  system.Restore(made.disk);
  for (const std::string& path : TruthFiles(made.disk)) {
    const std::vector<std::byte> whole = system.disk().ReadAll(path);
    for (std::size_t size = 0; size < whole.size(); size += kStep) {
      system.disk().WriteAll(path, std::span(whole).first(size));
      Look(system, made, last_may_go, path + " cut to " + std::to_string(size),
           tally);
    }
    system.disk().WriteAll(path, whole);
  }
  return tally;
}

void CheckTally(const Tally& tally) {
  INFO(tally.tried << " tried, " << tally.refused << " refused, " << tally.same
                   << " the same, " << tally.shorter << " without the last");
  CHECK(tally.wrong == "");
  CHECK(tally.same > 0);
}

TEST_CASE("No flipped bit of a closed store goes unnoticed", "[mapped]") {
  SimulatedSystem system;
  CheckTally(FlipAll(Make(system, Ending::kClosed), false));
}

TEST_CASE("No flipped bit of a killed store goes unnoticed", "[mapped]") {
  SimulatedSystem system;
  CheckTally(FlipAll(Make(system, Ending::kIdle), false));
}

TEST_CASE("A flipped bit can take the last batch before its witness, alone",
          "[mapped]") {
  SimulatedSystem system;
  const Tally tally = FlipAll(Make(system, Ending::kAtOnce), true);
  CheckTally(tally);
  CHECK(tally.shorter > 0);
}

TEST_CASE("No truncated file of a closed store goes unnoticed", "[mapped]") {
  SimulatedSystem system;
  CheckTally(TruncateAll(Make(system, Ending::kClosed), false));
}

TEST_CASE("No truncated file of a killed store goes unnoticed", "[mapped]") {
  SimulatedSystem system;
  CheckTally(TruncateAll(Make(system, Ending::kIdle), false));
}

TEST_CASE("A store without one of its files is refused, or what it was",
          "[mapped]") {
  for (const Ending ending : {Ending::kClosed, Ending::kIdle}) {
    SimulatedSystem system;
    const SmallStore made = Make(system, ending);
    Tally tally;
    for (const std::string& path : TruthFiles(made.disk)) {
      system.Restore(made.disk);
      system.disk().Remove(path);
      Look(system, made, /*last_may_go=*/false, "no " + path, tally);
    }
    CHECK(tally.wrong == "");
  }
}

// The memory of a store that was closed: a flipped bit is seen, and the store
// rebuilt.
TEST_CASE("No flipped bit of the memory of a closed store is trusted",
          "[mapped]") {
  SimulatedSystem system;
  const SmallStore made = Make(system, Ending::kAtOnce);
  const std::string path = std::string(kStorePath) + "/live.map";
  system.Restore(made.disk);
  auto store = OpenStore(system, TinyOptions());
  REQUIRE(store.ok());
  REQUIRE((*store)->Close().ok());
  store->reset();
  Rng rng;
  SEATFIELD_INFO_SEED();
  const std::uint64_t bits = system.disk().ReadAll(path).size() * 8;
  std::uint64_t rebuilt = 0;
  for (std::size_t i = 0; i < Volume(4'000); ++i) {
    // The buffers of the journal, which are started anew, matter less.
    const std::uint64_t bit =
        rng.Chance(.8) ? rng.Below(std::min<std::uint64_t>(bits, 65'536))
                       : rng.Below(bits);
    INFO("bit " << bit);
    system.disk().FlipBit(path, bit);
    auto again = OpenStore(system, TinyOptions());
    REQUIRE(again.ok());
    const RecoveryReport& report = (*again)->report();
    REQUIRE(report.sequence == made.sequence);
    REQUIRE(*DigestOf(**again) == made.digest);
    rebuilt += report.kind == RecoveryReport::Kind::kRebuilt ? 1 : 0;
    REQUIRE((*again)->Close().ok());
  }
  CHECK(rebuilt > 0);
}

}  // namespace
}  // namespace seatfield::test
