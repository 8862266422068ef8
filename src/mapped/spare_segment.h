// SPDX-License-Identifier: MIT
//
// The next segment, made ahead: filled with zeros in steps, synced, and its
// name made durable, before it is used. What is left of one that could not be
// made is removed.
//
// Thread safety: every member from any thread; whoever needs the segment does
//   the steps that are left.
// Errors: ResourceExhausted (a later call begins anew), and others of the
// files:
//   those are final.

#ifndef SEATFIELD_MAPPED_SPARE_SEGMENT_H_
#define SEATFIELD_MAPPED_SPARE_SEGMENT_H_

#include <atomic>
#include <cstdint>
#include <mutex>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mapped/segment.h"
#include "platform/file.h"

namespace seatfield::mapped {

class SpareSegment {
 public:
  // `number` is that of the first one.
  SpareSegment(platform::Directory& directory, std::uint64_t segment_bytes,
               std::uint64_t number)
      : directory_(directory), segment_bytes_(segment_bytes), number_(number) {}

  // Whether it may be taken without further ado.
  bool ready() const { return ready_.load(std::memory_order_acquire); }

  // Brings it nearer to that: a write of at most 1 MiB, and a sync.
  absl::Status Step();
  absl::Status Finish();

  // Finishes it and hands it over; the next one is not begun.
  absl::StatusOr<Segment> Take();

 private:
  absl::Status StepLocked();
  absl::Status FinishLocked();
  absl::Status Extend();
  absl::Status Create();
  void Remove();

  platform::Directory& directory_;
  const std::uint64_t segment_bytes_;
  std::atomic<bool> ready_ = false;

  std::mutex mutex_;  // guards what follows
  std::uint64_t number_;
  platform::File file_;
  std::uint64_t written_ = 0;
};

}  // namespace seatfield::mapped

#endif  // SEATFIELD_MAPPED_SPARE_SEGMENT_H_
