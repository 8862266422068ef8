// SPDX-License-Identifier: MIT

#include "mapped/checkpointer.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <thread>

#include "absl/status/status.h"
#include "mapped/journal.h"
#include "mapped/no_memory.h"
#include "mapped/rebuild.h"
#include "mapped/snapshot_file.h"
#include "platform/file.h"
#include "seatfield/limits.h"

namespace seatfield::mapped {
namespace {

constexpr std::size_t kSnapshotsKept = 2;
constexpr std::uint64_t kJournalPerSnapshot = 4;

}  // namespace

absl::Status DropOldFiles(platform::Directory& directory, Journal& journal) {
  absl::Status status = DropSnapshots(directory, kSnapshotsKept);
  if (!status.ok()) return status;
  const auto sequences = ListSnapshots(directory);
  if (!sequences.ok()) return sequences.status();
  if (sequences->empty()) return absl::OkStatus();
  return journal.DropThrough(sequences->back());
}

Checkpointer::Checkpointer(platform::Directory& directory, Journal& journal,
                           const StoreId& id, const Limits& limits,
                           std::uint64_t checkpoint_bytes,
                           std::uint64_t snapshot_bytes, bool background)
    : directory_(directory),
      journal_(journal),
      id_(id),
      limits_(limits),
      checkpoint_bytes_(checkpoint_bytes),
      background_(background),
      snapshot_bytes_(snapshot_bytes) {
  SetDue(snapshot_bytes);
  if (background) thread_ = std::thread([this] { Work(); });
}

void Checkpointer::SetDue(std::uint64_t snapshot_bytes) {
  const std::uint64_t growth =
      std::max(checkpoint_bytes_, kJournalPerSnapshot * snapshot_bytes);
  due_.store(journal_.bytes() + growth, std::memory_order_relaxed);
}

void Checkpointer::StartWhenDue() {
  if (background_) return Start();
  // What failed is tried again when the journal has grown further.
  if (!Run().ok()) SetDue(0);
}

void Checkpointer::Start() {
  if (!background_) return;
  due_.store(UINT64_MAX, std::memory_order_relaxed);
  {
    const std::lock_guard lock(mutex_);
    wanted_ = true;
  }
  wake_.notify_one();
}

absl::Status Checkpointer::Run() {
  std::unique_lock lock(mutex_);
  if (!background_ || stopping_) {
    lock.unlock();
    return MakeAlone();
  }
  const std::uint64_t mine = ++asked_;
  wake_.notify_one();
  done_.wait(lock, [&] { return answered_ >= mine; });
  return answer_;
}

absl::Status Checkpointer::MakeAlone() {
  const std::lock_guard running(running_);
  return OrNoMemory([this] { return MakeSnapshot(); });
}

absl::Status Checkpointer::MakeSnapshot() {
  const auto sealed = journal_.Seal();
  if (!sealed.ok()) return sealed.status();
  const auto sequences = ListSnapshots(directory_);
  if (!sequences.ok()) return sequences.status();
  if (!sequences->empty() && sequences->front() == sealed->sequence) {
    SetDue(snapshot_bytes_);
    return absl::OkStatus();
  }
  RebuildOptions options;
  options.until = sealed->sequence;
  const auto snapshot =
      BuildSnapshot(directory_, limits_, options, directory_, id_);
  if (!snapshot.ok()) return snapshot.status();
  absl::Status status = DropOldFiles(directory_, journal_);
  snapshot_bytes_ = snapshot->file_bytes();
  SetDue(snapshot_bytes_);
  return status;
}

// What was asked for is done even when it is to stop.
void Checkpointer::Work() {
  directory_.system().YieldToOthers();
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock,
               [this] { return wanted_ || stopping_ || answered_ != asked_; });
    if (stopping_ && answered_ == asked_) return;
    wanted_ = false;
    const std::uint64_t asked = asked_;
    lock.unlock();
    absl::Status status = MakeAlone();
    if (!status.ok()) SetDue(0);
    lock.lock();
    answered_ = asked;
    answer_ = std::move(status);
    done_.notify_all();
  }
}

void Checkpointer::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

}  // namespace seatfield::mapped
