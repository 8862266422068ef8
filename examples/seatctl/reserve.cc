// SPDX-License-Identifier: MIT

#include <memory>
#include <string>
#include <vector>

#include "seatctl/parameters.h"
#include "seatctl/request.h"
#include "seatctl/verbs.h"
#include "seatfield/transaction.h"

namespace examples::seatctl {
namespace {

constexpr Verb kReserve = {
    "reserve", kSelling, "Holds the seats that one names",
    "  seatctl reserve 1 A-1 3-4 3-5 --buyer 7 --price 45.00 \\\n"
    "    --booking 01234567-89ab-cdef-0123-456789abcdef\n"
    "  seatctl reserve 1 A-1 3-4..3-9,4-4..4-9 --buyer 7 --hold 30m \\\n"
    "    --booking 01234567-89ab-cdef-0123-456789abcdef",
    Access::kWrite};

struct ReserveArguments {
  Request request;
  seatfield::SectionName section;
  std::vector<seatfield::Seat> seats;
};

int Reserve(Session& session, const ReserveArguments& arguments) {
  const Request& request = arguments.request;
  const auto price = request.ReadPrice(session);
  if (!price) return kUsage;
  seatfield::Transaction transaction(request.event);
  transaction.SetId(request.id)
      .Reserve({.booking = request.booking,
                .buyer = request.buyer,
                .section = arguments.section,
                .seats = arguments.seats,
                .hold_for = request.hold,
                .price = *price});
  return session.Commit(transaction);
}

}  // namespace

void AddReserve(Program& program) {
  const auto arguments = std::make_shared<ReserveArguments>();
  Parameters parameters = program.Add(kReserve, [arguments](Session& session) {
    return Reserve(session, *arguments);
  });
  parameters.Event(arguments->request.event);
  parameters.Section(arguments->section);
  parameters.Seats(arguments->seats);
  AddRequestOptions(parameters, arguments->request);
}

}  // namespace examples::seatctl
