// SPDX-License-Identifier: MIT
//
// What a MappedStorage is made of: the files of a directory, a ledger on the
// memory of live.map, and a journal of what that ledger commits. How it is
// opened stands in store_open.cc, what it does open in store.cc.

#ifndef SEATFIELD_MAPPED_STORE_H_
#define SEATFIELD_MAPPED_STORE_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mapped/answer_pool.h"
#include "mapped/call_queue.h"
#include "mapped/checkpointer.h"
#include "mapped/feed.h"
#include "mapped/in_flight.h"
#include "mapped/journal.h"
#include "mapped/journal_recorder.h"
#include "mapped/live_map.h"
#include "mapped/memory_ahead.h"
#include "mapped/no_memory.h"
#include "mapped/rebuild.h"
#include "platform/file.h"
#include "platform/fork_mark.h"
#include "platform/system.h"
#include "seatfield/commit_options.h"
#include "seatfield/internal/ledger.h"
#include "seatfield/mapped_storage.h"
#include "seatfield/outcome.h"
#include "seatfield/storage.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN

class MappedStorage::Store {
 public:
  // Of an asynchronous commit.
  struct PendingAnswer final : mapped::DurableCall {
    explicit PendingAnswer(Store& in) : store(in) {}
    void Done(const absl::Status& status) override {
      outcome.durability =
          store.ReachedBy(outcome.sequence, outcome.durability);
      callback(status, outcome);
      store.GiveBack(*this);
    }

    Store& store;
    Outcome outcome;
    CommitCallback callback;
    PendingAnswer* next_free = nullptr;
  };

  // Without `background` there are no threads: whoever calls does all the work,
  // in an order that depends on the calls alone.
  static absl::StatusOr<std::unique_ptr<Store>> OpenToWrite(
      platform::System& system, const std::string& directory,
      const MappedOptions& options, bool background = true);
  static absl::StatusOr<std::unique_ptr<Store>> OpenToRead(
      platform::System& system, const std::string& directory,
      const MappedOptions& options);

  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  const MappedOptions& options() const { return options_; }
  const RecoveryReport& report() const { return report_; }
  std::uint64_t sequence() const;
  std::uint64_t durable_sequence() const;

  // Calls fn(ledger), for a read that takes no lock.
  template <typename Fn>
  auto Read(Fn fn) -> decltype(fn(std::declval<internal::Ledger&>()));

  // Calls fn(ledger) for what may change it, when the journal has room.
  template <typename Fn>
  auto Write(mapped::SpaceNeed need, Fn fn)
      -> decltype(fn(std::declval<internal::Ledger&>()));

  // Fills in what a commit has reached, when it has reached `level`.
  absl::Status Acknowledge(Durability level, Outcome& outcome);
  // The same once for many.
  absl::Status AcknowledgeAll(Durability level, std::span<Outcome> outcomes);
  // The same by a callback.
  void AcknowledgeLater(Durability level, PendingAnswer& answer);
  // Waits, at the store's own level, for what an act without an outcome did.
  absl::Status AcknowledgeLatest();

  // What takes locks a reader cannot take does otherwise there.
  absl::StatusOr<Time> NextDeadline();
  absl::Status Verify(EventId event);

  absl::Status WaitDurable(std::uint64_t sequence);
  absl::Status Checkpoint();
  absl::Status Backup(const std::string& directory);
  absl::Status VerifyFiles();
  absl::Status ReadChanges(std::uint64_t since,
                           const std::function<bool(const StoreChange&)>& fn);
  absl::StatusOr<MappedFiles> Files();
  absl::Status Close();

  // To be given back, or acknowledged later. Errors: std::bad_alloc.
  PendingAnswer& TakeAnswer() { return *answers_.Take(*this); }
  void GiveBack(PendingAnswer& answer) {
    answer.callback = nullptr;
    answers_.GiveBack(&answer);
  }

  absl::Status CheckOpen() const;
  absl::Status CheckWritable() const;

 private:
  Store(platform::System& system, const MappedOptions& options)
      : system_(system), options_(options) {}

