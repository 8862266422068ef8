// SPDX-License-Identifier: MIT
//
// Storage is what a backend implements: the whole state machine, behind one
// interface. Hosts use it through Inventory, which adds the clock and the
// convenience. Whoever writes a backend finds its proof in
// seatfield/testing/storage_conformance.h.
//
// Time is an argument: a storage reads no clock, and `now` is the caller's.
//
// Errors: every judgement on a transaction is in its Outcome. A Status is the
//   environment, by what the caller should do:
//     InvalidArgument     fix the call (reads, create, drop)
//     NotFound            no such event, section or booking
//     AlreadyExists       a section of that name has another config
//     FailedPrecondition  seats are held or sold (drop, reset), or the storage
//                         is closed
//     ResourceExhausted   a limit of the store, or memory
//     Unavailable         a read met too many writes: try again
//     Unknown             the outcome is not known: retry with the same
//                         transaction id
//     Internal            an invariant of ours is broken: stop and recover
// Thread safety: every member may be called from any thread at any time, except
//   the destructor.
// Durability: see commit_options.h; a storage says in its own header what it
//   reaches.

#ifndef SEATFIELD_STORAGE_H_
#define SEATFIELD_STORAGE_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "seatfield/booking.h"
#include "seatfield/commit_options.h"
#include "seatfield/ids.h"
#include "seatfield/limits.h"
#include "seatfield/outcome.h"
#include "seatfield/read_view.h"
#include "seatfield/section.h"
#include "seatfield/time.h"
#include "seatfield/transaction.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN

// How far one transaction may reach.
enum class TransactionSpan : std::uint8_t {
  // More than one section is refused unsupported. Bookings and transaction ids
  // belong to a section and are forgotten with it.
  kSection,
  kEvent,
};

struct StorageInfo {
  std::string name;  // "memory"
  TransactionSpan span = TransactionSpan::kEvent;
  Durability durability_max = Durability::kMemory;  // what it can reach
  Durability durability_default = Durability::kMemory;
  Limits limits;
};

// A part of the store: an event, or one section of it.
struct Scope {
  EventId event{};
  std::string_view section{};  // empty: the whole event
};

// Called once, with the environment's status and, if that is ok, the outcome.
// It may run before CommitAsync returns and on any thread.
using CommitCallback = std::function<void(absl::Status, const Outcome&)>;

class Storage {
 public:
  virtual ~Storage() = default;

  virtual StorageInfo info() const = 0;

  // --- Sections -------------------------------------------------------------

  // Creates all of them or none; an event exists while it has a section. A
  // section that exists with the same config is left as it is. A name given
  // twice is InvalidArgument.
  // Errors: InvalidArgument, AlreadyExists, ResourceExhausted, each naming the
  //   section.
  virtual absl::Status CreateSections(EventId event,
                                      std::span<const SectionSpec> sections,
                                      Time now) = 0;

  // Removes a section, or an event with all that is remembered of it.
  // Errors: NotFound; FailedPrecondition while a hold or sale lives, unless
  //   `force`.
  virtual absl::Status Drop(Scope scope, bool force, Time now) = 0;

  // Makes every seat available, as after the creation. Resetting an event also
  // forgets its bookings and transaction ids; resetting a section releases its
  // seats from their bookings. Errors: as Drop.
  virtual absl::Status Reset(Scope scope, bool force, Time now) = 0;

  // While paused, new reservations are refused; all else goes on. A section is
  // paused by itself or by its event. Errors: NotFound.
  virtual absl::Status SetPaused(Scope scope, bool paused) = 0;

  // Errors: InvalidArgument, NotFound.
  virtual absl::StatusOr<SectionHandle> Resolve(EventId event,
                                                std::string_view section) = 0;

  virtual absl::StatusOr<std::vector<EventId>> ListEvents() = 0;

  // --- Transactions ---------------------------------------------------------

  // Decides and, unless refused, applies one transaction. The answer, refusals
  // included, is in `outcome`; a Status that is not ok says nothing of it.
  virtual absl::Status Commit(const Transaction& transaction, Time now,
                              const CommitOptions& options,
                              Outcome& outcome) = 0;

  // Independent transactions, in order, not atomic together. Requires as many
  // outcomes as transactions. The first failure of the environment ends the
  // batch: later outcomes are unspecified.
  virtual absl::Status CommitBatch(std::span<const Transaction> transactions,
                                   Time now, const CommitOptions& options,
                                   std::span<Outcome> outcomes);

  // As Commit, answered by a callback once acknowledged. The transaction may
  // change as soon as the call returns.
  virtual void CommitAsync(const Transaction& transaction, Time now,
                           const CommitOptions& options,
                           CommitCallback callback);

  // The last sequence of the feed that survives what durability_max promises;
  // 0 in a store without one.
  virtual std::uint64_t durable_sequence() const { return 0; }

