// SPDX-License-Identifier: MIT

#include "mapped/memory_ahead.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "mapped/journal_format.h"
#include "seatfield/internal/space.h"

namespace seatfield::mapped {
namespace {

using internal::Space;

constexpr Duration kUntilWoken = std::chrono::hours(1);
// At a time, so that an end need not wait for long.
constexpr std::uint64_t kTouchedAtOnce = std::uint64_t{128} << 10;

std::size_t SlabAt(std::uint64_t offset) {
  std::size_t slab = 0;
  while (Space::SlabOffset(slab + 1) <= offset) ++slab;
  return slab;
}

}  // namespace

MemoryAhead::~MemoryAhead() {
  stops_.store(true);
  slabs_.grown().Wake();
  thread_.join();
}

void MemoryAhead::Run() {
  std::uint64_t touched = 0;
  while (!stops_.load()) {
    const std::uint64_t reached = RoundUp(slabs_.reached(), kPageBytes);
    const std::uint64_t until =
        std::min(reached + kBytes, Space::SlabOffset(Space::kSlabCount));
    touched = std::max(touched, reached);
    const std::uint64_t more =
        reached != 0 && touched < until ? TouchSome(touched, until) : 0;
    touched += more;
    if (more == 0) slabs_.grown().Sleep(kUntilWoken);
  }
}

// Returns how much it has touched.
std::uint64_t MemoryAhead::TouchSome(std::uint64_t from, std::uint64_t until) {
  const std::size_t slab = SlabAt(from);
  const std::uint64_t begin = Space::SlabOffset(slab);
  std::byte* const memory = slabs_.Take(begin, Space::SlabBytes(slab));
  if (memory == nullptr) return 0;
  const std::uint64_t end =
      std::min({from + kTouchedAtOnce, until, Space::SlabOffset(slab + 1)});
  system_.Touch(memory + (from - begin), end - from);
  return end - from;
}

}  // namespace seatfield::mapped
