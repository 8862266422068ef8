// SPDX-License-Identifier: MIT
//
// What seatctl reads: seats as one types them, lines of an export, bytes.

#include <string>
#include <vector>

#include "common/seat_list.h"
#include "seatctl/lines.h"
#include "seatctl/raw.h"
#include "seatctl/session.h"
#include "seatfield/section.h"
#include "support/catch.h"
#include "support/seed.h"
#include "support/volume.h"

namespace examples::seatctl {
namespace {

using seatfield::Seat;
using seatfield::SeatMap;
using seatfield::SeatState;
using seatfield::SectionConfig;
using seatfield::SectionName;
using seatfield::test::Rng;
using seatfield::test::Volume;

std::string Seats(const std::string& text) {
  std::vector<Seat> seats;
  const absl::Status status = ParseSeats(text, seats);
  if (!status.ok()) return std::string(status.message());
  std::string list;
  for (const Seat seat : seats) list += seat.ToString() + " ";
  return list;
}

std::string ComplaintOf(const std::string& line) {
  const auto parsed = ParseLine(line);
  return parsed.ok() ? "" : std::string(parsed.status().message());
}

SeatLine SoldSeat() {
  return {SectionName::Known("A-1"),
          {.seat = {3, 4},
           .state = SeatState::kSold,
           .meta = seatfield::SeatMeta{.booking = seatfield::BookingId(1, 2),
                                       .buyer = seatfield::BuyerId{7},
                                       .price = seatfield::Price(4500),
                                       .reserved_at = seatfield::TimeFromMicros(
                                           1'700'000'000'000'000)}}};
}

}  // namespace

TEST_CASE("Seats are single, ranges in one row, and lists of both",
          "[seatctl]") {
  CHECK(Seats("3-4") == "3-4 ");
  CHECK(Seats("3-4..3-6") == "3-4 3-5 3-6 ");
  CHECK(Seats("3-4..3-4") == "3-4 ");
  CHECK(Seats("5-1,3-4..3-5,1-1") == "5-1 3-4 3-5 1-1 ");
  CHECK(Seats("1-4294967295..1-4294967295") == "1-4294967295 ");
}

TEST_CASE("What is no list of seats is refused and quoted", "[seatctl]") {
  CHECK(Seats("") == "not a seat (ROW-NUMBER, both from 1): ''");
  CHECK(Seats("3-4,") == "not a seat (ROW-NUMBER, both from 1): ''");
  CHECK(Seats("3-4,,3-5") == "not a seat (ROW-NUMBER, both from 1): ''");
  CHECK(Seats("3-0") == "not a seat (ROW-NUMBER, both from 1): '3-0'");
  CHECK(Seats("3-4..") == "not a seat (ROW-NUMBER, both from 1): ''");
  CHECK(Seats("3-4...3-5") == "not a seat (ROW-NUMBER, both from 1): '.3-5'");
  CHECK(Seats("3-4..4-9") == "a range of seats stays in one row: '3-4..4-9'");
  CHECK(Seats("3-9..3-4") == "the range ends before it begins: '3-9..3-4'");
  CHECK(Seats("1-1..1-4294967295") ==
        "more than 100000 seats with '1-1..1-4294967295'");
  CHECK(Seats("1-1..1-100000,2-1") == "more than 100000 seats with '2-1'");
}

TEST_CASE("Seats of several sections are gathered by section", "[seatctl]") {
  std::vector<SectionSeats> sections;
  REQUIRE(ParsePlacedSeats("B:1-1", sections).ok());
  REQUIRE(ParsePlacedSeats("A-1:3-4..3-5", sections).ok());
  REQUIRE(ParsePlacedSeats("B:2-1", sections).ok());
  CHECK(sections == std::vector<SectionSeats>{
                        {SectionName::Known("B"), {{1, 1}, {2, 1}}},
                        {SectionName::Known("A-1"), {{3, 4}, {3, 5}}}});
  for (const char* const bad :
       {"3-4", "", ":3-4", "A 1:3-4", "A-1:", "A:B:1-1"}) {
    INFO(bad);
    CHECK_FALSE(ParsePlacedSeats(bad, sections).ok());
  }
}

TEST_CASE("A line is read back as it was written", "[seatctl]") {
  const Line lines[] = {
      HeaderLine{seatfield::EventId{7}},
      HeaderLine{seatfield::EventId{INT64_MAX}},
      SectionLine{SectionName::Known("A-1"), {26, 25}, false},
      SectionLine{SectionName::Known("x.y_z"), {1, 4294967295U}, true},
      SoldSeat(),
      SeatLine{SectionName::Known("A"),
               {.seat = {1, 1}, .state = SeatState::kBlocked}},
      EndLine{0, 0, ""},
      EndLine{2, UINT64_MAX, "0123456789abcdef0123456789abcdef"}};
  for (const Line& line : lines) {
    const std::string text = LineText(line);
    INFO(text);
    const auto read = ParseLine(text);
    REQUIRE(read.ok());
    CHECK(*read == line);
  }
}

TEST_CASE("A line that is wrong is told where", "[seatctl]") {
  CHECK(ComplaintOf("{") == "not JSON: incomplete JSON");
  CHECK(ComplaintOf("[]") == "expected an object");
  CHECK(ComplaintOf(R"({"seatfield_event":2,"event_id":1})") ==
        "format 2 is not known, only 1");
  CHECK(ComplaintOf(R"({"seatfield_event":1,"event_id":-1})") ==
        "event_id: expected an integer 0 to 9223372036854775807");
  CHECK(ComplaintOf(R"({"section":"A","rows":1})") == "seats_per_row: missing");
  CHECK(ComplaintOf(R"({"section":"A B","rows":1,"seats_per_row":1})") ==
        "section: not a section name ([A-Za-z0-9_.-], 1 to 64 characters): "
        "'A B'");
  CHECK(
      ComplaintOf(R"({"section":"A","rows":1,"seats_per_row":1,"pause":1})") ==
      "unknown member 'pause'");
  CHECK(
      ComplaintOf(R"({"section":"A","rows":1,"seats_per_row":1,"paused":1})") ==
      "paused: expected true or false");
  CHECK(ComplaintOf(R"({"section":"A","seat":"1-1","state":"blockd"})")
            .starts_with("state: "));
  CHECK(
      ComplaintOf(R"({"section":"A","seat":"1-1","state":"blocked","no":1})") ==
      "unknown member 'no'");
  CHECK(
      ComplaintOf(
          R"({"section":"A","seat":"1-1","state":"sold","meta":{"buyr":1}})") ==
      "meta: unknown member 'buyr'");
  CHECK(ComplaintOf(
            R"({"section":"A","seat":"1-1","seat":"1-2","state":"blocked"})") !=
        "");
  CHECK(ComplaintOf(R"({"end":{"sections":1,"digest":""}})") ==
        "end.seats: missing");
  CHECK(ComplaintOf(R"({"end":1})") == "end: expected an object");
  CHECK(ComplaintOf(std::string(kLineBytesMax + 1, ' ')) ==
        "longer than 65536 bytes");
}

TEST_CASE("Bytes and rows of a section are read back", "[seatctl]") {
  SEATFIELD_INFO_SEED();
  Rng rng;
  for (std::size_t round = 0; round < Volume(2'000); ++round) {
    const SectionConfig config{static_cast<std::uint32_t>(rng.Between(1, 20)),
                               static_cast<std::uint32_t>(rng.Between(1, 70))};
    SeatMap map(config.seat_count());
    SeatMap taken(config.seat_count());
    for (std::size_t i = 0; i < map.size(); ++i) {
      const auto state = static_cast<SeatState>(rng.Below(4));
      map.Set(i, state);
      if (state != SeatState::kAvailable) taken.Set(i, SeatState::kBlocked);
    }
    CHECK(FromBytes(ToBytes(map), config).value() == map);
    CHECK(FromRows(ToRows(map, config), config).value() == taken);
  }
}

TEST_CASE("Rows begin a byte each, the first seat in the highest bit",
          "[seatctl]") {
  SeatMap map(18);  // two rows of nine
  map.Set(0, SeatState::kSold);
  map.Set(8, SeatState::kReserved);
  map.Set(9 + 7, SeatState::kBlocked);
  CHECK(ToHex(ToRows(map, {2, 9})) == "80800100");
  CHECK(ToHex(ToBytes(map)) == "80004000c0");
}

TEST_CASE("Bytes of another size, or with bits behind the seats, are refused",
          "[seatctl]") {
  const SectionConfig config{2, 9};
  const auto complaint = [](const auto& map) {
    return std::string(map.status().message());
  };
  CHECK(complaint(FromBytes("1234", config)) ==
        "the section needs 5 bytes, not 4");
  CHECK(complaint(FromRows("12345", config)) ==
        "the section needs 4 bytes, not 5");
  CHECK_FALSE(FromBytes(std::string("\0\0\0\0\1", 5), config).ok());
  CHECK(complaint(FromRows(std::string("\0\0\0\1", 4), config))
            .starts_with("row 2: "));
}

TEST_CASE("A file is opened read-only by verbs that look, not made by others",
          "[seatctl]") {
  const auto uri = [](const char* text, Access access) {
    return UriFor(text, access).value();
  };
  CHECK(uri("file:/x", Access::kRead) == "file:/x?read_only=1");
  CHECK(uri("file:/x?ids_max=3", Access::kRead) ==
        "file:/x?ids_max=3&read_only=1");
  CHECK(uri("file:/x?read_only=0", Access::kRead) == "file:/x?read_only=0");
  CHECK(uri("file:/x", Access::kWrite) == "file:/x?create=0");
  CHECK(uri("file:/x", Access::kCreate) == "file:/x");
  CHECK(uri("file:/x%3fread_only=1", Access::kRead) ==
        "file:/x%3fread_only=1?read_only=1");
  CHECK(uri("memory:", Access::kRead) == "memory:");
  CHECK_FALSE(UriFor("file", Access::kRead).ok());
}

}  // namespace examples::seatctl
