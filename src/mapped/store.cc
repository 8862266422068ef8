// SPDX-License-Identifier: MIT

#include "mapped/store.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mapped/feed.h"
#include "mapped/image.h"
#include "mapped/journal.h"
#include "mapped/journal_scan.h"
#include "mapped/live_map.h"
#include "mapped/no_memory.h"
#include "mapped/rebuild.h"
#include "mapped/snapshot_file.h"
#include "mapped/witness.h"
#include "platform/file.h"
#include "seatfield/commit_options.h"
#include "seatfield/internal/ledger_state.h"
#include "seatfield/internal/text.h"
#include "seatfield/mapped_storage.h"
#include "seatfield/outcome.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN

using mapped::SnapshotHeader;

namespace {

std::string UuidText(const mapped::StoreId& id) {
  const BookingId uuid(mapped::LoadLittle<std::uint64_t>(id.bytes.data()),
                       mapped::LoadLittle<std::uint64_t>(id.bytes.data() + 8));
  return uuid.ToString();
}

// Adds the sections that a ledger has now.
void AddSections(internal::LedgerState& state,
                 mapped::SectionNumbers& sections) {
  std::vector<internal::Line> lines;
  state.ForEachEvent([&](internal::Line event_line) {
    const internal::EventRecord& event = state.EventAt(event_line);
    while (!state.LookAtSections(event, event.lock.BeginRead(), lines)) {
    }
    for (const internal::Line line : lines) {
      const internal::SectionRecord& record = state.SectionAt(line);
      const internal::StoredName name = internal::SharedRead(record.name);
      sections.emplace(internal::SharedLoad(record.number),
                       mapped::NumberedSection{
                           name.name,
                           {internal::SharedLoad(record.rows),
                            internal::SharedLoad(record.seats_per_row)}});
    }
  });
}

// Ledgers for Rebuild(), one at a time, on the heap.
class HeapLedger {
 public:
  explicit HeapLedger(const Limits& limits) : limits_(limits) {}

  absl::StatusOr<internal::LedgerState*> operator()(
      const SnapshotHeader& snapshot) {
    auto made = mapped::PrivateLedger::Make(nullptr, limits_, snapshot.seed);
    if (!made.ok()) return made.status();
    ledger_ = *std::move(made);
    return &state();
  }
  internal::LedgerState& state() { return ledger_->ledger().state(); }

 private:
  const Limits limits_;
  std::unique_ptr<mapped::PrivateLedger> ledger_;
};

}  // namespace

MappedStorage::Store::~Store() { Close().IgnoreError(); }

// --- Whether it may be used -------------------------------------------------

absl::Status MappedStorage::Store::CheckOpen() const {
  if (closed_.load(std::memory_order_acquire)) [[unlikely]] {
    return absl::FailedPreconditionError("the storage is closed");
  }
  if (fork_mark_.forked()) [[unlikely]] {
    return absl::FailedPreconditionError(
        "this process was forked after the storage was opened: open it anew");
  }
  return absl::OkStatus();
}

absl::Status MappedStorage::Store::CheckWritable() const {
  absl::Status open = CheckOpen();
  if (!open.ok() || journal_ != nullptr) return open;
  return absl::FailedPreconditionError("the storage was opened read-only");
}

// --- Acknowledging ----------------------------------------------------------

std::uint64_t MappedStorage::Store::sequence() const {
  return journal_ != nullptr ? journal_->sequence() : durable_sequence();
}
std::uint64_t MappedStorage::Store::durable_sequence() const {
  if (journal_ != nullptr) return journal_->durable_sequence();
  return attached_ ? WitnessedSequence() : report_.sequence;
}

// How far the files of a process that writes can be read by another; 0 where
// they cannot.
std::uint64_t MappedStorage::Store::WitnessedSequence() const {
  const auto id = FindId();
  const auto snapshots = mapped::ListSnapshots(directory_);
  if (!id.ok() || !snapshots.ok() || snapshots->empty()) return 0;
  const auto witness = mapped::ReadWitness(directory_, *id);
  if (!witness.ok()) return snapshots->front();
  return std::max(snapshots->front(), witness->sequence);
}

