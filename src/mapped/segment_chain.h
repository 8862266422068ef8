// SPDX-License-Identifier: MIT
//
// Which segments a scan reads: from the one that holds the first sequence asked
// for to the last that is in use. Those before are not looked at, so that a
// crash while they were dropped does no harm.
//
// Errors: those of segment.h, but what is lost is told in its link.

#ifndef SEATFIELD_MAPPED_SEGMENT_CHAIN_H_
#define SEATFIELD_MAPPED_SEGMENT_CHAIN_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mapped/journal_format.h"
#include "mapped/segment.h"
#include "platform/file.h"

namespace seatfield::mapped {

struct ChainLink {
  std::uint64_t number = 0;
  std::optional<SegmentHeader> header;
  absl::Status damage;     // why there is no header; ok: it is a spare
  bool is_legible = true;  // else it may have been in use
};

struct SegmentChain {
  std::vector<ChainLink> used;        // ascending
  std::vector<ChainLink> unused;      // behind them: spares, or torn
  std::uint64_t oldest_sequence = 0;  // that the files reach back to; 0: none
};

absl::StatusOr<SegmentChain> FindChain(const platform::Directory& directory,
                                       const StoreId& id, std::uint64_t after);

}  // namespace seatfield::mapped

#endif  // SEATFIELD_MAPPED_SEGMENT_CHAIN_H_
