// SPDX-License-Identifier: MIT
//
// The files of a journal that is being written: turns batches into frames and
// frames into segments. A segment is begun only after the one before it is
// durable, so that what a segment's header says of the one before is true.
//
// Errors: those of the files. After one, only what is const may be called.
// Thread safety: needs exclusive access, but for spare().

#ifndef SEATFIELD_MAPPED_JOURNAL_FILES_H_
#define SEATFIELD_MAPPED_JOURNAL_FILES_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mapped/journal_buffers.h"
#include "mapped/journal_end.h"
#include "mapped/journal_format.h"
#include "mapped/spare_segment.h"
#include "mapped/witness.h"
#include "platform/file.h"

namespace seatfield::mapped {

// Whether a start makes the first segment, or leaves that to whoever needs it.
enum class FirstSegment : bool { kNow, kLater };

class JournalFiles {
 public:
  // Makes durable what `end` stands on, and removes what stands behind it.
  // Errors: also FailedPrecondition (a segment behind the end).
  static absl::StatusOr<std::unique_ptr<JournalFiles>> Start(
      platform::Directory& directory, const StoreId& id, const JournalEnd& end,
      std::uint64_t segment_bytes, std::uint64_t batch_bytes_max,
      FirstSegment first);

  // Writes a batch: it is durable after Sync(), which also leaves a witness.
  absl::Status Write(Batch batch);
  absl::Status Sync();

  // Makes the witness durable.
  absl::Status SyncWitness();
  bool witness_is_durable() const { return witness_is_durable_; }

  // What is written next begins a segment.
  void Seal();
  // Forgets the bytes before the last Seal().
  void ForgetSealed() { bytes_ -= std::exchange(bytes_sealed_, 0); }

  SpareSegment& spare() { return spare_; }
  const SpareSegment& spare() const { return spare_; }

  // The last sequence that is durable.
  std::uint64_t durable_sequence() const { return durable_; }
  // The segment in use, and the bytes that are left in it.
  const JournalEnd& end() const { return end_; }
  std::uint64_t segment() const { return end_.segment; }
  std::uint64_t room() const {
    return ended_ ? 0 : segment_bytes_ - end_.segment_end;
  }
  // What an empty one has.
  std::uint64_t room_max() const { return segment_bytes_ - kPageBytes; }
  // Bytes written since the start, less those forgotten.
  std::uint64_t bytes() const { return bytes_; }

 private:
  JournalFiles(platform::Directory& directory, const StoreId& id,
               const JournalEnd& end, std::uint64_t segment_bytes,
               WitnessFile witness, std::unique_ptr<std::byte[]> frame);

  Batch TakeFitting(Batch& batch) const;
  absl::Status WriteFrame(const Batch& records);
  absl::Status BeginSegment();
  std::int64_t NextTime();

  platform::Directory& directory_;
  const StoreId id_;
  const std::uint64_t segment_bytes_;
  JournalEnd end_;  // of what is written; its segment is the one in use
  platform::File segment_;
  std::uint64_t salt_ = 0;
  bool ended_ = true;  // nothing more is written to the segment in use
  std::uint64_t durable_;
  std::uint64_t bytes_ = 0;
  std::uint64_t bytes_sealed_ = 0;
  WitnessFile witness_;
  bool witness_is_durable_ = true;
  SpareSegment spare_;
  std::unique_ptr<std::byte[]> frame_;  // where one is put together
};

}  // namespace seatfield::mapped

#endif  // SEATFIELD_MAPPED_JOURNAL_FILES_H_
