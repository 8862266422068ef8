// SPDX-License-Identifier: MIT

#include "seatfield/ids.h"

#include <string>
#include <unordered_set>

#include "support/catch.h"

namespace seatfield::test {
namespace {

TEST_CASE("A booking id survives its text form", "[ids]") {
  const std::string text = "01234567-89ab-cdef-0123-456789abcdef";
  const auto id = BookingId::Parse(text);
  REQUIRE(id.ok());
  CHECK(id->high() == 0x0123456789abcdefu);
  CHECK(id->low() == 0x0123456789abcdefu);
  CHECK(id->ToString() == text);
  CHECK(BookingId(0, 1).ToString() == "00000000-0000-0000-0000-000000000001");
  CHECK(*BookingId::Parse("FFFFFFFF-ffff-FFFF-ffff-FFFFFFFFFFFF") ==
        BookingId(~0ull, ~0ull));
}

TEST_CASE("Text that is no UUID is refused and quoted", "[ids]") {
  for (const char* const text :
       {"", "0123", "01234567-89ab-cdef-0123-456789abcde",
        "01234567-89ab-cdef-0123-456789abcdefa",
        "01234567x89ab-cdef-0123-456789abcdef",
        "g1234567-89ab-cdef-0123-456789abcdef",
        "{1234567-89ab-cdef-0123-456789abcde}",
        "-1234567-89ab-cdef-0123-456789abcdef"}) {
    const auto id = BookingId::Parse(text);
    REQUIRE_FALSE(id.ok());
    CHECK(id.status().ToString().find(text) != std::string::npos);
  }
}

TEST_CASE("Ids order by their text and hash by their value", "[ids]") {
  CHECK(BookingId(0, 9) < BookingId(1, 0));
  CHECK(BookingId(1, 0) < BookingId(1, 1));
  CHECK(BookingId().is_nil());
  CHECK_FALSE(BookingId(1, 0).is_nil());
  std::unordered_set<TransactionId> ids{{1, 2}, {2, 1}, {1, 2}};
  CHECK(ids.size() == 2);
}

TEST_CASE("Only ids from 0 up are valid", "[ids]") {
  CHECK(IsValid(EventId{0}));
  CHECK(IsValid(EventId{INT64_MAX}));
  CHECK_FALSE(IsValid(EventId{-1}));
  CHECK(IsValid(BuyerId{0}));
  CHECK_FALSE(IsValid(BuyerId{INT64_MIN}));
}

}  // namespace
}  // namespace seatfield::test
