// SPDX-License-Identifier: MIT
//
// Differential fuzzing of SeatMap and of the searches against one loop a seat:
// whatever bytes come, both refuse or both agree.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "seatfield/seat_map.h"
#include "seatfield/seat_mask.h"
#include "seatfield/seat_search.h"
#include "tests/fuzz/input.h"
#include "tests/support/plain_seats.h"

namespace seatfield {
namespace {

using namespace seatfield::test;  // NOLINT(google-build-using-namespace)

// Whether `bytes` bytes of `per_byte` seats each are `size` seats or fewer with
// nothing set after the last; `per_byte` is 4 or 8.
bool Fits(std::span<const std::byte> bytes, std::size_t size,
          std::size_t per_byte) {
  const std::size_t full = (size + per_byte - 1) / per_byte;
  if (bytes.size() > full) return false;
  if (bytes.size() < full || size % per_byte == 0) return true;
  const auto unused = 0xffU >> size % per_byte * 8 / per_byte;
  return (std::to_integer<unsigned>(bytes.back()) & unused) == 0;
}

void CheckReads(SeatMapView map, const PlainSeats& seats) {
  const std::size_t size = seats.size();
  Expect(std::ranges::equal(map.bytes(), PlainBytes(seats)));
  Expect(map.CountAll() == PlainCounts(seats, 0, size));
  PlainSeats decoded(size);
  map.Decode(decoded);
  Expect(decoded == seats);
  for (std::uint8_t code = 0; code < kSeatStateCount; ++code) {
    const auto state = static_cast<SeatState>(code);
    std::vector<std::size_t> visited, masked;
    map.ForEach(state, [&](std::size_t seat) { visited.push_back(seat); });
    map.MaskOf(state).ForEach(
        [&](std::size_t seat) { masked.push_back(seat); });
    Expect(visited == PlainSeatsIn(seats, state));
    Expect(masked == visited);
  }
}

void CheckParts(const SeatMap& map, const PlainSeats& seats, Input& input) {
  const std::size_t first = input.Below(seats.size() + 1);
  const std::size_t last = first + input.Below(seats.size() - first + 1);
  Expect(map.CountAll(first, last) == PlainCounts(seats, first, last));
  const PlainSeats part(seats.begin() + std::ptrdiff_t(first),
                        seats.begin() + std::ptrdiff_t(last));
  CheckReads(map.Slice(first, last), part);

  const std::size_t at = input.Below(seats.size() - part.size() + 1);
  PlainSeats written = seats;
  std::ranges::copy(part, written.begin() + std::ptrdiff_t(at));
  SeatMap copy = map;
  copy.Write(at, map.Slice(first, last));
  CheckReads(copy, written);

  const auto state = static_cast<SeatState>(input.Below(4));
  std::fill(written.begin() + std::ptrdiff_t(first),
            written.begin() + std::ptrdiff_t(last), state);
  copy.Fill(first, last, state);
  CheckReads(copy, written);
}

void CheckSearches(const SeatMap& map, const PlainSeats& seats, Input& input) {
  const std::size_t width = input.Below(300) + 1;
  const std::size_t k = input.Below(width + 2);
  const std::size_t first = input.Below(seats.size() + 1);
  std::vector<bool> plain_filter;
  std::optional<SeatMask> mask;
  if (input.Below(2) != 0) {
    const auto bits = input.Take((seats.size() + 7) / 8);
    const auto parsed = SeatMask::FromBytes(bits, seats.size());
    Expect(parsed.ok() == Fits(bits, seats.size(), 8));
    // Flipped, so that a short input lets seats through.
    mask = parsed.ok() ? ~*parsed : SeatMask(seats.size(), true);
    plain_filter.resize(seats.size());
    mask->ForEach([&](std::size_t seat) { plain_filter[seat] = true; });
  }
  const SeatMask* const filter = mask ? &*mask : nullptr;
  const std::vector<bool> free = PlainFree(seats, plain_filter, first);
  Expect(FindRun(map, width, k, filter, first) == PlainFindRun(free, width, k));
  std::vector<std::pair<std::size_t, std::size_t>> runs;
  ForEachRun(
      map, width, [&](SeatRun run) { runs.emplace_back(run.first, run.last); },
      filter, first);
  Expect(runs == PlainRuns(free, width));
  std::vector<SeatRun> scratch;
  std::vector<std::size_t> blocks;
  LargestBlocks(map, width, k, filter, scratch, blocks);
  Expect(blocks ==
         PlainLargestBlocks(PlainFree(seats, plain_filter, 0), width, k));
}

void CheckAll(Input input) {
  const std::size_t size = input.Below(1500);
  Input choices(input.Take(40));
  const auto rest = input.Take(SIZE_MAX);
  const std::vector<std::byte> bytes(rest.begin(), rest.end());
  const auto map = SeatMap::FromBytes(bytes, size);
  Expect(map.ok() == Fits(bytes, size, 4));
  const auto view = SeatMapView::FromBytes(bytes, size);
  Expect(view.ok() == (map.ok() && bytes.size() == (size + 3) / 4));
  if (!map.ok()) return;
  const PlainSeats seats = PlainFromBytes(bytes, size);
  CheckReads(*map, seats);
  if (view.ok()) CheckReads(*view, seats);
  CheckParts(*map, seats, choices);
  CheckSearches(*map, seats, choices);
}

}  // namespace
}  // namespace seatfield

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  seatfield::CheckAll(seatfield::Input(
      std::as_bytes(std::span<const std::uint8_t>(data, size))));
  return 0;
}
