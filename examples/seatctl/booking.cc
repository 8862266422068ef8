// SPDX-License-Identifier: MIT
//
// booking, holds: who has what, and until when.

#include "seatfield/booking.h"

#include <boost/json.hpp>
#include <memory>
#include <string>

#include "common/format.h"
#include "seatctl/parameters.h"
#include "seatctl/table.h"
#include "seatctl/verbs.h"
#include "seatfield/json.h"

namespace examples::seatctl {

using seatfield::BookedSeat;
using seatfield::Booking;
using seatfield::Hold;
using seatfield::kNever;
using seatfield::TimeToString;

namespace {

constexpr Verb kBooking = {
    "booking", kLooking, "Shows a booking and its seats",
    "  seatctl booking 1 01234567-89ab-cdef-0123-456789abcdef", Access::kRead};
constexpr Verb kHolds = {"holds", kLooking,
                         "Lists the holds of an event, the next to end first",
                         "  seatctl holds 1\n"
                         "  seatctl holds 1 --json",
                         Access::kRead};

struct BookingArguments {
  seatfield::EventId event{};
  seatfield::BookingId booking;
};

void PrintBooking(Session& session, const Booking& booking) {
  session.out() << "booking " << booking.id.ToString() << " of buyer "
                << Value(booking.buyer) << ": "
                << BookingStatusName(booking.status);
  if (booking.hold_until != kNever) {
    session.out() << ", held until " << TimeToString(booking.hold_until);
  }
  if (booking.closed_at != kNever) {
    session.out() << " at " << TimeToString(booking.closed_at);
  }
  session.out() << '\n';
  if (booking.seats.empty()) return;
  Table table(
      {"section", "seat", "state", "price", "reserved at"},
      {Align::kLeft, Align::kLeft, Align::kLeft, Align::kRight, Align::kLeft});
  for (const BookedSeat& seat : booking.seats) {
    table.Add({seat.section.ToString(), seat.seat.ToString(),
               std::string(SeatStateName(seat.state)),
               session.PriceText(seat.price), TimeToString(seat.reserved_at)});
  }
  session.out() << table.Text(session.terminal());
}

int ShowBooking(Session& session, const BookingArguments& arguments) {
  const auto booking =
      session.inventory().ReadBooking(arguments.event, arguments.booking);
  if (!booking.ok()) return session.Fail(booking.status());
  if (session.json()) {
    session.out() << ToJson(*booking) << '\n';
  } else {
    PrintBooking(session, *booking);
  }
  return kDone;
}

std::string AsJson(const Hold& hold) {
  boost::json::object object{{"event_id", Value(hold.event)},
                             {"booking_id", hold.booking.ToString()},
                             {"buyer_id", Value(hold.buyer)},
                             {"seats", hold.seat_count}};
  if (hold.hold_until != kNever) {
    object["hold_until"] = TimeToString(hold.hold_until);
  }
  return boost::json::serialize(object);
}

int ShowHolds(Session& session, seatfield::EventId event) {
  const auto holds = session.inventory().ListHolds(event);
  if (!holds.ok()) return session.Fail(holds.status());
  Table table({"held until", "booking", "buyer", "seats"},
              {Align::kLeft, Align::kLeft, Align::kRight, Align::kRight});
  for (const Hold& hold : *holds) {
    if (session.json()) session.out() << AsJson(hold) << '\n';
    table.Add({TimeToString(hold.hold_until), hold.booking.ToString(),
               std::to_string(Value(hold.buyer)), Thousands(hold.seat_count)});
  }
  if (!session.json()) session.out() << table.Text(session.terminal());
  return kDone;
}

}  // namespace

void AddBooking(Program& program) {
  const auto arguments = std::make_shared<BookingArguments>();
  Parameters parameters = program.Add(kBooking, [arguments](Session& session) {
    return ShowBooking(session, *arguments);
  });
  parameters.Event(arguments->event);
  parameters.Booking(arguments->booking);
}

void AddHolds(Program& program) {
  const auto arguments = std::make_shared<BookingArguments>();
  Parameters parameters = program.Add(kHolds, [arguments](Session& session) {
    return ShowHolds(session, arguments->event);
  });
  parameters.Event(arguments->event);
}

}  // namespace examples::seatctl
