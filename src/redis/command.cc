// SPDX-License-Identifier: MIT

#include "redis/command.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {

namespace {

// CRC-16/XMODEM, as the cluster specification asks for.
std::uint16_t Crc16(std::string_view text) {
  std::uint32_t crc = 0;
  for (const char c : text) {
    crc ^= static_cast<std::uint32_t>(static_cast<unsigned char>(c)) << 8;
    for (int bit = 0; bit < 8; ++bit) {
      crc = (crc & 0x8000u) != 0 ? crc << 1 ^ 0x1021u : crc << 1;
    }
    crc &= 0xffffu;
  }
  return static_cast<std::uint16_t>(crc);
}

}  // namespace

std::uint16_t SlotOf(std::string_view key) {
  const std::size_t open = key.find('{');
  if (open != std::string_view::npos) {
    const std::size_t close = key.find('}', open + 1);
    if (close != std::string_view::npos && close > open + 1) {
      key = key.substr(open + 1, close - open - 1);
    }
  }
  return Crc16(key) % kSlotCount;
}

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield
