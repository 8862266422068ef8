// SPDX-License-Identifier: MIT
//
// exchange: some seats of a booking for others, with no moment between. The
// seats go back, others are taken and, if the first were sold, sold, in one
// transaction under the same booking. A hold keeps its deadline.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "seatctl/parameters.h"
#include "seatctl/request.h"
#include "seatctl/verbs.h"
#include "seatfield/booking.h"
#include "seatfield/price.h"
#include "seatfield/transaction.h"

namespace examples::seatctl {

using seatfield::BookedSeat;
using seatfield::Booking;
using seatfield::Duration;
using seatfield::Price;
using seatfield::SeatState;
using seatfield::Transaction;

namespace {

constexpr Verb kExchange = {
    "exchange", kSelling, "Gives a booking other seats for some of its own",
    "  seatctl exchange 1 01234567-89ab-cdef-0123-456789abcdef A-1:3-4,3-5 "
    "\\\n    --to A-2:1-1,1-2\n"
    "  seatctl exchange 1 01234567-89ab-cdef-0123-456789abcdef A-1:3-4 "
    "\\\n    --to B-1:7-1 --price 60.00",
    Access::kWrite};

struct ExchangeArguments {
  seatfield::EventId event{};
  seatfield::BookingId booking;
  std::vector<SectionSeats> from;
  std::vector<SectionSeats> to;
  std::string price;
};

std::size_t CountSeats(const std::vector<SectionSeats>& sections) {
  std::size_t count = 0;
  for (const SectionSeats& entry : sections) count += entry.seats.size();
  return count;
}

// What the booking has of `sections`, in their order. Seats that are not its
// own are left to the store to refuse.
std::vector<BookedSeat> SeatsIn(const Booking& booking,
                                const std::vector<SectionSeats>& sections) {
  std::vector<BookedSeat> found;
  for (const auto& [section, seats] : sections) {
    for (const seatfield::Seat seat : seats) {
      const auto at =
          std::find_if(booking.seats.begin(), booking.seats.end(),
                       [&, &name = section](const BookedSeat& booked) {
                         return booked.section == name && booked.seat == seat;
                       });
      if (at != booking.seats.end()) found.push_back(*at);
    }
  }
  return found;
}

// As --price says; else what the old seats cost, each for each or all the same.
std::optional<std::vector<Price>> PricesFor(
    Session& session, const ExchangeArguments& arguments,
    const std::vector<BookedSeat>& given) {
  const std::size_t wanted = CountSeats(arguments.to);
  if (!arguments.price.empty()) {
    const auto price = ReadPriceOption(session, arguments.price);
    if (!price) return std::nullopt;
    return std::vector<Price>(wanted, *price);
  }
  std::vector<Price> prices;
  prices.reserve(given.size());
  for (const BookedSeat& seat : given) prices.push_back(seat.price);
  if (prices.size() == wanted) return prices;
  const Price first = prices.empty() ? Price() : prices.front();
  if (std::count(prices.begin(), prices.end(), first) !=
      static_cast<std::ptrdiff_t>(prices.size())) {
    session.Fail(kUsage,
                 "--price: needed, as the old seats cost different amounts and "
                 "there are not as many new ones");
    return std::nullopt;
  }
  return std::vector<Price>(wanted, first);
}

// So long that a hold keeps the deadline that it has at `now`.
Duration HoldFor(const Booking& booking, bool is_held, seatfield::Time now) {
  constexpr Duration kShortest = std::chrono::microseconds(1);
  if (!is_held) return kShortest;
  if (booking.hold_until == seatfield::kNever) return seatfield::kForever;
  return std::max(booking.hold_until - now, kShortest);
}

void AddTaking(const ExchangeArguments& arguments, const Booking& booking,
               Duration hold_for, const std::vector<Price>& prices,
               Transaction& transaction) {
  std::size_t first = 0;
  for (const auto& [section, seats] : arguments.to) {
    transaction.Reserve(
        {.booking = arguments.booking,
         .buyer = booking.buyer,
         .section = section,
         .seats = seats,
         .hold_for = hold_for,
         .prices = std::span(prices).subspan(first, seats.size())});
    first += seats.size();
  }
}

int Exchange(Session& session, const ExchangeArguments& arguments) {
  const auto booking =
      session.inventory().ReadBooking(arguments.event, arguments.booking);
  if (!booking.ok()) return session.Fail(booking.status());
  const seatfield::Time now = session.inventory().Now();
  const auto given = SeatsIn(*booking, arguments.from);
  const bool is_held =
      !given.empty() &&
      std::all_of(given.begin(), given.end(), [](const BookedSeat& seat) {
        return seat.state == SeatState::kReserved;
      });
  const auto prices = PricesFor(session, arguments, given);
  if (!prices) return kUsage;

  Transaction transaction(arguments.event);
  const auto add = is_held ? &Transaction::Release : &Transaction::Refund;
  for (const auto& [section, seats] : arguments.from) {
    (transaction.*add)({arguments.booking, section, seats});
  }
  AddTaking(arguments, *booking, HoldFor(*booking, is_held, now), *prices,
            transaction);
  if (!is_held) {
    for (const auto& [section, seats] : arguments.to) {
      transaction.Finalize({arguments.booking, section, seats});
    }
  }
  seatfield::Outcome outcome;
  return session.Commit(transaction, now, outcome);
}

}  // namespace

void AddExchange(Program& program) {
  const auto arguments = std::make_shared<ExchangeArguments>();
  Parameters parameters = program.Add(kExchange, [arguments](Session& session) {
    return Exchange(session, *arguments);
  });
  parameters.Event(arguments->event);
  parameters.Booking(arguments->booking);
  parameters.PlacedSeats("FROM", arguments->from,
                         "SECTION:ROW-SEAT to give back");
  parameters.PlacedSeats("--to", arguments->to,
                         "SECTION:ROW-SEAT to take instead");
  parameters.Price(arguments->price,
                   "Of each new seat; else what the old cost");
}

}  // namespace examples::seatctl
