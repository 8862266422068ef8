// SPDX-License-Identifier: MIT
//
// Little-endian numbers in bytes: how every file of a store is written and
// read. A reader never passes the end: it fails, gives zeros and stays failed.

#ifndef SEATFIELD_MAPPED_BYTES_H_
#define SEATFIELD_MAPPED_BYTES_H_

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "mapped/little_endian.h"

namespace seatfield::mapped {

// Writes forward. Requires room.
class ByteWriter {
 public:
  explicit ByteWriter(std::byte* to) : at_(to) {}

  template <std::integral T>
  void Put(T value) {
    StoreLittle(at_, value);
    at_ += sizeof value;
  }
  void PutBytes(const void* from, std::size_t size) {
    std::memcpy(at_, from, size);
    at_ += size;
  }
  // Zeros up to a multiple of four behind `start`.
  void Pad(const std::byte* start) {
    while ((at_ - start) % 4 != 0) *at_++ = std::byte{0};
  }
  std::byte* at() const { return at_; }

 private:
  std::byte* at_;
};

class ByteReader {
 public:
  explicit ByteReader(std::span<const std::byte> from) : left_(from) {}

  template <std::integral T>
  T Get() {
    const auto bytes = GetBytes(sizeof(T));
    return bytes.empty() ? T{0} : LoadLittle<T>(bytes.data());
  }
  // Empty if there are not so many.
  std::span<const std::byte> GetBytes(std::size_t size) {
    if (size > left_.size()) {
      failed_ = true;
      left_ = {};
      return {};
    }
    const auto bytes = left_.first(size);
    left_ = left_.subspan(size);
    return bytes;
  }
  std::size_t left() const { return left_.size(); }
  bool failed() const { return failed_; }

 private:
  std::span<const std::byte> left_;
  bool failed_ = false;
};

}  // namespace seatfield::mapped

#endif  // SEATFIELD_MAPPED_BYTES_H_
