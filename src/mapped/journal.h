// SPDX-License-Identifier: MIT
//
// The journal: an endless sequence of records in segment files, of which
// everything up to a moving point is durable. It knows nothing of what a record
// says. Its bytes are specified in journal_format.h; how they are read after a
// crash in journal_scan.h.
//
//   session      Append (under the ledger's locks) -> Wait (without any)
//   a buffer     is filled by Append while the other one is written; both lie
//                in memory that outlives a killed process (live.map)
//   a frame      is what one write takes: all of a buffer, or what fits in the
//                segment
//   a leader     is the first waiter whose record is not durable: it gathers
//                the records of others for a moment, writes the buffer, syncs,
//                and wakes them
//
// After a kill: ScanJournal(), RescueRecords() from the old buffers, Start()
//   with other buffers, Append() of what was rescued, Flush(); only then may
//   the old buffers go.
// Failure: the first write or sync that fails poisons the journal for good:
//   waiters get Unknown, Admit() answers Unavailable. A disk that is full while
//   the next segment is made ahead is no failure.
// Thread safety: every member from any thread, except where it says otherwise.
//   Callbacks must not wait for the journal, nor close it.

#ifndef SEATFIELD_MAPPED_JOURNAL_H_
#define SEATFIELD_MAPPED_JOURNAL_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <thread>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mapped/call_queue.h"
#include "mapped/group_commit.h"
#include "mapped/journal_end.h"
#include "mapped/journal_files.h"
#include "mapped/journal_format.h"
#include "mapped/wake_signal.h"
#include "platform/file.h"
#include "seatfield/commit_options.h"
#include "seatfield/mapped_storage.h"
#include "seatfield/time.h"

namespace seatfield::mapped {

struct JournalOptions {
  std::uint64_t segment_bytes = MappedOptions().segment_bytes;
  std::uint64_t buffer_bytes = MappedOptions().buffer_bytes;  // each of two
  Duration interval = MappedOptions().interval;
  // Whether it has a thread of its own. Without one, whoever waits does all the
  // work, callbacks run inside the Flush() or Wait() that completes them, and
  // segments are made when they are needed: the order of system calls is then
  // that of the calls.
  bool background = true;
};

// What a transaction asks of the space that is left: when the disk is full,
// those that take seats are refused first.
enum class SpaceNeed : bool { kTakes, kGivesBack };

class Journal {
 public:
  // Starts a new segment behind `end`, after making durable what was found up
  // to there and removing what a scan has discarded behind it. `buffers` must
  // be JournalBufferBytes() large, aligned to 64 bytes, and outlive the
  // journal; what is in it is lost. `directory` must outlive it too.
  // Errors: InvalidArgument (an option or size, named), FailedPrecondition (a
  // segment that was in use stands behind the end), ResourceExhausted, and
  // those of the files.
  static absl::StatusOr<std::unique_ptr<Journal>> Start(
      platform::Directory& directory, const StoreId& id, const JournalEnd& end,
      std::span<std::byte> buffers, const JournalOptions& options);

  // As Close().
  ~Journal();

  // Whether a transaction may begin: waits while the buffers are half full.
  // Call it before any lock is taken. Errors: ResourceExhausted (the disk is
  // full), Unavailable (poisoned or closed): nothing has happened.
  absl::Status Admit(SpaceNeed need) {
    return HasPlenty() ? absl::OkStatus() : AdmitIfRoom(need);
  }

  // Takes one record and returns its sequence. May be called under locks: it
  // does no I/O, and waits only if the buffers are full in spite of Admit().
  // After a failure the record is lost, and every Wait() for it tells so.
  // Requires record.size() <= RecordBytesMax().
  std::uint64_t Append(std::span<const std::byte> record) {
    return commit_.Append(record);
  }
  std::size_t RecordBytesMax() const { return record_bytes_max_; }

  // Returns when everything up to `sequence` is acknowledged at `level`, as
  // commit_options.h and mapped_storage.h say. Errors: Unknown (it may be lost
  // or not), Unavailable (it was appended after Close(), and is lost).
  absl::Status Wait(std::uint64_t sequence, Durability level);

  // The same without waiting: call.Done() runs once, inside this call if that
  // is so already, else on the thread that finds it so, in order of sequence.
  void CallWhen(std::uint64_t sequence, Durability level, DurableCall& call);

  // The last sequence given, and the last that survives a power cut.
  std::uint64_t sequence() const { return commit_.sequence(); }
  std::uint64_t durable_sequence() const { return commit_.durable_sequence(); }

  // Makes durable all that was appended before the call, and the witness of it.
  absl::Status Flush();

  // As Flush(), and ends the segment: all records so far, whose end it returns,
  // are in segments that no longer change.
  absl::StatusOr<JournalEnd> Seal();

  // Removes the segments that hold nothing behind `sequence`, but for the one
  // written last.
  absl::Status DropThrough(std::uint64_t sequence);

  // Bytes of segments since the start, or since the last Seal() that a
  // DropThrough() followed.
  std::uint64_t bytes() const { return commit_.bytes(); }

  // Flushes and stops; later calls answer Unavailable.
  absl::Status Close();

 private:
  Journal(platform::Directory& directory, const StoreId& id,
          std::unique_ptr<JournalFiles> files, std::span<std::byte> buffers,
          const JournalOptions& options);

  // Whether what stands in the buffers can be written, and again as much, and
  // leave what is to be kept.
  bool HasRoom(std::uint64_t kept) const {
    return commit_.room() >= 2 * commit_.filled() + kept + 2 * kPageBytes;
  }
  bool HasPlenty() const {
    return commit_.filled() < commit_.capacity() / 4 && HasRoom(space_kept_);
  }
  absl::Status AdmitIfRoom(SpaceNeed need);
  absl::Status MakeRoom(SpaceNeed need);
  bool IsAcknowledged(std::uint64_t sequence, Durability level);
  bool MayAcknowledge(std::uint64_t sequence);
  absl::Status LostStatus(std::uint64_t sequence) const;
  absl::Status CheckOpen() const;

  void RunCalls();
  void GatherCalls();
  void Answer(DurableCall* first);
  void Run();
  void SyncIfDue();
  void StepSpare();
  void SyncWitnessIfIdle();
  Duration SleepTime();

  GroupCommit commit_;
  platform::System& system_;
  const JournalOptions options_;
  const std::size_t record_bytes_max_;
  const std::uint64_t space_kept_;     // for what gives back
  std::atomic<bool> is_full_ = false;  // the next segment could not be made

  std::mutex close_mutex_;
  bool closed_ = false;
  absl::Status close_status_;

  CallQueue calls_;
  std::mutex running_mutex_;
  std::uint64_t calls_under_way_ = 0;

  // The thread of its own.
  WakeSignal wake_;
  std::atomic<bool> stops_ = false;
  std::atomic<bool> watches_witness_ = false;
  std::int64_t spare_retry_ = 0;
  std::int64_t next_look_ = 0;
  std::thread thread_;
};

}  // namespace seatfield::mapped

#endif  // SEATFIELD_MAPPED_JOURNAL_H_
