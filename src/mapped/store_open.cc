// SPDX-License-Identifier: MIT

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mapped/apply.h"
#include "mapped/checkpointer.h"
#include "mapped/journal.h"
#include "mapped/journal_scan.h"
#include "mapped/live_map.h"
#include "mapped/options_check.h"
#include "mapped/rebuild.h"
#include "mapped/segment.h"
#include "mapped/snapshot_file.h"
#include "mapped/store.h"
#include "platform/file.h"
#include "platform/system.h"
#include "seatfield/internal/ledger.h"
#include "seatfield/internal/ledger_state.h"
#include "seatfield/internal/text.h"
#include "seatfield/mapped_storage.h"
#include "seatfield/time.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN

using internal::Cat;
using mapped::JournalEnd;
using mapped::LiveMap;
using mapped::SnapshotHeader;

namespace {

constexpr char kLockName[] = "LOCK";

absl::StatusOr<std::uint64_t> DrawSeed(platform::System& system) {
  std::array<std::byte, 8> bytes;
  std::uint64_t seed = 0;
  while (seed == 0) {
    const int error = system.Random(bytes);
    if (error < 0) return platform::SystemError(error, "draw a seed for", "");
    seed = mapped::LoadLittle<std::uint64_t>(bytes.data());
  }
  return seed;
}

// The process id that stands in a lock file.
std::optional<std::int64_t> HolderOf(const platform::File& lock) {
  std::array<char, 20> text{};
  const auto status = lock.Status();
  const auto size = status.ok()
                        ? std::min<std::size_t>(text.size(), status->size)
                        : std::size_t{0};
  const std::span<char> read = std::span(text).first(size);
  if (!lock.Read(0, std::as_writable_bytes(read)).ok()) return std::nullopt;
  const std::string_view digits(read.data(), read.size());
  return internal::ParseDecimal<std::int64_t>(
      digits.substr(0, digits.find('\n')));
}

absl::Status NoThread(const std::system_error& error) {
  return absl::ResourceExhaustedError(
      Cat("the threads of the store: ", error.what()));
}

}  // namespace

// --- To write ---------------------------------------------------------------

absl::StatusOr<std::unique_ptr<MappedStorage::Store>>
MappedStorage::Store::OpenToWrite(platform::System& system,
                                  const std::string& directory,
                                  const MappedOptions& options,
                                  bool background) {
  absl::Status status = mapped::CheckOptions(options);
  if (!status.ok()) return status;
  const std::int64_t start = system.MonotonicMicros();
  std::unique_ptr<Store> store(new Store(system, options));
  store->background_ = background;
  status = store->OpenDirectory(directory, options.create);
  if (status.ok()) status = store->TakeLock();
  if (status.ok()) status = store->FindOrMake();
  if (!status.ok()) return status;
  store->report_.took = Duration(system.MonotonicMicros() - start);
  return store;
}

absl::Status MappedStorage::Store::OpenDirectory(const std::string& path,
                                                 bool make) {
  auto directory = make ? platform::Directory::OpenOrMake(system_, path)
                        : platform::Directory::Open(system_, path);
  if (!directory.ok()) return directory.status();
  directory_ = *std::move(directory);
  if (options_.allow_network_file_system) return absl::OkStatus();
  const auto on_network = directory_.IsOnNetwork();
  if (!on_network.ok()) return on_network.status();
  if (!*on_network) return absl::OkStatus();
  return absl::FailedPreconditionError(
      Cat(path,
          " lies on a network file system, where a flush promises less: "
          "set allow_network_file_system to accept that"));
}

absl::Status MappedStorage::Store::TakeLock() {
  auto lock = directory_.Open(kLockName, platform::OpenMode::kReadWrite);
  if (lock.status().code() == absl::StatusCode::kNotFound) {
    lock = directory_.Open(kLockName, platform::OpenMode::kCreate);
    // Another process may have been as quick.
    if (lock.status().code() == absl::StatusCode::kAlreadyExists) {
      lock = directory_.Open(kLockName, platform::OpenMode::kReadWrite);
    }
  }
  if (!lock.ok()) return lock.status();
  const auto status = lock->Status();
  if (!status.ok()) return status.status();
  if (status->owner != system_.UserId() || (status->mode & 022) != 0) {
    return absl::FailedPreconditionError(
        Cat(lock->path(),
            " belongs to another user or others may write to it: "
            "its mode must be 0600"));
  }
  const auto taken = lock->TryLock();
  if (!taken.ok()) return taken.status();
  if (!*taken) {
    const auto holder = HolderOf(*lock);
    return absl::FailedPreconditionError(
        Cat(directory_.path(), " is open for writing already, in process ",
            holder ? Cat(*holder) : "unknown"));
  }
  const std::string holder = Cat(system_.ProcessId(), "\n");
  absl::Status written = lock->Truncate(0);
  if (written.ok()) {
    written = lock->Write(0, std::as_bytes(std::span(holder)));
  }
  lock_ = *std::move(lock);
  return written;
}

