// SPDX-License-Identifier: MIT

#include "mapped/journal_files.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <new>
#include <optional>
#include <utility>
#include <vector>

#include "mapped/segment.h"
#include "seatfield/internal/text.h"

namespace seatfield::mapped {
namespace {

// Spares, and what a scan has discarded.
absl::Status RemoveBehind(platform::Directory& directory, const StoreId& id,
                          std::uint64_t number) {
  const auto numbers = ListSegments(directory);
  if (!numbers.ok()) return numbers.status();
  for (const std::uint64_t behind : *numbers) {
    if (behind <= number) continue;
    const auto segment = OpenSegment(directory, behind);
    if (!segment.ok()) return segment.status();
    const auto page = ReadHeaderPage(*segment, id);
    if (!page.ok()) return page.status();
    if (page->header.has_value()) {
      return absl::FailedPreconditionError(
          internal::Cat(segment->file.path(), ": it stands behind the end"));
    }
    absl::Status status = directory.Unlink(SegmentName(behind));
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

std::uint64_t FrameBytesMax(std::uint64_t batch_bytes_max,
                            std::uint64_t segment_bytes) {
  return std::min(RoundUp(kFrameHeaderBytes + batch_bytes_max, kPageBytes),
                  segment_bytes - kPageBytes);
}

// Another one for each segment: what a removed one held is no frame in it.
absl::StatusOr<std::uint64_t> MakeSalt(platform::Directory& directory) {
  std::array<std::byte, 8> bytes{};
  const int error = directory.system().Random(bytes);
  if (error < 0) {
    return platform::SystemError(error, "get random bytes for",
                                 directory.path());
  }
  return LoadLittle<std::uint64_t>(bytes.data());
}

}  // namespace

absl::StatusOr<std::unique_ptr<JournalFiles>> JournalFiles::Start(
    platform::Directory& directory, const StoreId& id, const JournalEnd& end,
    std::uint64_t segment_bytes, std::uint64_t batch_bytes_max,
    FirstSegment first) {
  absl::Status status = SyncSegment(directory, end.segment);
  if (status.ok()) status = RemoveBehind(directory, id, end.segment);
  if (!status.ok()) return status;
  auto witness = WitnessFile::Open(directory, id);
  if (!witness.ok()) return witness.status();
  std::unique_ptr<std::byte[]> frame(
      new std::byte[FrameBytesMax(batch_bytes_max, segment_bytes)]);
  std::unique_ptr<JournalFiles> files(
      new JournalFiles(directory, id, end, segment_bytes, *std::move(witness),
                       std::move(frame)));
  status = files->witness_.Write(end.sequence);
  if (status.ok()) status = files->witness_.Sync();
  if (status.ok() && first == FirstSegment::kNow) {
    status = files->spare_.Finish();
  }
  if (!status.ok()) return status;
  return files;
}

JournalFiles::JournalFiles(platform::Directory& directory, const StoreId& id,
                           const JournalEnd& end, std::uint64_t segment_bytes,
                           WitnessFile witness,
                           std::unique_ptr<std::byte[]> frame)
    : directory_(directory),
      id_(id),
      segment_bytes_(segment_bytes),
      end_(end),
      durable_(end.sequence),
      witness_(std::move(witness)),
      spare_(directory, segment_bytes, end.segment + 1),
      frame_(std::move(frame)) {}

absl::Status JournalFiles::Write(Batch batch) {
  absl::Status status;
  while (status.ok() && batch.count > 0) {
    const Batch fitting = TakeFitting(batch);
    if (fitting.count == 0 && room() == room_max()) {
      return absl::InternalError("a record is too large for a segment");
    }
    status = fitting.count > 0 ? WriteFrame(fitting) : BeginSegment();
  }
  return status;
}

absl::Status JournalFiles::Sync() {
  if (durable_ == end_.sequence) return absl::OkStatus();
  absl::Status status = segment_.SyncData();
  if (!status.ok()) return status;
  durable_ = end_.sequence;
  witness_is_durable_ = false;
  return witness_.Write(durable_);
}

absl::Status JournalFiles::SyncWitness() {
  if (witness_is_durable_) return absl::OkStatus();
  absl::Status status = witness_.Sync();
  witness_is_durable_ = status.ok();
  return status;
}

void JournalFiles::Seal() {
  ended_ = true;
  bytes_sealed_ = bytes_;
}

// The records of a batch that fit in the segment in use, as many as do.
Batch JournalFiles::TakeFitting(Batch& batch) const {
  if (room() < kPageBytes) return {};
  const std::uint64_t fits = room() - kFrameHeaderBytes;
  if (batch.records.size() <= fits) return std::exchange(batch, {});
  Batch fitting{.sequence = batch.sequence, .count = 0, .records = {}};
  std::span<const std::byte> rest = batch.records;
  while (TakeRecord(rest).has_value()) {
    const std::uint64_t taken = batch.records.size() - rest.size();
    if (taken > fits) break;
    ++fitting.count;
    fitting.records = batch.records.first(taken);
  }
  batch.sequence += fitting.count;
  batch.count -= fitting.count;
  batch.records = batch.records.subspan(fitting.records.size());
  return fitting;
}

absl::Status JournalFiles::WriteFrame(const Batch& batch) {
  const std::uint64_t bytes = kFrameHeaderBytes + batch.records.size();
  const std::uint64_t padded = RoundUp(bytes, kPageBytes);
  std::memcpy(frame_.get() + kFrameHeaderBytes, batch.records.data(),
              batch.records.size());
  std::memset(frame_.get() + bytes, 0, padded - bytes);
  const FrameHeader header{
      .length = static_cast<std::uint32_t>(batch.records.size()),
      .record_count = static_cast<std::uint32_t>(batch.count),
      .sequence = batch.sequence,
      .durable_sequence = durable_,
      .previous_sum = end_.sum,
      .time = NextTime()};
  end_.sum = EncodeFrameHeader(header, salt_, frame_.get());
  absl::Status status =
      segment_.Write(end_.segment_end, {frame_.get(), padded});
  end_.sequence = batch.sequence + batch.count - 1;
  end_.segment_end += padded;
  bytes_ += padded;
  return status;
}

absl::Status JournalFiles::BeginSegment() {
  absl::Status status = Sync();
  if (!status.ok()) return status;
  const auto salt = MakeSalt(directory_);
  if (!salt.ok()) return salt.status();
  auto spare = spare_.Take();
  if (!spare.ok()) return spare.status();
  salt_ = *salt;
  segment_ = std::move(spare->file);
  status =
      segment_.Write(0, EncodeSegmentHeader({.id = id_,
                                             .number = spare->number,
                                             .salt = salt_,
                                             .base_sequence = end_.sequence + 1,
                                             .previous_sum = end_.sum,
                                             .previous_end = end_.segment_end,
                                             .time = NextTime()}));
  end_.segment = spare->number;
  end_.segment_end = kPageBytes;
  bytes_ += kPageBytes;
  ended_ = false;
  return status;
}

std::int64_t JournalFiles::NextTime() {
  end_.last_time = std::max(end_.last_time, directory_.system().WallMicros());
  return end_.last_time;
}

}  // namespace seatfield::mapped
