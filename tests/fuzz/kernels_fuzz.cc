// SPDX-License-Identifier: MIT
//
// Differential fuzzing of the kernels: every instruction set of this machine
// against one loop a seat. Whatever a kernel reads or writes stands in memory
// of exactly its size, with garbage after the last seat.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include "seatfield/internal/kernels.h"
#include "seatfield/seat_state.h"
#include "tests/fuzz/input.h"
#include "tests/support/plain_seats.h"

namespace seatfield {
namespace {

using namespace seatfield::test;  // NOLINT(google-build-using-namespace)
using internal::Kernels;

// `count` values on the heap, the first from memory, the rest zero.
template <typename T>
class Exact {
 public:
  explicit Exact(std::size_t count, std::span<const std::byte> from = {})
      : count_(count), values_(new T[count]()) {
    const std::size_t bytes = std::min(from.size(), count * sizeof(T));
    if (bytes != 0) std::memcpy(values_.get(), from.data(), bytes);
  }

  T* data() const { return values_.get(); }
  std::span<T> span() const { return {values_.get(), count_}; }

 private:
  std::size_t count_;
  std::unique_ptr<T[]> values_;
};

struct Case {
  Exact<std::byte> map;
  Exact<std::uint64_t> mask;
  PlainSeats seats;
  std::vector<bool> bits;

  Case(std::size_t size, Input& input)
      : map(internal::ByteCount(size), input.Take(internal::ByteCount(size))),
        mask(internal::MaskWordCount(size), input.Take(size / 8)),
        seats(PlainFromBytes({map.span().begin(), map.span().end()}, size)),
        bits(size) {
    internal::ClearMaskTail(mask.data(), size);
    for (std::size_t i = 0; i < size; ++i) {
      bits[i] =
          (mask.data()[internal::MaskWordIndex(i)] >> internal::MaskShift(i) &
           1) != 0;
    }
  }
};

void CheckCounts(const Kernels& kernels, const Case& c, SeatState state) {
  const std::size_t size = c.seats.size();
  Expect(kernels.count_states(c.map.data(), size) ==
         PlainCounts(c.seats, 0, size));
  Expect(kernels.count_mask(c.mask.data(), c.mask.span().size()) ==
         static_cast<std::uint64_t>(std::ranges::count(c.bits, true)));
  std::uint64_t among = 0;
  Exact<std::uint64_t> expected(c.mask.span().size());
  internal::EqualityMaskPortable(c.map.data(), size, state, expected.data());
  for (std::size_t i = 0; i < size; ++i) {
    const bool equal = c.seats[i] == state;
    among += equal && c.bits[i];
    Expect(
        (expected.data()[internal::MaskWordIndex(i)] >> internal::MaskShift(i) &
         1) == std::uint64_t{equal});
  }
  Expect(kernels.count_among(c.map.data(), size, state, c.mask.data()) ==
         among);
  const Exact<std::uint64_t> mask(c.mask.span().size());
  kernels.equality_mask(c.map.data(), size, state, mask.data());
  Expect(std::ranges::equal(mask.span(), expected.span()));
}

void CheckCoding(const Kernels& kernels, const Case& c) {
  const std::size_t size = c.seats.size();
  const Exact<SeatState> decoded(size);
  kernels.decode(c.map.data(), size, decoded.data());
  Expect(std::ranges::equal(decoded.span(), c.seats));
  for (SeatState& seat : decoded.span()) {
    seat = static_cast<SeatState>(static_cast<std::uint8_t>(seat) | 0x54);
  }
  const Exact<std::byte> encoded(c.map.span().size());
  kernels.encode(decoded.data(), size, encoded.data());
  Expect(std::ranges::equal(encoded.span(), PlainBytes(c.seats)));
  Expect(kernels.first_difference(c.map.data(), encoded.data(), size) ==
         internal::kNoSeat);
}

void CheckDifference(const Kernels& kernels, const Case& c, std::size_t seat) {
  if (seat >= c.seats.size()) return;
  const Exact<std::byte> other(c.map.span().size(), c.map.span());
  other.data()[seat / 4] ^= std::byte{0x80} >> 2 * (seat % 4);
  other.data()[other.span().size() - 1] ^= std::byte{0x01};
  Expect(kernels.first_difference(c.map.data(), other.data(), c.seats.size()) ==
         seat);
}

void CheckAll(Input input) {
  const std::size_t size = input.Below(3000);
  const std::size_t width = input.Below(300) + 1;
  const std::size_t run = input.Below(width) + 1;
  const std::size_t first = input.Below(size + 1);
  const std::size_t changed = input.Below(size + 1);
  const bool filtered = input.Below(2) != 0;
  const Case c(size, input);
  const internal::RowField field = {
      .bytes = c.map.data(),
      .seats = size,
      .seats_per_row = width,
      .filter = filtered ? c.mask.data() : nullptr,
      .first = first};
  const std::size_t found =
      PlainFindRun(
          PlainFree(c.seats, filtered ? c.bits : std::vector<bool>(), first),
          width, run)
          .value_or(internal::kNoSeat);
  Expect(internal::FindRunInRows(field, run) == found);
  for (const Kernels* const kernels : internal::kAllKernels) {
    if (!kernels->is_supported()) continue;
    CheckCounts(*kernels, c, static_cast<SeatState>(changed % 4));
    CheckCoding(*kernels, c);
    CheckDifference(*kernels, c, changed);
    Expect(kernels->find_run(field, run) == found);
  }
}

}  // namespace
}  // namespace seatfield

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  seatfield::CheckAll(seatfield::test::Input(
      std::as_bytes(std::span<const std::uint8_t>(data, size))));
  return 0;
}
