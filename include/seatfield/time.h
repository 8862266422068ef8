// SPDX-License-Identifier: MIT
//
// Time and Duration count signed 64-bit microseconds; a Time counts them from
// the Unix epoch. Both are std::chrono types, so literals work:
//
//   using namespace std::chrono_literals;
//   Duration hold_for = 10min;
//
// Text: a time is `YYYY-MM-DDTHH:MM:SS.ffffffZ`, UTC, years 0001 to 9999; a
//   duration is a number with its unit, such as `10m`.
// Thread safety: plain values.

#ifndef SEATFIELD_TIME_H_
#define SEATFIELD_TIME_H_

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "seatfield/internal/text.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN

using Duration = std::chrono::duration<std::int64_t, std::micro>;
using Time = std::chrono::time_point<std::chrono::system_clock, Duration>;

// A hold for so long has no deadline.
inline constexpr Duration kForever = Duration::max();

// The deadline of a hold that has none. Later than every other time.
inline constexpr Time kNever = Time::max();

constexpr Time TimeFromMicros(std::int64_t micros) {
  return Time(Duration(micros));
}
constexpr std::int64_t ToMicros(Time time) {
  return time.time_since_epoch().count();
}

// time + duration, kNever where that passes the end of time. `duration` must
// not be negative.
constexpr Time AddSaturating(Time time, Duration duration) {
  return duration > kNever - std::max(time, Time()) ? kNever : time + duration;
}

// The text form; "never" for kNever; the bare microseconds outside the years
// that the text form can hold.
inline std::string TimeToString(Time time);

// Accepts the text form with 0 to 6 decimals of a second.
// Errors: InvalidArgument (fix the text).
inline absl::StatusOr<Time> ParseTime(std::string_view text);

// "600s", "1500us" or "forever": seconds where it is whole seconds.
inline std::string DurationToString(Duration duration);

// Accepts a whole number and us, ms, s, m, h or d, or "forever".
// Errors: InvalidArgument (fix the text).
inline absl::StatusOr<Duration> ParseDuration(std::string_view text);

// --- Implementation ---------------------------------------------------------

namespace internal {

inline constexpr Time kFirstTextTime =
    std::chrono::sys_days(std::chrono::year(1) / 1 / 1);
inline constexpr Time kEndTextTime =
    std::chrono::sys_days(std::chrono::year(10000) / 1 / 1);

// Reads the digits of text[at, at + size) into `out`.
constexpr bool ReadDigits(std::string_view text, std::size_t at,
                          std::size_t size, int& out) {
  out = 0;
  for (const char c : text.substr(at, size)) {
    if (c < '0' || c > '9') return false;
    out = out * 10 + (c - '0');
  }
  return true;
}

}  // namespace internal

inline std::string TimeToString(Time time) {
  if (time == kNever) return "never";
  if (time < internal::kFirstTextTime || time >= internal::kEndTextTime) {
    return internal::Cat(ToMicros(time));
  }
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss<Duration> clock(time - day);
  char text[40];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%06dZ",
                static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()),
                static_cast<int>(clock.subseconds().count()));
  return text;
}

inline absl::StatusOr<Time> ParseTime(std::string_view text) {
  const auto refuse = [text] {
    return internal::InvalidArgument(
        "not a time (YYYY-MM-DDTHH:MM:SS.ffffffZ): ", internal::Quoted(text));
  };
  constexpr std::string_view kShape = "dddd-dd-ddTdd:dd:dd";
  if (text.size() <= kShape.size() || text.back() != 'Z') return refuse();
  for (std::size_t i = 0; i < kShape.size(); ++i) {
    if (kShape[i] != 'd' && text[i] != kShape[i]) return refuse();
  }
  int year, month, day, hour, minute, second;
  const bool digits = internal::ReadDigits(text, 0, 4, year) &&
                      internal::ReadDigits(text, 5, 2, month) &&
                      internal::ReadDigits(text, 8, 2, day) &&
                      internal::ReadDigits(text, 11, 2, hour) &&
                      internal::ReadDigits(text, 14, 2, minute) &&
                      internal::ReadDigits(text, 17, 2, second);
  if (!digits || hour > 23 || minute > 59 || second > 59) return refuse();
  const std::chrono::year_month_day date{
      std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
      std::chrono::day(static_cast<unsigned>(day))};
  if (year == 0 || !date.ok()) return refuse();

  int micros = 0;
  std::string_view rest = text.substr(kShape.size());
  rest.remove_suffix(1);
  if (!rest.empty()) {
    const std::size_t decimals = rest.size() - 1;
    if (rest[0] != '.' || decimals == 0 || decimals > 6 ||
        !internal::ReadDigits(rest, 1, decimals, micros)) {
      return refuse();
    }
    for (std::size_t i = decimals; i < 6; ++i) micros *= 10;
  }
  return Time(std::chrono::sys_days(date)) + std::chrono::hours(hour) +
         std::chrono::minutes(minute) + std::chrono::seconds(second) +
         Duration(micros);
}

inline std::string DurationToString(Duration duration) {
  if (duration == kForever) return "forever";
  if (duration % std::chrono::seconds(1) == Duration::zero()) {
    return internal::Cat(duration / std::chrono::seconds(1), "s");
  }
  return internal::Cat(duration.count(), "us");
}

inline absl::StatusOr<Duration> ParseDuration(std::string_view text) {
  struct Unit {
    std::string_view name;
    std::int64_t micros;
  };
  constexpr Unit kUnits[] = {
      {"us", 1},         {"ms", 1'000},        {"s", 1'000'000},
      {"m", 60'000'000}, {"h", 3'600'000'000}, {"d", 86'400'000'000}};
  if (text == "forever") return kForever;
  const std::size_t digits =
      std::min(text.find_first_not_of("0123456789"), text.size());
  const auto number =
      internal::ParseDecimal<std::int64_t>(text.substr(0, digits));
  for (const Unit& unit : kUnits) {
    if (!number || text.substr(digits) != unit.name) continue;
    if (*number > std::numeric_limits<std::int64_t>::max() / unit.micros) break;
    return Duration(*number * unit.micros);
  }
  return internal::InvalidArgument(
      "not a length of time (a whole number and us, ms, s, m, h or d; or "
      "'forever'): ",
      internal::Quoted(text));
}

SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_TIME_H_
