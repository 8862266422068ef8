// SPDX-License-Identifier: MIT

#include "seatfield/mapped_storage.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mapped/journal.h"
#include "mapped/no_memory.h"
#include "mapped/salvage.h"
#include "mapped/store.h"
#include "platform/system.h"
#include "seatfield/commit_options.h"
#include "seatfield/internal/ledger.h"
#include "seatfield/outcome.h"
#include "seatfield/refusal.h"
#include "seatfield/storage.h"
#include "seatfield/transaction.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN

using internal::Ledger;
using mapped::OrNoMemory;
using mapped::SpaceNeed;

namespace {

// Whether a transaction may take seats, or only gives them up or sells them.
SpaceNeed NeedOf(const Transaction& transaction) {
  const auto steps = transaction.steps();
  const bool takes =
      std::any_of(steps.begin(), steps.end(), [](const auto& step) {
        return step.kind != StepKind::kFinalize &&
               step.kind != StepKind::kRelease &&
               step.kind != StepKind::kRefund;
      });
  return takes ? SpaceNeed::kTakes : SpaceNeed::kGivesBack;
}

SpaceNeed NeedOf(std::span<const Transaction> transactions) {
  const bool takes = std::any_of(
      transactions.begin(), transactions.end(),
      [](const Transaction& one) { return NeedOf(one) == SpaceNeed::kTakes; });
  return takes ? SpaceNeed::kTakes : SpaceNeed::kGivesBack;
}

// What open() opens.
template <typename OpenFn>
absl::StatusOr<std::unique_ptr<MappedStorage>> Wrap(const OpenFn& open) {
  using Result = absl::StatusOr<std::unique_ptr<MappedStorage>>;
  return OrNoMemory([&]() -> Result {
    auto store = open();
    if (!store.ok()) return store.status();
    return std::make_unique<MappedStorage>(*std::move(store));
  });
}

Durability LevelOf(const CommitOptions& options,
                   const MappedStorage::Store& store) {
  return std::max(options.durability.value_or(store.options().durability),
                  Durability::kNone);
}

// An act without an outcome, at the store's own level.
template <typename Fn>
absl::Status Change(MappedStorage::Store& store, SpaceNeed need, Fn fn) {
  absl::Status status = store.Write(need, fn);
  return status.ok() ? store.AcknowledgeLatest() : status;
}

}  // namespace

absl::StatusOr<std::unique_ptr<MappedStorage>> MappedStorage::Open(
    const std::string& directory, const MappedOptions& options) {
  return Wrap([&] {
    return Store::OpenToWrite(platform::RealSystem(), directory, options);
  });
}

absl::StatusOr<std::unique_ptr<MappedStorage>> MappedStorage::OpenReadOnly(
    const std::string& directory, const MappedOptions& options) {
  return Wrap([&] {
    return Store::OpenToRead(platform::RealSystem(), directory, options);
  });
}

absl::StatusOr<SalvageReport> MappedStorage::Salvage(
    const std::string& from, const std::string& to,
    const MappedOptions& options) {
  return OrNoMemory([&] {
    return mapped::Salvage(platform::RealSystem(), from, to, options);
  });
}

MappedStorage::MappedStorage(std::unique_ptr<Store> store)
    : store_(std::move(store)) {}
MappedStorage::~MappedStorage() = default;

const RecoveryReport& MappedStorage::recovery() const {
  return store_->report();
}

// --- Durability -------------------------------------------------------------

std::uint64_t MappedStorage::sequence() const { return store_->sequence(); }
std::uint64_t MappedStorage::durable_sequence() const {
  return store_->durable_sequence();
}
absl::Status MappedStorage::WaitDurable(std::uint64_t sequence) {
  return OrNoMemory([&] { return store_->WaitDurable(sequence); });
}
absl::Status MappedStorage::Checkpoint() {
  return OrNoMemory([&] { return store_->Checkpoint(); });
}
absl::Status MappedStorage::Backup(const std::string& directory) {
  return OrNoMemory([&] { return store_->Backup(directory); });
}
absl::Status MappedStorage::ReadChanges(
    std::uint64_t since, const std::function<bool(const StoreChange&)>& fn) {
  return OrNoMemory([&] { return store_->ReadChanges(since, fn); });
}
absl::StatusOr<MappedFiles> MappedStorage::files() const {
  return OrNoMemory([&] { return store_->Files(); });
}
absl::Status MappedStorage::VerifyFiles() {
  return OrNoMemory([&] { return store_->VerifyFiles(); });
}
absl::Status MappedStorage::Close() { return store_->Close(); }

StorageInfo MappedStorage::info() const {
  StorageInfo info;
  info.name = "file";
  info.durability_max = Durability::kGroup;
  info.durability_default = store_->options().durability;
  info.limits = store_->options().limits;
  return info;
}

// --- Sections ---------------------------------------------------------------

