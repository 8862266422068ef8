// SPDX-License-Identifier: MIT

#include "seatfield/time.h"

#include <chrono>
#include <string>

#include "seatfield/clock.h"
#include "support/catch.h"
#include "support/seed.h"

namespace seatfield::test {
namespace {

using namespace std::chrono_literals;

TEST_CASE("A time survives its text form", "[time]") {
  CHECK(TimeToString(TimeFromMicros(0)) == "1970-01-01T00:00:00.000000Z");
  CHECK(TimeToString(TimeFromMicros(-1)) == "1969-12-31T23:59:59.999999Z");
  CHECK(ToMicros(*ParseTime("2026-02-28T23:59:59.5Z")) == 1772323199500000);
  CHECK(*ParseTime("1970-01-01T00:00:01Z") == TimeFromMicros(1'000'000));
  Rng rng;
  SEATFIELD_INFO_SEED();
  const std::int64_t first = ToMicros(*ParseTime("0001-01-01T00:00:00Z"));
  const std::int64_t last = ToMicros(*ParseTime("9999-12-31T23:59:59.999999Z"));
  for (int i = 0; i < 20'000; ++i) {
    const auto span = static_cast<std::uint64_t>(last - first);
    const Time time =
        TimeFromMicros(first + static_cast<std::int64_t>(rng.Next() % span));
    const auto again = ParseTime(TimeToString(time));
    REQUIRE(again.ok());
    REQUIRE(*again == time);
  }
}

TEST_CASE("Text that is no time is refused and quoted", "[time]") {
  for (const char* const text :
       {"", "2026", "2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z",
        "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:60Z",
        "2026-01-01 00:00:00Z", "2026-01-01T00:00:00", "2026-01-01T00:00:00.Z",
        "2026-01-01T00:00:00.1234567Z", "2026-01-01T00:00:00+00:00",
        "0000-01-01T00:00:00Z", "-026-01-01T00:00:00Z"}) {
    const auto time = ParseTime(text);
    CAPTURE(text);
    REQUIRE_FALSE(time.ok());
    CHECK(time.status().ToString().find(text) != std::string::npos);
  }
}

TEST_CASE("Adding to a time saturates at never", "[time]") {
  CHECK(AddSaturating(TimeFromMicros(5), 5us) == TimeFromMicros(10));
  CHECK(AddSaturating(TimeFromMicros(5), kForever) == kNever);
  CHECK(AddSaturating(kNever, 1us) == kNever);
  CHECK(AddSaturating(TimeFromMicros(INT64_MAX - 3), 3us) == kNever);
  CHECK(AddSaturating(TimeFromMicros(INT64_MIN), 1us) ==
        TimeFromMicros(INT64_MIN + 1));
  CHECK(TimeToString(kNever) == "never");
}

TEST_CASE("A duration survives its text form", "[time]") {
  CHECK(*ParseDuration("10m") == 10min);
  CHECK(*ParseDuration("90s") == 90s);
  CHECK(*ParseDuration("0us") == 0us);
  CHECK(*ParseDuration("2d") == 48h);
  CHECK(*ParseDuration("forever") == kForever);
  for (const Duration duration :
       {Duration(1), Duration(600'000'000), Duration(1'500'000), kForever}) {
    CHECK(*ParseDuration(DurationToString(duration)) == duration);
  }
  CHECK(DurationToString(10min) == "600s");
  for (const char* const text : {"", "10", "m", "-1s", "1.5s", "1 s", "1w",
                                 "1S", "9223372036854775808us", "106751992d"}) {
    CHECK_FALSE(ParseDuration(text).ok());
  }
}

TEST_CASE("The system clock never steps back; a manual clock stands still",
          "[time]") {
  const SystemClock clock;
  Time last = clock.Now();
  for (int i = 0; i < 1000; ++i) {
    const Time now = clock.Now();
    REQUIRE(now >= last);
    last = now;
  }
  ManualClock manual(TimeFromMicros(7));
  CHECK(manual.Now() == TimeFromMicros(7));
  manual.Advance(3us);
  CHECK(manual.Now() == TimeFromMicros(10));
  manual.Set(TimeFromMicros(1));
  CHECK(manual.Now() == TimeFromMicros(1));
}

}  // namespace
}  // namespace seatfield::test
