// SPDX-License-Identifier: MIT
//
// Inventory is where a host starts: a store of seats with a clock.
//
//   Inventory inventory(std::make_unique<MemoryStorage>());
//   inventory.CreateSection(EventId{1}, "A-1", {.rows = 25, .seats_per_row =
//   20}); auto held = inventory.Reserve(EventId{1}, {.booking = id, .buyer =
//   BuyerId{7},
//       .section = "A-1", .seats = {{3, 4}, {3, 5}}, .hold_for = 10min,
//       .price = Price(4500)});
//   if (held.ok() && held->committed())
//     inventory.Finalize(EventId{1}, {.booking = id});
//
// One step is a call of its own; several steps that must all happen or none are
// a Transaction for Commit(). A refusal is in the Outcome and changed nothing;
// a Status that is not ok is the environment, and storage.h lists what to do.
//
// Time comes from the clock, one reading a call (one a batch). Hosts that need
// another, such as a simulation, hand in their own.
//
// Thread safety: every member from any thread, except the destructor.
// Durability: of the storage; see commit_options.h.
// Cost: one virtual call and one clock reading above the storage. Commit() with
//   a reused Transaction and Outcome allocates nothing after warm-up; the
//   one-step calls allocate.

#ifndef SEATFIELD_INVENTORY_H_
#define SEATFIELD_INVENTORY_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "seatfield/best_available.h"
#include "seatfield/best_explanation.h"
#include "seatfield/booking.h"
#include "seatfield/clock.h"
#include "seatfield/commit_options.h"
#include "seatfield/digest.h"
#include "seatfield/ids.h"
#include "seatfield/outcome.h"
#include "seatfield/read_view.h"
#include "seatfield/seat_meta.h"
#include "seatfield/section.h"
#include "seatfield/storage.h"
#include "seatfield/time.h"
#include "seatfield/transaction.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN

class Inventory {
 public:
  explicit Inventory(
      std::unique_ptr<Storage> storage,
      std::shared_ptr<const Clock> clock = std::make_shared<SystemClock>())
      : storage_(std::move(storage)), clock_(std::move(clock)) {}

  Storage& storage() { return *storage_; }
  const Clock& clock() const { return *clock_; }
  Time Now() const { return clock_->Now(); }

  // --- Sections -------------------------------------------------------------
  // See Storage for the errors.

  // A section of its event, which comes to be with its first section.
  absl::Status CreateSection(EventId event, std::string_view section,
                             const SectionConfig& config) {
    const SectionSpec spec{std::string(section), config};
    return storage_->CreateSections(event, {&spec, 1}, Now());
  }

  // All of them or none.
  absl::Status CreateSections(EventId event,
                              std::span<const SectionSpec> sections) {
    return storage_->CreateSections(event, sections, Now());
  }

  // For hot loops: a handle looks up no name.
  absl::StatusOr<SectionHandle> Resolve(EventId event,
                                        std::string_view section) {
    return storage_->Resolve(event, section);
  }

  absl::Status Drop(Scope scope, bool force = false) {
    return storage_->Drop(scope, force, Now());
  }
  absl::Status Reset(Scope scope, bool force = false) {
    return storage_->Reset(scope, force, Now());
  }
  absl::Status Pause(Scope scope) { return storage_->SetPaused(scope, true); }
  absl::Status Resume(Scope scope) { return storage_->SetPaused(scope, false); }

  absl::StatusOr<std::vector<EventId>> ListEvents() {
    return storage_->ListEvents();
  }

  // --- Transactions ---------------------------------------------------------

  absl::Status Commit(const Transaction& transaction, Outcome& outcome,
                      const CommitOptions& options = {}) {
    return storage_->Commit(transaction, Now(), options, outcome);
  }
  absl::StatusOr<Outcome> Commit(const Transaction& transaction,
                                 const CommitOptions& options = {}) {
    Outcome outcome;
    absl::Status status = Commit(transaction, outcome, options);
    if (!status.ok()) return status;
    return outcome;
  }
  absl::Status CommitBatch(std::span<const Transaction> transactions,
                           std::span<Outcome> outcomes,
                           const CommitOptions& options = {}) {
    return storage_->CommitBatch(transactions, Now(), options, outcomes);
  }
  void CommitAsync(const Transaction& transaction, CommitCallback callback,
                   const CommitOptions& options = {}) {
    storage_->CommitAsync(transaction, Now(), options, std::move(callback));
  }

