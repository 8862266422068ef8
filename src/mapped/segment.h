// SPDX-License-Identifier: MIT
//
// The segments in a directory, and their headers.
//
// Errors: those of reading, and FailedPrecondition (a header of another segment
//   or store, or a newer one), each with the file.
// Thread safety: as platform::Directory.

#ifndef SEATFIELD_MAPPED_SEGMENT_H_
#define SEATFIELD_MAPPED_SEGMENT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mapped/journal_format.h"
#include "platform/file.h"

namespace seatfield::mapped {

struct Segment {
  platform::File file;
  std::uint64_t number = 0;
};

// Their numbers, ascending. Other files do not matter.
absl::StatusOr<std::vector<std::uint64_t>> ListSegments(
    const platform::Directory& directory);

absl::StatusOr<Segment> OpenSegment(const platform::Directory& directory,
                                    std::uint64_t number);

// What stands where a segment's header belongs.
struct HeaderPage {
  std::optional<SegmentHeader> header;
  std::string torn;  // why there is none; empty: it is a spare
};

absl::StatusOr<HeaderPage> ReadHeaderPage(const Segment& segment,
                                          const StoreId& id);

// Makes durable what stands in a segment, which a killed process may have left
// in memory alone. Number 0 is none. Errors: those of opening and syncing.
absl::Status SyncSegment(const platform::Directory& directory,
                         std::uint64_t number);

// Removes the segments before `in_use` that hold nothing behind `sequence`.
absl::Status DropSegments(platform::Directory& directory, const StoreId& id,
                          std::uint64_t in_use, std::uint64_t sequence);

}  // namespace seatfield::mapped

#endif  // SEATFIELD_MAPPED_SEGMENT_H_
