// SPDX-License-Identifier: MIT
//
// Plain values as JSON text and back, and the venue file. Text in, text out;
// nothing of the JSON library shows.
//
//   std::string text = ToJson(meta);
//   absl::StatusOr<SeatMeta> same = ParseSeatMeta(text);
//   absl::StatusOr<Venue> venue = ParseVenue(file_text);
//
// ToJson writes ASCII without spaces, members in a fixed order; ParseX reads
// the whole text, members in any order, and gives back an equal value if the
// value was valid.
//
// Units: prices are integers of minor units; times are text as TimeToString()
//   writes them, "+00:00" being read as Z; seats are "ROW-NUMBER".
// Numbers: integers, exact to 64 bits. 3000.0 and 3e3 are refused.
// Members: one that a form does not know is ignored in values, so that what a
//   later version or another service writes can be read, and refused in venues
//   and transactions, where people write and a misspelt key must not be silent.
//   One that stands twice in an object is refused everywhere.
// Limits: JsonLimits; 65,536 members in one object.
// Errors: InvalidArgument (fix the text), saying where and what was expected:
//     seats[3].meta.buyer_id: expected an integer 0 to 9223372036854775807,
//     got a string
//   ResourceExhausted: the text, or what it describes, passes a limit, which
//     the message names (split it or raise the limit), or memory ran out.
//   Nothing is thrown.
// Memory: at most about 30 times the size of the text while it is read, and a
//   byte for each 4 columns of a seating plan with aisles.
// Thread safety: pure functions.
// Complexity: O(n log n) in the size of the text.

#ifndef SEATFIELD_JSON_H_
#define SEATFIELD_JSON_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "seatfield/booking.h"
#include "seatfield/limits.h"
#include "seatfield/outcome.h"
#include "seatfield/price.h"
#include "seatfield/seat_meta.h"
#include "seatfield/section.h"
#include "seatfield/transaction.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN

// What text is refused unread.
struct JsonLimits {
  std::size_t text_bytes_max = std::size_t{16} << 20;

  // Objects and arrays within each other. More than 256 is taken as 256.
  std::size_t depth_max = 32;
};

// --- Values -----------------------------------------------------------------

// {"section_id":"A-1","event_id":1}
std::string ToJson(const SectionKey& key);
absl::StatusOr<SectionKey> ParseSectionKey(std::string_view json,
                                           const JsonLimits& limits = {});

// {"rows":3,"seats_per_row":5}. Any numbers are read: a store judges them.
std::string ToJson(const SectionConfig& config);
absl::StatusOr<SectionConfig> ParseSectionConfig(std::string_view json,
                                                 const JsonLimits& limits = {});

// {"section_id":"A-1","event_id":1,"available":13,"reserved":2,"sold":0,
//  "blocked":0,"total":15,"version":1,
//  "updated_at":"2026-07-01T09:30:00.000000Z","rows":3,"seats_per_row":5,
//  "paused":false}, and "next_deadline" if a hold has one. "total" must be the
// sum of the four counters.
std::string ToJson(const SectionStats& stats);
absl::StatusOr<SectionStats> ParseSectionStats(std::string_view json,
                                               const JsonLimits& limits = {});

// 3000, minor units. Price::Parse() reads decimal text.
std::string ToJson(Price price);
absl::StatusOr<Price> ParsePrice(std::string_view json,
                                 const JsonLimits& limits = {});

enum class SeatMetaForm : std::uint8_t {
  kFull,    // with "hold_until" if the seat is held with a deadline
  kStored,  // exactly the four fields that a seat_meta hash keeps
};

// {"buyer_id":7,"booking_id":"01234567-89ab-cdef-0123-456789abcdef",
//  "price":3000,"reserved_at":"2026-07-01T09:30:00.000000Z"}
std::string ToJson(const SeatMeta& meta,
                   SeatMetaForm form = SeatMetaForm::kFull);
absl::StatusOr<SeatMeta> ParseSeatMeta(std::string_view json,
                                       const JsonLimits& limits = {});

// {"seat":"3-4","state":"reserved","meta":{...}}: "meta" iff reserved or sold,
// "block_reason" only if blocked.
std::string ToJson(const SeatRecord& record);
absl::StatusOr<SeatRecord> ParseSeatRecord(std::string_view json,
                                           const JsonLimits& limits = {});

// {"section_id":"A-1","event_id":1,"row":3,"available":4,"reserved":1,"sold":0,
//  "blocked":0,"total":5,"version":1,"seats":[...]}, the seats as SeatRecords.
std::string ToJson(const RowMeta& row);
absl::StatusOr<RowMeta> ParseRowMeta(std::string_view json,
                                     const JsonLimits& limits = {});