absl::Status MappedStorage::Store::FindOrMake() {
  auto snapshots = mapped::ListSnapshots(directory_);
  if (!snapshots.ok()) return snapshots.status();
  if (snapshots->empty()) {
    absl::Status made = MakeNew();
    if (!made.ok()) return made;
  }
  JournalEnd end;
  absl::Status status = Recover(end);
  if (status.ok()) status = CheckClock();
  if (!status.ok()) return status;
  if (snapshots->empty()) report_.kind = RecoveryReport::Kind::kCreated;
  return Serve(end);
}

// A store begins with a snapshot of nothing.
absl::Status MappedStorage::Store::MakeNew() {
  if (!options_.create) {
    return absl::NotFoundError(Cat("there is no store in ", directory_.path()));
  }
  const auto names = directory_.List();
  if (!names.ok()) return names.status();
  for (const std::string& name : *names) {
    if (!name.starts_with("jrnl-") && name != "ctl") continue;
    return absl::DataLossError(
        Cat(directory_.path(), " has ", name, " but no snapshot"));
  }
  const auto seed = DrawSeed(system_);
  if (!seed.ok()) return seed.status();
  SnapshotHeader header;
  const int error = system_.Random(header.id.bytes);
  if (error < 0) return platform::SystemError(error, "draw an id for", "");
  auto nothing = mapped::PrivateLedger::Make(nullptr, options_.limits, *seed);
  if (!nothing.ok()) return nothing.status();
  return mapped::WriteSnapshot((*nothing)->ledger().state(), directory_, header,
                               mapped::SnapshotPace::kAtOnce)
      .status();
}

// With memory ahead of it from the start, so that a rebuild has it too.
absl::Status MappedStorage::Store::MakeLedgerOnMap(std::unique_ptr<LiveMap> map,
                                                   std::uint64_t seed) {
  own_ledger_.reset();
  ahead_.reset();
  map_ = std::move(map);
  own_ledger_.emplace(options_.limits, seed,
                      internal::LedgerHome{&map_->store(), &map_->slabs()});
  ledger_ = &*own_ledger_;
  if (!background_) return absl::OkStatus();
  try {
    ahead_ = std::make_unique<mapped::MemoryAhead>(system_, map_->own_slabs());
    return absl::OkStatus();
  } catch (const std::system_error& error) {
    return NoThread(error);
  }
}

absl::Status MappedStorage::Store::Recover(JournalEnd& end) {
  const auto snapshots = mapped::ListSnapshots(directory_);
  if (!snapshots.ok()) return snapshots.status();
  if (snapshots->empty()) {
    return absl::DataLossError(
        Cat("the snapshots in ", directory_.path(), " have gone"));
  }
  const auto newest =
      mapped::SnapshotReader::Open(directory_, snapshots->front());
  if (newest.ok() && newest->header().read_only_flags == 0 &&
      UseClosedMap(newest->header(), end)) {
    id_ = newest->header().id;
    snapshot_bytes_ = newest->header().file_bytes();
    return absl::OkStatus();
  }
  LiveMap::Supersede(directory_);
  auto rebuilt = mapped::Rebuild(
      directory_, {},
      [&](const SnapshotHeader& snapshot)
          -> absl::StatusOr<internal::LedgerState*> {
        auto map = LiveMap::Make(directory_, snapshot.id, options_.buffer_bytes,
                                 options_.limits);
        if (!map.ok()) return map.status();
        absl::Status made = MakeLedgerOnMap(*std::move(map), snapshot.seed);
        if (!made.ok()) return made;
        return &ledger_->state();
      });
  if (!rebuilt.ok()) {
    return map_ ? map_->Explain(rebuilt.status()) : rebuilt.status();
  }
  if (!rebuilt->journal.read_only.empty()) {
    return absl::FailedPreconditionError(rebuilt->journal.read_only);
  }
  id_ = rebuilt->snapshot.id;
  snapshot_bytes_ = rebuilt->snapshot.file_bytes();
  report_.kind = RecoveryReport::Kind::kRebuilt;
  Report(*rebuilt);
  end = rebuilt->journal.end;
  return absl::OkStatus();
}

void MappedStorage::Store::Report(const mapped::Rebuilt& rebuilt) {
  report_.snapshot_sequence = rebuilt.snapshot.sequence;
  report_.records_replayed = rebuilt.journal.records;
  report_.bytes_discarded = rebuilt.journal.bytes_discarded;
  report_.discarded_at = rebuilt.journal.discarded_at;
  report_.damaged = rebuilt.damaged_snapshot;
}

