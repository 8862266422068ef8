// SPDX-License-Identifier: MIT

#include "mapped/group_commit.h"

#include <new>
#include <utility>

#include "mapped/gather.h"
#include "mapped/no_memory.h"
#include "mapped/segment.h"
#include "seatfield/internal/text.h"

namespace seatfield::mapped {

GroupCommit::GroupCommit(platform::Directory& directory, const StoreId& id,
                         std::unique_ptr<JournalFiles> files,
                         std::span<std::byte> buffers)
    : buffers_(buffers, id, files->durable_sequence()),
      directory_(directory),
      system_(directory.system()),
      id_(id),
      spare_bytes_(files->room_max()),
      files_(std::move(files)),
      durable_(files_->durable_sequence()) {}

std::uint64_t GroupCommit::Append(std::span<const std::byte> record) {
  for (;;) {
    const auto sequence = buffers_.Append(record);
    if (sequence.has_value()) return *sequence;
    Commit(buffers_.sequence(), /*gathers=*/false);
  }
}

bool GroupCommit::MakeDurable(std::uint64_t sequence) {
  if (durable_.load() >= sequence) return true;
  if (failed_.load()) return false;
  Commit(sequence, /*gathers=*/true);
  return durable_.load() >= sequence;
}

// --- Groups -----------------------------------------------------------------

void GroupCommit::Commit(std::uint64_t sequence, bool gathers) {
  const JournalBuffers::Place place = buffers_.Join(sequence);
  if (place.leads) return Lead(place.group, gathers);
  finished_[place.group % 2].Wait(place.group);
}

void GroupCommit::Lead(std::uint64_t group, bool gathers) {
  GroupSignal& finished = finished_[group % 2];
  LetOthersIn();
  {
    const std::lock_guard lock(mutex_);
    if (gathers) GatherJoiners();
    if (!failed_.load()) WriteGroup();
    wakers_.fetch_add(1);
    finished.Finish(group);
  }
  finished.WakeAll();
  wakers_.fetch_sub(1);
}

// A mutex goes to whoever is awake, and so to a lone client again and again.
// Waits for those who want the files, but no longer than a sync takes: they may
// have nothing to run on.
void GroupCommit::LetOthersIn() {
  const std::int64_t sync = last_sync_micros_.load();
  Gather(
      system_, 1, {.all = sync, .pause = sync},
      [this] { return others_.load() == 0 ? 1U : 0U; }, [] { return false; });
}

// Those whom the last group woke will soon be back: to go without them would
// make them wait for a sync of their own. Waits while they are being woken and
// while the group grows, for two syncs at most; a lone one not at all.
void GroupCommit::GatherJoiners() {
  const std::int64_t sync = last_sync_micros_.load();
  Gather(
      system_, joined_expected_, {.all = 2 * sync, .pause = sync / 4},
      [this] { return buffers_.joined(); },
      [this] { return wakers_.load() != 0; });
}

void GroupCommit::WriteGroup() {
  const std::int64_t start = system_.MonotonicMicros();
  const Batch batch = buffers_.Swap();
  absl::Status status = OrNoMemory([&] {
    absl::Status written = files_->Write(batch);
    return written.ok() ? files_->Sync() : written;
  });
  if (status.ok()) {
    buffers_.EndBatch();
  } else {
    Fail(status);
  }
  Publish();
  joined_expected_ = buffers_.joined_batch() + buffers_.joined();
  last_commit_.store(system_.MonotonicMicros());
  last_sync_micros_.store(last_commit_.load() - start);
}

// --- The files --------------------------------------------------------------

void GroupCommit::Publish() {
  durable_.store(files_->durable_sequence());
  witness_is_durable_.store(files_->witness_is_durable());
  bytes_.store(files_->bytes());
  room_.store(files_->room());
}

template <typename Call>
absl::Status GroupCommit::WithFiles(const Call& call) {
  others_.fetch_add(1);
  const std::lock_guard lock(mutex_);
  others_.fetch_sub(1);
  if (failed_.load()) return state();
  absl::Status status = OrNoMemory([&] { return call(*files_); });
  Publish();
  if (status.ok()) return status;
  Fail(status);
  return state();
}

absl::Status GroupCommit::Settle(const absl::Status& status) {
  if (status.ok() || absl::IsResourceExhausted(status)) return status;
  return WithFiles([&](JournalFiles&) { return status; });
}

absl::Status GroupCommit::SyncWitness() {
  return WithFiles([](JournalFiles& files) { return files.SyncWitness(); });
}

absl::Status GroupCommit::Flush() {
  if (!MakeDurable(buffers_.sequence())) return state();
  return SyncWitness();
}

absl::StatusOr<JournalEnd> GroupCommit::Seal() {
  if (!MakeDurable(buffers_.sequence())) return state();
  JournalEnd end;
  absl::Status status = WithFiles([&](JournalFiles& files) {
    files.Seal();
    end = files.end();
    return files.SyncWitness();
  });
  if (!status.ok()) return status;
  return end;
}

absl::Status GroupCommit::DropThrough(std::uint64_t sequence) {
  std::uint64_t in_use = 0;
  absl::Status status = WithFiles([&](JournalFiles& files) {
    in_use = files.segment();
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  status = Settle(OrNoMemory(
      [&] { return DropSegments(directory_, id_, in_use, sequence); }));
  if (!status.ok()) return status;
  return WithFiles([](JournalFiles& files) {
    files.ForgetSealed();
    return absl::OkStatus();
  });
}

absl::Status GroupCommit::Close() {
  closed_.store(true);
  buffers_.Stop();
  return Flush();
}

absl::Status GroupCommit::StepSpare() { return Settle(files_->spare().Step()); }

absl::Status GroupCommit::FinishSpare() {
  return Settle(files_->spare().Finish());
}

std::uint64_t GroupCommit::room() const {
  if (!is_open()) return 0;
  return room_.load() + (spare_is_ready() ? spare_bytes_ : 0);
}

// --- Failure ----------------------------------------------------------------

absl::Status GroupCommit::state() const {
  if (failed_.load()) return StatusOf(absl::StatusCode::kUnknown, failure_);
  if (closed_.load()) {
    return StatusOf(absl::StatusCode::kUnavailable, "the journal is closed");
  }
  return absl::OkStatus();
}

// Requires the mutex.
void GroupCommit::Fail(const absl::Status& status) {
  if (failed_.load()) return;
  buffers_.Stop();
  try {
    failure_ = internal::Cat("the journal failed: ", status.ToString(),
                             "; what was not acknowledged may be lost or not: "
                             "close the store and open it again");
  } catch (const std::bad_alloc&) {
    failure_.clear();
  }
  failed_.store(true);
}

}  // namespace seatfield::mapped
