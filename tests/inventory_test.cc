// SPDX-License-Identifier: MIT

#include "seatfield/inventory.h"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "support/catch.h"
#include "support/fixture.h"
#include "support/golden.h"

namespace seatfield::test {
namespace {

using namespace std::chrono_literals;

std::string Hex(std::span<const std::byte> bytes) {
  std::string text;
  for (const std::byte byte : bytes) {
    text += "0123456789abcdef"[std::to_integer<unsigned>(byte) >> 4];
    text += "0123456789abcdef"[std::to_integer<unsigned>(byte) & 15];
  }
  return text;
}

TEST_CASE("A life cycle leaves the bytes that a live server has",
          "[inventory][golden]") {
  const auto& golden = Golden("life_cycle").as_object();
  Fixture f;
  f.Create("A-1", static_cast<std::uint32_t>(Number(golden.at("rows"))),
           static_cast<std::uint32_t>(Number(golden.at("seats_per_row"))));
  std::uint64_t bookings = 0;
  for (const auto& entry : golden.at("steps").as_array()) {
    const auto& step = entry.as_object();
    const std::string what = Text(step.at("do"));
    std::vector<Seat> seats;
    if (step.contains("seats")) {
      for (const std::string& text : Texts(step.at("seats"))) {
        seats.push_back(Seat::Parse(text).value());
      }
    }
    if (what == "reserve") {
      CHECK(f.Reserve(B(++bookings), "A-1", seats) == "committed");
    } else if (what != "create") {
      const SeatsOfBooking of{
          .booking = B(bookings), .section = "A-1", .seats = seats};
      CHECK(Answer(what == "finalize"
                       ? f.inventory.Finalize(kEvent, of)
                       : f.inventory.Release(kEvent, of)) == "committed");
    }
    const auto view = f.inventory.ReadSection(kEvent, "A-1");
    REQUIRE(view.ok());
    CHECK(Hex(view->map.bytes()) == Text(step.at("hex")));
  }
  CHECK(f.inventory.Verify(kEvent).ok());
}

TEST_CASE("Every kind of read agrees with what was done", "[inventory]") {
  Fixture f;
  f.Create("A", 2, 4);
  f.Create("B", 1, 3);
  CHECK(f.Reserve(B(1), "A", {{1, 2}, {1, 3}}) == "committed");
  CHECK(f.Finalize(B(1)) == "committed");
  f.clock->Advance(1s);
  CHECK(f.Reserve(B(2), "A", {{2, 4}}) == "committed");
  CHECK(f.Reserve(B(2), "B", {{1, 1}}) == "committed");
  CHECK(Answer(f.inventory.Block(
            kEvent, {.section = "A", .seats = {{2, 1}}, .reason = 5})) ==
        "committed");

  const auto stats = f.inventory.ReadStats(kEvent, "A");
  REQUIRE(stats.ok());
  CHECK(stats->counts == SeatCounts{4, 1, 2, 1});
  CHECK(stats->version == 4);
  CHECK(stats->updated_at == kStart + 1s);
  CHECK(stats->next_deadline == kStart + 1s + 10min);
  CHECK(f.inventory.ReadStats(kEvent)->size() == 2);
  CHECK(*f.inventory.CountEvent(kEvent) == SeatCounts{6, 2, 2, 1});

  const auto seat = f.inventory.ReadSeat(kEvent, "A", {1, 2});
  REQUIRE(seat.ok());
  CHECK(seat->state == SeatState::kSold);
  CHECK(seat->meta == SeatMeta{B(1), kBuyer, Price(3000), kStart, kNever});
  CHECK(f.inventory.ReadSeat(kEvent, "A", {2, 1})->block_reason == 5);
  CHECK_FALSE(f.inventory.ReadSeat(kEvent, "A", {1, 1})->meta);

  const auto row = f.inventory.ReadRow(kEvent, "A", 2);
  REQUIRE(row.ok());
  CHECK(row->counts == SeatCounts{2, 1, 0, 1});
  REQUIRE(row->seats.size() == 4);
  CHECK(row->seats[3].meta->hold_until == kStart + 1s + 10min);
  CHECK(row->seats[3].seat == Seat{2, 4});

  const auto range = f.inventory.ReadSection(
      kEvent, "A", {.range = SeatRange{1, 5}, .details = true});
  REQUIRE(range.ok());
  CHECK(range->map.ToString() == "SSAB");
  CHECK(range->details.size() == 3);
  CHECK(range->stats.version == 4);

  const auto booking = f.inventory.ReadBooking(kEvent, B(2));
  REQUIRE(booking.ok());
  CHECK(booking->buyer == kBuyer);
  CHECK(booking->hold_until == kStart + 1s + 10min);
  REQUIRE(booking->seats.size() == 2);
  CHECK(booking->seats[0].section.view() == "A");
  CHECK(booking->seats[1].section.view() == "B");
  CHECK(f.inventory.ListBookings(kEvent, kBuyer)->size() == 2);
  CHECK(f.inventory.ListBookings(kEvent, BuyerId{8})->empty());

  const auto holds = f.inventory.ListHolds(kEvent);
  REQUIRE(holds.ok());
  REQUIRE(holds->size() == 1);
  CHECK((*holds)[0].booking == B(2));
  CHECK((*holds)[0].seat_count == 2);
  CHECK(*f.inventory.NextDeadline() == kStart + 1s + 10min);
  CHECK(f.inventory.Verify(kEvent).ok());
}

TEST_CASE("A read shows a lapsed hold until something expires it",
          "[inventory]") {
  Fixture f;
  f.Create("A", 1, 4);
  CHECK(f.Reserve(B(1), "A", {{1, 1}}) == "committed");
  const auto digest = f.inventory.Digest(kEvent);
  f.clock->Advance(10min);
  CHECK(f.States("A") == "RAAA");
  CHECK(*f.inventory.Digest(kEvent) != *digest);
  CHECK(f.inventory.ReadFresh(kEvent, "A")->map.ToString() == "AAAA");
  CHECK(f.States("A") == "AAAA");
  CHECK(f.inventory.ReadBooking(kEvent, B(1))->status ==
        BookingStatus::kExpired);
  CHECK(f.Finalize(B(1)) == "hold_expired");
  CHECK(f.inventory.counters().expired_seats == 1);
}

TEST_CASE("What does not fit its section is refused by seat", "[inventory]") {
  Fixture f;
  f.Create("A", 2, 3);
  const auto reserve = [&](ListArg<Seat> seats) {
    return f.Reserve(B(1), "A", seats);
  };
  CHECK(reserve({{1, 0}}) == "invalid_argument/seat_number");
  CHECK(reserve({{0, 1}}) == "invalid_argument/seat_row");
  CHECK(reserve({{1, 4}}) == "invalid_argument/seat_number");
  CHECK(reserve({{3, 1}}) == "invalid_argument/seat_row");
  CHECK(reserve({{1, 1}, {1, 2}, {1, 1}}) == "invalid_argument/seat_repeated");
  CHECK(reserve({}) == "invalid_argument/no_seats");
  const auto outcome = f.inventory.Reserve(
      kEvent, {.booking = B(1), .section = "A", .seats = {{1, 1}, {9, 9}}});
  REQUIRE(outcome->refused_seats.size() == 1);
  CHECK(outcome->refused_seats[0].seat == Seat{9, 9});
  CHECK(outcome->refused_seats[0].section.view() == "A");
  CHECK(f.States("A") == "AAAAAA");

  std::vector<Seat> many;
  for (std::uint32_t i = 1; i <= 4097; ++i) many.push_back({1, i});
  CHECK(reserve(many) == "invalid_argument/too_many_seats");
  many.resize(100);
  many.push_back(many[50]);
  CHECK(reserve(many) == "invalid_argument/seat_repeated");
}

TEST_CASE("What names nothing is refused by name", "[inventory]") {
  Fixture f;
  f.Create("A", 2, 3);
  const auto reserve = [&](EventId event, SectionRef section) {
    return Answer(f.inventory.Reserve(
        event, {.booking = B(1), .section = section, .seats = {{1, 1}}}));
  };
  CHECK(reserve(EventId{-1}, "A") == "invalid_argument/event_id");
  CHECK(reserve(EventId{2}, "A") == "not_found/event");
  CHECK(reserve(kEvent, "B") == "not_found/section");
  for (const std::string& name :
       {std::string("A:1"), std::string("{A}"), std::string("A 1"),
        std::string("A\0", 2), std::string()}) {
    CHECK(reserve(kEvent, name) == "invalid_argument/section_name");
  }
  CHECK(f.Finalize(B(1)) == "not_found/booking");
  CHECK(f.Finalize(BookingId()) == "invalid_argument/booking_id");
  CHECK(f.Reserve(B(1), "A", {{1, 1}}) == "committed");
  CHECK(Answer(f.inventory.Finalize(
            kEvent, {.booking = B(2), .section = "A", .seats = {{1, 1}}})) ==
        "not_owner");
  CHECK(Answer(f.inventory.Reserve(kEvent, {.booking = B(1),
                                            .buyer = BuyerId{8},
                                            .section = "A",
                                            .seats = {{1, 2}}})) ==
        "not_owner");
  CHECK(Answer(f.inventory.Reserve(kEvent, {.booking = B(3),
                                            .buyer = BuyerId{-8},
                                            .section = "A",
                                            .seats = {{1, 2}}})) ==
        "invalid_argument/buyer_id");
}

TEST_CASE("Prices and holds out of bounds are refused", "[inventory]") {
  Fixture f;
  f.Create("A", 2, 3);
  const auto reserve = [&](Duration hold_for, Price price) {
    return Answer(f.inventory.Reserve(kEvent, {.booking = B(1),
                                               .section = "A",
                                               .seats = {{1, 1}},
                                               .hold_for = hold_for,
                                               .price = price}));
  };
  CHECK(reserve(0s, Price(1)) == "invalid_argument/hold_for");
  CHECK(reserve(-1s, Price(1)) == "invalid_argument/hold_for");
  CHECK(reserve(Limits().hold_max + 1us, Price(1)) ==
        "invalid_argument/hold_for");
  CHECK(reserve(1s, Price(-1)) == "invalid_argument/price");
  CHECK(reserve(1s, Price(Price::kMinorUnitsMax + 1)) ==
        "invalid_argument/price");
  CHECK(Answer(f.inventory.Reserve(kEvent, {.booking = B(1),
                                            .section = "A",
                                            .seats = {{1, 1}, {1, 2}, {1, 3}},
                                            .prices = {Price(1), Price(2)}})) ==
        "invalid_argument/price_count");
  CHECK(reserve(Limits().hold_max, Price(Price::kMinorUnitsMax)) ==
        "committed");
}

TEST_CASE("Sections are created all or none, and by name", "[inventory]") {
  Fixture f;
  const auto create = [&](std::vector<SectionSpec> specs) {
    return f.inventory.CreateSections(kEvent, specs).ToString();
  };
  CHECK(create({{"A", {2, 3}}, {"B", {0, 3}}}) ==
        "INVALID_ARGUMENT: section 'B': rows is 0");
  CHECK(create({{"A", {2, 3}}, {"A", {2, 3}}}) ==
        "INVALID_ARGUMENT: section 'A' is given twice");
  CHECK(create({{"A", {65536, 65536}}}) ==
        "INVALID_ARGUMENT: section 'A': rows * seats_per_row is 4294967296, "
        "more than 1048576");
  CHECK(create({}) == "INVALID_ARGUMENT: no sections to create");
  CHECK(f.inventory.ListEvents()->empty());
  CHECK(create({{"A", {2, 3}}, {"B", {1, 3}}}) == "OK");
  CHECK(create({{"A", {2, 3}}, {"C", {1, 1}}}) == "OK");
  CHECK(create({{"D", {1, 1}}, {"B", {3, 1}}}) ==
        "ALREADY_EXISTS: section 'B' exists with 1 rows of 3");
  CHECK(f.inventory.ReadStats(kEvent)->size() == 3);

  Limits limits;
  limits.seats_max = 10;
  limits.sections_max = 3;
  limits.sections_per_event_max = 2;
  Fixture small(limits);
  small.Create("A", 2, 5);
  CHECK(small.inventory.CreateSection(kEvent, "B", {1, 1}).ToString() ==
        "RESOURCE_EXHAUSTED: section 'B': the store would have more than 10 "
        "seats");
  CHECK(small.inventory.ListEvents()->size() == 1);
}

TEST_CASE("A handle outlives its section and says so", "[inventory]") {
  Fixture f;
  f.Create("A", 2, 3);
  const SectionHandle handle = *f.inventory.Resolve(kEvent, "A");
  const auto reserve = [&](SectionHandle section, Seat seat) {
    return Answer(f.inventory.Reserve(
        kEvent, {.booking = B(1), .section = section, .seats = {seat}}));
  };
  CHECK(reserve(handle, {1, 1}) == "committed");
  CHECK(f.inventory.Drop({kEvent, "A"}).code() ==
        absl::StatusCode::kFailedPrecondition);
  CHECK(f.inventory.Drop({kEvent}, /*force=*/true).ok());
  CHECK(reserve(handle, {1, 1}) == "not_found/event");
  f.Create("A", 2, 3);
  CHECK(reserve(handle, {1, 1}) == "not_found/section");
  CHECK(f.inventory.ReadSection(kEvent, handle).status().code() ==
        absl::StatusCode::kNotFound);
  CHECK(reserve(SectionHandle(), {1, 1}) == "not_found/section");
  CHECK(reserve({UINT64_MAX, 1}, {1, 1}) == "not_found/section");
  Fixture other;
  other.Create("A", 2, 3);
  CHECK(reserve(*other.inventory.Resolve(kEvent, "A"), {1, 1}) ==
        "not_found/section");
  CHECK(f.States("A") == "AAAAAA");
}

TEST_CASE("A batch is in order and not atomic together", "[inventory]") {
  Fixture f;
  f.Create("A", 1, 2);
  std::vector<Transaction> batch(3, Transaction(kEvent));
  batch[0].Reserve({.booking = B(1), .section = "A", .seats = {{1, 1}}});
  batch[1].Reserve({.booking = B(2), .section = "A", .seats = {{1, 1}}});
  batch[2].Reserve({.booking = B(2), .section = "A", .seats = {{1, 2}}});
  std::vector<Outcome> outcomes(3);
  REQUIRE(f.inventory.CommitBatch(batch, outcomes).ok());
  CHECK(outcomes[0].committed());
  CHECK(outcomes[1].refusal == Refusal::kSeatReserved);
  CHECK(outcomes[2].committed());
  outcomes.resize(2);
  CHECK(f.inventory.CommitBatch(batch, outcomes).code() ==
        absl::StatusCode::kInvalidArgument);

  std::string answer;
  f.inventory.CommitAsync(Transaction(kEvent).Finalize({.booking = B(1)}),
                          [&](absl::Status status, const Outcome& outcome) {
                            answer =
                                status.ToString() + " " + Describe(outcome);
                          });
  CHECK(answer == "OK committed: A 1-1 sold");
}

TEST_CASE("A closed inventory answers nothing but that", "[inventory]") {
  Fixture f;
  f.Create("A", 1, 2);
  REQUIRE(f.inventory.Close().ok());
  CHECK(f.Reserve(B(1), "A", {{1, 1}}) ==
        "FAILED_PRECONDITION: the storage is closed");
  CHECK(f.inventory.ReadStats(kEvent).status().code() ==
        absl::StatusCode::kFailedPrecondition);
  CHECK(f.inventory.Close().ok());
}

}  // namespace
}  // namespace seatfield::test
