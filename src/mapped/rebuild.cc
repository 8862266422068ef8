// SPDX-License-Identifier: MIT

#include "mapped/rebuild.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mapped/apply.h"
#include "mapped/file_slabs.h"
#include "mapped/image.h"
#include "mapped/journal_scan.h"
#include "mapped/snapshot_file.h"
#include "platform/file.h"
#include "seatfield/internal/ledger.h"
#include "seatfield/internal/ledger_state.h"
#include "seatfield/internal/text.h"

namespace seatfield::mapped {
namespace {

// A ledger as the snapshot says it was.
absl::StatusOr<internal::LedgerState*> Load(
    const platform::Directory& directory, std::uint64_t sequence,
    const MakeLedger& make, SnapshotHeader& header) {
  auto reader = SnapshotReader::Open(directory, sequence);
  if (!reader.ok()) return reader.status();
  header = reader->header();
  auto ledger = make(header);
  if (!ledger.ok()) return ledger;
  absl::Status status = LoadImage(*reader, **ledger);
  if (!status.ok()) return status;
  return ledger;
}

// The newest snapshot that is whole; what is wrong with newer ones is told.
absl::StatusOr<internal::LedgerState*> LoadNewest(
    const platform::Directory& directory, const RebuildOptions& options,
    const MakeLedger& make, Rebuilt& rebuilt) {
  const auto sequences = ListSnapshots(directory);
  if (!sequences.ok()) return sequences.status();
  absl::Status failure = absl::NotFoundError(
      internal::Cat("there is no store in ", directory.path()));
  for (const std::uint64_t sequence : *sequences) {
    if (sequence > options.until) continue;
    if (options.from && sequence != *options.from) continue;
    auto ledger = Load(directory, sequence, make, rebuilt.snapshot);
    if (ledger.ok() || ledger.status().code() != absl::StatusCode::kDataLoss) {
      return ledger;
    }
    if (rebuilt.damaged_snapshot.empty()) {
      rebuilt.damaged_snapshot = std::string(ledger.status().message());
      rebuilt.damaged_sequence = sequence;
    }
    failure = ledger.status();
  }
  return failure;
}

}  // namespace

absl::StatusOr<Rebuilt> Rebuild(const platform::Directory& directory,
                                const RebuildOptions& options,
                                const MakeLedger& make) {
  Rebuilt rebuilt;
  const auto state = LoadNewest(directory, options, make, rebuilt);
  if (!state.ok()) return state.status();
  Applier applier(**state);
  ScanOptions scan;
  scan.after = rebuilt.snapshot.sequence;
  scan.until = options.until;
  scan.salvage = options.salvage;
  absl::Status misfit;
  auto result = ScanJournal(
      directory, rebuilt.snapshot.id, scan,
      [&](std::uint64_t sequence, std::span<const std::byte> record) {
        misfit = applier.Push(sequence, record);
        return misfit;
      });
  if (result.ok()) misfit = applier.Finish();
  if (!misfit.ok()) {
    if (!options.salvage || !absl::IsDataLoss(misfit)) return misfit;
    // What does not fit has spoilt the ledger: up to there it is built anew.
    RebuildOptions before = options;
    before.until = applier.sequence() - 1;
    auto again = Rebuild(directory, before, make);
    if (again.ok()) again->stopped_at = std::string(misfit.message());
    return again;
  }
  if (!result.ok()) return result.status();
  rebuilt.journal = *std::move(result);
  JournalEnd& end = rebuilt.journal.end;
  if (end.sequence < rebuilt.snapshot.sequence) {
    end.sequence = rebuilt.snapshot.sequence;
    end.sum = rebuilt.snapshot.frame_sum;
  }
  end.last_time = std::max(end.last_time, rebuilt.snapshot.frame_time);
  if (rebuilt.snapshot.read_only_flags != 0) {
    rebuilt.journal.read_only = internal::Cat(
        directory.path(), "/", SnapshotName(rebuilt.snapshot.sequence),
        " was written by a newer version of seatfield");
  }
  if (end.sequence < rebuilt.damaged_sequence) {
    rebuilt.stopped_at = internal::Cat(
        rebuilt.damaged_snapshot,
        "; the journal ends before it, with sequence ", end.sequence);
    if (!options.salvage) return absl::DataLossError(rebuilt.stopped_at);
  }
  return rebuilt;
}

absl::StatusOr<std::unique_ptr<PrivateLedger>> PrivateLedger::Make(
    platform::Directory* directory, const Limits& limits, std::uint64_t seed) {
  auto made = std::make_unique<PrivateLedger>();
  if (directory != nullptr) {
    auto slabs = FileSlabs::MakeUnnamed(*directory);
    if (!slabs.ok()) return slabs.status();
    made->slabs_ = *std::move(slabs);
  }
  made->record_.seed = seed;
  made->ledger_.emplace(
      limits, seed, internal::LedgerHome{&made->record_, made->slabs_.get()});
  return made;
}

absl::StatusOr<SnapshotHeader> WriteSnapshot(internal::LedgerState& state,
                                             platform::Directory& to,
                                             SnapshotHeader header,
                                             SnapshotPace pace) {
  header.seed = state.seed;
  auto writer = SnapshotWriter::Create(to, header, pace);
  if (!writer.ok()) return writer.status();
  absl::Status written = WriteImage(
      state, [&](std::span<const std::byte> bytes) { writer->Write(bytes); });
  if (!written.ok()) return written;
  return writer->Finish();
}

absl::StatusOr<SnapshotHeader> BuildSnapshot(platform::Directory& from,
                                             const Limits& limits,
                                             const RebuildOptions& options,
                                             platform::Directory& to,
                                             const StoreId& id) {
  std::unique_ptr<PrivateLedger> private_ledger;
  auto rebuilt = Rebuild(from, options,
                         [&](const SnapshotHeader& snapshot)
                             -> absl::StatusOr<internal::LedgerState*> {
                           auto made =
                               PrivateLedger::Make(&to, limits, snapshot.seed);
                           if (!made.ok()) return made.status();
                           private_ledger = *std::move(made);
                           return &private_ledger->ledger().state();
                         });
  if (!rebuilt.ok()) {
    return private_ledger ? private_ledger->Explain(rebuilt.status())
                          : rebuilt.status();
  }
  SnapshotHeader header;
  header.id = id;
  header.sequence = rebuilt->journal.end.sequence;
  const bool same = id == rebuilt->snapshot.id;
  header.frame_sum = same ? rebuilt->journal.end.sum : 0;
  header.frame_time = rebuilt->journal.end.last_time;
  return WriteSnapshot(private_ledger->ledger().state(), to, header,
                       SnapshotPace::kSteps);
}

}  // namespace seatfield::mapped
