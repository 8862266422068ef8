// SPDX-License-Identifier: MIT
//
// Numbers as people read them.

#ifndef SEATFIELD_EXAMPLES_COMMON_FORMAT_H_
#define SEATFIELD_EXAMPLES_COMMON_FORMAT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "seatfield/time.h"

namespace examples {

std::string Thousands(std::uint64_t number);                       // "65,000"
std::string Counted(std::uint64_t number, std::string_view noun);  // "2 seats"
std::string Percent(std::uint64_t part, std::uint64_t whole);      // "97.3 %"
std::string ClockText(seatfield::Duration duration);  // "31:12", "1:02:03"
std::string Nanoseconds(std::uint64_t nanoseconds);   // "412 ns", "1.3 us"
std::string Rate(double per_second);                  // "1.25 M"

std::string PadLeft(std::string_view text, std::size_t width);
std::string PadRight(std::string_view text, std::size_t width);

}  // namespace examples

#endif  // SEATFIELD_EXAMPLES_COMMON_FORMAT_H_
