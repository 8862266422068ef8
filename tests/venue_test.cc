// SPDX-License-Identifier: MIT

#include <cstdint>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "seatfield/json.h"
#include "support/catch.h"

namespace seatfield {
namespace {

std::string FileText(std::string_view name) {
  std::ifstream file(std::string(SEATFIELD_VENUES "/").append(name));
  REQUIRE(file.good());
  return std::string(std::istreambuf_iterator<char>(file), {});
}

// A venue of 25 rows of 20 seats whose sections are `entries`.
std::string VenueText(std::string_view entries) {
  return std::string(R"({"rows":25,"cols":20,"sections":[)")
      .append(entries)
      .append("]}");
}

std::string ErrorIn(std::string_view text, const Limits& limits = {}) {
  const auto venue = ParseVenue(text, limits);
  return venue.ok() ? "OK" : std::string(venue.status().message());
}

std::string ErrorOf(std::string_view entries, const Limits& limits = {}) {
  return ErrorIn(VenueText(entries), limits);
}

TEST_CASE("The arena of 50,000 seats is a hundred sections", "[venue]") {
  const auto venue = ParseVenue(FileText("arena_50000.json"));
  REQUIRE(venue.ok());
  CHECK(venue->seat_count == 50'000);
  REQUIRE(venue->sections.size() == 100);
  CHECK(venue->sections.front().name == "A-1");
  CHECK(venue->sections[10].name == "B-1");
  CHECK(venue->sections.back().name == "J-10");
  for (const VenueSection& section : venue->sections) {
    CHECK(section.config == SectionConfig{25, 20});
    CHECK(section.price.minor_units() > 0);
  }
}

TEST_CASE("The stadium of 65,000 seats is fifty zones", "[venue]") {
  const auto venue = ParseVenue(FileText("stadium_65000.json"));
  REQUIRE(venue.ok());
  CHECK(venue->seat_count == 65'000);
  REQUIRE(venue->sections.size() == 50);
  std::uint64_t seats = 0;
  for (const VenueSection& section : venue->sections) {
    CHECK(section.config == SectionConfig{20, 65});
    CHECK(SectionName::IsValid(section.name));
    seats += section.config.seat_count();
  }
  CHECK(seats == venue->seat_count);
}

TEST_CASE("A section's own rows and cols go before the file's", "[venue]") {
  const auto venue = ParseVenue(VenueText(
      R"({"name":"A","price":3000,"subsections":1},)"
      R"({"name":"Box","price":9000,"subsections":2,"rows":2,"cols":6},)"
      R"({"name":"Pit","price":0,"subsections":1,"rows":1})"));
  REQUIRE(venue.ok());
  CHECK(*venue == Venue{{{"A-1", {25, 20}, Price(3000)},
                         {"Box-1", {2, 6}, Price(9000)},
                         {"Box-2", {2, 6}, Price(9000)},
                         {"Pit-1", {1, 20}, Price(0)}},
                        500 + 12 + 12 + 20});
}

TEST_CASE("The file needs no rows and cols if every section has its own",
          "[venue]") {
  CHECK(ErrorIn(R"({"sections":[{"name":"A","price":1,"subsections":1,)"
                R"("rows":2,"cols":3}]})") == "OK");
  CHECK(ErrorIn(R"({"cols":3,"sections":[{"name":"A","price":1,)"
                R"("subsections":1}]})") ==
        "sections[0].rows: missing, here and at the top");
  CHECK(ErrorIn(R"({"rows":3,"sections":[{"name":"A","price":1,)"
                R"("subsections":1}]})") ==
        "sections[0].cols: missing, here and at the top");
}

TEST_CASE("A venue without sections is refused", "[venue]") {
  CHECK(ErrorOf("") == "sections: no sections");
  CHECK(ErrorIn(R"({"rows":25,"cols":20})") == "sections: missing");
  CHECK(ErrorIn(R"({"rows":25,"cols":20,"sections":{}})") ==
        "sections: expected an array, got an object");
  CHECK(ErrorIn("7") == "document: expected an object, got an integer");
  CHECK(ErrorOf("7") == "sections[0]: expected an object, got an integer");
}

TEST_CASE("Sides and subsections are at least one", "[venue]") {
  const std::string count = ": expected an integer 1 to 4294967295, got ";
  CHECK(ErrorOf(R"({"name":"A","price":1,"subsections":0})") ==
        "sections[0].subsections" + count + "0");
  CHECK(ErrorOf(R"({"name":"A","price":1,"subsections":-1})") ==
        "sections[0].subsections" + count + "-1");
  CHECK(ErrorOf(R"({"name":"A","price":1,"subsections":1,"rows":0})") ==
        "sections[0].rows" + count + "0");
  CHECK(ErrorOf(R"({"name":"A","price":1,"subsections":1,"cols":"6"})") ==
        "sections[0].cols" + count + "a string");
  CHECK(ErrorIn(R"({"rows":0,"cols":20,"sections":[]})") ==
        "rows" + count + "0");
  CHECK(ErrorIn(R"({"rows":25,"cols":2.5,"sections":[]})") ==
        "cols" + count +
            "a number with a fraction, an exponent or more than 64 bits");
}

TEST_CASE("Names that repeat or make no section name are refused", "[venue]") {
  const auto named = [](std::string_view name) {
    return std::string(R"({"price":1,"subsections":10,"name":")")
        .append(name)
        .append("\"}");
  };
  CHECK(ErrorOf(named("A") + "," + named("B") + "," + named("A")) ==
        "sections[2].name: there already: 'A'");
  CHECK(ErrorOf(named("A") + "," + named("a") + "," + named("A-1")) == "OK");
  const std::string no_name =
      "sections[0].name: not a section name ([A-Za-z0-9_.-], 1 to 64 "
      "characters): ";
  CHECK(ErrorOf(named("")) == no_name + "''");
  CHECK(ErrorOf(named("Row 1")) == no_name + "'Row 1-10'");
  CHECK(ErrorOf(named("\xc3\x84")) == no_name + "'\\xc3\\x84-10'");
  CHECK(ErrorOf(named(std::string(61, 'x'))) == "OK");
  CHECK(ErrorOf(named(std::string(62, 'x'))) ==
        no_name + "'" + std::string(62, 'x') + "-10'");
}

TEST_CASE("Prices outside their range are refused", "[venue]") {
  const auto priced = [](std::string_view price) {
    return std::string(R"({"name":"A","subsections":1,"price":)")
        .append(price)
        .append("}");
  };
  const std::string error =
      "sections[0].price: expected an integer 0 to 9007199254740991, got ";
  CHECK(ErrorOf(priced("-1")) == error + "-1");
  CHECK(ErrorOf(priced("9007199254740992")) == error + "9007199254740992");
  CHECK(ErrorOf(priced("9007199254740991")) == "OK");
  CHECK(ErrorOf(priced("30.5")) ==
        error + "a number with a fraction, an exponent or more than 64 bits");
  CHECK(ErrorOf(R"({"name":"A","subsections":1})") ==
        "sections[0].price: missing");
}

TEST_CASE("A misspelt key is refused", "[venue]") {
  CHECK(ErrorOf(R"({"name":"A","price":1,"subsections":1,"row":2})") ==
        "sections[0].row: unknown");
  CHECK(ErrorIn(R"({"rows":1,"columns":2,"sections":[)"
                R"({"name":"A","price":1,"subsections":1,"cols":2}]})") ==
        "columns: unknown");
  CHECK(ErrorOf(R"({"name":"A","price":1,"subsections":1,"price":2})") ==
        "sections[0].price: there twice");
}

TEST_CASE("A venue past a limit is refused before memory is taken", "[venue]") {
  const auto one = [](std::string_view members) {
    return std::string(R"({"name":"A","price":1,)").append(members).append("}");
  };
  CHECK(
      ErrorOf(one(R"("subsections":1,"rows":4294967295,"cols":4294967295)")) ==
      "sections[0]: rows * cols is 18446744065119617025, more than 1048576 "
      "seats in a section");
  CHECK(ErrorOf(one(R"("subsections":1,"rows":65536,"cols":65536)")) ==
        "sections[0]: rows * cols is 4294967296, more than 1048576 seats in a "
        "section");
  CHECK(ErrorOf(one(R"("subsections":4294967295)")) ==
        "sections[0].subsections: 4294967295 sections up to here, more than "
        "10000");
  CHECK(ErrorOf(one(R"("subsections":10000,"rows":1000,"cols":1000)")) ==
        "sections[0]: more than 100000000 seats up to here");
  const std::string two =
      one(R"("subsections":2)") + R"(,{"name":"B","price":1,"subsections":2})";
  CHECK(ErrorOf(two, {.sections_per_event_max = 4, .seats_max = 2000}) == "OK");
  CHECK(ErrorOf(two, {.sections_per_event_max = 3}) ==
        "sections[1].subsections: 4 sections up to here, more than 3");
  CHECK(ErrorOf(two, {.seats_max = 1999}) ==
        "sections[1]: more than 1999 seats up to here");
  CHECK(ParseVenue(VenueText(two), {.seats_max = 1999}).status().code() ==
        absl::StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace seatfield
