// SPDX-License-Identifier: MIT
//
// How ids, prices and times stand in the keys of a layout, and so in what the
// script is given and answers: as text, or in the layout compact as bytes, the
// highest first. Times and lengths that the script computes with are numbers.

#ifndef SEATFIELD_REDIS_FORM_H_
#define SEATFIELD_REDIS_FORM_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "seatfield/ids.h"
#include "seatfield/price.h"
#include "seatfield/time.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {

// From where on a time is never and a length for ever: the script's numbers
// tell no later ones apart.
inline constexpr std::int64_t kNumberEnd = std::int64_t{1} << 53;

constexpr std::int64_t NumberOf(Duration length) {
  return length.count() < kNumberEnd ? length.count() : kNumberEnd;
}
constexpr std::int64_t NumberOf(Time time) {
  const std::int64_t micros = ToMicros(time);
  if (micros <= -kNumberEnd) return -kNumberEnd;
  return micros < kNumberEnd ? micros : kNumberEnd;
}
constexpr Time TimeOfNumber(std::int64_t number) {
  return number < kNumberEnd ? TimeFromMicros(number) : kNever;
}

class Form {
 public:
  explicit Form(bool compact) : compact_(compact) {}

  std::string Write(BookingId id) const;
  std::string Write(BuyerId id) const;
  std::string Write(Price price) const;
  std::string Write(Time time) const;

  // Others may have written it: what is no such thing reads as nil, 0 or the
  // epoch.
  BookingId ReadBooking(std::string_view text) const;
  BuyerId ReadBuyer(std::string_view text) const;
  Price ReadPrice(std::string_view text) const;
  Time ReadTime(std::string_view text) const;

 private:
  std::string WriteNumber(std::int64_t number) const;
  std::int64_t ReadNumber(std::string_view text) const;

  bool compact_;
};

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_REDIS_FORM_H_