  // One step, one transaction.
  absl::StatusOr<Outcome> Reserve(EventId event, const ReserveStep& step) {
    return Commit(Transaction(event).Reserve(step));
  }
  absl::StatusOr<Outcome> ReserveBest(EventId event,
                                      const ReserveBestStep& step) {
    return Commit(Transaction(event).ReserveBest(step));
  }
  absl::StatusOr<Outcome> Finalize(EventId event, const SeatsOfBooking& step) {
    return Commit(Transaction(event).Finalize(step));
  }
  absl::StatusOr<Outcome> Release(EventId event, const SeatsOfBooking& step) {
    return Commit(Transaction(event).Release(step));
  }
  absl::StatusOr<Outcome> Refund(EventId event, const SeatsOfBooking& step) {
    return Commit(Transaction(event).Refund(step));
  }
  absl::StatusOr<Outcome> Extend(EventId event, BookingId booking,
                                 Duration hold_for) {
    return Commit(Transaction(event).Extend(booking, hold_for));
  }
  absl::StatusOr<Outcome> Transfer(EventId event, const TransferStep& step) {
    return Commit(Transaction(event).Transfer(step));
  }
  absl::StatusOr<Outcome> Block(EventId event, const BlockStep& step) {
    return Commit(Transaction(event).Block(step));
  }
  absl::StatusOr<Outcome> Unblock(EventId event, SectionRef section,
                                  ListArg<Seat> seats) {
    return Commit(Transaction(event).Unblock(section, seats));
  }

  // Ends holds that are due, so that others learn of it in time; every write
  // does so anyway for the sections it touches. Returns how many ended.
  absl::StatusOr<std::uint64_t> ExpireDue(
      std::uint64_t holds_max = std::numeric_limits<std::uint64_t>::max()) {
    return storage_->ExpireDue(Now(), holds_max);
  }
  absl::StatusOr<Time> NextDeadline() { return storage_->NextDeadline(); }

  // --- Reads ----------------------------------------------------------------
  // Each of one version of its section; none of them writes.

  absl::StatusOr<SeatRecord> ReadSeat(EventId event, SectionRef section,
                                      Seat seat);
  absl::StatusOr<RowMeta> ReadRow(EventId event, SectionRef section,
                                  std::uint32_t row);
  absl::StatusOr<SectionView> ReadSection(EventId event, SectionRef section,
                                          const ReadOptions& options = {});
  // Into a view that is used again.
  absl::Status ReadSection(EventId event, SectionRef section,
                           const ReadOptions& options, SectionView& view) {
    return storage_->ReadSection(event, section, options, view);
  }
  // First ends what is due in the section, as a write does.
  absl::StatusOr<SectionView> ReadFresh(EventId event, SectionRef section,
                                        ReadOptions options = {}) {
    options.expire_due = Now();
    return ReadSection(event, section, options);
  }

  absl::StatusOr<SectionStats> ReadStats(EventId event,
                                         std::string_view section);
  // Of all sections, by name.
  absl::StatusOr<std::vector<SectionStats>> ReadStats(EventId event);
  // Into a list that is used again, for those who poll: by far the cheapest.
  absl::Status ReadCounters(EventId event,
                            std::vector<SectionCounters>& counters) {
    return storage_->ReadCounters(event, counters);
  }
  // Summed over the sections, each at a version of its own.
  absl::StatusOr<SeatCounts> CountEvent(EventId event);

  absl::StatusOr<Booking> ReadBooking(EventId event, BookingId booking) {
    return storage_->ReadBooking(event, booking);
  }
  absl::StatusOr<std::vector<Booking>> ListBookings(EventId event,
                                                    BuyerId buyer) {
    return storage_->ListBookings(event, buyer);
  }
  absl::StatusOr<std::vector<Hold>> ListHolds(
      EventId event, Time from = Time::min(),
      std::size_t holds_max = std::numeric_limits<std::size_t>::max()) {
    return storage_->ListHolds(event, from, holds_max);
  }
  // Why ReserveBest of these would be refused now, and when it would fit.
  absl::StatusOr<BestExplanation> ExplainBest(EventId event,
                                              ListArg<Offer> offers,
                                              std::uint32_t count,
                                              const BestPolicy& policy) {
    return seatfield::ExplainBest(*storage_, event, offers.items(), count,
                                  policy, Now());
  }
  StoreCounters counters() const { return storage_->counters(); }

  // --- Care -----------------------------------------------------------------

