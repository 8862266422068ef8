// SPDX-License-Identifier: MIT

#include "mapped/salvage.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mapped/options_check.h"
#include "mapped/rebuild.h"
#include "mapped/snapshot_file.h"
#include "platform/file.h"
#include "platform/system.h"
#include "seatfield/internal/text.h"
#include "seatfield/mapped_storage.h"

namespace seatfield::mapped {

absl::StatusOr<SalvageReport> Salvage(platform::System& system,
                                      const std::string& from,
                                      const std::string& to,
                                      const MappedOptions& options) {
  absl::Status checked = CheckOptions(options);
  if (!checked.ok()) return checked;
  auto source = platform::Directory::Open(system, from);
  if (!source.ok()) return source.status();
  auto target = platform::Directory::OpenOrMake(system, to);
  if (!target.ok()) return target.status();
  const auto there = ListSnapshots(*target);
  if (!there.ok()) return there.status();
  if (!there->empty()) {
    return absl::FailedPreconditionError(
        internal::Cat(to, " has a store already"));
  }
  StoreId id;
  const int error = system.Random(id.bytes);
  if (error < 0) return platform::SystemError(error, "draw an id for", to);

  std::unique_ptr<PrivateLedger> ledger;
  RebuildOptions rebuild;
  rebuild.salvage = true;
  const auto rebuilt = Rebuild(*source, rebuild,
                               [&](const SnapshotHeader& snapshot)
                                   -> absl::StatusOr<internal::LedgerState*> {
                                 auto made = PrivateLedger::Make(
                                     nullptr, options.limits, snapshot.seed);
                                 if (!made.ok()) return made.status();
                                 ledger = *std::move(made);
                                 return &ledger->ledger().state();
                               });
  if (!rebuilt.ok()) return rebuilt.status();
  SnapshotHeader header;
  header.id = id;
  header.sequence = rebuilt->journal.end.sequence;
  header.frame_time = rebuilt->journal.end.last_time;
  const auto written = WriteSnapshot(ledger->ledger().state(), *target, header,
                                     SnapshotPace::kAtOnce);
  if (!written.ok()) return written.status();
  SalvageReport report;
  report.sequence = header.sequence;
  report.stopped_at = rebuilt->stopped_at.empty()
                          ? rebuilt->journal.discarded_at
                          : rebuilt->stopped_at;
  report.bytes_lost = rebuilt->journal.bytes_discarded;
  return report;
}

}  // namespace seatfield::mapped
