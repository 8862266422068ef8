// SPDX-License-Identifier: MIT
//
// A Price is an exact amount in minor units (cents, yen, mils). The library
// stores and returns it and never computes with it; the currency is the host's.
//
//   Price price = Price::Parse("19.90", 2).value();
//   price.minor_units();   // 1990
//   price.ToString(2);     // "19.90"
//
// Limits: 0 to 2^53 - 1 minor units; text has 0 to 4 decimal places.
// Thread safety: a plain value.

#ifndef SEATFIELD_PRICE_H_
#define SEATFIELD_PRICE_H_

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "seatfield/internal/text.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN

class Price {
 public:
  static constexpr std::int64_t kMinorUnitsMax = (std::int64_t{1} << 53) - 1;
  static constexpr int kPlacesMax = 4;

  constexpr Price() = default;

  // Any number is accepted here; one outside 0 to kMinorUnitsMax is refused by
  // every function that takes the price.
  explicit constexpr Price(std::int64_t minor_units)
      : minor_units_(minor_units) {}

  // Decimal text: digits, then at most `places` digits behind a point; no sign,
  // no exponent, no grouping. Missing decimals are zeros ("19.9" is 1990 with
  // two places). More decimals than `places` are refused, not rounded.
  // Errors: InvalidArgument (fix the text or `places`), OutOfRange (too large).
  static absl::StatusOr<Price> Parse(std::string_view text, int places);

  // With exactly `places` decimals, which must be 0 to kPlacesMax.
  std::string ToString(int places) const;

  constexpr std::int64_t minor_units() const { return minor_units_; }
  constexpr bool is_valid() const {
    return minor_units_ >= 0 && minor_units_ <= kMinorUnitsMax;
  }

  friend constexpr bool operator==(Price, Price) = default;
  friend constexpr auto operator<=>(Price, Price) = default;

 private:
  std::int64_t minor_units_ = 0;
};

// --- Implementation ---------------------------------------------------------

inline absl::StatusOr<Price> Price::Parse(std::string_view text, int places) {
  const auto refuse = [text](const char* why) {
    return internal::InvalidArgument("price ", internal::Quoted(text), ": ",
                                     why);
  };
  if (places < 0 || places > kPlacesMax) return refuse("places must be 0 to 4");
  const std::size_t point = std::min(text.find('.'), text.size());
  const std::string_view whole = text.substr(0, point);
  const std::string_view decimals =
      text.substr(std::min(point + 1, text.size()));
  if (whole.empty()) return refuse("needs a digit before the point");
  if (decimals.empty() && point != text.size()) {
    return refuse("needs a digit behind the point");
  }
  if (decimals.size() > static_cast<std::size_t>(places)) {
    return refuse("has more decimals than the currency");
  }
  std::string digits(whole);
  digits.append(decimals);
  digits.append(static_cast<std::size_t>(places) - decimals.size(), '0');
  std::int64_t units = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9')
      return refuse("only digits and a point are accepted");
    units = std::min(units * 10 + (c - '0'), kMinorUnitsMax + 1);
  }
  if (units > kMinorUnitsMax) {
    return absl::OutOfRangeError(internal::Cat(
        "price ", internal::Quoted(text), ": more than 2^53 - 1 minor units"));
  }
  return Price(units);
}

inline std::string Price::ToString(int places) const {
  std::string digits = internal::Cat(minor_units_);
  const auto shown = static_cast<std::size_t>(places);
  if (shown == 0) return digits;
  if (digits.size() <= shown) digits.insert(0, shown + 1 - digits.size(), '0');
  digits.insert(digits.size() - shown, 1, '.');
  return digits;
}

SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_PRICE_H_