absl::Status MappedStorage::CreateSections(
    EventId event, std::span<const SectionSpec> sections, Time now) {
  return Change(*store_, SpaceNeed::kTakes, [&](Ledger& ledger) {
    return ledger.CreateSections(event, sections, now);
  });
}
absl::Status MappedStorage::Drop(Scope scope, bool force, Time now) {
  return Change(*store_, SpaceNeed::kGivesBack,
                [&](Ledger& ledger) { return ledger.Drop(scope, force, now); });
}
absl::Status MappedStorage::Reset(Scope scope, bool force, Time now) {
  return Change(*store_, SpaceNeed::kGivesBack, [&](Ledger& ledger) {
    return ledger.Reset(scope, force, now);
  });
}
absl::Status MappedStorage::SetPaused(Scope scope, bool paused) {
  return Change(*store_, SpaceNeed::kGivesBack, [&](Ledger& ledger) {
    return ledger.SetPaused(scope, paused);
  });
}
absl::StatusOr<SectionHandle> MappedStorage::Resolve(EventId event,
                                                     std::string_view section) {
  return store_->Read(
      [&](Ledger& ledger) { return ledger.Resolve(event, section); });
}
absl::StatusOr<std::vector<EventId>> MappedStorage::ListEvents() {
  return store_->Read(
      [&](Ledger& ledger) -> absl::StatusOr<std::vector<EventId>> {
        return ledger.ListEvents();
      });
}

// --- Transactions -----------------------------------------------------------

absl::Status MappedStorage::Commit(const Transaction& transaction, Time now,
                                   const CommitOptions& options,
                                   Outcome& outcome) {
  absl::Status status = store_->Write(NeedOf(transaction), [&](Ledger& ledger) {
    return ledger.Commit(transaction, now, outcome);
  });
  return status.ok() ? store_->Acknowledge(LevelOf(options, *store_), outcome)
                     : status;
}

absl::Status MappedStorage::CommitBatch(
    std::span<const Transaction> transactions, Time now,
    const CommitOptions& options, std::span<Outcome> outcomes) {
  absl::Status status = CheckBatch(transactions, outcomes);
  if (!status.ok()) return status;
  // In pieces, so that the journal's buffers need never overflow.
  constexpr std::size_t kPiece = 64;
  for (std::size_t i = 0; status.ok() && i < transactions.size(); i += kPiece) {
    const std::size_t count = std::min(kPiece, transactions.size() - i);
    const auto piece = transactions.subspan(i, count);
    status = store_->Write(NeedOf(piece), [&](Ledger& ledger) {
      return ledger.CommitBatch(piece, now, outcomes.subspan(i, count));
    });
  }
  return status.ok()
             ? store_->AcknowledgeAll(LevelOf(options, *store_), outcomes)
             : status;
}

void MappedStorage::CommitAsync(const Transaction& transaction, Time now,
                                const CommitOptions& options,
                                CommitCallback callback) {
  Store::PendingAnswer* answer = nullptr;
  absl::Status status = OrNoMemory([&] {
    answer = &store_->TakeAnswer();
    return store_->Write(NeedOf(transaction), [&](Ledger& ledger) {
      return ledger.Commit(transaction, now, answer->outcome);
    });
  });
  if (answer == nullptr) return callback(status, Outcome());
  if (status.ok() && answer->outcome.committed()) {
    answer->callback = std::move(callback);
    return store_->AcknowledgeLater(LevelOf(options, *store_), *answer);
  }
  callback(status, answer->outcome);
  store_->GiveBack(*answer);
}

absl::StatusOr<std::uint64_t> MappedStorage::ExpireDue(
    Time now, std::uint64_t holds_max) {
  return store_->Write(SpaceNeed::kGivesBack,
                       [&](Ledger& ledger) -> absl::StatusOr<std::uint64_t> {
                         return ledger.ExpireDue(now, holds_max);
                       });
}
absl::StatusOr<Time> MappedStorage::NextDeadline() {
  return store_->NextDeadline();
}

// --- Reads ------------------------------------------------------------------

absl::Status MappedStorage::ReadSection(EventId event, SectionRef section,
                                        const ReadOptions& options,
                                        SectionView& view) {
  const auto read = [&](Ledger& ledger) {
    return ledger.ReadSection(event, section, options, view);
  };
  return options.expire_due ? store_->Write(SpaceNeed::kGivesBack, read)
                            : store_->Read(read);
}
absl::Status MappedStorage::ReadStats(Scope scope,
                                      std::vector<SectionStats>& stats) {
  return store_->Read(
      [&](Ledger& ledger) { return ledger.ReadStats(scope, stats); });
}
absl::Status MappedStorage::ReadCounters(
    EventId event, std::vector<SectionCounters>& counters) {
  return store_->Read(
      [&](Ledger& ledger) { return ledger.ReadCounters(event, counters); });
}
absl::StatusOr<Booking> MappedStorage::ReadBooking(EventId event,
                                                   BookingId booking) {
  return store_->Read(
      [&](Ledger& ledger) { return ledger.ReadBooking(event, booking); });
}
absl::StatusOr<std::vector<Booking>> MappedStorage::ListBookings(
    EventId event, BuyerId buyer) {
  return store_->Read(
      [&](Ledger& ledger) { return ledger.ListBookings(event, buyer); });
}
absl::StatusOr<std::vector<Hold>> MappedStorage::ListHolds(
    EventId event, Time from, std::size_t holds_max) {
  return store_->Read(
      [&](Ledger& ledger) { return ledger.ListHolds(event, from, holds_max); });
}
StoreCounters MappedStorage::counters() const {
  StoreCounters counters;
  store_
      ->Read([&](Ledger& ledger) {
        counters = ledger.Counters();
        return absl::OkStatus();
      })
      .IgnoreError();
  return counters;
}
absl::Status MappedStorage::Verify(EventId event) {
  return store_->Verify(event);
}

SEATFIELD_ABI_END
}  // namespace seatfield