  // Expires what is due, earliest deadline first, at most `holds_max` holds (a
  // booking's seats in one section). Returns how many. Cost: what is due.
  virtual absl::StatusOr<std::uint64_t> ExpireDue(Time now,
                                                  std::uint64_t holds_max) = 0;

  // The earliest deadline of any live hold, kNever when there is none.
  virtual absl::StatusOr<Time> NextDeadline() = 0;

  // --- Reads ----------------------------------------------------------------

  // One version of one section. `event` is ignored for a handle.
  // Errors: InvalidArgument (range), NotFound, Unavailable.
  virtual absl::Status ReadSection(EventId event, SectionRef section,
                                   const ReadOptions& options,
                                   SectionView& view) = 0;

  // As ReadSection, of many sections of an event: views[i] is of sections[i].
  // Each is one version, together they may be of several moments. The first
  // failure ends it: the views are then unspecified.
  virtual absl::Status ReadSections(EventId event,
                                    std::span<const SectionRef> sections,
                                    const ReadOptions& options,
                                    std::vector<SectionView>& views);

  // The counters of one section, or of all sections of an event by name; each
  // is one version, together they may be of several moments.
  // Errors: NotFound, Unavailable.
  virtual absl::Status ReadStats(Scope scope,
                                 std::vector<SectionStats>& stats) = 0;

  // The counters of all sections of an event in the order of ReadStats(), which
  // tells their names; each is one version. The list is of one moment.
  // Allocates only to grow `counters`. Errors: NotFound, Unavailable.
  virtual absl::Status ReadCounters(EventId event,
                                    std::vector<SectionCounters>& counters);

  // A booking that is open or still remembered. Errors: NotFound, Unavailable.
  virtual absl::StatusOr<Booking> ReadBooking(EventId event,
                                              BookingId booking) = 0;

  // The open bookings of a buyer, by id. Cost: the bookings of the event.
  // Errors: NotFound (event), Unavailable.
  virtual absl::StatusOr<std::vector<Booking>> ListBookings(EventId event,
                                                            BuyerId buyer) = 0;

  // The holds of an event by deadline, then booking: the first `holds_max`
  // whose deadline is `from` or later. Cost: the bookings of the event.
  // Errors: NotFound (event), Unavailable.
  virtual absl::StatusOr<std::vector<Hold>> ListHolds(
      EventId event, Time from, std::size_t holds_max) = 0;

  virtual StoreCounters counters() const = 0;

  // --- Care -----------------------------------------------------------------

  // Recounts an event: bits, counters, metadata and bookings against each
  // other. Holds writers of the event off while it runs.
  // Errors: NotFound; Internal, naming the section, seat or booking.
  virtual absl::Status Verify(EventId event) = 0;

  // No call but the destructor and Close() succeeds afterwards: they answer
  // FailedPrecondition.
  virtual absl::Status Close() = 0;

 protected:
  // Errors: InvalidArgument unless a batch has an outcome for each transaction.
  static absl::Status CheckBatch(std::span<const Transaction> transactions,
                                 std::span<const Outcome> outcomes);
};

// --- Implementation ---------------------------------------------------------

inline absl::Status Storage::CheckBatch(
    std::span<const Transaction> transactions,
    std::span<const Outcome> outcomes) {
  if (transactions.size() == outcomes.size()) return absl::OkStatus();
  return internal::InvalidArgument("CommitBatch: ", transactions.size(),
                                   " transactions but ", outcomes.size(),
                                   " outcomes");
}

inline absl::Status Storage::CommitBatch(
    std::span<const Transaction> transactions, Time now,
    const CommitOptions& options, std::span<Outcome> outcomes) {
  absl::Status checked = CheckBatch(transactions, outcomes);
  if (!checked.ok()) return checked;
  for (std::size_t i = 0; i < transactions.size(); ++i) {
    absl::Status status = Commit(transactions[i], now, options, outcomes[i]);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

inline absl::Status Storage::ReadSections(EventId event,
                                          std::span<const SectionRef> sections,
                                          const ReadOptions& options,
                                          std::vector<SectionView>& views) {
  views.resize(sections.size());
  for (std::size_t i = 0; i < sections.size(); ++i) {
    absl::Status status = ReadSection(event, sections[i], options, views[i]);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

inline absl::Status Storage::ReadCounters(
    EventId event, std::vector<SectionCounters>& counters) {
  counters.clear();
  std::vector<SectionStats> stats;
  absl::Status status = ReadStats({event}, stats);
  if (!status.ok()) return status;
  for (const SectionStats& section : stats) {
    counters.push_back(CountersOf(section));
  }
  return absl::OkStatus();
}

// NOLINTBEGIN(performance-unnecessary-value-param): others keep the callback.
inline void Storage::CommitAsync(const Transaction& transaction, Time now,
                                 const CommitOptions& options,
                                 CommitCallback callback) {
  Outcome outcome;
  absl::Status status = Commit(transaction, now, options, outcome);
  callback(status, outcome);
}
// NOLINTEND(performance-unnecessary-value-param)

SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_STORAGE_H_
