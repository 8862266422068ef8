// SPDX-License-Identifier: MIT

#include "seatfield/redis_storage.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "redis/store.h"
#include "seatfield/booking.h"
#include "seatfield/commit_options.h"
#include "seatfield/ids.h"
#include "seatfield/outcome.h"
#include "seatfield/read_view.h"
#include "seatfield/section.h"
#include "seatfield/storage.h"
#include "seatfield/time.h"
#include "seatfield/transaction.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN

RedisStorage::RedisStorage(std::unique_ptr<Store> store)
    : store_(std::move(store)) {}

RedisStorage::~RedisStorage() { store_->Close(); }

absl::StatusOr<std::unique_ptr<RedisStorage>> RedisStorage::Connect(
    const RedisOptions& options) {
  auto store = Store::Open(options);
  if (!store.ok()) return store.status();
  return std::make_unique<RedisStorage>(*std::move(store));
}

RedisServerInfo RedisStorage::server() const {
  return store_->client().server();
}
RedisPoolStats RedisStorage::pool() const { return store_->client().pool(); }
StorageInfo RedisStorage::info() const { return store_->info(); }

absl::Status RedisStorage::CreateSections(EventId event,
                                          std::span<const SectionSpec> sections,
                                          Time now) {
  return store_->CreateSections(event, sections, now);
}
absl::Status RedisStorage::Drop(Scope scope, bool force, Time now) {
  return store_->Drop(scope, force, now);
}
absl::Status RedisStorage::Reset(Scope scope, bool force, Time now) {
  return store_->Reset(scope, force, now);
}
absl::Status RedisStorage::SetPaused(Scope scope, bool paused) {
  return store_->SetPaused(scope, paused);
}
absl::StatusOr<SectionHandle> RedisStorage::Resolve(EventId event,
                                                    std::string_view section) {
  return store_->Resolve(event, section);
}
absl::StatusOr<std::vector<EventId>> RedisStorage::ListEvents() {
  return store_->ListEvents();
}

absl::Status RedisStorage::Commit(const Transaction& transaction, Time now,
                                  const CommitOptions& options,
                                  Outcome& outcome) {
  static_cast<void>(options);  // the level is the server's
  return store_->Commit(transaction, now, outcome);
}
absl::Status RedisStorage::CommitBatch(
    std::span<const Transaction> transactions, Time now,
    const CommitOptions& options, std::span<Outcome> outcomes) {
  static_cast<void>(options);
  absl::Status checked = CheckBatch(transactions, outcomes);
  if (!checked.ok()) return checked;
  return store_->CommitBatch(transactions, now, outcomes);
}
void RedisStorage::CommitAsync(const Transaction& transaction, Time now,
                               const CommitOptions& options,
                               CommitCallback callback) {
  static_cast<void>(options);
  store_->CommitAsync(transaction, now, std::move(callback));
}
absl::StatusOr<std::uint64_t> RedisStorage::ExpireDue(Time now,
                                                      std::uint64_t holds_max) {
  return store_->ExpireDue(now, holds_max);
}
absl::StatusOr<Time> RedisStorage::NextDeadline() {
  return store_->NextDeadline();
}

absl::Status RedisStorage::ReadSection(EventId event, SectionRef section,
                                       const ReadOptions& options,
                                       SectionView& view) {
  return store_->ReadSections(event, {&section, 1}, options, {&view, 1});
}
absl::Status RedisStorage::ReadSections(EventId event,
                                        std::span<const SectionRef> sections,
                                        const ReadOptions& options,
                                        std::vector<SectionView>& views) {
  views.resize(sections.size());
  return store_->ReadSections(event, sections, options, views);
}
absl::Status RedisStorage::ReadStats(Scope scope,
                                     std::vector<SectionStats>& stats) {
  return store_->ReadStats(scope, stats);
}
absl::StatusOr<Booking> RedisStorage::ReadBooking(EventId event,
                                                  BookingId booking) {
  return store_->ReadBooking(event, booking);
}
absl::StatusOr<std::vector<Booking>> RedisStorage::ListBookings(EventId event,
                                                                BuyerId buyer) {
  return store_->ListBookings(event, buyer);
}
absl::StatusOr<std::vector<Hold>> RedisStorage::ListHolds(
    EventId event, Time from, std::size_t holds_max) {
  return store_->ListHolds(event, from, holds_max);
}
StoreCounters RedisStorage::counters() const { return store_->counters(); }

absl::Status RedisStorage::Verify(EventId event) {
  return store_->Verify(event).status();
}
absl::StatusOr<std::vector<ForeignSeat>> RedisStorage::ListForeignSeats(
    EventId event) {
  return store_->Verify(event);
}
absl::Status RedisStorage::ImportOneBitRows(EventId event,
                                            const SectionSpec& to,
                                            std::uint32_t reason, Time now) {
  return store_->ImportOneBitRows(event, to, reason, now);
}

absl::Status RedisStorage::Close() {
  store_->Close();
  return absl::OkStatus();
}

SEATFIELD_ABI_END
}  // namespace seatfield
