// SPDX-License-Identifier: MIT
//
// The one place that includes xxHash. Its code is compiled into the including
// file (XXH_INLINE_ALL): no library to link, no symbol exported. A program may
// include <xxhash.h> for itself, before or after this header, in any mode.
//
//   Hash128(map.bytes()).ToString();  // "6e1d...", 32 digits
//
// Layout: digests are the same on every machine and in every version: XXH3 is
//   a frozen format.
// Errors: none.
// Thread safety: the functions are pure; a Hasher128 needs exclusive access.
// Complexity: O(bytes); no allocation.

#ifndef SEATFIELD_INTERNAL_HASH_H_
#define SEATFIELD_INTERNAL_HASH_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "seatfield/version.h"

#ifdef XXH_INLINE_ALL
#include <xxhash.h>
#else
#define XXH_INLINE_ALL
#include <xxhash.h>
#undef XXH_INLINE_ALL
#endif

namespace seatfield {
SEATFIELD_ABI_BEGIN

// A 128-bit digest, compared by value.
struct Digest128 {
  std::uint64_t low = 0;
  std::uint64_t high = 0;

  // 32 lower-case hexadecimal digits, high half first.
  std::string ToString() const {
    std::string text(32, '0');
    for (std::size_t i = 0; i < 16; ++i) {
      text[15 - i] = "0123456789abcdef"[high >> 4 * i & 15];
      text[31 - i] = "0123456789abcdef"[low >> 4 * i & 15];
    }
    return text;
  }

  friend constexpr bool operator==(const Digest128&,
                                   const Digest128&) = default;
};

namespace internal {

// XXH3-64. With a secret seed it may key a table by ids from outside.
inline std::uint64_t Hash64(std::span<const std::byte> bytes,
                            std::uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

// XXH3-128, seed 0.
inline Digest128 Hash128(std::span<const std::byte> bytes) {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return {hash.low64, hash.high64};
}

// Hash128 of input that comes in pieces; how it is cut makes no difference.
class Hasher128 {
 public:
  Hasher128() { Reset(); }

  // As newly made.
  void Reset() { XXH3_128bits_reset(&state_); }

  void Update(std::span<const std::byte> bytes) {
    XXH3_128bits_update(&state_, bytes.data(), bytes.size());
  }

  // Eight bytes, little-endian on every machine.
  void UpdateUint64(std::uint64_t value) {
    std::byte bytes[8];
    for (std::byte& byte : bytes) {
      byte = static_cast<std::byte>(value & 0xff);
      value >>= 8;
    }
    Update(bytes);
  }

  // The digest of all so far; more may follow.
  Digest128 Digest() const {
    const XXH128_hash_t hash = XXH3_128bits_digest(&state_);
    return {hash.low64, hash.high64};
  }

 private:
  XXH3_state_t state_;
};

}  // namespace internal

SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_INTERNAL_HASH_H_
