// SPDX-License-Identifier: MIT
//
// The bytes of a store's journal. All numbers are little-endian; a page is 4
// KiB; "sum" is XXH3-64.
//
// Segment, the file jrnl-<number as 16 hexadecimal digits>: a page of header,
// then frames. Zero-filled to its full size when it is made.
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
//     48   8  segment number
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
//      8   4  length: bytes of the records
//     12   4  record count, at least 1
//     16   8  sequence of the first record
//     24   8  highest sequence known durable when it was written
//     32   8  sum of the frame before it; 0: none ever
//     40   8  microseconds since the Unix epoch; never less than the frame's
//             before it
//     48   8  zero
//     56   8  sum of bytes 0 to 55 and the records, seed = the segment's salt
//
//   record
//      0   4  length of the whole record, a multiple of 4
//      4   4  low half of the sum of the bytes behind it, seed = the first half
//             of the store's UUID
//      8      what it says; see record.h
//
// Witness, the file ctl: two slots, at bytes 0 and 4096, written in turn. Valid
// if and only if magic, UUID and sum are right; the higher count wins.
//      0   8  magic "SEATWTNS"
//      8  16  the store's UUID
//     24   8  count of this write
//     32   8  highest sequence known durable
//     40   8  sum of bytes 0 to 39, seed 0

#ifndef SEATFIELD_MAPPED_JOURNAL_FORMAT_H_
#define SEATFIELD_MAPPED_JOURNAL_FORMAT_H_

#include <array>
#include <cstddef>
#include <cstdint>

namespace seatfield::mapped {

inline constexpr std::uint64_t kPageBytes = 4096;

// A store's UUID, chosen at random when it is made.
struct StoreId {
  std::array<std::byte, 16> bytes{};

  friend bool operator==(const StoreId&, const StoreId&) = default;
};

}  // namespace seatfield::mapped

#endif  // SEATFIELD_MAPPED_JOURNAL_FORMAT_H_