  // Opening, in this order.
  absl::Status OpenDirectory(const std::string& path, bool make);
  absl::Status TakeLock();
  absl::Status FindOrMake();
  absl::Status MakeNew();
  absl::Status CheckClock() const;
  bool UseClosedMap(const mapped::SnapshotHeader& snapshot,
                    mapped::JournalEnd& end);
  absl::Status Recover(mapped::JournalEnd& end);
  void Report(const mapped::Rebuilt& rebuilt);
  absl::Status Rescue(const mapped::JournalEnd& end,
                      std::vector<std::vector<std::byte>>& rescued);
  absl::Status Serve(const mapped::JournalEnd& end);
  absl::Status WriteRecovered(const mapped::JournalEnd& end);
  absl::Status StartJournal(const mapped::JournalEnd& end,
                            std::span<const std::vector<std::byte>> rescued);
  absl::Status DropDamaged(const mapped::JournalEnd& end);
  absl::Status AttachToWriter();
  absl::Status LoadToRead();
  absl::Status MakeLedgerOnMap(std::unique_ptr<mapped::LiveMap> map,
                               std::uint64_t seed);

  Durability ReachedBy(std::uint64_t sequence, Durability level) const;
  std::uint64_t WitnessedSequence() const;
  absl::Status ReadFiles(
      const std::function<absl::Status(std::uint64_t until)>& read);
  absl::Status VerifyUntil(std::uint64_t until);
  static absl::Status VerifyEvents(internal::LedgerState& state);
  absl::Status AddOlderSections(mapped::SectionNumbers& sections);
  absl::StatusOr<mapped::StoreId> FindId() const;
  absl::Status CloseFiles();

  // Of a reader: the writer's sections as they are now.
  absl::Status Refresh();
  bool IsFresh() const;

  platform::System& system_;
  const MappedOptions options_;
  const platform::ForkMark fork_mark_;
  RecoveryReport report_;
  platform::Directory directory_;
  platform::File lock_;
  mapped::StoreId id_;
  std::int64_t writer_ = 0;  // its process id; 0: none
  bool attached_ = false;
  bool background_ = false;  // has threads

  std::unique_ptr<mapped::LiveMap> map_;
  std::unique_ptr<mapped::MemoryAhead> ahead_;  // of a writer with threads
  std::unique_ptr<mapped::PrivateLedger> private_;
  std::optional<internal::Ledger> own_ledger_;
  internal::Ledger* ledger_ = nullptr;  // one of those

  // Of a reader that is attached: which sections its ledger knows of.
  std::shared_mutex refresh_;
  std::uint64_t seen_ = 0;

  mapped::AnswerPool<PendingAnswer> answers_;
  std::unique_ptr<mapped::Journal> journal_;  // null: read-only
  std::optional<mapped::JournalRecorder> recorder_;
  std::unique_ptr<mapped::Checkpointer> checkpointer_;
  std::uint64_t snapshot_bytes_ = 0;

  mapped::InFlight in_flight_;  // of writes
  std::atomic<bool> closed_ = false;
  std::mutex closing_;
  bool close_tried_ = false;
  absl::Status close_status_;
};

// --- Implementation ---------------------------------------------------------

template <typename Fn>
auto MappedStorage::Store::Read(Fn fn)
    -> decltype(fn(std::declval<internal::Ledger&>())) {
  absl::Status open = CheckOpen();
  if (!open.ok()) return open;
  using Result = decltype(fn(*ledger_));
  return mapped::OrNoMemory([&]() -> Result {
    if (!attached_) return fn(*ledger_);
    for (;;) {
      {
        const std::shared_lock lock(refresh_);
        if (IsFresh()) return fn(*ledger_);
      }
      absl::Status refreshed = Refresh();
      if (!refreshed.ok()) return refreshed;
    }
  });
}

template <typename Fn>
auto MappedStorage::Store::Write(mapped::SpaceNeed need, Fn fn)
    -> decltype(fn(std::declval<internal::Ledger&>())) {
  const mapped::InFlight::Call call(in_flight_);
  absl::Status admitted = CheckWritable();
  if (admitted.ok()) admitted = journal_->Admit(need);
  if (!admitted.ok()) return admitted;
  return mapped::OrNoMemory([&] { return fn(*ledger_); });
}

SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_MAPPED_STORE_H_
