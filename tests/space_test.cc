// SPDX-License-Identifier: MIT

#include "seatfield/internal/space.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "seatfield/internal/huge_pages.h"
#include "support/catch.h"

namespace seatfield::test {
namespace {

using namespace internal;  // NOLINT(google-build-using-namespace)

bool IsZero(const Space& space, Line first, std::uint64_t lines) {
  const std::byte* const bytes = space.At(first);
  return std::all_of(bytes, bytes + lines * kLineSize,
                     [](std::byte byte) { return byte == std::byte{0}; });
}

std::uintptr_t AddressOf(const Space& space, Line line) {
  return reinterpret_cast<std::uintptr_t>(space.At(line));
}

// Slabs of its own, and what it was told of them.
class ToldSlabs final : public SlabSource {
 public:
  static constexpr std::uint64_t kStep = 100'000;

  std::byte* Take(std::uint64_t, std::uint64_t bytes) override {
    return reinterpret_cast<std::byte*>(
        slabs_.emplace_back(bytes / kLineSize).data());
  }
  std::uint64_t Reached(std::uint64_t offset) override {
    told.push_back(offset);
    return offset + kStep;
  }

  std::vector<std::uint64_t> told;

 private:
  struct alignas(kLineSize) LineBytes {
    std::byte bytes[kLineSize];
  };
  std::vector<std::vector<LineBytes>> slabs_;
};

// What the system says of the mapping with that address; empty: nothing.
std::string FlagsOf(std::uintptr_t address) {
  std::ifstream smaps("/proc/self/smaps");
  bool is_it = false;
  for (std::string line; std::getline(smaps, line);) {
    std::istringstream words(line);
    std::uintptr_t begin = 0;
    std::uintptr_t end = 0;
    char dash = 0;
    if (words >> std::hex >> begin >> dash >> end && dash == '-') {
      is_it = begin <= address && address < end;
    } else if (is_it && line.starts_with("VmFlags:")) {
      return line + " ";
    }
  }
  return {};
}

}  // namespace

TEST_CASE("A source is told how far its slabs are used") {
  SpaceRecord record{};
  ToldSlabs slabs;
  Space space(record, &slabs);
  // Line 0 is never given out, and a slab's end is left if a block is larger.
  constexpr std::uint64_t kLines = 32;
  std::uint64_t used = kLineSize;
  std::vector<std::uint64_t> expected;
  for (int i = 0; i < 1000; ++i) {
    REQUIRE(space.Allocate(kLines) != 0);
    const std::uint64_t slab_begin =
        Space::SlabOffset(static_cast<std::size_t>(record.slab_count) - 1);
    used = std::max(used, slab_begin) + kLines * kLineSize;
    if (expected.empty() || used > expected.back() + ToldSlabs::kStep) {
      expected.push_back(used);
    }
  }
  CHECK(slabs.told == expected);
  CHECK(record.slab_count == 2);

  // Nothing new is in use.
  const std::size_t told = slabs.told.size();
  for (int i = 0; i < 1000; ++i) {
    const Line line = space.Allocate(1);
    space.Free(line, 1);
  }
  CHECK(slabs.told.size() <= told + 1);
}

TEST_CASE("Blocks are zero, apart and each in one slab") {
  SpaceRecord record{};
  Space space(record);
  std::set<std::uintptr_t> taken;
  for (std::uint64_t lines = 1; lines < 40'000; lines += lines / 3 + 1) {
    const Line first = space.Allocate(lines);
    REQUIRE(first != 0);
    CHECK(IsZero(space, first, lines));
    CHECK(AddressOf(space, first) % kLineSize == 0);
    CHECK(AddressOf(space, first + static_cast<Line>(lines) - 1) ==
          AddressOf(space, first) + (lines - 1) * kLineSize);
    std::fill_n(space.At(first), lines * kLineSize, std::byte{1});
    CHECK(taken.insert(AddressOf(space, first)).second);
  }
}

TEST_CASE("A block that was given back is given out again, zero") {
  SpaceRecord record{};
  Space space(record);
  const std::uint64_t before = space.bytes_in_use();
  const Line first = space.Allocate(100);
  std::fill_n(space.At(first), 100 * kLineSize, std::byte{1});
  space.Free(first, 100);
  CHECK(space.bytes_in_use() == before);
  CHECK(space.Allocate(100) == first);
  CHECK(IsZero(space, first, 100));
}

TEST_CASE("Memory that was touched ahead is given out as any other") {
  SpaceRecord record{};
  Space space(record);
  // In the first slab, in what is left of it, and behind it.
  for (const std::uint64_t lines : {10'000U, 10'000U, 20'000U}) {
    const std::uint64_t before = space.bytes_in_use();
    space.TouchAhead(lines / 2);
    space.TouchAhead(lines);
    CHECK(space.bytes_in_use() == before);
    for (std::uint64_t taken = 0; taken < lines; taken += 32) {
      const Line first = space.Allocate(32);
      REQUIRE(first != 0);
      REQUIRE(IsZero(space, first, 32));
      std::fill_n(space.At(first), 32 * kLineSize, std::byte{1});
    }
  }
}

TEST_CASE("No block is larger than a slab can be") {
  SpaceRecord record{};
  Space space(record);
  CHECK(space.Allocate(0) == 0);
  CHECK(space.Allocate((std::uint64_t{1} << 27) + 1) == 0);
}

TEST_CASE("Large slabs of the heap ask for huge pages") {
  SpaceRecord record{};
  Space space(record);
  const Line block = space.Allocate(kHugePageBytes / kLineSize);
  REQUIRE(block != 0);
  const std::uintptr_t address = AddressOf(space, block);
  CHECK(address % kHugePageBytes == 0);
  const std::string flags = FlagsOf(address);
  if (flags.empty() ||
      !std::ifstream("/sys/kernel/mm/transparent_hugepage/enabled")) {
    WARN("the system does not tell of huge pages");
    return;
  }
  CHECK(flags.find(" hg ") != std::string::npos);
}

}  // namespace seatfield::test
