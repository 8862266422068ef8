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
      checkpoint_bytes_(checkpoint_bytes) {
  SetDue(snapshot_bytes);
  if (background) thread_ = std::thread([this] { Work(); });
}

void Checkpointer::SetDue(std::uint64_t snapshot_bytes) {
  const std::uint64_t growth =
      std::max(checkpoint_bytes_, kJournalPerSnapshot * snapshot_bytes);
  due_.store(journal_.bytes() + growth, std::memory_order_relaxed);
}

void Checkpointer::StartWhenDue() {
  if (thread_.joinable()) return Start();
  // What failed is tried again when the journal has grown further.
  if (!Run().ok()) SetDue(0);
}

void Checkpointer::Start() {
  if (!thread_.joinable()) return;
  due_.store(UINT64_MAX, std::memory_order_relaxed);
  {
    const std::lock_guard lock(mutex_);
    wanted_ = true;
  }
  wake_.notify_one();
}

absl::Status Checkpointer::Run() {
  const std::lock_guard running(running_);
  return OrNoMemory([this] { return MakeSnapshot(); });
}

absl::Status Checkpointer::MakeSnapshot() {
  const auto sealed = journal_.Seal();
  if (!sealed.ok()) return sealed.status();
  const auto sequences = ListSnapshots(directory_);
  if (!sequences.ok()) return sequences.status();
  if (!sequences->empty() && sequences->front() == sealed->sequence) {
    return absl::OkStatus();
  }
  RebuildOptions options;
  options.until = sealed->sequence;
  const auto snapshot =
      BuildSnapshot(directory_, limits_, options, directory_, id_);
  if (!snapshot.ok()) return snapshot.status();
  absl::Status status = DropOldFiles(directory_, journal_);
  SetDue(snapshot->file_bytes());
  return status;
}

void Checkpointer::Work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return wanted_ || stopping_; });
    if (stopping_) return;
    wanted_ = false;
    lock.unlock();
    if (!Run().ok()) SetDue(0);
    lock.lock();
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
