// SPDX-License-Identifier: MIT

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "forms.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace json_internal {

// --- Hold lengths -----------------------------------------------------------

void Read(const Field& at, Duration& out) {
  ReadParsed(at, "a length of time", ParseDuration, out);
}

void Write(Writer& out, Duration duration) {
  out.String(DurationToString(duration));
}

// --- Filters ----------------------------------------------------------------

namespace {

// Two digits a byte; "seats" of a filter must fit them, so that a short text
// cannot ask for a large mask.
std::optional<std::vector<std::byte>> BytesOfHex(std::string_view hex) {
  if (hex.size() % 2 != 0) return std::nullopt;
  std::vector<std::byte> bytes;
  bytes.reserve(hex.size() / 2);
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const int high = internal::HexDigit(hex[i]);
    const int low = internal::HexDigit(hex[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes.push_back(static_cast<std::byte>(high << 4 | low));
  }
  return bytes;
}

}  // namespace

void Read(const Field& at, std::shared_ptr<const SeatMask>& out) {
  std::uint32_t seats = 0;
  std::string hex;
  Members members(at);
  members.Required("seats", seats);
  members.Required("hex", hex);
  members.Finish();
  if (!at.ok()) return;
  const auto bytes = BytesOfHex(hex);
  if (!bytes || bytes->size() != (std::uint64_t{seats} + 7) / 8) {
    return members.FailMember(
        "hex", internal::Cat("expected ", (std::uint64_t{seats} + 7) / 8,
                             " bytes of two hexadecimal digits"));
  }
  auto mask = SeatMask::FromBytes(*bytes, seats);
  if (!mask.ok()) {
    return members.FailMember("hex", std::string(mask.status().message()));
  }
  out = std::make_shared<const SeatMask>(*std::move(mask));
}

void Write(Writer& out, const SeatMask& mask) {
  std::string hex;
  for (const std::byte byte : mask.bytes()) {
    const auto value = std::to_integer<unsigned>(byte);
    hex += "0123456789abcdef"[value >> 4];
    hex += "0123456789abcdef"[value & 15];
  }
  out.BeginObject();
  out.Member("seats", mask.size());
  out.Member("hex", hex);
  out.EndObject();
}

}  // namespace json_internal

SEATFIELD_ABI_END
}  // namespace seatfield
