// SPDX-License-Identifier: MIT

#include "seatfield/transaction.h"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "seatfield/internal/request_digest.h"
#include "support/catch.h"

namespace seatfield::test {
namespace {

using namespace std::chrono_literals;

constexpr EventId kEvent{1};
constexpr BookingId kBooking(1, 1);

TEST_CASE("A transaction owns what it was given", "[transaction]") {
  Transaction tx(kEvent);
  {
    std::string section = "A-1";
    std::vector<Seat> seats = {{1, 2}, {1, 3}};
    tx.Reserve({.booking = kBooking,
                .buyer = BuyerId{7},
                .section = section,
                .seats = seats,
                .hold_for = 10min,
                .price = Price(5)});
    section = "gone";
    seats.clear();
  }
  REQUIRE(tx.steps().size() == 1);
  const auto& step = tx.steps()[0];
  CHECK(step.kind == StepKind::kReserve);
  CHECK(step.hold_for == 600s);
  CHECK(tx.section(step.sections.first).name() == "A-1");
  REQUIRE(tx.seats(step).size() == 2);
  CHECK(tx.seats(step)[1] == Seat{1, 3});
  REQUIRE(tx.prices(step).size() == 1);
  CHECK(tx.prices(step)[0] == Price(5));
}

TEST_CASE("Seats left out mean all seats of the booking", "[transaction]") {
  Transaction tx(kEvent);
  tx.Finalize({.booking = kBooking});
  tx.Release({.booking = kBooking, .section = "A", .seats = {{1, 1}}});
  tx.Refund({.booking = kBooking, .section = "A"});
  CHECK(tx.steps()[0].all_seats);
  CHECK_FALSE(tx.steps()[1].all_seats);
  // A section without seats is an empty list, not all of them.
  CHECK_FALSE(tx.steps()[2].all_seats);
}

TEST_CASE("Sections remember the step that names them", "[transaction]") {
  Transaction tx(kEvent);
  tx.Extend(kBooking, 1min);
  tx.ReserveBest({.booking = kBooking,
                  .offers = {{"A", Price(1)}, {"B", Price(2)}},
                  .count = 2});
  tx.Block({.section = SectionHandle{5, 6}, .seats = {{1, 1}}, .reason = 3});
  tx.IfVersion("C", 4);
  REQUIRE(tx.section_count() == 4);
  CHECK(tx.StepOfSection(0) == 1);
  CHECK(tx.StepOfSection(1) == 1);
  CHECK(tx.StepOfSection(2) == 2);
  CHECK(tx.StepOfSection(3) == 0);
  CHECK(tx.section(1).name() == "B");
  CHECK(tx.section(2).handle() == SectionHandle{5, 6});
  CHECK(tx.preconditions()[0].version == 4);
  CHECK(tx.prices(tx.steps()[1])[1] == Price(2));
  CHECK(tx.filter(tx.steps()[1], 0) == nullptr);
}

TEST_CASE("Clearing forgets the request and keeps nothing of it",
          "[transaction]") {
  Transaction tx(kEvent);
  tx.SetId(TransactionId(1, 2)).Finalize({.booking = kBooking});
  tx.IfVersion("A", 1);
  tx.Clear(EventId{2});
  CHECK(tx.event() == EventId{2});
  CHECK(tx.id().is_nil());
  CHECK(tx.steps().empty());
  CHECK(tx.preconditions().empty());
  CHECK(tx.section_count() == 0);
}

// The digest of a request whose only section is called `name`, whichever way it
// was given.
std::string DigestOf(const Transaction& tx, std::string_view name) {
  return internal::DigestRequest(tx, [&](std::size_t) { return name; })
      .ToString();
}

TEST_CASE("Requests are the same iff their steps are", "[transaction]") {
  const auto base = [] {
    Transaction tx(kEvent);
    tx.Reserve({.booking = kBooking,
                .section = "A",
                .seats = {{1, 1}},
                .price = Price(1)});
    return tx;
  };
  const std::string digest = DigestOf(base(), "A");
  CHECK(DigestOf(base(), "A") == digest);
  CHECK(DigestOf(base(), "B") != digest);
  CHECK(DigestOf(base().SetId(TransactionId(9, 9)), "A") == digest);
  CHECK(DigestOf(base().IfVersion("A", 1), "A") != digest);
  CHECK(DigestOf(base().Finalize({.booking = kBooking}), "A") != digest);
  CHECK(DigestOf(Transaction(EventId{2})
                     .Reserve({.booking = kBooking,
                               .section = "A",
                               .seats = {{1, 1}},
                               .price = Price(1)}),
                 "A") != digest);
  CHECK(DigestOf(Transaction(kEvent).Reserve({.booking = kBooking,
                                              .section = SectionHandle{1, 1},
                                              .seats = {{1, 1}},
                                              .price = Price(1)}),
                 "A") == digest);
  CHECK(DigestOf(Transaction(kEvent).Reserve({.booking = kBooking,
                                              .section = "A",
                                              .seats = {{1, 1}},
                                              .price = Price(2)}),
                 "A") != digest);
}

}  // namespace
}  // namespace seatfield::test
