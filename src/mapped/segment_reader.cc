// SPDX-License-Identifier: MIT

#include "mapped/segment_reader.h"

#include <algorithm>
#include <cassert>

namespace seatfield::mapped {
namespace {

constexpr std::uint64_t kReadBytes = std::uint64_t{1} << 20;

}  // namespace

absl::StatusOr<std::span<const std::byte>> SegmentReader::View(
    std::uint64_t offset, std::uint64_t length) {
  assert(offset <= size_ && length <= size_ - offset);
  if (offset < begin_ || offset + length > end_) {
    absl::Status status = Load(offset, length);
    if (!status.ok()) return status;
  }
  return std::span<const std::byte>(window_.get() + (offset - begin_), length);
}

absl::StatusOr<std::optional<Frame>> SegmentReader::ReadFrame(
    std::uint64_t offset, std::uint64_t end, std::uint64_t salt) {
  if (offset > end || end - offset < kFrameHeaderBytes) return std::nullopt;
  const auto head = View(offset, kFrameHeaderBytes);
  if (!head.ok()) return head.status();
  const auto header = DecodeFrameHeader(head->data());
  if (!header.has_value() ||
      header->length > end - offset - kFrameHeaderBytes) {
    return std::nullopt;
  }
  const auto frame = View(offset, kFrameHeaderBytes + header->length);
  if (!frame.ok()) return frame.status();
  hashed_ += frame->size();
  if (FrameSum(frame->data(), header->length, salt) != header->sum) {
    return std::nullopt;
  }
  return Frame{.header = *header, .records = frame->subspan(kFrameHeaderBytes)};
}

absl::Status SegmentReader::Load(std::uint64_t offset, std::uint64_t length) {
  const std::uint64_t bytes =
      std::min(std::max(length, kReadBytes), size_ - offset);
  end_ = begin_;
  if (bytes > capacity_) {
    window_.reset(new std::byte[bytes]);
    capacity_ = bytes;
  }
  absl::Status status = file_.Read(offset, {window_.get(), bytes});
  if (!status.ok()) return status;
  begin_ = offset;
  end_ = offset + bytes;
  return status;
}

}  // namespace seatfield::mapped
