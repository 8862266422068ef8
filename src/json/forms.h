// SPDX-License-Identifier: MIT
//
// The JSON forms of the library's plain values, each as a pair of Read() and
// Write().

#ifndef SEATFIELD_SRC_JSON_FORMS_H_
#define SEATFIELD_SRC_JSON_FORMS_H_

#include <cstdint>
#include <memory>

#include "reader.h"
#include "seatfield/best_available.h"
#include "seatfield/booking.h"
#include "seatfield/json.h"
#include "seatfield/outcome.h"
#include "seatfield/seat_mask.h"
#include "seatfield/seat_meta.h"
#include "seatfield/seating_plan.h"
#include "seatfield/section.h"
#include "seatfield/time.h"
#include "seatfield/transaction.h"
#include "seatfield/version.h"
#include "writer.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace json_internal {

// booking.h, seat_meta.h, section.h: in forms.cc
void Read(const Field& at, SectionKey& key);
void Read(const Field& at, SectionConfig& config);
void Read(const Field& at, SectionStats& stats);
void Read(const Field& at, SeatMeta& meta);
void Read(const Field& at, SeatRecord& record);
void Read(const Field& at, RowMeta& row);
void Read(const Field& at, BookingStatus& status);
void Read(const Field& at, BookedSeat& seat);
void Read(const Field& at, Booking& booking);

void Write(Writer& out, const SectionKey& key);
void Write(Writer& out, const SectionConfig& config);
void Write(Writer& out, const SectionStats& stats);
void Write(Writer& out, const SeatMeta& meta);
void Write(Writer& out, const SeatRecord& record);
void Write(Writer& out, const RowMeta& row);
void Write(Writer& out, const BookedSeat& seat);
void Write(Writer& out, const Booking& booking);

// transaction.h: in transaction_reader.cc and transaction_writer.cc, the parts
// of its steps in step_parts.cc and, of best seats, in seating.cc
void Read(const Field& at, Duration& duration);
void Read(const Field& at, std::shared_ptr<const SeatMask>& filter);
void Read(const Field& at, BestPolicy::Order& order);
void Read(const Field& at, OrphanRule& rule);
void Read(const Field& at, BestPolicy& policy);
void Read(const Field& at, std::int32_t& score);
void Read(const Field& at, std::shared_ptr<const SeatingPlan>& plan);
void Read(const Field& at, Transaction& transaction);

void Write(Writer& out, Duration duration);
void Write(Writer& out, const SeatMask& filter);
void Write(Writer& out, OrphanRule rule);
void Write(Writer& out, const BestPolicy& policy);
void Write(Writer& out, const SeatingPlan& plan);
void Write(Writer& out, const Transaction& transaction);

// outcome.h, which nothing reads: in outcome.cc
void Write(Writer& out, const SectionOutcome& section);
void Write(Writer& out, const SeatRefusal& refused);
void Write(Writer& out, const Outcome& outcome);

}  // namespace json_internal
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_SRC_JSON_FORMS_H_
