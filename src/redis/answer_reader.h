// SPDX-License-Identifier: MIT
//
// Reads what the script answers: transaction.lua and operations.lua say how.
//
// Errors: Internal, if the bytes are no such answer. Nothing is trusted in
// them:
//   a name that is none, or a number out of its range, is such an error.

#ifndef SEATFIELD_REDIS_ANSWER_READER_H_
#define SEATFIELD_REDIS_ANSWER_READER_H_

#include <cstdint>

#include "absl/status/status.h"
#include "redis/form.h"
#include "redis/pack.h"
#include "seatfield/booking.h"
#include "seatfield/ids.h"
#include "seatfield/outcome.h"
#include "seatfield/read_view.h"
#include "seatfield/section.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {

// What the answer to a transaction begins with.
enum class OutcomeKind : std::uint8_t {
  kCommitted,
  kRefused,
  kReplayed,
  kChoose,  // the rest is for Choose()
};

// What ended before an operation, as its answer counts it.
struct Expired {
  std::uint64_t holds = 0;
  std::uint64_t seats = 0;
};

absl::Status UnsoundAnswer();

OutcomeKind ReadKind(Unpacker& answer);

// The rest of an answer of another kind than kChoose.
absl::Status ReadOutcome(OutcomeKind kind, const Form& form, Unpacker& answer,
                         Outcome& outcome, Expired& expired);

absl::Status ReadExpired(Unpacker& answer, Expired& expired);

// `made` is set to which section of that name it is.
absl::Status ReadSectionStats(EventId event, Unpacker& answer,
                              SectionStats& stats, std::string& made);

// The records of the view's section.
absl::Status ReadDetails(const Form& form, Unpacker& answer, SectionView& view);

absl::Status ReadBookingAnswer(EventId event, const Form& form,
                               Unpacker& answer, Booking& booking);

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_REDIS_ANSWER_READER_H_
