// SPDX-License-Identifier: MIT
//
// Reads a journal back: after a crash, for a snapshot, for those who follow the
// feed. Nothing is believed before its sum, its place in the chain and its
// bounds agree.
//
// How the end is told from damage: at the first bad place, with sequence s
// expected, in the last segment,
//   all zero from there and no witness of s   the end
//   a witness of s, or a later page that holds a valid frame whose
//   durable_sequence is s or more             DataLoss: s was acknowledged
//   else                                      torn: never acknowledged
// In an earlier segment, anything bad before the end that its successor states
// is DataLoss.

#ifndef SEATFIELD_MAPPED_JOURNAL_SCAN_H_
#define SEATFIELD_MAPPED_JOURNAL_SCAN_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mapped/journal.h"
#include "mapped/journal_format.h"
#include "platform/file.h"

namespace seatfield::mapped {

struct ScanOptions {
  std::uint64_t after = 0;           // only records behind this
  std::uint64_t until = UINT64_MAX;  // and up to this
  std::uint64_t segment_bytes_max = std::uint64_t{1} << 30;
  // Whether damage ends the scan as a torn end would, instead of failing it.
  bool salvage = false;
};

struct ScanResult {
  JournalEnd end;
  std::uint64_t oldest_sequence = 0;  // the first that the files hold
  std::uint64_t records = 0;          // given to fn
  std::int64_t last_time = 0;         // of the last frame
  std::uint64_t bytes_discarded = 0;  // torn, in the last segment
  std::string discarded_at;           // file and offset; empty: nothing
};

// Called for each record in order. An error ends the scan with it.
using RecordFn = std::function<absl::Status(std::uint64_t sequence,
                                            std::span<const std::byte> record)>;

// Errors: DataLoss (damage, with file and offset), FailedPrecondition (a newer
// or foreign file), OutOfRange (the files begin behind `after` + 1), and those
// of reading.
absl::StatusOr<ScanResult> ScanJournal(const platform::Directory& directory,
                                       const StoreId& id,
                                       const ScanOptions& options,
                                       const RecordFn& fn);

// The records behind `after` that stand in the buffers of a process that was
// killed: those that are whole and follow without a gap. Returns how many.
absl::StatusOr<std::uint64_t> RescueRecords(std::span<const std::byte> buffers,
                                            const StoreId& id,
                                            std::uint64_t after,
                                            const RecordFn& fn);

}  // namespace seatfield::mapped

#endif  // SEATFIELD_MAPPED_JOURNAL_SCAN_H_
