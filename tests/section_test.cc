// SPDX-License-Identifier: MIT

#include "seatfield/section.h"

#include <string>

#include "seatfield/limits.h"
#include "support/catch.h"

namespace seatfield::test {
namespace {

TEST_CASE("A seat index and a seat are each other's inverse", "[section]") {
  const SectionConfig config{.rows = 3, .seats_per_row = 5};
  CHECK(config.seat_count() == 15);
  CHECK(config.IndexOf({1, 1}) == 0);
  CHECK(config.IndexOf({2, 1}) == 5);
  CHECK(config.SeatAt(14) == Seat{3, 5});
  for (SeatIndex index = 0; index < config.seat_count(); ++index) {
    CHECK(config.Contains(config.SeatAt(index)));
    CHECK(config.IndexOf(config.SeatAt(index)) == index);
  }
  for (const Seat seat : {Seat{0, 1}, Seat{1, 0}, Seat{4, 1}, Seat{1, 6},
                          Seat{UINT32_MAX, 1}, Seat{1, UINT32_MAX}}) {
    CHECK_FALSE(config.Contains(seat));
  }
}

TEST_CASE("A section of no seats or too many is refused by name", "[section]") {
  const auto message = [](std::uint32_t rows, std::uint32_t seats_per_row) {
    return std::string(SectionConfig{rows, seats_per_row}
                           .Validate(Limits().seats_per_section_max)
                           .message());
  };
  CHECK(message(1, 1).empty());
  CHECK(message(1024, 1024).empty());
  CHECK(message(0, 5) == "rows is 0");
  CHECK(message(5, 0) == "seats_per_row is 0");
  CHECK(message(1024, 1025) ==
        "rows * seats_per_row is 1049600, more than 1048576");
  CHECK(message(65536, 65536) ==
        "rows * seats_per_row is 4294967296, more than 1048576");
}

TEST_CASE("A section name is 1 to 64 plain characters", "[section]") {
  for (const char* const name : {"A-1", "a", "_.-", "Balcony.Left_2"}) {
    CHECK(SectionName::Parse(name)->view() == name);
  }
  CHECK(SectionName::Parse(std::string(64, 'x')).ok());
  for (const std::string& name :
       {std::string(), std::string(65, 'x'), std::string("A:1"),
        std::string("A{1}"), std::string("A 1"), std::string("A\0B", 3),
        std::string("A/1"), std::string("\xc3\xa9")}) {
    CHECK_FALSE(SectionName::Parse(name).ok());
  }
  const auto status = SectionName::Parse(std::string("A\0B", 3)).status();
  CHECK(status.ToString().find("'A\\x00B'") != std::string::npos);
}

TEST_CASE("Section keys order by event, then by name", "[section]") {
  const auto key = [](std::int64_t event, const char* name) {
    return SectionKey::Make(EventId{event}, name).value();
  };
  CHECK(key(1, "B") < key(2, "A"));
  CHECK(key(1, "A-1") < key(1, "A-10"));
  CHECK(key(1, "A-10") < key(1, "A-2"));
  CHECK(key(7, "A-1").ToString() == "7/A-1");
  CHECK_FALSE(SectionKey::Make(EventId{-1}, "A").ok());
}

TEST_CASE("A seat is written as on a ticket", "[section]") {
  CHECK(Seat{3, 4}.ToString() == "3-4");
  CHECK(*Seat::Parse("12-34") == Seat{12, 34});
  for (const char* const text : {"", "3", "3-", "-4", "0-1", "1-0", "3-4-5",
                                 "3--4", "a-1", "1 -2", "4294967296-1"}) {
    CHECK_FALSE(Seat::Parse(text).ok());
  }
}

}  // namespace
}  // namespace seatfield::test
