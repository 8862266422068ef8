// SPDX-License-Identifier: MIT
//
// Memory in pages of two megabytes, where the system has them to give: a store
// that outgrows the caches else spends much of its time on looking up pages.
// What is never touched takes no memory.

#ifndef SEATFIELD_INTERNAL_HUGE_PAGES_H_
#define SEATFIELD_INTERNAL_HUGE_PAGES_H_

#include <cstddef>

#include "seatfield/version.h"

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace internal {

inline constexpr std::size_t kHugePageBytes = std::size_t{2} << 20;

// Asks for them. Memory that is not aligned to them, or a system that has none,
// is as it was.
inline void AskForHugePages([[maybe_unused]] void* memory,
                            [[maybe_unused]] std::size_t bytes) {
#if defined(__linux__)
  (void)::madvise(memory, bytes, MADV_HUGEPAGE);
#endif
}

}  // namespace internal
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_INTERNAL_HUGE_PAGES_H_
