// SPDX-License-Identifier: MIT

#include "redis/pack.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {

// --- Packer -----------------------------------------------------------------

void Packer::Append(std::uint64_t value, int size) {
  for (int shift = 8 * (size - 1); shift >= 0; shift -= 8) {
    bytes_ += static_cast<char>(value >> shift & 0xff);
  }
}

Packer& Packer::Array(std::size_t size) {
  if (size < 16) {
    Append(0x90 | size, 1);
  } else if (size < 0x10000) {
    Append(0xdc, 1);
    Append(size, 2);
  } else {
    Append(0xdd, 1);
    Append(size, 4);
  }
  return *this;
}

Packer& Packer::Number(std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  if (value >= -32 && value < 128) {
    Append(bits & 0xff, 1);
  } else if (value >= INT32_MIN && value <= INT32_MAX) {
    Append(0xd2, 1);
    Append(bits, 4);
  } else {
    Append(0xd3, 1);
    Append(bits, 8);
  }
  return *this;
}

Packer& Packer::Text(std::string_view text) {
  const std::size_t size = text.size();
  if (size < 32) {
    Append(0xa0 | size, 1);
  } else if (size < 0x100) {
    Append(0xd9, 1);
    Append(size, 1);
  } else if (size < 0x10000) {
    Append(0xda, 1);
    Append(size, 2);
  } else {
    Append(0xdb, 1);
    Append(size, 4);
  }
  bytes_ += text;
  return *this;
}

// --- Unpacker ---------------------------------------------------------------

std::uint64_t Unpacker::Take(int size) {
  if (bytes_.size() < static_cast<std::size_t>(size)) {
    return Fail(std::uint64_t{0});
  }
  std::uint64_t value = 0;
  for (int i = 0; i < size; ++i) {
    value = value << 8 |
            static_cast<unsigned char>(bytes_[static_cast<std::size_t>(i)]);
  }
  bytes_.remove_prefix(static_cast<std::size_t>(size));
  return value;
}

bool Unpacker::TakeSize(unsigned char fixed_mark, unsigned char fixed_max,
                        unsigned char first_mark, int first_size,
                        std::size_t& size) {
  const unsigned char mark = Peek();
  if (mark >= fixed_mark && mark - fixed_mark <= fixed_max) {
    size = static_cast<std::size_t>(mark - fixed_mark);
    bytes_.remove_prefix(1);
    return true;
  }
  // The marks of longer ones follow each other; their sizes double.
  for (int bytes = first_size, next = first_mark; bytes <= 4;
       bytes *= 2, ++next) {
    if (mark != next) continue;
    bytes_.remove_prefix(1);
    size = static_cast<std::size_t>(Take(bytes));
    return ok_;
  }
  return false;
}

std::size_t Unpacker::Array() {
  std::size_t size = 0;
  if (!TakeSize(0x90, 0x0f, 0xdc, 2, size) || size > bytes_.size()) {
    return Fail(std::size_t{0});
  }
  return size;
}

std::int64_t Unpacker::Number() {
  const unsigned char mark = Peek();
  if (bytes_.empty()) return Fail(std::int64_t{0});
  bytes_.remove_prefix(1);
  if (mark < 0x80) return mark;
  if (mark >= 0xe0) return static_cast<std::int8_t>(mark);
  switch (mark) {
    case 0xcc:
      return static_cast<std::int64_t>(Take(1));
    case 0xcd:
      return static_cast<std::int64_t>(Take(2));
    case 0xce:
      return static_cast<std::int64_t>(Take(4));
    case 0xcf:
    case 0xd3:
      return static_cast<std::int64_t>(Take(8));
    case 0xd0:
      return static_cast<std::int8_t>(Take(1));
    case 0xd1:
      return static_cast<std::int16_t>(Take(2));
    case 0xd2:
      return static_cast<std::int32_t>(Take(4));
    default:
      return Fail(std::int64_t{0});
  }
}

std::string_view Unpacker::Text() {
  std::size_t size = 0;
  if (!TakeSize(0xa0, 0x1f, 0xd9, 1, size) || size > bytes_.size()) {
    return Fail(std::string_view());
  }
  const std::string_view text = bytes_.substr(0, size);
  bytes_.remove_prefix(size);
  return text;
}

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield
