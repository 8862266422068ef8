// SPDX-License-Identifier: MIT
//
// A snapshot: everything a store knew at one sequence, in a file that never
// changes. The file snap-<sequence as 16 hexadecimal digits>; all numbers are
// little-endian; "sum" is XXH3-64.
//
//   header, a page; valid if and only if the magic, the format version, the
//   byte order and the sum are right and no unknown incompatible flag is set
//      0   8  magic "SEATSNAP"
//      8   4  format version, 1
//     12   4  byte order: 0x01020304 written as a number
//     16   4  compatible flags: unknown ones are ignored
//     20   4  read-only-compatible flags: unknown ones forbid writing
//     24   4  incompatible flags: unknown ones forbid opening
//     28   4  zero
//     32  16  the store's UUID
//     48   8  sequence
//     56   8  sum of the journal's frame that ends with it; 0: none ever
//     64   8  time of that frame
//     72   8  bytes of the image
//     80   8  salt, random
//     88  16  XXH3-128 of the image, high half first
//    104   8  seed of the store's hashes
//    112   8  sum of bytes 0 to 111, seed 0
//   the image (image.h) in chunks of 64 KiB, the last one shorter; each chunk
//   is followed by 8 bytes: its sum, seed = salt + number of the chunk from 0
//
// Written under another name, synced, renamed, and its directory synced: what
// bears the name is whole, or damaged.

#ifndef SEATFIELD_MAPPED_SNAPSHOT_FILE_H_
#define SEATFIELD_MAPPED_SNAPSHOT_FILE_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mapped/journal_format.h"
#include "platform/file.h"
#include "seatfield/internal/hash.h"

namespace seatfield::mapped {

inline constexpr std::size_t kChunkBytes = std::size_t{64} << 10;

struct SnapshotHeader {
  StoreId id;
  std::uint64_t sequence = 0;
  std::uint64_t frame_sum = 0;
  std::int64_t frame_time = 0;
  std::uint64_t image_bytes = 0;
  std::uint64_t salt = 0;
  Digest128 digest;
  std::uint64_t seed = 0;
  std::uint32_t read_only_flags = 0;  // unknown ones

  // Of the whole file.
  std::uint64_t file_bytes() const {
    return kPageBytes + image_bytes +
           8 * ((image_bytes + kChunkBytes - 1) / kChunkBytes);
  }
};

// How an image is written: in steps of at most 1 MiB, each flushed, so that the
// journal's own writes need not wait long; or flushed once in the end.
enum class SnapshotPace : bool { kSteps, kAtOnce };

// Takes an image and writes it as a file.
// Thread safety: none.
class SnapshotWriter {
 public:
  // The id, the sequence, the frame's sum and time and the seed of `header` are
  // the caller's; the rest follows from the image.
  static absl::StatusOr<SnapshotWriter> Create(platform::Directory& directory,
                                               const SnapshotHeader& header,
                                               SnapshotPace pace);

  // Never fails at once: a failure is told by Finish().
  void Write(std::span<const std::byte> bytes);

  // Makes the snapshot durable under its name, and returns its header. Errors:
  // those of writing; then there is no snapshot.
  absl::StatusOr<SnapshotHeader> Finish();

 private:
  SnapshotWriter(platform::Directory& directory, platform::File file,
                 const SnapshotHeader& header, SnapshotPace pace);
  void EndChunk();
  void Flush();

  platform::Directory* directory_;
  platform::File file_;
  SnapshotHeader header_;
  SnapshotPace pace_;
  std::vector<std::byte> buffer_;  // written to the file in one step
  std::size_t chunk_begin_ = 0;    // in buffer_
  std::uint64_t chunk_number_ = 0;
  std::uint64_t offset_ = kPageBytes;
  internal::Hasher128 hasher_;
  absl::Status status_;
};

// Reads one back, piece by piece; nothing is given out before its chunk's sum
// agrees.
class SnapshotReader {
 public:
  // Errors: DataLoss (damaged), FailedPrecondition (newer, foreign), NotFound.
  static absl::StatusOr<SnapshotReader> Open(
      const platform::Directory& directory, std::uint64_t sequence);

  const SnapshotHeader& header() const { return header_; }

  // The next bytes of the image. False: there are not so many, or a chunk is
  // damaged: see status().
  bool Read(void* to, std::size_t size) {
    if (size > left_.size()) return ReadOn(static_cast<std::byte*>(to), size);
    std::memcpy(to, left_.data(), size);
    left_ = left_.subspan(size);
    return true;
  }
  std::uint64_t unread_bytes() const { return unread_ + left_.size(); }

  absl::Status status() const { return status_; }

 private:
  bool ReadOn(std::byte* to, std::size_t size);
  bool NextChunk();
  absl::Status Damaged(std::string_view what) const;

  platform::File file_;
  SnapshotHeader header_;
  std::vector<std::byte> buffer_;
  std::span<const std::byte> read_;  // of the buffer, not yet checked
  std::span<const std::byte> left_;  // of the chunk
  std::uint64_t chunk_number_ = 0;
  std::uint64_t offset_ = kPageBytes;
  std::uint64_t unread_ = 0;  // of the image, behind the chunk
  absl::Status status_;
};

// The sequences of the snapshots that a directory has, falling.
absl::StatusOr<std::vector<std::uint64_t>> ListSnapshots(
    const platform::Directory& directory);
std::string SnapshotName(std::uint64_t sequence);

// Removes what an unfinished write has left, and all snapshots but the newest
// `kept`.
absl::Status DropSnapshots(platform::Directory& directory, std::size_t kept);

}  // namespace seatfield::mapped

#endif  // SEATFIELD_MAPPED_SNAPSHOT_FILE_H_
