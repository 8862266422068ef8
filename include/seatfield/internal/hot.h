// SPDX-License-Identifier: MIT
//
// Words for how often code runs, where compilers guess wrong. Of a function
// with many ways to give up GCC takes what comes after them for cold, and makes
// it small, not fast; and in a large source file it stops inlining what is
// small. What every transaction goes through says so:
//
//   SEATFIELD_HOT     a function to be made fast, with all that it calls
//   SEATFIELD_INLINE  a part of one: no call, so that what stands in registers
//                     stays there
//   SEATFIELD_APART   never a part of one
//   SEATFIELD_COLD    what seldom happens: a call out of the way

#ifndef SEATFIELD_INTERNAL_HOT_H_
#define SEATFIELD_INTERNAL_HOT_H_

#if defined(__GNUC__)
#define SEATFIELD_HOT [[gnu::hot, gnu::flatten]] inline
#define SEATFIELD_INLINE [[gnu::always_inline]] inline
#define SEATFIELD_APART [[gnu::noinline]] inline
#define SEATFIELD_COLD [[gnu::noinline, gnu::cold]] inline
#else
#define SEATFIELD_HOT inline
#define SEATFIELD_INLINE inline
#define SEATFIELD_APART inline
#define SEATFIELD_COLD inline
#endif

#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace internal {

// In a loop over the seats of a group: keeps it from being made a vector's
// work, whose beginning and end cost more than so few seats.
SEATFIELD_INLINE void IsShortLoop() {
#if defined(__GNUC__)
  asm volatile("");
#endif
}

}  // namespace internal
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_INTERNAL_HOT_H_