// What has changed nothing rests on everything so far.
absl::Status MappedStorage::Store::Acknowledge(Durability level,
                                               Outcome& outcome) {
  if (!outcome.committed()) return absl::OkStatus();
  if (outcome.sequence == 0) outcome.sequence = journal_->sequence();
  absl::Status status = journal_->Wait(outcome.sequence, level);
  if (!status.ok()) return status;
  outcome.durability = ReachedBy(outcome.sequence, level);
  checkpointer_->MaybeStart();
  return status;
}

absl::Status MappedStorage::Store::AcknowledgeAll(Durability level,
                                                  std::span<Outcome> outcomes) {
  std::uint64_t last = 0;
  for (Outcome& outcome : outcomes) {
    if (!outcome.committed()) continue;
    if (outcome.sequence == 0) outcome.sequence = journal_->sequence();
    last = std::max(last, outcome.sequence);
  }
  if (last == 0) return absl::OkStatus();
  absl::Status status = journal_->Wait(last, level);
  if (!status.ok()) return status;
  for (Outcome& outcome : outcomes) {
    if (!outcome.committed()) continue;
    outcome.durability = ReachedBy(outcome.sequence, level);
  }
  checkpointer_->MaybeStart();
  return status;
}

void MappedStorage::Store::AcknowledgeLater(Durability level,
                                            PendingAnswer& answer) {
  Outcome& outcome = answer.outcome;
  if (outcome.sequence == 0) outcome.sequence = journal_->sequence();
  outcome.durability = level;
  journal_->CallWhen(outcome.sequence, level, answer);
  checkpointer_->MaybeStart();
}

absl::Status MappedStorage::Store::AcknowledgeLatest() {
  return journal_->Wait(journal_->sequence(), options_.durability);
}

Durability MappedStorage::Store::ReachedBy(std::uint64_t sequence,
                                           Durability level) const {
  return journal_->durable_sequence() >= sequence ? Durability::kGroup : level;
}

absl::Status MappedStorage::Store::WaitDurable(std::uint64_t sequence) {
  absl::Status status = CheckWritable();
  if (!status.ok()) return status;
  if (sequence > journal_->sequence()) {
    return internal::InvalidArgument("sequence ", sequence,
                                     " was not given yet: the last one is ",
                                     journal_->sequence());
  }
  return journal_->Wait(sequence, Durability::kGroup);
}

// --- Reads that lock --------------------------------------------------------

absl::StatusOr<Time> MappedStorage::Store::NextDeadline() {
  return Read([this](internal::Ledger& ledger) -> absl::StatusOr<Time> {
    if (!attached_) return ledger.NextDeadline();
    Time next = kNever;
    std::vector<SectionCounters> counters;
    for (const EventId event : ledger.ListEvents()) {
      absl::Status status = ledger.ReadCounters(event, counters);
      if (absl::IsNotFound(status)) continue;
      if (!status.ok()) return status;
      for (const SectionCounters& section : counters) {
        next = std::min(next, section.next_deadline);
      }
    }
    return next;
  });
}

absl::Status MappedStorage::Store::Verify(EventId event) {
  if (attached_) {
    return absl::FailedPreconditionError(
        "only the process that writes can verify its memory; the files can be "
        "verified from here");
  }
  return Read([&](internal::Ledger& ledger) { return ledger.Verify(event); });
}

// --- Files ------------------------------------------------------------------

absl::Status MappedStorage::Store::Checkpoint() {
  absl::Status status = CheckWritable();
  return status.ok() ? checkpointer_->Run() : status;
}

absl::Status MappedStorage::Store::Backup(const std::string& directory) {
  absl::Status status = attached_ ? CheckOpen() : CheckWritable();
  if (!status.ok()) return status;
  auto to = platform::Directory::OpenOrMake(system_, directory);
  if (!to.ok()) return to.status();
  const auto there = mapped::ListSnapshots(*to);
  if (!there.ok()) return there.status();
  if (!there->empty()) {
    return absl::FailedPreconditionError(
        internal::Cat(directory, " has a store already"));
  }
  mapped::StoreId id;
  const int error = system_.Random(id.bytes);
  if (error < 0) return platform::SystemError(error, "draw an id for", "");
  return ReadFiles([&](std::uint64_t until) {
    mapped::RebuildOptions options;
    options.until = until;
    return mapped::BuildSnapshot(directory_, options_.limits, options, *to, id)
        .status();
  });
}