// {"event_id":1,"booking_id":"...","buyer_id":7,"status":"open",
//  "first_reserved_at":"...","hold_until":"...","closed_at":"...","seats":
//  [{"section_id":"A-1","seat":"3-4","state":"reserved","price":3000,
//    "reserved_at":"..."}]}. The two times between are left out where never.
std::string ToJson(const Booking& booking);
absl::StatusOr<Booking> ParseBooking(std::string_view json,
                                     const JsonLimits& limits = {});

// --- Transactions -----------------------------------------------------------

// A request as one line:
// {"event":1,"id":"<UUID, or left out>","steps":[
//   {"reserve":{"booking":"<UUID>","buyer":7,"section":"A-1",
//     "seats":["1-2","1-3"],"hold_for":"600s","price":3000}},
//   {"finalize":{"booking":"<UUID>"}}],
//  "if_version":{"A-1":3}}
// Each step is an object of one member, the kind of step:
//   reserve       booking, buyer, section, seats, hold_for, and price for all
//                 or prices for each; orphans ("allow", "avoid" or "forbid"),
//                 min_run and plan (all optional)
//   reserve_best  booking, buyer, offers, count, hold_for, policy (optional,
//   and
//                 each of its members: {"order":"best","orphans":"avoid",
//                 "largest_blocks_fallback":false,"allow_split":true,
//                 "allow_singles":false,"min_run":2}, where order is
//                 "first_fit" if left out); an offer is section, price, filter
//                 (optional: {"seats":15,"hex":"e000"}, the bytes of a
//                 SeatMask), plan (optional)
//   finalize, release, refund   booking; and section and seats, without which
//                 all seats of the booking are meant
//   extend        booking, hold_for
//   transfer      booking, to_booking, to_buyer; and section and seats, or all
//   block         section, seats, reason (optional)
//   unblock       section, seats
//   load          section, records, as SeatRecords
// A plan is {"rows":3,"seats_per_row":5,"focal_column":3,"row_ranks":[1,0,2],
// "aisles":[2],"scores":[...]}, of which all but the shape is optional, or with
// "focal_columns":[3,3,2] for each row; its members are a SeatingPlanSpec's.
// hold_for is a whole number and us, ms, s, m, h or d, or "forever".
// Errors: of the form alone. What a store would refuse is read, so that its
//   outcome can tell: no steps, an empty list, the nil id.
absl::StatusOr<Transaction> ParseTransaction(std::string_view json,
                                             const JsonLimits& limits = {});

// Hold lengths in seconds, or microseconds where they are not whole. What no
// reader takes is written too, for logs: a section named by handle, as
// "#place.generation", a name or number that is out of range, and a section
// that has several if_version.
std::string ToJson(const Transaction& transaction);

// {"committed":true,"replayed":false,"durability":"memory","sequence":0,
//  "steps":[{"hold_until":"...","seats":[{"section":"A-1","seat":"1-2",
//    "from":"available","to":"reserved","price":3000}]}],
//  "time":"...","sections":[{"section":"A-1","version":4}]}, or
// {"committed":false,"refusal":"seat_sold","detail":"...","refused_step":0,
//  "refused_seats":[{"section":"A-1","seat":"1-2","refusal":"seat_sold"}],
//  "time":"...","sections":[...]}. Without "hold_until" if never, and without
// "detail" if none. A step of best seats has "tier" ("together", "split" ...),
// and one that leaves an orphan "leaves_orphan":true.
std::string ToJson(const Outcome& outcome);

// --- Venues -----------------------------------------------------------------

struct VenueSection {
  std::string name;
  SectionConfig config;
  Price price;  // of each of its seats

  friend bool operator==(const VenueSection&, const VenueSection&) = default;
};

struct Venue {
  std::vector<VenueSection> sections;  // in the order of the file
  std::uint64_t seat_count = 0;

  friend bool operator==(const Venue&, const Venue&) = default;
};

// {"rows": 25, "cols": 20, "sections": [
//   {"name": "A", "price": 3000, "subsections": 10},
//   {"name": "Box", "price": 9000, "subsections": 2, "rows": 2, "cols": 6}]}
// is the sections of 25 rows of 20 seats, then Box-1 and Box-2 of 2
// rows of 6. Of rows and cols, which are a section's own or else those of the
// file, each section needs both.
// Errors: also ResourceExhausted past `limits`' sections of an event, seats of
//   a section or seats in all.
absl::StatusOr<Venue> ParseVenue(std::string_view json,
                                 const Limits& limits = {},
                                 const JsonLimits& json_limits = {});

SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_JSON_H_
