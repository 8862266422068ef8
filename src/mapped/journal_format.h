// SPDX-License-Identifier: MIT
//
// The bytes of a store's journal, and how they are written and read one by one.
// All numbers are little-endian; a page is 4 KiB; "sum" is XXH3-64.
//
// Segment, the file jrnl-<number as 16 hexadecimal digits>: a page of header,
// then frames. Zero-filled to its full size when it is made; while the header
// is zero it is a spare.
//
//   header, twice, at bytes 0 and 2048; valid if and only if the magic, the
//   format version, the byte order and the sum are right and no unknown
//   incompatible flag is set. Either copy will do.
//      0   8  magic "SEATJRNL"
//      8   4  format version, 1
//     12   4  byte order: 0x01020304 written as a number
//     16   4  compatible flags: unknown ones are ignored
//     20   4  read-only-compatible flags: unknown ones forbid writing
//     24   4  incompatible flags: unknown ones forbid opening
//     28   4  zero
//     32  16  the store's UUID
//     48   8  segment number, at least 1
//     56   8  salt, random
//     64   8  base sequence: of its first record
//     72   8  sum of the last frame before it; 0: none
//     80   8  where the segment before it ends, in bytes; 0: none
//     88   8  microseconds since the Unix epoch
//     96   8  sum of bytes 0 to 95, seed 0
//
//   frame, at the start of a page: a header, records, and zeros to the end of
//   the page. Valid if and only if its fields are in bounds, its sum is right,
//   its sequence follows, and its previous sum is that of the frame before it.
//      0   4  magic "SFRM"
//      4   2  type, 1
//      6   2  flags, 0
//      8   4  length: bytes of the records, a multiple of 8
//     12   4  record count, at least 1
//     16   8  sequence of the first record
//     24   8  highest sequence known durable when it was written
//     32   8  sum of the frame before it; 0: none ever
//     40   8  microseconds since the Unix epoch; never less than the frame's
//             before it
//     48   8  zero
//     56   8  sum of the records, seed = the sum of bytes 0 to 55, whose seed
//             is the segment's salt
//
//   record, at a multiple of 8; zeros to the next one
//      0   4  length of what it says, in bytes
//      4   4  low half of the sum of what it says, seed = the first half of the
//             store's UUID; xor the low half of its sequence
//      8      what it says; see record.h
//
// Witness, the file ctl: two slots, at bytes 0 and 4096. One is durable while
// the other is written. Valid if and only if magic, UUID and sum are right; the
// higher count wins.
//      0   8  magic "SEATWTNS"
//      8  16  the store's UUID
//     24   8  count of this write
//     32   8  highest sequence known durable
//     40   8  sum of bytes 0 to 39, seed 0
//
// Buffers, in memory that outlives a killed process: two halves of equal size.
// One is filled while the other is written. Numbers are the machine's own:
// nobody reads them after the next start of the machine.
//      0   8  magic "SEATBUFS"
//      8  16  the store's UUID
//     24   8  sequence of the first record
//     32   8  bytes of records, each of them whole
//     40  24  zero
//     64      records

#ifndef SEATFIELD_MAPPED_JOURNAL_FORMAT_H_
#define SEATFIELD_MAPPED_JOURNAL_FORMAT_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "mapped/little_endian.h"
#include "seatfield/internal/hash.h"

namespace seatfield::mapped {

// Written little-endian into the header of each file.
inline constexpr std::uint32_t kByteOrder = 0x01020304;

inline constexpr std::uint64_t kPageBytes = 4096;
inline constexpr std::uint64_t kFrameHeaderBytes = 64;
inline constexpr std::uint64_t kRecordHeaderBytes = 8;
inline constexpr std::uint64_t kSegmentBytesMin = std::uint64_t{16} << 10;
inline constexpr std::uint64_t kSegmentBytesMax = std::uint64_t{1} << 30;

constexpr std::uint64_t RoundUp(std::uint64_t bytes, std::uint64_t unit) {
  return (bytes + unit - 1) / unit * unit;
}

// A store's UUID, chosen at random when it is made.
struct StoreId {
  std::array<std::byte, 16> bytes{};

