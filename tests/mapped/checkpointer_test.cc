// SPDX-License-Identifier: MIT

#include "mapped/checkpointer.h"

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <thread>

#include "absl/status/status.h"
#include "mapped/journal.h"
#include "mapped/journal_rig.h"
#include "mapped/journal_scan.h"
#include "mapped/record.h"
#include "mapped/snapshot_file.h"
#include "mapped/store.h"
#include "support/catch.h"
#include "support/simulated_system.h"

namespace seatfield::test {
namespace {

constexpr EventId kEvent{1};

// The files of a closed store of one event, at a checkpointer with a thread.
class Fixture {
 public:
  Fixture() : memory_(options_) {
    {
      MappedOptions options;
      options.segment_bytes = options_.segment_bytes;
      options.buffer_bytes = options_.buffer_bytes;
      options.clock_skew_max = kForever;
      auto store = MappedStorage::Store::OpenToWrite(system_, kStore, options,
                                                     /*background=*/false);
      REQUIRE(store.ok());
      const SectionSpec section{"A", {2, 5}};
      REQUIRE(
          (*store)
              ->Write(
                  mapped::SpaceNeed::kTakes,
                  [&](internal::Ledger& ledger) {
                    return ledger.CreateSections(kEvent, {&section, 1}, Time());
                  })
              .ok());
      REQUIRE((*store)->Close().ok());
    }
    directory_ = OpenStore(system_);
    const auto newest = mapped::SnapshotReader::Open(directory_, Newest());
    REQUIRE(newest.ok());
    const mapped::StoreId id = newest->header().id;
    const auto found =
        mapped::ScanJournal(directory_, id, {.after = Newest()},
                            [](std::uint64_t, std::span<const std::byte>) {
                              return absl::OkStatus();
                            });
    REQUIRE(found.ok());
    auto journal = mapped::Journal::Start(directory_, id, found->end,
                                          memory_.bytes(), options_);
    REQUIRE(journal.ok());
    journal_ = *std::move(journal);
    checkpointer_ = std::make_unique<mapped::Checkpointer>(
        directory_, *journal_, id, Limits(), kCheckpointBytes, 0, true);
  }

  mapped::Checkpointer& checkpointer() { return *checkpointer_; }
  mapped::Journal& journal() { return *journal_; }

  // The sequence up to which the newest snapshot goes.
  std::uint64_t Newest() const {
    const auto sequences = mapped::ListSnapshots(directory_);
    REQUIRE(sequences.ok());
    REQUIRE(!sequences->empty());
    return sequences->front();
  }

  // A record that a rebuilding understands, made durable. From any thread.
  bool Append() {
    std::array<std::byte, mapped::kEverydayBytesMax> bytes;
    const std::size_t size = mapped::EncodeAdmin(
        internal::AdminAct::kPause, kEvent, Time(), nullptr, bytes.data());
    journal_->Append({bytes.data(), size});
    return journal_->Flush().ok();
  }

  // Appends until a snapshot is due.
  void Grow() {
    const std::uint64_t begin = journal_->bytes();
    while (journal_->bytes() <= begin + 2 * kCheckpointBytes) {
      REQUIRE(Append());
    }
  }

  bool WaitForSnapshot(std::uint64_t sequence) const {
    for (int i = 0; i < 1000; ++i) {
      if (Newest() == sequence) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }

 private:
  static constexpr std::uint64_t kCheckpointBytes = std::uint64_t{16} << 10;

  const mapped::JournalOptions options_ = SmallOptions();
  SimulatedSystem system_;
  BufferMemory memory_;
  platform::Directory directory_;
  std::unique_ptr<mapped::Journal> journal_;
  std::unique_ptr<mapped::Checkpointer> checkpointer_;
};

TEST_CASE("A snapshot is made when the journal has grown, and not before",
          "[mapped][threads]") {
  Fixture f;
  const std::uint64_t before = f.Newest();
  f.checkpointer().MaybeStart();
  f.checkpointer().Stop();
  CHECK(f.Newest() == before);
}

TEST_CASE("A snapshot that was not needed does not end those to come",
          "[mapped][threads]") {
  Fixture f;
  f.checkpointer().Start();
  REQUIRE(f.checkpointer().Run().ok());
  f.Grow();
  f.checkpointer().MaybeStart();
  CHECK(f.WaitForSnapshot(f.journal().sequence()));
}

TEST_CASE("A snapshot that is asked for has all that was there before",
          "[mapped][threads]") {
  Fixture f;
  std::atomic<bool> ends = false;
  std::thread other([&] {
    while (!ends && f.Append()) f.checkpointer().Run().IgnoreError();
  });
  int lacking = 0;
  for (int i = 0; i < 100; ++i) {
    const bool appended = f.Append();
    const std::uint64_t there = f.journal().sequence();
    const bool made = appended && f.checkpointer().Run().ok();
    if (!made || f.Newest() < there) ++lacking;
  }
  ends = true;
  other.join();
  CHECK(lacking == 0);
}

}  // namespace
}  // namespace seatfield::test
