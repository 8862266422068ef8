// SPDX-License-Identifier: MIT
//
// A Recorder is told of every committed change of a ledger, so that its home
// can journal it: decisions, which can be made again without a clock or a
// policy. It is told under the locks that the change was made under, so the
// order of the calls agrees with the order of every section, booking and id.
//
// Errors: none after Reserve(): what cannot be recorded must be refused there.
// Thread safety: called from any thread. It may take no lock of the ledger.

#ifndef SEATFIELD_INTERNAL_RECORDER_H_
#define SEATFIELD_INTERNAL_RECORDER_H_

#include <cstdint>
#include <span>

#include "absl/status/status.h"
#include "seatfield/ids.h"
#include "seatfield/internal/decision.h"
#include "seatfield/internal/hash.h"
#include "seatfield/internal/layout.h"
#include "seatfield/internal/section_access.h"
#include "seatfield/internal/space.h"
#include "seatfield/price.h"
#include "seatfield/seat_state.h"
#include "seatfield/section.h"
#include "seatfield/time.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace internal {

// A transaction as it was decided and written.
struct CommitNote {
  EventId event;
  Time time;
  TransactionId id;   // nil: none
  Digest128 request;  // of an id's transaction
  const Decision* decision;
};

// A new booking reserves seats side by side in one section.
struct ReserveNote {
  EventId event;
  Time time;
  const SectionRecord* section;  // just before
  BookingId booking;
  BuyerId buyer;
  std::int64_t hold_until;
  std::int64_t first_reserved_at;
  SeatIndex first;
  std::uint32_t seat_count;
  std::span<const Price> prices;  // one for all, or one each
};

// All seats of a booking, which are in one section, move alike.
struct SettleNote {
  EventId event;
  Time time;
  const SectionRecord* section;  // just before
  const BookingRecord* booking;  // likewise
  SeatState from;
  SeatState to;
  std::span<const SeatIndex> seats;
  const SeatSlot* slots;  // of the section
};

// A booking's holds in one section lapse.
struct ExpiryNote {
  EventId event;
  std::int64_t deadline;
  const Space* space;
  const SectionAccess* section;  // just before
  const BookingRecord* booking;  // likewise
};

enum class AdminAct : std::uint8_t { kDrop, kReset, kPause, kResume };

class Recorder {
 public:
  enum class Room : std::uint8_t { kEnough, kTooLarge, kNoMemory };

  virtual ~Recorder() = default;

  // Whether Committed() will have room for a decision of that size.
  virtual Room Reserve(const Decision& decision) = 0;

  // Each returns its sequence in the store's feed.
  virtual std::uint64_t Committed(const CommitNote& note) = 0;
  virtual std::uint64_t Reserved(const ReserveNote& note) = 0;
  virtual std::uint64_t Settled(const SettleNote& note) = 0;
  virtual std::uint64_t Expired(const ExpiryNote& note) = 0;

  // Sections are about to appear. Errors: ResourceExhausted, and they must not.
  virtual absl::Status Created(EventId event, Time time,
                               std::span<const Line> sections) = 0;
  // An act on a section, or with 0 on its whole event, is about to happen.
  virtual void Administered(AdminAct act, EventId event, Time time,
                            Line section) = 0;
};

}  // namespace internal
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_INTERNAL_RECORDER_H_
