// SPDX-License-Identifier: MIT
//
// The identifiers that a caller gives: events, buyers, bookings, transactions.
// Each is a type of its own, so that a buyer is never taken for an event.
//
//   EventId event{7};
//   BookingId booking =
//       BookingId::Parse("01234567-89ab-cdef-0123-456789abcdef").value();
//
// Limits: EventId and BuyerId are 0 to 2^63 - 1; a negative one is refused by
//   every function that takes it. The nil UUID names no booking and no
//   transaction.
// Thread safety: plain values.

#ifndef SEATFIELD_IDS_H_
#define SEATFIELD_IDS_H_

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "seatfield/internal/text.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN

// One performance.
enum class EventId : std::int64_t {};

// Who holds or owns seats.
enum class BuyerId : std::int64_t {};

constexpr std::int64_t Value(EventId id) {
  return static_cast<std::int64_t>(id);
}
constexpr std::int64_t Value(BuyerId id) {
  return static_cast<std::int64_t>(id);
}
constexpr bool IsValid(EventId id) { return Value(id) >= 0; }
constexpr bool IsValid(BuyerId id) { return Value(id) >= 0; }

// A 128-bit identifier in UUID text form. Any 128 bits but zero are accepted:
// version and variant bits are not looked at.
template <typename Tag>
class Uuid {
 public:
  constexpr Uuid() = default;
  constexpr Uuid(std::uint64_t high, std::uint64_t low)
      : high_(high), low_(low) {}

  // The 36-character form, 8-4-4-4-12 hexadecimal digits of either case.
  // Errors: InvalidArgument (fix the text).
  static absl::StatusOr<Uuid> Parse(std::string_view text);

  // The 36-character form in lower case.
  std::string ToString() const;

  // The first and the last eight bytes of the text form, as numbers.
  constexpr std::uint64_t high() const { return high_; }
  constexpr std::uint64_t low() const { return low_; }
  constexpr bool is_nil() const { return (high_ | low_) == 0; }

  friend constexpr bool operator==(const Uuid&, const Uuid&) = default;
  friend constexpr auto operator<=>(const Uuid&, const Uuid&) = default;

 private:
  std::uint64_t high_ = 0;
  std::uint64_t low_ = 0;
};

// The owner of seats. Only its id can finalize, release or refund them.
using BookingId = Uuid<struct BookingTag>;

// The idempotency key of a transaction.
using TransactionId = Uuid<struct TransactionTag>;

// --- Implementation ---------------------------------------------------------

namespace internal {

inline constexpr std::size_t kUuidTextSize = 36;

constexpr bool IsUuidDash(std::size_t at) {
  return at == 8 || at == 13 || at == 18 || at == 23;
}

constexpr int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace internal

template <typename Tag>
absl::StatusOr<Uuid<Tag>> Uuid<Tag>::Parse(std::string_view text) {
  const auto refuse = [text] {
    return internal::InvalidArgument(
        "not a UUID (8-4-4-4-12 hexadecimal digits): ", internal::Quoted(text));
  };
  if (text.size() != internal::kUuidTextSize) return refuse();
  std::array<std::uint64_t, 2> half{};
  int digits = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (internal::IsUuidDash(i)) {
      if (text[i] != '-') return refuse();
      continue;
    }
    const int digit = internal::HexDigit(text[i]);
    if (digit < 0) return refuse();
    std::uint64_t& part = half[digits++ < 16 ? 0 : 1];
    part = part << 4 | static_cast<std::uint64_t>(digit);
  }
  return Uuid(half[0], half[1]);
}

template <typename Tag>
std::string Uuid<Tag>::ToString() const {
  std::string text(internal::kUuidTextSize, '-');
  int shift = 124;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (internal::IsUuidDash(i)) continue;
    const std::uint64_t half = shift >= 64 ? high_ : low_;
    text[i] = "0123456789abcdef"[half >> (shift & 63) & 15];
    shift -= 4;
  }
  return text;
}

SEATFIELD_ABI_END
}  // namespace seatfield

template <typename Tag>
struct std::hash<seatfield::Uuid<Tag>> {
  std::size_t operator()(const seatfield::Uuid<Tag>& id) const noexcept {
    return static_cast<std::size_t>(id.high() ^ id.low() * 0x9e3779b97f4a7c15u);
  }
};

#endif  // SEATFIELD_IDS_H_
