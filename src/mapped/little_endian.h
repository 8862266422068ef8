// SPDX-License-Identifier: MIT
//
// Numbers in files: little-endian on every machine, at any alignment.
//
// Errors: none; the bytes must be there.
// Thread safety: pure functions.

#ifndef SEATFIELD_MAPPED_LITTLE_ENDIAN_H_
#define SEATFIELD_MAPPED_LITTLE_ENDIAN_H_

#include <algorithm>
#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstring>

namespace seatfield::mapped {

template <std::integral T>
T LoadLittle(const std::byte* from) {
  std::array<std::byte, sizeof(T)> bytes;
  std::memcpy(bytes.data(), from, sizeof(T));
  if constexpr (std::endian::native == std::endian::big) {
    std::ranges::reverse(bytes);
  }
  return std::bit_cast<T>(bytes);
}

template <std::integral T>
void StoreLittle(std::byte* to, T value) {
  auto bytes = std::bit_cast<std::array<std::byte, sizeof(T)>>(value);
  if constexpr (std::endian::native == std::endian::big) {
    std::ranges::reverse(bytes);
  }
  std::memcpy(to, bytes.data(), sizeof(T));
}

}  // namespace seatfield::mapped

#endif  // SEATFIELD_MAPPED_LITTLE_ENDIAN_H_