// What a killed process of this boot had decided and not yet written.
absl::Status MappedStorage::Store::Rescue(
    const JournalEnd& end, std::vector<std::vector<std::byte>>& rescued) {
  const auto buffers = LiveMap::ReadBuffers(directory_, id_);
  if (!buffers.ok()) return buffers.status();
  if (buffers->empty()) return absl::OkStatus();
  mapped::Applier applier(ledger_->state());
  const auto count = mapped::RescueRecords(
      *buffers, id_, end.sequence,
      [&](std::uint64_t sequence, std::span<const std::byte> record) {
        rescued.emplace_back(record.begin(), record.end());
        return applier.Push(sequence, record);
      });
  if (!count.ok()) return count.status();
  absl::Status finished = applier.Finish();
  if (!finished.ok()) return finished;
  report_.records_rescued = *count;
  report_.records_replayed += *count;
  return CheckClock();
}

// Whether the memory of a store that was closed properly is still good.
bool MappedStorage::Store::UseClosedMap(const SnapshotHeader& snapshot,
                                        JournalEnd& end) {
  auto map = LiveMap::OpenClosed(directory_, snapshot.id, options_.buffer_bytes,
                                 options_.limits, snapshot.sequence);
  if (map == nullptr) return false;
  end = map->end();
  if (!MakeLedgerOnMap(std::move(map), snapshot.seed).ok()) return false;
  internal::ForgetCounters(ledger_->state());
  report_.kind = RecoveryReport::Kind::kClean;
  report_.snapshot_sequence = snapshot.sequence;
  return true;
}

// Whether no section has changed too far ahead of the clock.
absl::Status MappedStorage::Store::CheckClock() const {
  if (options_.clock_skew_max == kForever) return absl::OkStatus();
  const internal::LedgerState& state = ledger_->state();
  std::int64_t latest = INT64_MIN;
  for (const internal::Line line : state.sections.Lines()) {
    latest = std::max(latest, state.SectionAt(line).time);
  }
  const Time wall = TimeFromMicros(system_.WallMicros());
  if (TimeFromMicros(latest) <= AddSaturating(wall, options_.clock_skew_max)) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(
      Cat("the last change of ", directory_.path(), " was made at ",
          TimeToString(TimeFromMicros(latest)),
          ", too far ahead of the clock, which says ", TimeToString(wall),
          ": set the clock, or clock_skew_max to accept that"));
}

// Starts the journal behind what was found, and lets go of what a crash left
// only when all of it is safe in new files: nothing may say that it was durable
// before that.
absl::Status MappedStorage::Store::Serve(const JournalEnd& end) {
  const bool rebuilt = report_.kind != RecoveryReport::Kind::kClean;
  std::vector<std::vector<std::byte>> rescued;
  absl::Status status;
  if (rebuilt) status = WriteRecovered(end);
  if (status.ok() && rebuilt) status = Rescue(end, rescued);
  if (status.ok()) status = StartJournal(end, rescued);
  if (status.ok() && rebuilt) status = map_->Publish(directory_);
  if (status.ok() && !report_.damaged.empty()) status = DropDamaged(end);
  if (status.ok()) status = mapped::DropOldFiles(directory_, *journal_);
  if (!status.ok()) return status;
  report_.sequence = journal_->sequence();
  recorder_.emplace(*journal_, ledger_->state());
  ledger_->state().recorder = &*recorder_;
  try {
    checkpointer_ = std::make_unique<mapped::Checkpointer>(
        directory_, *journal_, id_, options_.limits, options_.checkpoint_bytes,
        snapshot_bytes_, background_);
  } catch (const std::system_error& error) {
    return NoThread(error);
  }
  writer_ = system_.ProcessId();
  return absl::OkStatus();
}

// A snapshot of what the files say: what was read of a killed process's writes
// may have come from memory that the disk never got, and does not get by the
// sync if another one has failed.
absl::Status MappedStorage::Store::WriteRecovered(const JournalEnd& end) {
  if (report_.records_replayed == 0 && report_.damaged.empty()) {
    return absl::OkStatus();
  }
  absl::Status synced = mapped::SyncSegment(directory_, end.segment);
  if (!synced.ok()) return synced;
  SnapshotHeader header;
  header.id = id_;
  header.sequence = end.sequence;
  header.frame_sum = end.sum;
  header.frame_time = end.last_time;
  const auto written = mapped::WriteSnapshot(
      ledger_->state(), directory_, header, mapped::SnapshotPace::kAtOnce);
  if (!written.ok()) return written.status();
  snapshot_bytes_ = written->file_bytes();
  return absl::OkStatus();
}

