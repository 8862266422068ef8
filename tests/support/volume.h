// SPDX-License-Identifier: MIT
//
// How much of a long test runs: all of it, or a part under a sanitizer, which
// makes every step some ten times slower.

#ifndef SEATFIELD_TESTS_SUPPORT_VOLUME_H_
#define SEATFIELD_TESTS_SUPPORT_VOLUME_H_

#include <cstddef>

#if defined(__has_feature)
#define SEATFIELD_HAS_FEATURE(feature) __has_feature(feature)
#else
#define SEATFIELD_HAS_FEATURE(feature) 0
#endif

namespace seatfield::test {

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__) || \
    SEATFIELD_HAS_FEATURE(thread_sanitizer) ||                       \
    SEATFIELD_HAS_FEATURE(address_sanitizer)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

constexpr std::size_t Volume(std::size_t full) {
  return kSanitized ? full / 20 : full;
}

}  // namespace seatfield::test

#endif  // SEATFIELD_TESTS_SUPPORT_VOLUME_H_
