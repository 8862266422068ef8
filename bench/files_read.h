// SPDX-License-Identifier: MIT
//
// Reading a store's files from outside of it.
//
// Errors: std::runtime_error.

#ifndef SEATFIELD_BENCH_FILES_READ_H_
#define SEATFIELD_BENCH_FILES_READ_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <span>
#include <stdexcept>
#include <vector>

#include "seatfield/internal/hash.h"

namespace seatfield::bench {

// Calls fn(bytes) for each part of the file, all of `part` but the last.
template <typename Fn>
void ReadInParts(const std::filesystem::path& file, std::size_t part, Fn fn) {
  std::ifstream in;
  in.rdbuf()->pubsetbuf(nullptr, 0);  // straight into our own
  in.open(file, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + file.string());
  std::vector<char> bytes(part);
  while (in.read(bytes.data(), static_cast<std::streamsize>(part)),
         in.gcount() > 0) {
    fn(std::as_bytes(
        std::span(bytes.data(), static_cast<std::size_t>(in.gcount()))));
  }
}

// XXH3 of a file.
inline Digest128 HashOfFile(const std::filesystem::path& file) {
  internal::Hasher128 hasher;
  ReadInParts(file, std::size_t{1} << 20,
              [&](std::span<const std::byte> bytes) { hasher.Update(bytes); });
  return hasher.Digest();
}

// The bytes of each frame of a journal's segment that holds one record: its
// header and the record, without what fills its last page. The format is
// specified in src/mapped/journal_format.h.
inline std::vector<double> SingleRecordFrames(
    const std::filesystem::path& segment) {
  constexpr std::size_t kPageBytes = 4096;
  constexpr std::uint32_t kHeaderBytes = 64;
  std::vector<double> sizes;
  ReadInParts(segment, kPageBytes, [&](std::span<const std::byte> page) {
    std::uint32_t length, count;
    if (page.size() < kPageBytes || std::memcmp(page.data(), "SFRM", 4) != 0) {
      return;
    }
    std::memcpy(&length, page.data() + 8, sizeof(length));
    std::memcpy(&count, page.data() + 12, sizeof(count));
    if (count == 1) sizes.push_back(kHeaderBytes + length);
  });
  return sizes;
}

}  // namespace seatfield::bench

#endif  // SEATFIELD_BENCH_FILES_READ_H_