absl::Status MappedStorage::Store::VerifyFiles() {
  absl::Status status = CheckOpen();
  if (!status.ok()) return status;
  return ReadFiles([this](std::uint64_t until) { return VerifyUntil(until); });
}

// Calls read(until) while no file of the store goes away; of another process's
// store, says so if one did.
absl::Status MappedStorage::Store::ReadFiles(
    const std::function<absl::Status(std::uint64_t)>& read) {
  if (journal_ != nullptr) {
    return checkpointer_->WhileIdle([&] {
      const auto sealed = journal_->Seal();
      return sealed.ok() ? read(sealed->sequence) : sealed.status();
    });
  }
  if (!attached_) return read(UINT64_MAX);
  const auto before = mapped::ListSnapshots(directory_);
  absl::Status status = read(durable_sequence());
  const auto after = mapped::ListSnapshots(directory_);
  if (status.ok() || !before.ok() || !after.ok() || *before == *after) {
    return status;
  }
  return absl::UnavailableError(
      "the process that writes has made a snapshot meanwhile: try again");
}

// Builds from each snapshot to the next one, which must be what it says, and
// from the newest to the end.
absl::Status MappedStorage::Store::VerifyUntil(std::uint64_t until) {
  const auto snapshots = mapped::ListSnapshots(directory_);
  if (!snapshots.ok()) return snapshots.status();
  for (std::size_t i = 0; i < snapshots->size(); ++i) {
    HeapLedger ledger(options_.limits);
    mapped::RebuildOptions options;
    options.from = (*snapshots)[i];
    options.until = i == 0 ? until : (*snapshots)[i - 1];
    const auto rebuilt = mapped::Rebuild(directory_, options, std::ref(ledger));
    if (!rebuilt.ok()) return rebuilt.status();
    absl::Status events = VerifyEvents(ledger.state());
    if (!events.ok()) return events;
    if (i == 0) continue;
    const auto digest = mapped::DigestImage(ledger.state());
    if (!digest.ok()) return digest.status();
    const auto next =
        mapped::SnapshotReader::Open(directory_, (*snapshots)[i - 1]);
    if (!next.ok()) return next.status();
    if (next->header().digest != *digest) {
      return absl::DataLossError(internal::Cat(
          directory_.path(), "/", mapped::SnapshotName((*snapshots)[i - 1]),
          " is not what the journal leads to"));
    }
  }
  return absl::OkStatus();
}

absl::Status MappedStorage::Store::VerifyEvents(internal::LedgerState& state) {
  absl::Status status;
  state.ForEachEvent([&](internal::Line line) {
    if (!status.ok()) return;
    const EventId event{state.EventAt(line).id};
    status = internal::EventVerifier(state).Run(event);
    if (!status.ok() && !absl::IsResourceExhausted(status)) {
      status = absl::DataLossError(internal::Cat(
          "event ", Value(event),
          ", built from the files: ", std::string(status.message())));
    }
  });
  return status;
}

