// SPDX-License-Identifier: MIT
//
// A journal while it is written: levels, groups, segments, a full disk,
// failures. Without a thread of its own unless a test says otherwise.

#include "mapped/journal.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "mapped/journal_buffers.h"
#include "mapped/journal_format.h"
#include "mapped/journal_rig.h"
#include "mapped/journal_scan.h"
#include "mapped/witness.h"
#include "platform/file.h"
#include "support/catch.h"
#include "support/seed.h"
#include "support/temporary_directory.h"
#include "support/volume.h"

namespace seatfield::test {
namespace {

using mapped::Journal;
using mapped::JournalOptions;
using mapped::kPageBytes;
using mapped::SegmentName;
using mapped::SpaceNeed;

std::vector<std::string> SegmentsOf(JournalFixture& fixture) {
  std::vector<std::string> names = fixture.system.disk().Names(kStore);
  std::erase_if(names, [](const std::string& name) {
    return !mapped::SegmentNumber(name).has_value();
  });
  return names;
}

std::uint64_t Rescued(std::span<const std::byte> memory, std::uint64_t after,
                      std::vector<Bytes>& records) {
  const auto rescued = mapped::RescueRecords(
      memory, TestId(), after,
      [&](std::uint64_t, std::span<const std::byte> record) {
        records.emplace_back(record.begin(), record.end());
        return absl::OkStatus();
      });
  INFO(rescued.status().ToString());
  REQUIRE(rescued.ok());
  REQUIRE(*rescued == records.size());
  return *rescued;
}

// --- Start ------------------------------------------------------------------

TEST_CASE("Options out of bounds are named", "[journal]") {
  SimulatedSystem system;
  platform::Directory directory = OpenStore(system);
  JournalOptions options = SmallOptions();
  BufferMemory memory(options);
  std::string named;
  SECTION("segments too small") {
    options.segment_bytes = 8192;
    named = "segment_bytes: 8192";
  }
  SECTION("segments too large") {
    options.segment_bytes = std::uint64_t{2} << 30;
    named = "segment_bytes: 2147483648";
  }
  SECTION("half pages") {
    options.segment_bytes = 17'000;
    named = "segment_bytes: 17000";
  }
  SECTION("buffers too small") {
    options.buffer_bytes = 1000;
    named = "buffer_bytes: 1000";
  }
  SECTION("buffers too large") {
    options.buffer_bytes = std::uint64_t{1} << 30;
    named = "buffer_bytes: 1073741824";
  }
  SECTION("no interval") {
    options.interval = Duration(0);
    named = "interval";
  }
  SECTION("not the memory for the buffers") {
    options.buffer_bytes *= 2;
    named = "buffers: 131200 bytes, not 262272";
  }
  const auto journal =
      Journal::Start(directory, TestId(), {}, memory.bytes(), options);
  CHECK(absl::IsInvalidArgument(journal.status()));
  CHECK(std::string(journal.status().message()).starts_with(named));
}

TEST_CASE("A journal starts behind the end alone", "[journal]") {
  JournalFixture fixture;
  fixture.Write("one");
  fixture.journal.reset();
  BufferMemory memory(fixture.options);
  const auto journal = Journal::Start(fixture.directory, TestId(), {},
                                      memory.bytes(), fixture.options);
  CHECK(absl::IsFailedPrecondition(journal.status()));
  CHECK(SegmentsOf(fixture).size() == 1);
}

TEST_CASE("A journal goes on where another one ended", "[journal]") {
  JournalFixture fixture;
  for (int life = 0; life < 5; ++life) {
    fixture.Write("a record");
    fixture.Write("another one");
    const Found found = fixture.Restart();
    CHECK(found.records == fixture.given);
    CHECK(fixture.journal->sequence() == fixture.given.size());
    CHECK(fixture.journal->durable_sequence() == fixture.given.size());
  }
}

TEST_CASE("The time of frames never falls, even if the clock does",
          "[journal]") {
  JournalFixture fixture;
  std::int64_t wall = fixture.system.WallMicros();
  std::int64_t last = 0;
  for (int life = 0; life < 3; ++life) {
    for (int i = 0; i < 4; ++i) {
      fixture.Write("a record");
      fixture.system.SetWallMicros(wall -= 1'000'000);
    }
    const Found found = fixture.Restart();
    CHECK(found.records == fixture.given);
    CHECK(found.result.end.last_time >= last);
    last = found.result.end.last_time;
  }
}

// --- Records and frames -----------------------------------------------------

TEST_CASE("Records of every size come back in order", "[journal]") {
  SEATFIELD_INFO_SEED();
  Rng rng;
  JournalFixture fixture;
  CHECK(fixture.journal->RecordBytesMax() == 16'384 - 4096 - 64 - 8);
  std::vector<std::size_t> sizes = {
      0, 1, 7, 8, 9, 100, 4024, 4025, fixture.journal->RecordBytesMax()};
  for (int i = 0; i < 200; ++i) sizes.push_back(rng.Below(3000));
  for (const std::size_t size : sizes) {
    fixture.given.push_back(RandomBytes(rng, size));
    CHECK(fixture.journal->Append(fixture.given.back()) ==
          fixture.given.size());
    if (rng.Chance(.1)) REQUIRE(fixture.journal->Flush().ok());
  }
  CHECK(fixture.Restart().records == fixture.given);
}

TEST_CASE("A batch larger than a segment becomes several frames", "[journal]") {
  JournalFixture fixture;
  Rng rng(1);
  std::vector<Bytes> batch;
  for (int i = 0; i < 300; ++i) batch.push_back(RandomBytes(rng, 180));
  fixture.Write(batch);
  CHECK(SegmentsOf(fixture).size() >= 4);
  CHECK(fixture.Restart().records == fixture.given);
}

TEST_CASE("A group of records is one write and one sync", "[journal]") {
  JournalFixture fixture;
  fixture.Write("first");
  std::vector<CallKind> kinds;
  fixture.system.SetFilter([&](Call& call) {
    kinds.push_back(call.kind);
    return true;
  });
  for (int i = 0; i < 10; ++i) fixture.journal->Append(BytesOf("more"));
  REQUIRE(fixture.journal->Wait(11, Durability::kGroup).ok());
  CHECK(kinds ==
        std::vector{CallKind::kWrite, CallKind::kSyncData, CallKind::kWrite});
  // What is durable is not made so again.
  CHECK(fixture.journal->Wait(7, Durability::kGroup).ok());
  CHECK(kinds.size() == 3);
  fixture.system.SetFilter(nullptr);
}

// What a power cut leaves of the witness that takes all it may.
std::uint64_t WitnessAfterCut(JournalFixture& fixture) {
  SimulatedSystem machine;
  machine.Restore(fixture.system.Save());
  machine.PowerCut(1, {.sector_new = 0, .sector_torn = 0, .sector_garbage = 1});
  platform::Directory directory = OpenStore(machine);
  const auto witness = mapped::ReadWitness(directory, TestId());
  REQUIRE(witness.ok());
  return witness->sequence;
}

TEST_CASE("The witness is durable when it is asked for, and never lost",
          "[journal]") {
  JournalFixture fixture;
  fixture.Write("one");
  REQUIRE(fixture.journal->Flush().ok());
  CHECK(WitnessAfterCut(fixture) == 1);
  fixture.Write("two");
  fixture.Write("three");
  CHECK(WitnessAfterCut(fixture) == 1);
  REQUIRE(fixture.journal->Seal().ok());
  CHECK(WitnessAfterCut(fixture) == 3);
  fixture.Write("four");
  fixture.Restart();
  CHECK(WitnessAfterCut(fixture) == 4);
  fixture.Write("five");
  REQUIRE(fixture.journal->Close().ok());
  CHECK(WitnessAfterCut(fixture) == 5);
}

// --- Levels -----------------------------------------------------------------

TEST_CASE("At level none nothing is called", "[journal]") {
  JournalOptions options = SmallOptions();
  options.segment_bytes = std::uint64_t{1} << 20;
  JournalFixture fixture(options);
  const std::uint64_t calls = fixture.system.calls();
  for (std::uint64_t i = 1; i <= 100; ++i) {
    REQUIRE(fixture.journal->Admit(SpaceNeed::kTakes).ok());
    CHECK(fixture.journal->Append(BytesOf("a record")) == i);
    CHECK(fixture.journal->Wait(i, Durability::kNone).ok());
  }
  CHECK(fixture.system.calls() == calls);
  CHECK(fixture.journal->durable_sequence() == 0);
}

TEST_CASE("At level interval nothing unsynced grows older than that",
          "[journal]") {
  JournalFixture fixture;
  Journal& journal = *fixture.journal;
  const std::int64_t interval = fixture.options.interval.count();
  CHECK(journal.Wait(journal.Append(BytesOf("1")), Durability::kInterval).ok());
  fixture.system.AdvanceClocks(interval / 2);
  CHECK(journal.Wait(journal.Append(BytesOf("2")), Durability::kInterval).ok());
  CHECK(journal.durable_sequence() == 0);
  fixture.system.AdvanceClocks(interval / 2);
  CHECK(journal.Wait(journal.Append(BytesOf("3")), Durability::kInterval).ok());
  CHECK(journal.durable_sequence() == 3);
  // The next interval begins with the next record.
  fixture.system.AdvanceClocks(interval);
  CHECK(journal.Wait(journal.Append(BytesOf("4")), Durability::kInterval).ok());
  CHECK(journal.durable_sequence() == 3);
}

TEST_CASE("A sequence that was not given yet is refused", "[journal]") {
  JournalFixture fixture;
  fixture.Write("one");
  for (const Durability level :
       {Durability::kNone, Durability::kInterval, Durability::kGroup}) {
    CHECK(absl::IsInvalidArgument(fixture.journal->Wait(2, level)));
  }
}

TEST_CASE("Calls come in order, each once, when they are due", "[journal]") {
  JournalFixture fixture;
  Journal& journal = *fixture.journal;
  std::vector<std::uint64_t> called;
  const auto note = [&](std::uint64_t sequence) {
    return [&called, sequence](const absl::Status& status) {
      CHECK(status.ok());
      called.push_back(sequence);
    };
  };
  for (int i = 0; i < 5; ++i) journal.Append(BytesOf("a record"));
  for (const std::uint64_t sequence : {4u, 2u, 5u, 1u, 3u}) {
    CallWhen(journal, sequence, Durability::kGroup, note(sequence));
  }
  CallWhen(journal, 5, Durability::kNone, note(10));
  CHECK(called == std::vector<std::uint64_t>{10});
  REQUIRE(journal.Wait(1, Durability::kGroup).ok());
  CHECK(called == std::vector<std::uint64_t>{10, 1, 2, 3, 4, 5});
  CallWhen(journal, 2, Durability::kGroup, note(20));
  CHECK(called.back() == 20);
}

TEST_CASE("A call may append and ask to be called again", "[journal]") {
  JournalFixture fixture;
  Journal& journal = *fixture.journal;
  int calls = 0;
  FunctionCall::Function again = [&](const absl::Status& status) {
    REQUIRE(status.ok());
    if (++calls == 10) return;
    const std::uint64_t sequence = journal.Append(BytesOf("more"));
    CallWhen(journal, sequence, Durability::kGroup, again);
  };
  again(absl::OkStatus());
  for (int i = 0; i < 10; ++i) REQUIRE(journal.Flush().ok());
  CHECK(calls == 10);
  CHECK(journal.durable_sequence() == 9);
}

// --- Buffers ----------------------------------------------------------------

TEST_CASE("Full buffers are written out", "[journal]") {
  JournalFixture fixture;
  Rng rng(2);
  const bool admits = GENERATE(true, false);
  CAPTURE(admits);
  for (int i = 0; i < 2000; ++i) {
    if (admits) REQUIRE(fixture.journal->Admit(SpaceNeed::kTakes).ok());
    fixture.given.push_back(RandomBytes(rng, 150));
    fixture.journal->Append(fixture.given.back());
  }
  CHECK(fixture.journal->durable_sequence() > 1000);
  CHECK(fixture.Restart().records == fixture.given);
}

TEST_CASE("After a kill the buffers have what the files have not",
          "[journal]") {
  SEATFIELD_INFO_SEED();
  Rng rng;
  JournalFixture fixture;
  for (int i = 0; i < 600; ++i) {
    const std::size_t size = rng.Below(rng.Chance(.05) ? 4000 : 300);
    fixture.given.push_back(RandomBytes(rng, size));
    fixture.journal->Append(fixture.given.back());
    if (rng.Chance(.02)) REQUIRE(fixture.journal->Flush().ok());
    const Found found = Scan(fixture.directory);
    REQUIRE(found.status.ok());
    std::vector<Bytes> records = found.records;
    std::vector<Bytes> rescued;
    Rescued(fixture.memory.bytes(), records.size(), rescued);
    records.insert(records.end(), rescued.begin(), rescued.end());
    REQUIRE(records == fixture.given);
  }
}

TEST_CASE("A record counts once its bytes are published", "[journal]") {
  JournalFixture fixture;
  fixture.journal->Append(BytesOf("whole"));
  const auto memory = fixture.memory.bytes();
  std::vector<std::byte> before(memory.begin(), memory.end());
  fixture.journal->Append(BytesOf("half done"));
  // All but the count of bytes, which is stored last.
  std::vector<std::byte> killed(memory.begin(), memory.end());
  const std::size_t published = offsetof(mapped::BufferHeader, bytes);
  std::ranges::copy(std::span(before).subspan(published, 8),
                    killed.begin() + published);
  std::vector<Bytes> rescued;
  CHECK(Rescued(killed, 0, rescued) == 1);
  CHECK(rescued == std::vector<Bytes>{BytesOf("whole")});
}

TEST_CASE("Damaged buffers are told, whatever is flipped", "[journal]") {
  JournalFixture fixture;
  fixture.Write("in a frame");
  fixture.Write("in another one");
  for (int i = 0; i < 5; ++i) {
    fixture.given.push_back(BytesOf("in the buffers " + std::to_string(i)));
    fixture.journal->Append(fixture.given.back());
  }
  const auto memory = fixture.memory.bytes();
  const std::vector<Bytes> expected(fixture.given.begin() + 2,
                                    fixture.given.end());
  std::size_t silent = 0;
  const std::size_t halves[] = {0, memory.size() / 2};
  for (const std::size_t half : halves) {
    for (std::size_t bit = 0; bit < 8 * std::size_t{400}; ++bit) {
      std::byte& byte = memory[half + bit / 8];
      const std::byte before = byte;
      byte ^= static_cast<std::byte>(1 << bit % 8);
      std::vector<Bytes> records;
      const auto rescued = mapped::RescueRecords(
          memory, TestId(), 2,
          [&](std::uint64_t, std::span<const std::byte> record) {
            records.emplace_back(record.begin(), record.end());
            return absl::OkStatus();
          });
      // A half that is not of this store has nothing.
      const bool is_foreign = bit < 24 * 8;
      if (rescued.ok() && records != expected &&
          !(is_foreign && records.empty())) {
        ++silent;
        UNSCOPED_INFO("half at " << half << ", bit " << bit);
      }
      byte = before;
    }
  }
  CHECK(silent == 0);
}

TEST_CASE("Any memory may be given as buffers", "[journal]") {
  const auto ignore = [](std::uint64_t, std::span<const std::byte>) {
    return absl::OkStatus();
  };
  for (const std::size_t size : {0u, 1u, 63u, 64u, 127u, 128u, 1000u}) {
    const std::vector<std::byte> zeros(size);
    const auto rescued = mapped::RescueRecords(zeros, TestId(), 3, ignore);
    REQUIRE(rescued.ok());
    CHECK(*rescued == 0);
  }
}

// --- Segments ---------------------------------------------------------------

TEST_CASE("A sealed segment does not change", "[journal]") {
  JournalFixture fixture;
  fixture.Write("one");
  fixture.journal->Append(BytesOf("two"));
  const auto sealed = fixture.journal->Seal();
  REQUIRE(sealed.ok());
  CHECK(sealed->sequence == 2);
  const std::string path = fixture.PathOf(SegmentName(1));
  const auto content = fixture.system.disk().ReadAll(path);
  fixture.Write("three");
  CHECK(fixture.system.disk().ReadAll(path) == content);
  const Found found = Scan(fixture.directory, {.until = sealed->sequence});
  REQUIRE(found.status.ok());
  CHECK(found.records.size() == 2);

  // With nothing new there is nothing to seal.
  REQUIRE(fixture.journal->Seal().ok());
  const auto segments = SegmentsOf(fixture);
  REQUIRE(fixture.journal->Seal().ok());
  CHECK(SegmentsOf(fixture) == segments);
}

TEST_CASE("Segments go once nothing in them is needed", "[journal]") {
  JournalFixture fixture;
  for (int i = 0; i < 4; ++i) {
    fixture.Write("a record");
    fixture.Write("a record");
    REQUIRE(fixture.journal->Seal().ok());
  }
  CHECK(SegmentsOf(fixture).size() == 4);
  REQUIRE(fixture.journal->DropThrough(3).ok());
  CHECK(SegmentsOf(fixture).front() == SegmentName(2));
  REQUIRE(fixture.journal->DropThrough(4).ok());
  CHECK(SegmentsOf(fixture).front() == SegmentName(3));
  // The one written last stays.
  REQUIRE(fixture.journal->DropThrough(8).ok());
  CHECK(SegmentsOf(fixture).front() == SegmentName(4));
  fixture.Write("more");
  REQUIRE(fixture.journal->DropThrough(8).ok());
  CHECK(SegmentsOf(fixture).front() == SegmentName(5));
  const Found found = Scan(fixture.directory, {.after = 8});
  REQUIRE(found.status.ok());
  CHECK(found.records.size() == 1);
}

TEST_CASE("Bytes count what was written since the last snapshot", "[journal]") {
  JournalFixture fixture;
  CHECK(fixture.journal->bytes() == 0);
  fixture.Write("a record");
  CHECK(fixture.journal->bytes() == 2 * kPageBytes);
  const auto sealed = fixture.journal->Seal();
  REQUIRE(sealed.ok());
  fixture.Write("while the snapshot is made");
  CHECK(fixture.journal->bytes() == 4 * kPageBytes);
  REQUIRE(fixture.journal->DropThrough(sealed->sequence).ok());
  CHECK(fixture.journal->bytes() == 2 * kPageBytes);
}

// --- A full disk ------------------------------------------------------------

// How many records are admitted and made durable until one is refused.
int WriteUntilFull(JournalFixture& fixture, SpaceNeed need) {
  for (int count = 0;; ++count) {
    const absl::Status admitted = fixture.journal->Admit(need);
    if (!admitted.ok()) {
      CHECK(absl::IsResourceExhausted(admitted));
      return count;
    }
    fixture.Write("a record");
  }
}

TEST_CASE("On a full disk those that give back go on longest", "[journal]") {
  JournalFixture fixture;
  auto& disk_bytes = fixture.system.options().disk_bytes;
  disk_bytes = fixture.system.disk().blocks_used() * kBlockBytes + 40'000;
  CHECK(WriteUntilFull(fixture, SpaceNeed::kTakes) > 0);
  CHECK(WriteUntilFull(fixture, SpaceNeed::kGivesBack) > 0);
  CHECK(absl::IsResourceExhausted(fixture.journal->Admit(SpaceNeed::kTakes)));
  CHECK(Scan(fixture.directory).records == fixture.given);

  disk_bytes = std::numeric_limits<std::uint64_t>::max();
  CHECK(fixture.journal->Admit(SpaceNeed::kTakes).ok());
  for (int i = 0; i < 20; ++i) {
    REQUIRE(fixture.journal->Admit(SpaceNeed::kTakes).ok());
    fixture.Write("a record");
  }
  CHECK(fixture.Restart().records == fixture.given);
}

TEST_CASE("A segment that found no room leaves nothing behind", "[journal]") {
  JournalOptions options = SmallOptions();
  options.segment_bytes = std::uint64_t{4} << 20;
  JournalFixture fixture(options);
  auto& disk_bytes = fixture.system.options().disk_bytes;
  disk_bytes = fixture.system.disk().blocks_used() * kBlockBytes +
               (std::uint64_t{2} << 20);
  Rng rng(3);
  while (fixture.journal->Admit(SpaceNeed::kTakes).ok()) {
    fixture.Write(std::vector<Bytes>{RandomBytes(rng, 20'000)});
  }
  CHECK(SegmentsOf(fixture) == std::vector{SegmentName(1)});
  const std::uint64_t used = fixture.system.disk().blocks_used();
  CHECK(absl::IsResourceExhausted(fixture.journal->Admit(SpaceNeed::kTakes)));
  CHECK(fixture.system.disk().blocks_used() == used);
  CHECK(Scan(fixture.directory).records == fixture.given);
}

TEST_CASE("A journal does not start without room for a segment", "[journal]") {
  SimulatedSystem system;
  platform::Directory directory = OpenStore(system);
  system.options().disk_bytes = 16'384;
  BufferMemory memory(SmallOptions());
  const auto journal =
      Journal::Start(directory, TestId(), {}, memory.bytes(), SmallOptions());
  CHECK(absl::IsResourceExhausted(journal.status()));
}

// --- Failure ----------------------------------------------------------------

TEST_CASE("A failed write or sync is final", "[journal]") {
  JournalFixture fixture;
  Journal& journal = *fixture.journal;
  fixture.Write("durable");
  const CallKind kind = GENERATE(CallKind::kWrite, CallKind::kSyncData);
  const int error = GENERATE(EIO, ENOSPC, EROFS);
  fixture.system.Inject({.error = error, .kind = kind, .name = SegmentName(1)});
  const std::uint64_t lost = journal.Append(BytesOf("lost"));
  std::vector<absl::Status> called;
  CallWhen(journal, lost, Durability::kGroup,
           [&](const absl::Status& status) { called.push_back(status); });
  const absl::Status status = journal.Wait(lost, Durability::kGroup);
  CHECK(absl::IsUnknown(status));
  CHECK(std::string(status.message()).find(SegmentName(1)) !=
        std::string::npos);
  CHECK(called == std::vector{status});
  CHECK(journal.durable_sequence() == 1);

  const std::uint64_t calls = fixture.system.calls();
  CHECK(absl::IsUnavailable(journal.Admit(SpaceNeed::kGivesBack)));
  CHECK(journal.Append(BytesOf("after it")) == lost + 1);
  for (const Durability level :
       {Durability::kNone, Durability::kInterval, Durability::kGroup}) {
    CHECK(journal.Wait(lost, level) == status);
    CHECK(journal.Wait(lost + 1, level) == status);
    CHECK(journal.Wait(1, level).ok());
  }
  CallWhen(journal, lost + 1, Durability::kNone,
           [&](const absl::Status& last) { called.push_back(last); });
  CHECK(absl::IsUnavailable(journal.Flush()));
  CHECK(absl::IsUnavailable(journal.Seal().status()));
  CHECK(absl::IsUnavailable(journal.DropThrough(1)));
  CHECK(fixture.system.calls() == calls);
  CHECK_FALSE(journal.Close().ok());
  CHECK(called == std::vector{status, status});

  // What was lost still stands in the buffers.
  std::vector<Bytes> rescued;
  CHECK(Rescued(fixture.memory.bytes(), 1, rescued) == 1);
  CHECK(rescued.front() == BytesOf("lost"));
}

TEST_CASE("A closed journal answers so", "[journal]") {
  JournalFixture fixture;
  Journal& journal = *fixture.journal;
  journal.Append(BytesOf("one"));
  int called = 0;
  CallWhen(journal, 1, Durability::kGroup, [&](const absl::Status& status) {
    CHECK(status.ok());
    ++called;
  });
  CHECK(journal.Close().ok());
  CHECK(journal.Close().ok());
  CHECK(called == 1);
  CHECK(journal.durable_sequence() == 1);
  CHECK(absl::IsUnavailable(journal.Admit(SpaceNeed::kTakes)));
  CHECK(absl::IsUnavailable(journal.Flush()));
  CHECK(absl::IsUnavailable(journal.Seal().status()));
  CHECK(absl::IsUnavailable(journal.DropThrough(1)));
  CHECK(journal.Wait(1, Durability::kGroup).ok());
  CHECK(journal.Append(BytesOf("two")) == 2);
  CHECK(absl::IsUnavailable(journal.Wait(2, Durability::kNone)));
  CallWhen(journal, 2, Durability::kGroup, [&](const absl::Status& status) {
    CHECK(absl::IsUnavailable(status));
    ++called;
  });
  CHECK(called == 2);
  CHECK(Scan(fixture.directory).records == std::vector<Bytes>{BytesOf("one")});
}

// A life of a journal, whose calls may fail.
struct Trial {
  explicit Trial(const Fault* fault) {
    if (fault != nullptr) system.Inject(*fault);
    auto opened = platform::Directory::OpenOrMake(system, kStore);
    if (!opened.ok()) return;
    directory = *std::move(opened);
    auto started =
        Journal::Start(directory, TestId(), {}, memory.bytes(), SmallOptions());
    if (!started.ok()) return;
    journal = *std::move(started);
    Rng rng(5);
    for (int i = 0; i < 12; ++i) Step(i, rng);
    if (journal->Close().ok()) durable = given.size();
  }

  void Step(int i, Rng& rng) {
    if (!journal->Admit(SpaceNeed::kGivesBack).ok()) return;
    const std::size_t size = rng.Below(3000);
    given.push_back(RandomBytes(rng, size));
    const std::uint64_t sequence = journal->Append(given.back());
    if (journal->Wait(sequence, Durability::kNone).ok()) acked = sequence;
    if (i % 3 == 0) return;
    if (journal->Wait(sequence, Durability::kGroup).ok()) durable = sequence;
    if (i == 5) (void)journal->Seal();
    if (i == 8) (void)journal->DropThrough(0);
  }

  SimulatedSystem system;
  BufferMemory memory{SmallOptions()};
  platform::Directory directory;
  std::unique_ptr<Journal> journal;
  std::vector<Bytes> given;
  std::uint64_t acked = 0;
  std::uint64_t durable = 0;
};

TEST_CASE("Whichever call fails, nothing acknowledged is lost", "[journal]") {
  const std::uint64_t calls = Trial(nullptr).system.calls();
  CHECK(calls > 50);
  std::vector<Fault> faults;
  for (const int error : {EIO, ENOSPC, EINTR}) {
    faults.push_back({.error = error});
    faults.push_back({.error = error, .for_ever = true});
  }
  faults.push_back({.effect = Fault::Effect::kShort});
  for (Fault fault : faults) {
    for (fault.at = 1; fault.at <= calls; ++fault.at) {
      INFO("error " << fault.error << " at call " << fault.at);
      Trial trial(&fault);
      trial.journal.reset();
      trial.directory = {};
      trial.system.Kill();
      platform::Directory directory = OpenStore(trial.system);
      Found found = Scan(directory);
      REQUIRE(found.status.ok());
      REQUIRE(found.records.size() >= trial.durable);
      std::vector<Bytes> rescued;
      Rescued(trial.memory.bytes(), found.records.size(), rescued);
      found.records.insert(found.records.end(), rescued.begin(), rescued.end());
      REQUIRE(found.records.size() >= trial.acked);
      REQUIRE(found.records.size() <= trial.given.size());
      REQUIRE(std::equal(found.records.begin(), found.records.end(),
                         trial.given.begin()));
    }
  }
}

}  // namespace
}  // namespace seatfield::test
