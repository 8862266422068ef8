// SPDX-License-Identifier: MIT
//
// finalize, release, refund, extend: what one does with a booking.

#include <memory>
#include <vector>

#include "seatctl/parameters.h"
#include "seatctl/verbs.h"
#include "seatfield/transaction.h"

namespace examples::seatctl {

using seatfield::SeatsOfBooking;
using seatfield::Transaction;

namespace {

using AddStep = Transaction& (Transaction::*)(const SeatsOfBooking&);

constexpr Verb kFinalize = {
    "finalize", kSelling, "Sells what a booking holds",
    "  seatctl finalize 1 01234567-89ab-cdef-0123-456789abcdef\n"
    "  seatctl finalize 1 01234567-89ab-cdef-0123-456789abcdef A-1:3-4,3-5",
    Access::kWrite};
constexpr Verb kRelease = {
    "release", kSelling, "Gives back what a booking holds",
    "  seatctl release 1 01234567-89ab-cdef-0123-456789abcdef\n"
    "  seatctl release 1 01234567-89ab-cdef-0123-456789abcdef A-1:3-4..3-6",
    Access::kWrite};
constexpr Verb kRefund = {
    "refund", kSelling, "Takes back what a booking has bought",
    "  seatctl refund 1 01234567-89ab-cdef-0123-456789abcdef\n"
    "  seatctl refund 1 01234567-89ab-cdef-0123-456789abcdef A-1:3-4 B-2:1-1",
    Access::kWrite};
constexpr Verb kExtend = {
    "extend", kSelling, "Moves the deadline of a booking's holds later",
    "  seatctl extend 1 01234567-89ab-cdef-0123-456789abcdef --hold 10m",
    Access::kWrite};

struct BookingStepsArguments {
  seatfield::EventId event{};
  seatfield::BookingId booking;
  std::vector<SectionSeats> sections;
  seatfield::Duration hold{};
  seatfield::TransactionId id;
};

int RunStep(Session& session, const BookingStepsArguments& arguments,
            AddStep add) {
  Transaction transaction(arguments.event);
  transaction.SetId(arguments.id);
  if (arguments.sections.empty()) {
    (transaction.*add)({.booking = arguments.booking});
  }
  for (const auto& [section, seats] : arguments.sections) {
    (transaction.*
     add)({.booking = arguments.booking, .section = section, .seats = seats});
  }
  return session.Commit(transaction);
}

void AddStepVerb(Program& program, const Verb& verb, AddStep add) {
  const auto arguments = std::make_shared<BookingStepsArguments>();
  Parameters parameters = program.Add(verb, [arguments, add](Session& session) {
    return RunStep(session, *arguments, add);
  });
  parameters.Event(arguments->event);
  parameters.Booking(arguments->booking);
  parameters.PlacedSeats("SEATS", arguments->sections,
                         "SECTION:ROW-SEAT, as A-1:3-4..3-6; else all",
                         Need::kOptional);
  parameters.TransactionId(arguments->id);
}

void AddExtend(Program& program) {
  const auto arguments = std::make_shared<BookingStepsArguments>();
  Parameters parameters = program.Add(kExtend, [arguments](Session& session) {
    Transaction transaction(arguments->event);
    transaction.SetId(arguments->id)
        .Extend(arguments->booking, arguments->hold);
    return session.Commit(transaction);
  });
  parameters.Event(arguments->event);
  parameters.Booking(arguments->booking);
  parameters.Hold(arguments->hold, "How long from now on", Need::kRequired);
  parameters.TransactionId(arguments->id);
}

}  // namespace

void AddBookingSteps(Program& program) {
  AddStepVerb(program, kFinalize, &Transaction::Finalize);
  AddStepVerb(program, kRelease, &Transaction::Release);
  AddStepVerb(program, kRefund, &Transaction::Refund);
  AddExtend(program);
}

}  // namespace examples::seatctl
