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
// is DataLoss. Files behind the last segment whose header is not whole are
// spares, or torn. What is at or before `after` is not missed.
//
// While a journal writes, whoever scans must stop at its durable_sequence().

#ifndef SEATFIELD_MAPPED_JOURNAL_SCAN_H_
#define SEATFIELD_MAPPED_JOURNAL_SCAN_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mapped/journal_end.h"
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
  JournalEnd end;                     // `after` or later
  JournalEnd durable_end;             // of what is known to be on the disk
  std::uint64_t oldest_sequence = 0;  // the first that the files hold; 0: none
  std::uint64_t witness = 0;          // known durable, by the file ctl
  std::uint64_t records = 0;          // given to fn
  // Torn; with `salvage`, what stands in the files behind the damage.
  std::uint64_t bytes_discarded = 0;
  std::string discarded_at;  // file, offset, why; empty: nothing
  std::string read_only;     // why nothing may be written; empty: it may
};

// Called for each record in order. An error ends the scan with it.
using RecordFn = std::function<absl::Status(std::uint64_t sequence,
                                            std::span<const std::byte> record)>;

// Errors: DataLoss (damage, with file and offset), FailedPrecondition (a newer,
// foreign or too large file), OutOfRange (the files begin behind `after` + 1),
// ResourceExhausted (memory), and those of reading.
absl::StatusOr<ScanResult> ScanJournal(const platform::Directory& directory,
                                       const StoreId& id,
                                       const ScanOptions& options,
                                       const RecordFn& fn);

// The records behind `after` that stand in the buffers of a process that was
// killed. Returns how many. Not for memory of before the last start of the
// machine. Errors: DataLoss (one is damaged or missing).
absl::StatusOr<std::uint64_t> RescueRecords(std::span<const std::byte> buffers,
                                            const StoreId& id,
                                            std::uint64_t after,
                                            const RecordFn& fn);

}  // namespace seatfield::mapped

#endif  // SEATFIELD_MAPPED_JOURNAL_SCAN_H_
