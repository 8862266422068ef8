// SPDX-License-Identifier: MIT
//
// Journals what a ledger commits.
//
// Thread safety: every member from any thread. Cost: one copy into the
// journal's buffer; allocates only to grow what a thread keeps.

#ifndef SEATFIELD_MAPPED_JOURNAL_RECORDER_H_
#define SEATFIELD_MAPPED_JOURNAL_RECORDER_H_

#include <cstdint>
#include <span>

#include "absl/status/status.h"
#include "mapped/journal.h"
#include "seatfield/ids.h"
#include "seatfield/internal/ledger_state.h"
#include "seatfield/internal/recorder.h"
#include "seatfield/time.h"

namespace seatfield::mapped {

class JournalRecorder final : public internal::Recorder {
 public:
  // Both must outlive it.
  JournalRecorder(Journal& journal, internal::LedgerState& state)
      : journal_(journal), state_(state) {}

  Room Reserve(const internal::Decision& decision) override;
  std::uint64_t Committed(const internal::CommitNote& note) override;
  std::uint64_t Reserved(const internal::ReserveNote& note) override;
  std::uint64_t Settled(const internal::SettleNote& note) override;
  std::uint64_t Expired(const internal::ExpiryNote& note) override;
  absl::Status Created(EventId event, Time time,
                       std::span<const internal::Line> sections) override;
  void Administered(internal::AdminAct act, EventId event, Time time,
                    internal::Line section) override;

 private:
  Journal& journal_;
  internal::LedgerState& state_;
};

}  // namespace seatfield::mapped

#endif  // SEATFIELD_MAPPED_JOURNAL_RECORDER_H_
