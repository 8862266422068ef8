// SPDX-License-Identifier: MIT
//
// A journal with a thread of its own and many users, on real files.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "mapped/journal.h"
#include "mapped/journal_rig.h"
#include "mapped/journal_scan.h"
#include "mapped/witness.h"
#include "platform/file.h"
#include "platform/system.h"
#include "support/catch.h"
#include "support/seed.h"
#include "support/temporary_directory.h"
#include "support/volume.h"

namespace seatfield::test {
namespace {

using mapped::Journal;
using mapped::JournalOptions;
using mapped::SpaceNeed;

JournalOptions ThreadedOptions() {
  return {.segment_bytes = std::uint64_t{64} << 10,
          .buffer_bytes = std::uint64_t{64} << 10,
          .interval = std::chrono::milliseconds(2),
          .background = true};
}

struct RealFixture {
  explicit RealFixture(const JournalOptions& options = ThreadedOptions())
      : memory(options),
        directory(OpenStore(platform::RealSystem(), scratch.path() + "/store")),
        journal(StartJournal(directory, memory, options)) {}

  TemporaryDirectory scratch;
  BufferMemory memory;
  platform::Directory directory;
  std::unique_ptr<Journal> journal;
};

// A record that says who wrote it and which of his it is.
Bytes RecordOf(std::uint32_t writer, std::uint32_t number, std::size_t size) {
  Bytes record(8 + size, static_cast<std::byte>(writer + number));
  std::memcpy(record.data(), &writer, 4);
  std::memcpy(record.data() + 4, &number, 4);
  return record;
}

template <typename Condition>
void Await(const Condition& condition) {
  while (!condition()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

// One of many users: appends, and waits or asks to be called at any level.
class Writer {
 public:
  Writer(Journal& journal, std::uint32_t id, std::size_t count)
      : journal_(journal), id_(id), count_(count), rng_(TestSeed() + id) {}

  void Run() {
    for (std::uint32_t i = 0; i < count_; ++i) {
      if (!journal_.Admit(SpaceNeed::kTakes).ok()) ++errors_;
      const Bytes record = RecordOf(id_, i, rng_.Below(200));
      const std::uint64_t sequence = journal_.Append(record);
      if (sequence <= last_) ++errors_;
      last_ = sequence;
      Acknowledge(sequence);
    }
    while (calls_ != calls_asked_) std::this_thread::yield();
  }

  std::uint64_t errors() const { return errors_; }

 private:
  void Acknowledge(std::uint64_t sequence) {
    const Durability levels[] = {Durability::kNone, Durability::kInterval,
                                 Durability::kGroup};
    const Durability level = levels[rng_.Below(3)];
    if (rng_.Chance(.5)) {
      ++calls_asked_;
      CallWhen(journal_, sequence, level,
               [this, sequence, level](const absl::Status& status) {
                 Check(status, sequence, level);
                 ++calls_;
               });
    } else {
      Check(journal_.Wait(sequence, level), sequence, level);
    }
  }

  void Check(const absl::Status& status, std::uint64_t sequence,
             Durability level) {
    const bool is_right =
        status.ok() && (level != Durability::kGroup ||
                        journal_.durable_sequence() >= sequence);
    if (!is_right) ++errors_;
  }

  Journal& journal_;
  const std::uint32_t id_;
  const std::size_t count_;
  Rng rng_;
  std::uint64_t last_ = 0;
  std::uint64_t calls_asked_ = 0;
  std::atomic<std::uint64_t> calls_ = 0;
  std::atomic<std::uint64_t> errors_ = 0;
};

// What has the files without a pause lets in those who want them too.
TEST_CASE("A segment ends beside one who commits without a pause",
          "[journal]") {
  constexpr std::uint64_t kSeals = 20;
  constexpr std::uint64_t kCommitsPerSealMax = 8;
  RealFixture fixture;
  Journal& journal = *fixture.journal;
  std::atomic<bool> stops = false;
  std::thread client([&] {
    for (std::uint32_t i = 0; !stops; ++i) {
      (void)journal.Wait(journal.Append(RecordOf(1, i, 8)), Durability::kGroup);
    }
  });
  Await([&] { return journal.durable_sequence() > 10; });
  const std::uint64_t before = journal.durable_sequence();
  for (std::uint64_t i = 0; i < kSeals; ++i) CHECK(journal.Seal().ok());
  const std::uint64_t commits = journal.durable_sequence() - before;
  stops = true;
  client.join();
  CHECK(commits <= kSeals * kCommitsPerSealMax);
}

TEST_CASE("Many threads share one journal", "[journal]") {
  SEATFIELD_INFO_SEED();
  constexpr std::uint32_t kWriters = 16;
  const std::size_t count = std::max<std::size_t>(Volume(2000), 200);
  RealFixture fixture;
  std::deque<Writer> writers;
  std::vector<std::thread> threads;
  for (std::uint32_t id = 0; id < kWriters; ++id) {
    writers.emplace_back(*fixture.journal, id, count);
    threads.emplace_back([&writer = writers.back()] { writer.Run(); });
  }
  std::atomic<bool> stops = false;
  std::atomic<std::uint64_t> errors = 0;
  std::thread keeper([&] {
    while (!stops) {
      const auto sealed = fixture.journal->Seal();
      if (!sealed.ok()) ++errors;
      const std::uint64_t last = sealed->sequence;
      const Found found =
          Scan(fixture.directory, {.after = last / 2, .until = last});
      if (found.records.size() != last - last / 2) ++errors;
      if (found.result.end.sum != sealed->sum) ++errors;
      if (!fixture.journal->Flush().ok()) ++errors;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  });
  for (std::thread& thread : threads) thread.join();
  stops = true;
  keeper.join();
  for (const Writer& writer : writers) errors += writer.errors();
  CHECK(errors == 0);
  CHECK(fixture.journal->Close().ok());

  const Found found = Scan(fixture.directory);
  REQUIRE(found.status.ok());
  CHECK(found.records.size() == kWriters * count);
  std::map<std::uint32_t, std::uint32_t> next;
  std::size_t misplaced = 0;
  for (const Bytes& record : found.records) {
    std::uint32_t writer = 0;
    std::uint32_t number = 0;
    std::memcpy(&writer, record.data(), 4);
    std::memcpy(&number, record.data() + 4, 4);
    if (next[writer]++ != number) ++misplaced;
  }
  CHECK(misplaced == 0);
}

TEST_CASE("Waiting threads share syncs", "[journal]") {
  JournalOptions options = ThreadedOptions();
  options.segment_bytes = std::uint64_t{16} << 20;
  RealFixture fixture(options);
  constexpr int kThreads = 8;
  const std::size_t count = std::max<std::size_t>(Volume(500), 50);
  std::atomic<std::uint64_t> errors = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (std::size_t n = 0; n < count; ++n) {
        const std::uint64_t sequence =
            fixture.journal->Append(BytesOf("a record"));
        const absl::Status status =
            fixture.journal->Wait(sequence, Durability::kGroup);
        if (!status.ok() || fixture.journal->durable_sequence() < sequence) {
          ++errors;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(errors == 0);
  // Each group takes a page.
  const std::uint64_t groups =
      fixture.journal->bytes() / mapped::kPageBytes - 1;
  CHECK(groups < kThreads * count / 2);
}

TEST_CASE("The journal's own thread makes durable what nobody waits for",
          "[journal]") {
  RealFixture fixture;
  Journal& journal = *fixture.journal;
  const Durability level = GENERATE(Durability::kNone, Durability::kInterval);
  const std::uint64_t sequence = journal.Append(BytesOf("a record"));
  REQUIRE(journal.Wait(sequence, level).ok());
  Await([&] { return journal.durable_sequence() == sequence; });
  Await([&] {
    const auto witness = mapped::ReadWitness(fixture.directory, TestId());
    return witness.ok() && witness->sequence == sequence;
  });
}

TEST_CASE("Calls come from the journal's own thread, in order", "[journal]") {
  RealFixture fixture;
  Journal& journal = *fixture.journal;
  const std::uint64_t count = std::max<std::size_t>(Volume(100'000), 5000);
  std::atomic<std::uint64_t> done = 0;
  std::uint64_t last = 0;
  std::uint64_t misplaced = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    REQUIRE(journal.Admit(SpaceNeed::kTakes).ok());
    const std::uint64_t sequence = journal.Append(BytesOf("a record"));
    CallWhen(journal, sequence, Durability::kGroup,
             [&, sequence](const absl::Status& status) {
               if (!status.ok() || sequence <= last) ++misplaced;
               last = sequence;
               ++done;
             });
  }
  Await([&] { return done == count; });
  CHECK(misplaced == 0);
}

TEST_CASE("Closing answers every call and every waiter", "[journal]") {
  for (std::size_t round = 0; round < std::max<std::size_t>(Volume(50), 5);
       ++round) {
    RealFixture fixture;
    Journal& journal = *fixture.journal;
    std::atomic<std::uint64_t> asked = 0;
    std::atomic<std::uint64_t> answered = 0;
    std::atomic<bool> stops = false;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&, i] {
        while (!stops) {
          const std::uint64_t sequence = journal.Append(BytesOf("a record"));
          ++asked;
          if (i % 2 == 0) {
            (void)journal.Wait(sequence, Durability::kGroup);
            ++answered;
          } else {
            CallWhen(journal, sequence, Durability::kGroup,
                     [&](const absl::Status&) { ++answered; });
          }
          std::this_thread::yield();
        }
      });
    }
    Await([&] { return answered > 20; });
    CHECK(journal.Close().ok());
    stops = true;
    for (std::thread& thread : threads) thread.join();
    CHECK(asked == answered);
    const Found found = Scan(fixture.directory);
    REQUIRE(found.status.ok());
    CHECK(found.records.size() == journal.durable_sequence());
  }
}

TEST_CASE("A failure answers every thread", "[journal]") {
  SEATFIELD_INFO_SEED();
  Rng rng;
  for (std::size_t round = 0; round < std::max<std::size_t>(Volume(100), 10);
       ++round) {
    SimulatedSystem system({.seed = rng.Next()});
    platform::Directory directory = OpenStore(system);
    BufferMemory memory(ThreadedOptions());
    const auto journal = StartJournal(directory, memory, ThreadedOptions());
    system.Inject(
        {.at = rng.Between(1, 100),
         .for_ever = true,
         .kind = rng.Chance(.5) ? CallKind::kSyncData : CallKind::kWrite});
    std::atomic<std::uint64_t> asked = 0;
    std::atomic<std::uint64_t> answered = 0;
    std::atomic<std::uint64_t> errors = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&, i] {
        while (journal->Admit(SpaceNeed::kTakes).ok()) {
          const std::uint64_t sequence = journal->Append(BytesOf("a record"));
          ++asked;
          const auto check = [&, sequence](const absl::Status& status) {
            const bool is_durable = journal->durable_sequence() >= sequence;
            if (status.ok() ? !is_durable : !absl::IsUnknown(status)) ++errors;
            ++answered;
          };
          if (i % 2 == 0) {
            check(journal->Wait(sequence, Durability::kGroup));
          } else {
            CallWhen(*journal, sequence, Durability::kGroup, check);
          }
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    Await([&] { return asked == answered; });
    CHECK(errors == 0);
    CHECK(absl::IsUnknown(journal->Close()));
  }
}

TEST_CASE("A full disk is left when there is room again", "[journal]") {
  SimulatedSystem system;
  platform::Directory directory = OpenStore(system);
  BufferMemory memory(ThreadedOptions());
  const auto journal = StartJournal(directory, memory, ThreadedOptions());
  const auto write = [&] {
    const absl::Status status = journal->Admit(SpaceNeed::kTakes);
    if (!status.ok()) return status;
    return journal->Wait(journal->Append(BytesOf("a record")),
                         Durability::kGroup);
  };
  REQUIRE(write().ok());
  system.options().disk_bytes = system.disk().blocks_used() * kBlockBytes;
  Await([&] { return absl::IsResourceExhausted(write()); });
  system.options().disk_bytes = UINT64_MAX;
  Await([&] {
    system.AdvanceClocks(1'000'000);
    return write().ok();
  });
  const std::uint64_t written = journal->sequence();
  CHECK(journal->Close().ok());
  CHECK(Scan(directory).records.size() == written);
}

}  // namespace
}  // namespace seatfield::test
