// SPDX-License-Identifier: MIT
//
// The part of MessagePack that requests and answers of the script are made of:
// whole numbers, byte strings and arrays.
//
//   Packer pack;
//   pack.Array(2).Number(7).Text("A-1");
//   Unpacker unpack(pack.bytes());
//   const auto count = unpack.Array();     // 2
//   const auto seven = unpack.Number();
//
// Source: the MessagePack specification, as Redis's cmsgpack implements it.

#ifndef SEATFIELD_REDIS_PACK_H_
#define SEATFIELD_REDIS_PACK_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {

class Packer {
 public:
  // Of so many values, which must follow.
  Packer& Array(std::size_t size);
  Packer& Number(std::int64_t value);
  Packer& Text(std::string_view text);

  void Clear() { bytes_.clear(); }
  const std::string& bytes() const& { return bytes_; }
  std::string bytes() && { return std::move(bytes_); }

 private:
  // `size` bytes of a number, the highest first.
  void Append(std::uint64_t value, int size);

  std::string bytes_;
};

// Takes values off the front of bytes that are not trusted: what is not there
// or of another kind reads as 0, "" or an empty array, and ok() is false from
// then on.
class Unpacker {
 public:
  explicit Unpacker(std::string_view bytes) : bytes_(bytes) {}

  // How many values follow as its elements: no more than there are bytes.
  std::size_t Array();
  std::int64_t Number();
  // A view of the bytes.
  std::string_view Text();

  bool ok() const { return ok_; }
  bool at_end() const { return bytes_.empty(); }

 private:
  // What a leading byte of a string or an array announces, or nothing.
  bool TakeSize(unsigned char fixed_mark, unsigned char fixed_max,
                unsigned char first_mark, int first_size, std::size_t& size);
  std::uint64_t Take(int size);
  unsigned char Peek() const {
    return bytes_.empty() ? 0 : static_cast<unsigned char>(bytes_.front());
  }
  template <typename T>
  T Fail(T value) {
    ok_ = false;
    bytes_ = {};
    return value;
  }

  std::string_view bytes_;
  bool ok_ = true;
};

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_REDIS_PACK_H_
