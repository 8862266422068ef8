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
//   a frame      is what one write takes: all of a buffer
//   a leader     is the first waiter whose record is not durable: it gathers
//                the records of others for a moment, writes the buffer, syncs,
//                and wakes them
//
// Failure: the first write or sync that fails poisons the journal for good:
//   waiters get Unknown, Admit() answers Unavailable.
// Thread safety: every member from any thread, except where it says otherwise.

#ifndef SEATFIELD_MAPPED_JOURNAL_H_
#define SEATFIELD_MAPPED_JOURNAL_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mapped/journal_format.h"
#include "platform/file.h"
#include "seatfield/commit_options.h"
#include "seatfield/time.h"

namespace seatfield::mapped {

struct JournalOptions {
  std::uint64_t segment_bytes = std::uint64_t{16} << 20;
  std::uint64_t buffer_bytes = std::uint64_t{2} << 20;  // each of two
  Duration interval = std::chrono::milliseconds(100);
  // Whether it has a thread of its own. Without one, whoever waits does all the
  // work, callbacks run inside the Flush() or Wait() that completes them, and
  // segments are made when they are needed: the order of system calls is then
  // that of the calls.
  bool background = true;
};

// Where a journal goes on: behind everything that was found.
struct JournalEnd {
  std::uint64_t sequence = 0;     // of the last record; 0: none ever
  std::uint64_t sum = 0;          // of the last frame; 0: none ever
  std::uint64_t segment = 0;      // the highest number in use; 0: none
  std::uint64_t segment_end = 0;  // where that one ends, in bytes
};

// What a transaction asks of the space that is left: when the disk is full,
// those that take seats are refused first.
enum class SpaceNeed : bool { kTakes, kGivesBack };

class Journal {
 public:
  // Starts a new segment behind `end`. `buffers` must be JournalBufferBytes()
  // large, aligned to 64 bytes, and outlive the journal; what is in it is lost.
  // `directory` must outlive it too.
  static absl::StatusOr<std::unique_ptr<Journal>> Start(
      platform::Directory& directory, const StoreId& id, const JournalEnd& end,
      std::span<std::byte> buffers, const JournalOptions& options);

  // As Close().
  virtual ~Journal() = default;

  // Whether a transaction may begin: waits while the buffers are half full.
  // Call it before any lock is taken. Errors: ResourceExhausted (the disk is
  // full), Unavailable (poisoned or closed): nothing has happened.
  virtual absl::Status Admit(SpaceNeed need) = 0;

  // Takes one record and returns its sequence. May be called under locks: it
  // does no I/O, and waits only if the buffers are full in spite of Admit().
  // After a failure the record is lost, and every Wait() for it tells so.
  // Requires record.size() <= RecordBytesMax().
  virtual std::uint64_t Append(std::span<const std::byte> record) = 0;
  virtual std::size_t RecordBytesMax() const = 0;

  // Returns when everything up to `sequence` is acknowledged at `level`, as
  // commit_options.h and mapped_storage.h say. Errors: Unknown (it may be lost
  // or not).
  virtual absl::Status Wait(std::uint64_t sequence, Durability level) = 0;

  // The same without waiting: `done` is called once, inside this call if that
  // is so already, else by the thread that finds it so, in order of sequence.
  using Done = std::function<void(const absl::Status&)>;
  virtual void CallWhen(std::uint64_t sequence, Durability level,
                        Done done) = 0;

  // The last sequence given, and the last that survives a power cut.
  virtual std::uint64_t sequence() const = 0;
  virtual std::uint64_t durable_sequence() const = 0;

  // Makes durable all that was appended before the call, and the witness of it.
  virtual absl::Status Flush() = 0;

  // As Flush(), and ends the segment: all records so far, the last of which it
  // returns, are in segments that no longer change.
  virtual absl::StatusOr<std::uint64_t> Seal() = 0;

  // Removes the segments that hold nothing behind `sequence`.
  virtual absl::Status DropThrough(std::uint64_t sequence) = 0;

  // Bytes of segments since the start or the last DropThrough().
  virtual std::uint64_t bytes() const = 0;

  // Flushes and stops; later calls answer Unavailable.
  virtual absl::Status Close() = 0;
};

}  // namespace seatfield::mapped

#endif  // SEATFIELD_MAPPED_JOURNAL_H_
