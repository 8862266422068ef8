// SPDX-License-Identifier: MIT
//
// What a journal's records say: the decisions of a ledger. Sections are named
// by their numbers in the store, bookings by their places in the record.
//
//   head
//      0   1  kind: RecordKind
//      1   1  flags: 1 = has a transaction id; else 0
//      2   2  section count
//      4   2  booking count
//      6   2  step count: of the answer, if it has an id; else 0
//      8   8  time, microseconds since the Unix epoch
//     16   8  event
//
//   a commit or an expiry: head, then
//     [id, if it has one]  16 bytes id, 16 bytes digest of the request, each
//                          high half first
//     section, each        4 number, 8 version thereafter
//     booking, each        16 id, 8 buyer, 8 hold until, 8 first reserved at,
//                          4 flags: bits 0 to 1 how it closes if left empty,
//                          4 holds changed, 8 deadline moved
//     step, each           8 hold until, 4 flags: bits 0 to 7 tier, 256 leaves
//                          an orphan
//     run, to the end      seats side by side that change alike
//        0   4  first seat
//        4   2  seat count, at least 1
//        6   2  section: its place above
//        8   2  step; never less than the run's before it
//       10   2  booking that gives them up, 65535: none
//       12   2  booking that has them now, 65535: none
//       14   1  from, bits 0 to 1; to, bits 2 to 3
//       15   1  parts: 1 = a price, 8 bytes; 2 = when they were reserved, 8
//               bytes, else the record's time; 4 = the reason of a block, 4
//               bytes
//   sections created: head, then to the end
//     section, each        4 number (consecutive), 4 rows, 4 seats per row, 4
//                          length of the name, the name, zeros to a multiple of
//                          four
//   another act: head (section count 0: on the whole event), then the section's
//     4 number
//
// Source of all this: what a replay needs, and no more.

#ifndef SEATFIELD_MAPPED_RECORD_H_
#define SEATFIELD_MAPPED_RECORD_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "seatfield/booking.h"
#include "seatfield/ids.h"
#include "seatfield/internal/hash.h"
#include "seatfield/internal/recorder.h"
#include "seatfield/internal/space.h"
#include "seatfield/seat_state.h"
#include "seatfield/section.h"
#include "seatfield/time.h"

namespace seatfield::mapped {

enum class RecordKind : std::uint8_t {
  kCommit = 1,
  kExpiry = 2,
  kCreate = 3,
  kDrop = 4,
  kReset = 5,
  kPause = 6,
  kResume = 7,
};

inline constexpr std::uint32_t kNoBooking = UINT32_MAX;

struct RecordSection {
  std::uint32_t number = 0;
  std::uint64_t version = 0;
};

struct RecordBooking {
  BookingId id;
  std::int64_t buyer = 0;
  std::int64_t hold_until = 0;
  std::int64_t first_reserved_at = 0;
  BookingStatus left = BookingStatus::kOpen;  // how it closes if left empty
  bool holds_changed = false;
  bool deadline_moved = false;
};

struct RecordStep {
  std::int64_t hold_until = 0;
  std::uint8_t tier = 0;
  bool leaves_orphan = false;
};

struct RecordRun {
  SeatIndex first = 0;
  std::uint32_t count = 0;
  std::uint32_t section = 0;
  std::uint32_t step = 0;
  std::uint32_t giver = kNoBooking;
  std::uint32_t owner = kNoBooking;
  SeatState from = SeatState::kAvailable;
  SeatState to = SeatState::kAvailable;
  std::int64_t price = 0;
  std::int64_t reserved_at = 0;
  std::uint32_t reason = 0;
};

struct RecordCreated {
  std::uint32_t number = 0;
  SectionConfig config;
  SectionName name;
};

// A record taken apart. Used again, it allocates only to grow.
struct LedgerRecord {
  RecordKind kind = RecordKind::kCommit;
  std::int64_t time = 0;
  EventId event{};
  TransactionId id;  // nil: none
  Digest128 request;
  std::vector<RecordSection> sections;
  std::vector<RecordBooking> bookings;
  std::vector<RecordStep> steps;
  std::vector<RecordRun> runs;
  std::vector<RecordCreated> created;
};

// False if the bytes are no record: a length, kind, state, name or place that
// cannot be. Whether it fits the store is for the reader to see.
bool DecodeRecord(std::span<const std::byte> bytes, LedgerRecord& record);

// Bytes that EncodeCommit() needs at most.
std::size_t CommitBytesMax(const internal::Decision& decision);
// Bytes that the other two transactions need at most, with up to
// kEverydaySeatsMax seats.
inline constexpr std::size_t kEverydayBytesMax = 1024;

// Each returns how many bytes it wrote.
std::size_t EncodeCommit(const internal::CommitNote& note, std::byte* to);
std::size_t EncodeReserve(const internal::ReserveNote& note, std::byte* to);
std::size_t EncodeSettle(const internal::SettleNote& note, std::byte* to);
std::size_t EncodeAdmin(internal::AdminAct act, EventId event, Time time,
                        const internal::SectionRecord* section, std::byte* to);
// Lists the seats if ExpiryBytesMax() are given, and none if only
// kExpiryBytesMin are.
inline constexpr std::size_t kExpiryBytesMin = 80;
std::size_t ExpiryBytesMax(const internal::ExpiryNote& note);
std::size_t EncodeExpiry(const internal::ExpiryNote& note,
                         std::span<std::byte> to);
void EncodeCreated(EventId event, Time time,
                   std::span<const internal::SectionRecord* const> sections,
                   std::vector<std::byte>& out);

}  // namespace seatfield::mapped

#endif  // SEATFIELD_MAPPED_RECORD_H_
