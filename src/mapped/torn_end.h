// SPDX-License-Identifier: MIT
//
// What stands behind the first bad place of the last segment: nothing, what a
// crash tore, or frames that could only be written after the bad place was
// durable. The rules are in journal_scan.h.
//
// Errors: those of reading.
// Complexity: O(segment); a segment made to look like frames throughout counts
//   as damage.

#ifndef SEATFIELD_MAPPED_TORN_END_H_
#define SEATFIELD_MAPPED_TORN_END_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "mapped/segment_reader.h"

namespace seatfield::mapped {

struct TornEnd {
  std::uint64_t bytes = 0;  // from the bad place to the last that is not zero
  // Where a frame stands that knew `sequence` durable; 0: nowhere.
  std::uint64_t damaged_by = 0;
};

absl::StatusOr<TornEnd> JudgeEnd(SegmentReader& reader, std::uint64_t offset,
                                 std::uint64_t salt, std::uint64_t sequence);

}  // namespace seatfield::mapped

#endif  // SEATFIELD_MAPPED_TORN_END_H_
