// SPDX-License-Identifier: MIT

#include "seatfield/price.h"

#include <string>

#include "support/catch.h"
#include "support/seed.h"

namespace seatfield::test {
namespace {

TEST_CASE("A price is exact in both directions", "[price]") {
  CHECK(Price::Parse("19.90", 2)->minor_units() == 1990);
  CHECK(Price::Parse("19.9", 2)->minor_units() == 1990);
  CHECK(Price::Parse("19", 2)->minor_units() == 1900);
  CHECK(Price::Parse("0.0001", 4)->minor_units() == 1);
  CHECK(Price::Parse("007", 0)->minor_units() == 7);
  CHECK(Price(5).ToString(2) == "0.05");
  CHECK(Price(1990).ToString(0) == "1990");
  CHECK(Price(1990).ToString(2) == "19.90");
  CHECK(Price(0).ToString(4) == "0.0000");
}

TEST_CASE("Every price survives its text form", "[price]") {
  Rng rng;
  SEATFIELD_INFO_SEED();
  for (int i = 0; i < 20'000; ++i) {
    const int places = static_cast<int>(rng.Next() % 5);
    const auto units =
        static_cast<std::int64_t>(rng.Next() >> (rng.Next() % 53)) &
        Price::kMinorUnitsMax;
    const auto again = Price::Parse(Price(units).ToString(places), places);
    REQUIRE(again.ok());
    REQUIRE(again->minor_units() == units);
  }
}

TEST_CASE("The largest price is 2^53 - 1 minor units", "[price]") {
  CHECK(Price::Parse("9007199254740991", 0).ok());
  CHECK(Price::Parse("90071992547409.91", 2)->minor_units() ==
        Price::kMinorUnitsMax);
  const auto is_too_large = [](const char* text, int places) {
    return Price::Parse(text, places).status().code() ==
           absl::StatusCode::kOutOfRange;
  };
  CHECK(is_too_large("9007199254740992", 0));
  CHECK(is_too_large("90071992547409.92", 2));
  CHECK(is_too_large("90071992547410", 2));
  CHECK(is_too_large("99999999999999999999999999", 0));
  CHECK(Price(Price::kMinorUnitsMax).is_valid());
  CHECK_FALSE(Price(Price::kMinorUnitsMax + 1).is_valid());
  CHECK_FALSE(Price(-1).is_valid());
}

TEST_CASE("Text that is no price is refused and quoted", "[price]") {
  for (const char* const text : {"", ".", ".5", "5.", "-1", "+1", "1e3", "1,5",
                                 "1.234", " 1", "1 ", "1..2", "0x10"}) {
    const auto price = Price::Parse(text, 2);
    CAPTURE(text);
    REQUIRE(price.status().code() == absl::StatusCode::kInvalidArgument);
    CHECK(price.status().ToString().find(text) != std::string::npos);
  }
  CHECK_FALSE(Price::Parse("1", -1).ok());
  CHECK_FALSE(Price::Parse("1", 5).ok());
}

}  // namespace
}  // namespace seatfield::test
