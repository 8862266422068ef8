// SPDX-License-Identifier: MIT

#include "seatfield/seat_mask.h"

#include <rapidcheck.h>

#include <algorithm>
#include <cstddef>
#include <unordered_set>
#include <utility>
#include <vector>

#include "support/catch.h"
#include "support/seat_text.h"
#include "support/seed.h"

namespace seatfield {
namespace {

using namespace seatfield::test;  // NOLINT(google-build-using-namespace)

// The checked twin: one bool a seat.
using PlainMask = std::vector<bool>;

PlainMask RandomMask(Rng& rng, std::size_t size) {
  PlainMask mask(size);
  for (std::size_t i = 0; i < size; ++i) mask[i] = rng.Chance(0.5);
  return mask;
}

SeatMask MaskOf(const PlainMask& plain) {
  SeatMask mask(plain.size());
  for (std::size_t i = 0; i < plain.size(); ++i) mask.Set(i, plain[i]);
  return mask;
}

std::vector<std::size_t> SeatsIn(const PlainMask& plain) {
  std::vector<std::size_t> seats;
  for (std::size_t i = 0; i < plain.size(); ++i) {
    if (plain[i]) seats.push_back(i);
  }
  return seats;
}

// Every reading member against the bools, and the invariant.
void CheckMask(const SeatMask& mask, const PlainMask& plain) {
  REQUIRE(mask.size() == plain.size());
  const std::vector<std::size_t> expected = SeatsIn(plain);
  REQUIRE(mask.Count() == expected.size());
  REQUIRE(mask.Any() == !expected.empty());
  REQUIRE(mask.None() == expected.empty());
  std::vector<std::size_t> seats;
  REQUIRE(mask.ForEach([&](std::size_t seat) { seats.push_back(seat); }));
  REQUIRE(seats == expected);
  for (std::size_t i = 0; i < plain.size(); ++i) {
    if (mask.Get(i) != plain[i]) FAIL("seat " << i << " differs");
  }
  // Whatever has other unused bits is another value.
  REQUIRE(mask == MaskOf(plain));
}

TEST_CASE("Byte i of a mask holds seats 8i to 8i+7 and the first is highest",
          "[seat_mask]") {
  SeatMask mask(17);
  mask.Set(0);
  mask.Set(7);
  mask.Set(9);
  mask.Set(16);
  CHECK(mask.size_bytes() == 3);
  CHECK(Hex(mask.bytes()) == "814080");
}

TEST_CASE("A mask agrees with bools at every length up to 520", "[seat_mask]") {
  SEATFIELD_INFO_SEED();
  Rng rng;
  for (std::size_t size = 0; size <= 520; ++size) {
    CAPTURE(size);
    CheckMask(SeatMask(size), PlainMask(size, false));
    CheckMask(SeatMask(size, true), PlainMask(size, true));
    const PlainMask plain = RandomMask(rng, size);
    CheckMask(MaskOf(plain), plain);
    const auto again = SeatMask::FromBytes(MaskOf(plain).bytes(), size);
    REQUIRE(again.ok());
    CheckMask(*again, plain);
  }
}

TEST_CASE("A fill of a mask changes its range and nothing else",
          "[seat_mask]") {
  SEATFIELD_INFO_SEED();
  Rng rng;
  const std::size_t size = 140;
  for (std::size_t first = 0; first <= size; ++first) {
    for (std::size_t last = first; last <= size; ++last) {
      PlainMask plain = RandomMask(rng, size);
      SeatMask mask = MaskOf(plain);
      const bool value = (first + last) % 2 == 0;
      mask.Fill(first, last, value);
      std::fill(plain.begin() + std::ptrdiff_t(first),
                plain.begin() + std::ptrdiff_t(last), value);
      if (mask != MaskOf(plain)) FAIL("[" << first << ", " << last << ")");
    }
  }
}

TEST_CASE("And, or, and-not and not agree with bools and keep the tail zero",
          "[seat_mask]") {
  SEATFIELD_INFO_SEED();
  Rng rng;
  for (std::size_t size = 0; size <= 200; ++size) {
    CAPTURE(size);
    const PlainMask a = RandomMask(rng, size), b = RandomMask(rng, size);
    PlainMask both(size), either(size), only_a(size), not_a(size);
    for (std::size_t i = 0; i < size; ++i) {
      both[i] = a[i] && b[i];
      either[i] = a[i] || b[i];
      only_a[i] = a[i] && !b[i];
      not_a[i] = !a[i];
    }
    CheckMask(MaskOf(a) & MaskOf(b), both);
    CheckMask(MaskOf(a) | MaskOf(b), either);
    CheckMask(MaskOf(a).AndNot(MaskOf(b)), only_a);
    CheckMask(~MaskOf(a), not_a);
    SeatMask changed = MaskOf(a);
    changed |= MaskOf(b);
    changed &= MaskOf(b);
    CHECK(changed == MaskOf(b));
  }
}

TEST_CASE("A set and its complement share nothing and miss nothing",
          "[seat_mask]") {
  CHECK(rc::check([](const PlainMask& plain) {
    const SeatMask mask = MaskOf(plain);
    RC_ASSERT((mask & ~mask).None());
    RC_ASSERT((mask | ~mask) == SeatMask(plain.size(), true));
    RC_ASSERT(mask.Count() + (~mask).Count() == plain.size());
    RC_ASSERT(~~mask == mask);
  }));
}

TEST_CASE("A visit of a mask ends when its function says so", "[seat_mask]") {
  SeatMask mask(130);
  mask.Set(2);
  mask.Set(64);
  mask.Set(129);
  std::vector<std::size_t> seen;
  CHECK_FALSE(mask.ForEach([&](std::size_t seat) {
    seen.push_back(seat);
    return seat != 64;
  }));
  CHECK(seen == std::vector<std::size_t>{2, 64});
}

TEST_CASE("A mask is read from bits of either order", "[seat_mask]") {
  const std::vector<std::byte> bytes = {std::byte{0xc1}, std::byte{0x01}};
  const auto high = SeatMask::FromBytes(bytes, 16);
  const auto low = SeatMask::FromBytes(bytes, 16, BitOrder::kFirstSeatLow);
  REQUIRE(high.ok());
  REQUIRE(low.ok());
  CHECK(Hex(high->bytes()) == "c101");
  CHECK(Hex(low->bytes()) == "8380");
}

TEST_CASE("A mask refuses bytes and bits beyond its seats", "[seat_mask]") {
  CHECK(SeatMask::FromBytes(std::vector<std::byte>(2), 8).status().message() ==
        "8 seats take 1 bytes, not 2");
  CHECK(SeatMask::FromBytes({}, 100).value() == SeatMask(100));
  for (std::size_t size = 1; size <= 16; ++size) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      std::vector<std::byte> bytes((size + 7) / 8);
      bytes.back() = static_cast<std::byte>(1U << bit);
      const std::size_t used = (size - 1) % 8 + 1;
      CAPTURE(size, bit);
      CHECK(SeatMask::FromBytes(bytes, size).ok() == (bit >= 8 - used));
      CHECK(SeatMask::FromBytes(bytes, size, BitOrder::kFirstSeatLow).ok() ==
            (bit < used));
    }
  }
}

TEST_CASE("A mask is a value", "[seat_mask]") {
  SeatMask mask(70, true);
  const SeatMask copy = mask;
  mask.Set(69, false);
  CHECK(copy.Get(69));
  SeatMask moved = std::move(mask);
  CHECK(moved.Count() == 69);
  CHECK(mask == SeatMask());  // NOLINT(bugprone-use-after-move)
  mask = std::move(moved);
  CHECK(mask.Count() == 69);
  CHECK(moved.empty());  // NOLINT(bugprone-use-after-move)
  CHECK(SeatMask(3) != SeatMask(4));
  std::unordered_set<SeatMask> set = {mask, copy, copy, SeatMask(3)};
  CHECK(set.size() == 3);
}

}  // namespace
}  // namespace seatfield
