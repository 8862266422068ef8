// SPDX-License-Identifier: MIT
//
// Makes records durable in groups: the first who waits for a group leads it.
// The leader gathers the records of those that the last group woke, takes the
// buffer, writes and syncs it, and wakes the others. It has no thread of its
// own.
//
// Failure: the first write or sync that fails is final. The buffers stay as
//   they were.
// Thread safety: every member from any thread; Close() once.
// Cost: a lone waiter pays one write, one sync and the witness's write, without
//   a change of threads. Followers share one futex a group.
// Source: leader and followers as in Helland et al., "Group Commit Timers and
//   High Volume Transaction Systems", HPTS 1987.

#ifndef SEATFIELD_MAPPED_GROUP_COMMIT_H_
#define SEATFIELD_MAPPED_GROUP_COMMIT_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mapped/group_signal.h"
#include "mapped/journal_buffers.h"
#include "mapped/journal_files.h"
#include "mapped/journal_format.h"
#include "platform/file.h"
#include "platform/system.h"

namespace seatfield::mapped {

class GroupCommit {
 public:
  // Goes on behind what is durable in `files`.
  GroupCommit(platform::Directory& directory, const StoreId& id,
              std::unique_ptr<JournalFiles> files,
              std::span<std::byte> buffers);

  // Writes out a full buffer first.
  std::uint64_t Append(std::span<const std::byte> record);

  // Returns when `sequence` is durable, or false: it never will be.
  bool MakeDurable(std::uint64_t sequence);

  // Notes that `sequence` is acknowledged before it is durable. Returns
  // oldest_acknowledged().
  std::int64_t Acknowledge(std::uint64_t sequence, std::int64_t time) {
    return buffers_.Acknowledge(sequence, time);
  }
  // When the first one was that is not durable yet; 0: none was.
  std::int64_t oldest_acknowledged() const { return buffers_.oldest(); }
  // The same, if to acknowledge `sequence` as well would change nothing; else
  // 0.
  std::int64_t oldest_acknowledged_with(std::uint64_t sequence) const {
    return buffers_.oldest_with(sequence);
  }

  // Makes durable everything so far and its witness; Seal() ends the segment as
  // well, and returns where that is.
  absl::Status Flush();
  absl::StatusOr<JournalEnd> Seal();
  absl::Status DropThrough(std::uint64_t sequence);
  absl::Status SyncWitness();
  // As Flush(); what is appended later is lost.
  absl::Status Close();

  // Brings the next segment nearer, or makes it. ResourceExhausted is not
  // final.
  absl::Status StepSpare();
  absl::Status FinishSpare();
  bool spare_is_ready() const { return files_->spare().ready(); }

  // Neither failed nor closed.
  bool is_open() const { return !failed_.load() && !closed_.load(); }
  // Unknown after a failure, Unavailable once closed, else ok.
  absl::Status state() const;

  std::uint64_t sequence() const { return buffers_.sequence(); }
  std::uint64_t durable_sequence() const { return durable_.load(); }
  bool witness_is_durable() const { return witness_is_durable_.load(); }
  std::int64_t last_commit() const { return last_commit_.load(); }
  // How long the last group took to be written and synced.
  std::int64_t last_sync_micros() const { return last_sync_micros_.load(); }
  std::uint64_t capacity() const { return buffers_.capacity(); }
  std::uint64_t filled() const { return buffers_.filled(); }
  // Bytes that can be written before another segment must be made; 0 after a
  // failure.
  std::uint64_t room() const;
  std::uint64_t bytes() const { return bytes_.load(); }

 private:
  void Commit(std::uint64_t sequence, bool gathers);
  void Lead(std::uint64_t group, bool gathers);
  void LetOthersIn();
  void GatherJoiners();
  void WriteGroup();
  void Publish();
  // With the files; a failure is final unless it is ResourceExhausted.
  template <typename Call>
  absl::Status WithFiles(const Call& call);
  absl::Status Settle(const absl::Status& status);
  void Fail(const absl::Status& status);

  JournalBuffers buffers_;
  platform::Directory& directory_;
  platform::System& system_;
  const StoreId id_;
  const std::uint64_t spare_bytes_;

  // Guards the files and the right to take a batch. A leader holds it while it
  // writes and syncs, and lets it go before it wakes the followers.
  std::mutex mutex_;
  const std::unique_ptr<JournalFiles> files_;
  std::atomic<int> others_ = 0;  // who wait for it and do not lead
  std::uint64_t joined_expected_ = 0;

  std::atomic<std::uint64_t> durable_;
  std::atomic<std::uint64_t> room_ = 0;
  std::atomic<std::uint64_t> bytes_ = 0;
  std::atomic<std::int64_t> last_commit_ = 0;
  std::atomic<std::int64_t> last_sync_micros_ = 0;
  std::atomic<bool> witness_is_durable_ = true;

  std::array<GroupSignal, 2> finished_;  // of the even groups, and the odd ones
  std::atomic<int> wakers_ = 0;          // leaders that wake their followers

  std::atomic<bool> failed_ = false;
  std::string failure_;  // written before failed_
  std::atomic<bool> closed_ = false;
};

}  // namespace seatfield::mapped

#endif  // SEATFIELD_MAPPED_GROUP_COMMIT_H_
