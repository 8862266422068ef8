// SPDX-License-Identifier: MIT

#include "common/format.h"

#include <algorithm>
#include <chrono>
#include <cstdio>

namespace examples {
namespace {

std::string Decimal(double number, int decimals, const char* unit) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f %s", decimals, number, unit);
  return text;
}

// About three digits.
std::string Short(double number, const char* unit) {
  return Decimal(number, number < 10 ? 2 : number < 100 ? 1 : 0, unit);
}

}  // namespace

std::string Thousands(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3; at -= 3)
    text.insert(at - 3, 1, ',');
  return text;
}

std::string Percent(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return "-";
  return Decimal(100 * static_cast<double>(part) / static_cast<double>(whole),
                 1, "%");
}

std::string ClockText(seatfield::Duration duration) {
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(duration).count();
  char text[64];
  if (seconds < 3600) {
    std::snprintf(text, sizeof text, "%02lld:%02lld",
                  static_cast<long long>(seconds / 60),
                  static_cast<long long>(seconds % 60));
  } else {
    std::snprintf(text, sizeof text, "%lld:%02lld:%02lld",
                  static_cast<long long>(seconds / 3600),
                  static_cast<long long>(seconds / 60 % 60),
                  static_cast<long long>(seconds % 60));
  }
  return text;
}

std::string Nanoseconds(std::uint64_t nanoseconds) {
  const auto number = static_cast<double>(nanoseconds);
  if (nanoseconds < 1'000) return std::to_string(nanoseconds) + " ns";
  if (nanoseconds < 1'000'000) return Short(number / 1e3, "us");
  if (nanoseconds < 1'000'000'000) return Short(number / 1e6, "ms");
  return Short(number / 1e9, "s");
}

std::string Rate(double per_second) {
  if (per_second < 1e3) {
    return Thousands(static_cast<std::uint64_t>(per_second));
  }
  if (per_second < 1e6) return Short(per_second / 1e3, "k");
  return Short(per_second / 1e6, "M");
}

std::string Counted(std::uint64_t number, std::string_view noun) {
  return Thousands(number).append(" ").append(noun).append(number == 1 ? ""
                                                                       : "s");
}

std::string PadLeft(std::string_view text, std::size_t width) {
  return std::string(width - std::min(width, text.size()), ' ').append(text);
}

std::string PadRight(std::string_view text, std::size_t width) {
  return std::string(text).append(width - std::min(width, text.size()), ' ');
}

}  // namespace examples