  friend bool operator==(const StoreId&, const StoreId&) = default;
};

// --- Segments ---------------------------------------------------------------

std::string SegmentName(std::uint64_t number);
// None: it is not the name of a segment.
std::optional<std::uint64_t> SegmentNumber(std::string_view name);

struct SegmentHeader {
  std::uint32_t read_only_flags = 0;
  StoreId id;
  std::uint64_t number = 0;
  std::uint64_t salt = 0;
  std::uint64_t base_sequence = 0;
  std::uint64_t previous_sum = 0;
  std::uint64_t previous_end = 0;
  std::int64_t time = 0;
};

using Page = std::array<std::byte, kPageBytes>;

Page EncodeSegmentHeader(const SegmentHeader& header);

// Errors: DataLoss (neither copy is whole), FailedPrecondition (written by a
//   newer version, or on a machine of the other byte order).
absl::StatusOr<SegmentHeader> DecodeSegmentHeader(const Page& page);

// --- Frames -----------------------------------------------------------------

struct FrameHeader {
  std::uint32_t length = 0;
  std::uint32_t record_count = 0;
  std::uint64_t sequence = 0;
  std::uint64_t durable_sequence = 0;
  std::uint64_t previous_sum = 0;
  std::int64_t time = 0;
  std::uint64_t sum = 0;
};

// Writes the header of a frame, but for `header.sum`, in front of the records,
// which stand there already. Returns the frame's sum.
std::uint64_t EncodeFrameHeader(const FrameHeader& header, std::uint64_t salt,
                                std::byte* frame);

// None: its fields are not those of a frame. Requires a header's bytes.
std::optional<FrameHeader> DecodeFrameHeader(const std::byte* frame);

// Of a frame with `length` bytes of records.
std::uint64_t FrameSum(const std::byte* frame, std::uint64_t length,
                       std::uint64_t salt);

// --- Records ----------------------------------------------------------------

// What a record takes that says so much.
constexpr std::uint64_t RecordBytes(std::uint64_t size) {
  return kRecordHeaderBytes + RoundUp(size, 8);
}

inline std::uint64_t RecordSeed(const StoreId& id) {
  return LoadLittle<std::uint64_t>(id.bytes.data());
}

// The sum of a record, before its sequence is known.
inline std::uint32_t RecordSum(std::span<const std::byte> says,
                               std::uint64_t seed) {
  return static_cast<std::uint32_t>(internal::Hash64(says, seed));
}

// Requires RecordBytes(says.size()) at `to`.
inline void StoreRecord(std::byte* to, std::span<const std::byte> says,
                        std::uint32_t sum, std::uint64_t sequence) {
  const std::uint64_t bytes = RecordBytes(says.size());
  std::memset(to + bytes - 8, 0, 8);
  StoreLittle(to, static_cast<std::uint32_t>(says.size()));
  StoreLittle(to + 4, sum ^ static_cast<std::uint32_t>(sequence));
  if (!says.empty()) {
    std::memcpy(to + kRecordHeaderBytes, says.data(), says.size());
  }
}

struct Record {
  std::span<const std::byte> says;
  std::uint32_t check = 0;

  bool IsWhole(std::uint64_t seed, std::uint64_t sequence) const {
    return check ==
           (RecordSum(says, seed) ^ static_cast<std::uint32_t>(sequence));
  }
};

// Takes the first record off `bytes`; none: they do not begin with a record.
inline std::optional<Record> TakeRecord(std::span<const std::byte>& bytes) {
  if (bytes.size() < kRecordHeaderBytes) return std::nullopt;
  const std::uint64_t length = LoadLittle<std::uint32_t>(bytes.data());
  const std::uint64_t whole = RecordBytes(length);
  if (whole > bytes.size()) return std::nullopt;
  const Record record{.says = bytes.subspan(kRecordHeaderBytes, length),
                      .check = LoadLittle<std::uint32_t>(bytes.data() + 4)};
  bytes = bytes.subspan(whole);
  return record;
}

// --- Witness ----------------------------------------------------------------

inline constexpr char kWitnessName[] = "ctl";
inline constexpr std::uint64_t kWitnessBytes = 48;
inline constexpr std::uint64_t kWitnessSlots[] = {0, kPageBytes};

struct Witness {
  std::uint64_t count = 0;
  std::uint64_t sequence = 0;
};

using WitnessSlot = std::array<std::byte, kWitnessBytes>;

WitnessSlot EncodeWitness(const Witness& witness, const StoreId& id);
// None: it is not valid.
std::optional<Witness> DecodeWitness(const WitnessSlot& slot,
                                     const StoreId& id);

// --- Buffers ----------------------------------------------------------------

// Fields are read and written as atomics.
struct alignas(64) BufferHeader {
  std::uint64_t magic = 0;
  StoreId id;
  std::uint64_t sequence = 0;
  std::uint64_t bytes = 0;
  std::uint64_t zero[3] = {};
};
static_assert(sizeof(BufferHeader) == 64);

// Of each buffer.
inline constexpr std::uint64_t kBufferBytesMin = std::uint64_t{64} << 10;
inline constexpr std::uint64_t kBufferBytesMax = std::uint64_t{256} << 20;
inline constexpr std::uint64_t kBufferMagic = 0x5346'5542'5441'4553;

// The memory that a journal's buffers take: two of `buffer_bytes`.
constexpr std::uint64_t JournalBufferBytes(std::uint64_t buffer_bytes) {
  return 2 * (sizeof(BufferHeader) + RoundUp(buffer_bytes, 64));
}

}  // namespace seatfield::mapped

#endif  // SEATFIELD_MAPPED_JOURNAL_FORMAT_H_
