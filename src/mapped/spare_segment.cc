// SPDX-License-Identifier: MIT

#include "mapped/spare_segment.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "mapped/journal_format.h"
#include "mapped/no_memory.h"

namespace seatfield::mapped {
namespace {

constexpr std::uint64_t kZeroBytes = std::uint64_t{1} << 20;

}  // namespace

absl::Status SpareSegment::Step() {
  const std::lock_guard lock(mutex_);
  return StepLocked();
}

absl::Status SpareSegment::Finish() {
  const std::lock_guard lock(mutex_);
  return FinishLocked();
}

absl::StatusOr<Segment> SpareSegment::Take() {
  const std::lock_guard lock(mutex_);
  absl::Status status = FinishLocked();
  if (!status.ok()) return status;
  ready_.store(false, std::memory_order_release);
  written_ = 0;
  return Segment{.file = std::move(file_), .number = number_++};
}

absl::Status SpareSegment::FinishLocked() {
  absl::Status status;
  while (status.ok() && !ready()) status = StepLocked();
  return status;
}

absl::Status SpareSegment::StepLocked() {
  if (ready()) return absl::OkStatus();
  absl::Status status = OrNoMemory([&] { return Extend(); });
  if (!status.ok()) Remove();
  return status;
}

absl::Status SpareSegment::Extend() {
  if (!file_.is_open()) {
    absl::Status status = Create();
    if (!status.ok()) return status;
  }
  const auto step = std::min(segment_bytes_ - written_, kZeroBytes);
  const std::vector<std::byte> zeros(static_cast<std::size_t>(step));
  absl::Status status = file_.Write(written_, zeros);
  if (!status.ok()) return status;
  written_ += step;
  // The last sync is of the file's size as well.
  if (written_ < segment_bytes_) return file_.SyncData();
  status = file_.Sync();
  if (!status.ok()) return status;
  status = directory_.Sync();
  if (!status.ok()) return absl::DataLossError(status.message());
  ready_.store(true, std::memory_order_release);
  return absl::OkStatus();
}

// In place of what an earlier attempt may have left: of that, a sync that
// failed may have left less on the disk than in memory.
absl::Status SpareSegment::Create() {
  const std::string name = SegmentName(number_);
  absl::Status status = directory_.Unlink(name);
  if (!status.ok()) return status;
  auto file = directory_.Open(name, platform::OpenMode::kCreate);
  if (!file.ok()) return file.status();
  file_ = *std::move(file);
  return absl::OkStatus();
}

void SpareSegment::Remove() {
  if (!file_.is_open()) return;
  file_.Close();
  written_ = 0;
  (void)OrNoMemory([&] { return directory_.Unlink(SegmentName(number_)); });
}

}  // namespace seatfield::mapped
