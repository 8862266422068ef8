// SPDX-License-Identifier: MIT
//
// Makes a journal's decisions again, on a ledger that is in the state they were
// made in. It reads no clock and applies no policy: every record says what was,
// and is refused unless it finds just that.
//
// Records are untrusted input: nothing they name is followed before it is
// checked against the ledger.
// Thread safety: none; nobody else may use the ledger meanwhile.
// Complexity: as the transactions that it repeats.

#ifndef SEATFIELD_MAPPED_APPLY_H_
#define SEATFIELD_MAPPED_APPLY_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "mapped/record.h"
#include "seatfield/internal/decision.h"
#include "seatfield/internal/layout.h"
#include "seatfield/internal/ledger_state.h"
#include "seatfield/internal/space.h"
#include "seatfield/outcome.h"

namespace seatfield::mapped {

class Applier {
 public:
  // The state must outlive it, and must have no recorder.
  explicit Applier(internal::LedgerState& state);

  // Takes a record, and applies the one that was taken kAhead before, so that
  // what a record needs can be fetched meanwhile.
  // Errors: DataLoss (it does not fit the ledger, and why: the ledger is then
  // good for nothing), ResourceExhausted (memory).
  absl::Status Push(std::uint64_t sequence, std::span<const std::byte> record);

  // Applies those that are left. Errors: as Push().
  absl::Status Finish();

  // Of the record that was applied last, or did not fit.
  std::uint64_t sequence() const { return sequence_; }

 private:
  static constexpr std::size_t kAhead = 16;
  static constexpr std::size_t kFetchSeatsAt = kAhead / 2;

  struct Taken {
    std::uint64_t sequence = 0;
    bool is_record = false;
    std::uint64_t hash = 0;  // of its first booking
    LedgerRecord record;
  };

  // Each is empty, or says what does not fit.
  using Misfit = std::string_view;

  Taken& At(std::uint64_t number) { return taken_[number % kAhead]; }
  absl::Status ApplyNext();
  Misfit Apply();
  void FetchTables(Taken& taken);
  void FetchSeats(const Taken& taken);
  bool FindEvent(EventId id);

  Misfit ApplyCommit();
  Misfit PlaceSections();
  Misfit PlaceBookings();
  Misfit PlaceRuns();
  Misfit PlaceRun(const RecordRun& run);
  Misfit CheckSeat(const RecordRun& run, const internal::SeatNow& now) const;
  Misfit CountSeats();
  Misfit CheckCovered(const internal::TouchedBooking& booking) const;
  void CountBuyers();
  Misfit Write();
  void FillOutcome();
  Misfit ApplyExpiry();
  Misfit ApplyCreate();
  Misfit ApplyAct();

  internal::EventRecord& event() { return state_.EventAt(event_); }
  // 0 unless it is a section of the record's event.
  internal::Line SectionLine(std::uint32_t number) const;

  internal::LedgerState& state_;
  std::vector<internal::Line> line_of_;  // by number; 0: none
  std::array<Taken, kAhead> taken_;
  std::uint64_t taken_count_ = 0;
  std::uint64_t applied_count_ = 0;
  std::uint64_t sequence_ = 0;
  const LedgerRecord* record_ = nullptr;  // that is being applied
  EventId event_id_{-1};                  // that was found last
  internal::Line event_ = 0;
  internal::Decision decision_;
  Outcome outcome_;
  bool no_memory_ = false;
};

}  // namespace seatfield::mapped

#endif  // SEATFIELD_MAPPED_APPLY_H_