absl::Status MappedStorage::Store::ReadChanges(
    std::uint64_t since, const std::function<bool(const StoreChange&)>& fn) {
  mapped::SectionNumbers sections;
  absl::Status status = Read([&](internal::Ledger& ledger) {
    AddSections(ledger.state(), sections);
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  mapped::FeedReader reader(std::move(sections),
                            [this](mapped::SectionNumbers& numbers) {
                              return AddOlderSections(numbers);
                            });
  mapped::ScanOptions scan;
  scan.after = since;
  if (journal_ != nullptr || attached_) scan.until = durable_sequence();
  bool stopped = false;
  StoreChange change;
  const auto id = FindId();
  if (!id.ok()) return id.status();
  const auto scanned = mapped::ScanJournal(
      directory_, *id, scan,
      [&](std::uint64_t sequence, std::span<const std::byte> record) {
        absl::Status read = reader.Read(sequence, record, change);
        if (!read.ok()) return read;
        stopped = !fn(change);
        return stopped ? absl::CancelledError("enough") : absl::OkStatus();
      });
  if (stopped) return absl::OkStatus();
  if (!absl::IsNotFound(scanned.status())) return scanned.status();
  return absl::OutOfRangeError(internal::Cat(directory_.path(),
                                             ": the journal behind sequence ",
                                             since, " was dropped meanwhile"));
}

// The sections of the oldest snapshot: those that were dropped since.
absl::Status MappedStorage::Store::AddOlderSections(
    mapped::SectionNumbers& sections) {
  const auto snapshots = mapped::ListSnapshots(directory_);
  if (!snapshots.ok()) return snapshots.status();
  if (snapshots->empty()) return absl::OkStatus();
  HeapLedger ledger(options_.limits);
  mapped::RebuildOptions options;
  options.from = options.until = snapshots->back();
  const auto rebuilt = mapped::Rebuild(directory_, options, std::ref(ledger));
  if (!rebuilt.ok()) return rebuilt.status();
  AddSections(ledger.state(), sections);
  return absl::OkStatus();
}

// A reader that is attached has not looked at the files.
absl::StatusOr<mapped::StoreId> MappedStorage::Store::FindId() const {
  if (!attached_) return id_;
  const auto snapshots = mapped::ListSnapshots(directory_);
  if (!snapshots.ok()) return snapshots.status();
  for (const std::uint64_t sequence : *snapshots) {
    const auto reader = mapped::SnapshotReader::Open(directory_, sequence);
    if (reader.ok()) return reader->header().id;
  }
  return absl::NotFoundError(
      internal::Cat("there is no snapshot in ", directory_.path()));
}

absl::StatusOr<MappedFiles> MappedStorage::Store::Files() {
  absl::Status status = CheckOpen();
  if (!status.ok()) return status;
  MappedFiles files;
  files.directory = directory_.path();
  files.sequence = sequence();
  files.durable_sequence = durable_sequence();
  const auto id = FindId();
  if (!id.ok()) return id.status();
  files.uuid = UuidText(*id);
  const auto names = directory_.List();
  if (!names.ok()) return names.status();
  for (const std::string& name : *names) {
    const bool snapshot = name.starts_with("snap-");
    if (!snapshot && !name.starts_with("jrnl-")) continue;
    const auto file = directory_.Open(name, platform::OpenMode::kRead);
    if (!file.ok()) continue;  // dropped meanwhile
    const auto size = file->Status();
    if (!size.ok()) return size.status();
    (snapshot ? files.snapshot_bytes : files.journal_bytes) += size->size;
  }
  mapped::ScanOptions scan;
  if (journal_ != nullptr) {
    scan.after = scan.until = files.durable_sequence;
  } else {
    const auto snapshots = mapped::ListSnapshots(directory_);
    if (!snapshots.ok()) return snapshots.status();
    if (!snapshots->empty()) scan.after = snapshots->front();
  }
  const auto journal = mapped::ScanJournal(
      directory_, *id, scan, [](std::uint64_t, std::span<const std::byte>) {
        return absl::OkStatus();
      });
  if (!journal.ok()) return journal.status();
  files.oldest_sequence = journal->oldest_sequence;
  if (attached_)
    files.sequence = files.durable_sequence = journal->end.sequence;
  files.writer = writer_;
  status = Read([&](internal::Ledger& ledger) {
    files.memory_bytes = ledger.bytes_in_use();
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return files;
}

// --- The end ----------------------------------------------------------------

absl::Status MappedStorage::Store::Close() {
  const std::lock_guard lock(closing_);
  if (close_tried_) return close_status_;
  if (fork_mark_.forked()) {
    // The threads did not come along: what they use is left as it is.
    close_status_ = CheckOpen();
    (void)ahead_.release();
    (void)map_.release();
    (void)checkpointer_.release();
    (void)journal_.release();
  } else {
    closed_.store(true);
    in_flight_.WaitForAll();
    // Without one it never came to serve.
    if (checkpointer_ != nullptr) {
      close_status_ = mapped::OrNoMemory([this] { return CloseFiles(); });
    }
  }
  close_tried_ = true;
  lock_.Close();
  return close_status_;
}

absl::Status MappedStorage::Store::CloseFiles() {
  ahead_.reset();
  checkpointer_->Stop();
  absl::Status status = checkpointer_->Run();
  const auto end = journal_->Seal();
  absl::Status closed = journal_->Close();
  if (status.ok()) status = end.status();
  if (status.ok()) status = closed;
  if (status.ok()) map_->MarkClosed(*end);
  return status;
}

SEATFIELD_ABI_END
}  // namespace seatfield
