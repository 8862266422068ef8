// SPDX-License-Identifier: MIT
//
// Small text helpers for messages and for the text forms of plain values. They
// exist because a distribution's absl::string_view need not be
// std::string_view, so absl::StrCat cannot take ours.

#ifndef SEATFIELD_INTERNAL_TEXT_H_
#define SEATFIELD_INTERNAL_TEXT_H_

#include <charconv>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "absl/status/status.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace internal {

inline void Append(std::string& out, std::string_view piece) {
  out.append(piece);
}
inline void Append(std::string& out, const char* piece) { out.append(piece); }

template <std::integral T>
void Append(std::string& out, T value) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out.append(digits, end);
}

template <typename... Pieces>
std::string Cat(const Pieces&... pieces) {
  std::string out;
  (Append(out, pieces), ...);
  return out;
}

template <typename... Pieces>
absl::Status InvalidArgument(const Pieces&... pieces) {
  return absl::InvalidArgumentError(Cat(pieces...));
}

// All of `text` as a decimal number, nothing before or after it.
template <std::integral T>
std::optional<T> ParseDecimal(std::string_view text) {
  T value{};
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || at != end || text.empty()) return std::nullopt;
  return value;
}

// `text` as it may stand in a message: quoted, other bytes than printable
// ASCII as \xNN, cut after 80 characters.
inline std::string Quoted(std::string_view text) {
  constexpr std::size_t kShownMax = 80;
  constexpr char kHex[] = "0123456789abcdef";
  std::string out = "'";
  for (const char c : text.substr(0, kShownMax)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f) {
      out += c;
    } else {
      out += "\\x";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  out += text.size() > kShownMax ? "...'" : "'";
  return out;
}

}  // namespace internal
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_INTERNAL_TEXT_H_