// What was rescued is durable when this returns.
absl::Status MappedStorage::Store::StartJournal(
    const JournalEnd& end, std::span<const std::vector<std::byte>> rescued) {
  mapped::JournalOptions options;
  options.segment_bytes = options_.segment_bytes;
  options.buffer_bytes = options_.buffer_bytes;
  options.interval = options_.interval;
  options.background = background_;
  auto journal =
      mapped::Journal::Start(directory_, id_, end, map_->buffers(), options);
  if (!journal.ok()) return journal.status();
  journal_ = *std::move(journal);
  for (const auto& record : rescued) journal_->Append(record);
  return journal_->Flush();
}

// A damaged snapshot must not be one of those that are kept in reserve.
absl::Status MappedStorage::Store::DropDamaged(const JournalEnd& end) {
  const auto snapshots = mapped::ListSnapshots(directory_);
  if (!snapshots.ok()) return snapshots.status();
  for (const std::uint64_t sequence : *snapshots) {
    const bool whole =
        sequence <= report_.snapshot_sequence || sequence == end.sequence;
    if (whole) continue;
    absl::Status status = directory_.Unlink(mapped::SnapshotName(sequence));
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

// --- To read ----------------------------------------------------------------

absl::StatusOr<std::unique_ptr<MappedStorage::Store>>
MappedStorage::Store::OpenToRead(platform::System& system,
                                 const std::string& directory,
                                 const MappedOptions& options) {
  absl::Status status = mapped::CheckOptions(options);
  if (!status.ok()) return status;
  const std::int64_t start = system.MonotonicMicros();
  std::unique_ptr<Store> store(new Store(system, options));
  status = store->OpenDirectory(directory, /*make=*/false);
  if (!status.ok()) return status;
  const auto lock =
      store->directory_.Open(kLockName, platform::OpenMode::kRead);
  bool written_to = false;
  if (lock.ok()) {
    const auto locked = lock->IsLocked();
    if (!locked.ok()) return locked.status();
    written_to = *locked;
    if (written_to) store->writer_ = HolderOf(*lock).value_or(0);
  } else if (lock.status().code() != absl::StatusCode::kNotFound) {
    return lock.status();
  }
  status = written_to ? store->AttachToWriter() : store->LoadToRead();
  if (!status.ok()) return status;
  store->report_.took = Duration(system.MonotonicMicros() - start);
  return store;
}

absl::Status MappedStorage::Store::AttachToWriter() {
  auto map = LiveMap::Attach(directory_);
  if (!map.ok()) return map.status();
  map_ = *std::move(map);
  attached_ = true;
  report_.kind = RecoveryReport::Kind::kAttached;
  return Refresh();
}

absl::Status MappedStorage::Store::LoadToRead() {
  auto rebuilt = mapped::Rebuild(directory_, {},
                                 [&](const SnapshotHeader& snapshot)
                                     -> absl::StatusOr<internal::LedgerState*> {
                                   auto made = mapped::PrivateLedger::Make(
                                       nullptr, options_.limits, snapshot.seed);
                                   if (!made.ok()) return made.status();
                                   private_ = *std::move(made);
                                   ledger_ = &private_->ledger();
                                   return &ledger_->state();
                                 });
  if (!rebuilt.ok()) return rebuilt.status();
  id_ = rebuilt->snapshot.id;
  report_.kind = RecoveryReport::Kind::kRebuilt;
  Report(*rebuilt);
  std::vector<std::vector<std::byte>> rescued;
  absl::Status status = Rescue(rebuilt->journal.end, rescued);
  report_.sequence = rebuilt->journal.end.sequence + report_.records_rescued;
  return status;
}

bool MappedStorage::Store::IsFresh() const {
  return own_ledger_.has_value() && map_->store().lock.StillAt(seen_) &&
         map_->state() == mapped::LiveState::kServing;
}

absl::Status MappedStorage::Store::Refresh() {
  constexpr int kTriesMax = 1000;
  const std::unique_lock lock(refresh_);
  for (int i = 0; i < kTriesMax && !IsFresh(); ++i) {
    if (map_->state() != mapped::LiveState::kServing) {
      return absl::UnavailableError(
          "the process that wrote has ended: open the store again");
    }
    seen_ = map_->store().lock.BeginRead();
    own_ledger_.emplace(options_.limits, map_->store().seed,
                        internal::LedgerHome{&map_->store(), &map_->slabs(),
                                             /*writable=*/false});
    ledger_ = &*own_ledger_;
  }
  return IsFresh() ? absl::OkStatus()
                   : absl::UnavailableError(
                         "the process that writes has ended in the middle of "
                         "a change: open the store again");
}

SEATFIELD_ABI_END
}  // namespace seatfield
