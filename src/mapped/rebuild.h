// SPDX-License-Identifier: MIT
//
// Builds a ledger from a store's files alone: the newest snapshot that is
// whole, and the journal behind it.

#ifndef SEATFIELD_MAPPED_REBUILD_H_
#define SEATFIELD_MAPPED_REBUILD_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mapped/apply.h"
#include "mapped/file_slabs.h"
#include "mapped/journal_scan.h"
#include "mapped/snapshot_file.h"
#include "platform/file.h"
#include "seatfield/internal/layout.h"
#include "seatfield/internal/ledger.h"
#include "seatfield/internal/space.h"
#include "seatfield/limits.h"

namespace seatfield::mapped {

struct RebuildOptions {
  std::uint64_t until = UINT64_MAX;  // the last sequence to take
  // Of the snapshot to begin with; absent: the newest that is whole.
  std::optional<std::uint64_t> from;
  bool salvage = false;  // damage ends it, instead of failing it
};

struct Rebuilt {
  SnapshotHeader snapshot;       // that it was built from
  std::string damaged_snapshot;  // a newer one that is damaged: what and where
  std::uint64_t damaged_sequence = 0;  // of the newest such
  std::string stopped_at;              // salvage: what is lost, and why
  ScanResult journal;
};

// Makes an empty ledger for a snapshot; called again if that one is damaged.
using MakeLedger = std::function<absl::StatusOr<internal::LedgerState*>(
    const SnapshotHeader& snapshot)>;

// Errors: NotFound (there is no snapshot: no store), DataLoss,
// FailedPrecondition (foreign or newer files), ResourceExhausted.
absl::StatusOr<Rebuilt> Rebuild(const platform::Directory& directory,
                                const RebuildOptions& options,
                                const MakeLedger& make);

// A ledger of this process alone.
class PrivateLedger {
 public:
  // In memory of a file without a name, or on the heap without a directory.
  static absl::StatusOr<std::unique_ptr<PrivateLedger>> Make(
      platform::Directory* directory, const Limits& limits, std::uint64_t seed);

  // As FileSlabs::Explain().
  absl::Status Explain(const absl::Status& status) const {
    return slabs_ != nullptr ? slabs_->Explain(status) : status;
  }
  internal::Ledger& ledger() { return *ledger_; }

 private:
  std::unique_ptr<FileSlabs> slabs_;  // null: on the heap
  internal::StoreRecord record_{};
  std::optional<internal::Ledger> ledger_;
};

// Builds the inventory as it was at `until`, which the journal must reach, and
// writes it as a snapshot of the store `id` into `to`. Returns its header.
// Commits may go on meanwhile.
absl::StatusOr<SnapshotHeader> BuildSnapshot(platform::Directory& from,
                                             const Limits& limits,
                                             const RebuildOptions& options,
                                             platform::Directory& to,
                                             const StoreId& id);

// Writes what a ledger holds, of which nobody else may have use.
absl::StatusOr<SnapshotHeader> WriteSnapshot(internal::LedgerState& state,
                                             platform::Directory& to,
                                             SnapshotHeader header,
                                             SnapshotPace pace);

}  // namespace seatfield::mapped

#endif  // SEATFIELD_MAPPED_REBUILD_H_