  absl::Status Verify(EventId event) { return storage_->Verify(event); }

  // Of the event as it is once everything due now has expired. Meaningful while
  // nothing writes.
  absl::StatusOr<Digest128> Digest(EventId event);

  absl::Status Close() { return storage_->Close(); }

 private:
  std::unique_ptr<Storage> storage_;
  std::shared_ptr<const Clock> clock_;
};

// --- Implementation ---------------------------------------------------------

namespace internal {

// The record of one seat of a view that was read with details.
inline SeatRecord RecordOf(const SectionView& view, Seat seat) {
  for (const SeatRecord& record : view.details) {
    if (record.seat == seat) return record;
  }
  return {.seat = seat};
}

inline absl::Status NoSuchSeat(const SectionView& view, Seat seat) {
  return InvalidArgument("section ", view.stats.key.name.view(), " has ",
                         view.stats.config.rows, " rows of ",
                         view.stats.config.seats_per_row, ": no seat ",
                         seat.ToString());
}

}  // namespace internal

inline absl::StatusOr<SectionView> Inventory::ReadSection(
    EventId event, SectionRef section, const ReadOptions& options) {
  SectionView view;
  absl::Status status = storage_->ReadSection(event, section, options, view);
  if (!status.ok()) return status;
  return view;
}

inline absl::StatusOr<SeatRecord> Inventory::ReadSeat(EventId event,
                                                      SectionRef section,
                                                      Seat seat) {
  // The shape first, so that the seat has an index.
  auto view = ReadSection(event, section, {.range = SeatRange{0, 0}});
  if (!view.ok()) return view.status();
  if (!view->stats.config.Contains(seat)) {
    return internal::NoSuchSeat(*view, seat);
  }
  const SeatIndex index = view->stats.config.IndexOf(seat);
  view = ReadSection(event, section,
                     {.range = SeatRange{index, index + 1}, .details = true});
  if (!view.ok()) return view.status();
  return internal::RecordOf(*view, seat);
}

inline absl::StatusOr<RowMeta> Inventory::ReadRow(EventId event,
                                                  SectionRef section,
                                                  std::uint32_t row) {
  auto view = ReadSection(event, section, {.range = SeatRange{0, 0}});
  if (!view.ok()) return view.status();
  const SectionConfig config = view->stats.config;
  if (!config.Contains({row, 1})) {
    return internal::NoSuchSeat(*view, {row, 1});
  }
  const SeatIndex first = config.IndexOf({row, 1});
  view = ReadSection(event, section,
                     {.range = SeatRange{first, first + config.seats_per_row},
                      .details = true});
  if (!view.ok()) return view.status();
  RowMeta meta{
      view->stats.key, row, view->map.CountAll(), view->stats.version, {}};
  for (std::uint32_t number = 1; number <= config.seats_per_row; ++number) {
    meta.seats.push_back(internal::RecordOf(*view, {row, number}));
  }
  return meta;
}

inline absl::StatusOr<SectionStats> Inventory::ReadStats(
    EventId event, std::string_view section) {
  const auto key = SectionKey::Make(event, section);
  if (!key.ok()) return key.status();
  std::vector<SectionStats> stats;
  absl::Status status = storage_->ReadStats({event, section}, stats);
  if (!status.ok()) return status;
  if (stats.empty()) return absl::NotFoundError("the section is dropped");
  return stats[0];
}

inline absl::StatusOr<std::vector<SectionStats>> Inventory::ReadStats(
    EventId event) {
  std::vector<SectionStats> stats;
  absl::Status status = storage_->ReadStats({event}, stats);
  if (!status.ok()) return status;
  return stats;
}

inline absl::StatusOr<SeatCounts> Inventory::CountEvent(EventId event) {
  const auto stats = ReadStats(event);
  if (!stats.ok()) return stats.status();
  SeatCounts counts;
  for (const SectionStats& section : *stats) counts += section.counts;
  return counts;
}

inline absl::StatusOr<Digest128> Inventory::Digest(EventId event) {
  const auto stats = ReadStats(event);
  if (!stats.ok()) return stats.status();
  EventDigest digest(Now());
  SectionView view;
  for (const SectionStats& section : *stats) {
    absl::Status status =
        storage_->ReadSection(event, section.key.name, {.details = true}, view);
    if (!status.ok()) return status;
    digest.Add(view);
  }
  return digest.Get();
}

SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_INVENTORY_H_
