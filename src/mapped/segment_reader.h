// SPDX-License-Identifier: MIT
//
// Reads a segment front to back in large steps: bytes, and frames.
//
// Errors: those of reading; ResourceExhausted (memory).
// Thread safety: needs exclusive access.

#ifndef SEATFIELD_MAPPED_SEGMENT_READER_H_
#define SEATFIELD_MAPPED_SEGMENT_READER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mapped/journal_format.h"
#include "platform/file.h"

namespace seatfield::mapped {

// A frame whose fields are in bounds and whose sum is right.
struct Frame {
  FrameHeader header;
  std::span<const std::byte> records;
};

class SegmentReader {
 public:
  // `size` is the file's.
  SegmentReader(platform::File file, std::uint64_t size)
      : file_(std::move(file)), size_(size) {}

  const platform::File& file() const { return file_; }
  std::uint64_t size() const { return size_; }

  // The bytes there, until the next call. Requires offset + length <= size().
  absl::StatusOr<std::span<const std::byte>> View(std::uint64_t offset,
                                                  std::uint64_t length);

  // The frame that begins at `offset` and ends before `end`; none: there is no
  // such frame. Requires end <= size().
  absl::StatusOr<std::optional<Frame>> ReadFrame(std::uint64_t offset,
                                                 std::uint64_t end,
                                                 std::uint64_t salt);

  // Bytes hashed so far.
  std::uint64_t hashed() const { return hashed_; }

 private:
  absl::Status Load(std::uint64_t offset, std::uint64_t length);

  platform::File file_;
  std::uint64_t size_;
  std::unique_ptr<std::byte[]> window_;
  std::uint64_t capacity_ = 0;
  std::uint64_t begin_ = 0;  // what the window shows
  std::uint64_t end_ = 0;
  std::uint64_t hashed_ = 0;
};

}  // namespace seatfield::mapped

#endif  // SEATFIELD_MAPPED_SEGMENT_READER_H_
