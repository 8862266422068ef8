// SPDX-License-Identifier: MIT
//
// What seatctl reads: lists of seats and lines of an import are read or refused
// by their place; a line is read back as it was written; whatever an import has
// put into a store, the store is sound, and all of it comes out again.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "common/seat_list.h"
#include "fuzz/input.h"
#include "seatctl/line_import.h"
#include "seatctl/lines.h"
#include "seatfield/clock.h"
#include "seatfield/inventory.h"
#include "seatfield/memory_storage.h"

namespace {

// NOLINTBEGIN(google-build-using-namespace)
using namespace examples;
using namespace examples::seatctl;
// NOLINTEND(google-build-using-namespace)
using seatfield::test::Expect;

constexpr seatfield::EventId kEvent{1};
constexpr seatfield::Time kNow =
    seatfield::TimeFromMicros(1'700'000'000'000'000);

void ExpectClear(std::string_view message) {
  Expect(!message.empty());
  for (const char c : message) Expect(c >= 0x20 && c < 0x7f);
}

void ReadSeats(std::string_view text) {
  std::vector<seatfield::Seat> seats;
  const absl::Status status = ParseSeats(text, seats);
  if (!status.ok()) ExpectClear(std::string(status.message()));
  Expect(seats.size() <= kSeatsTypedMax);
  for (const seatfield::Seat seat : seats) {
    Expect(seat.row > 0 && seat.number > 0);
  }
  std::vector<SectionSeats> sections;
  if (!ParsePlacedSeats(text, sections).ok()) return;
  Expect(sections.size() == 1 && !sections[0].seats.empty());
}

void ReadLine(std::string_view text) {
  const auto line = ParseLine(text);
  if (!line.ok()) return ExpectClear(std::string(line.status().message()));
  const auto again = ParseLine(LineText(*line));
  Expect(again.ok() && *again == *line);
}

void Import(std::string_view text) {
  seatfield::Limits limits;
  limits.sections_per_event_max = 8;
  limits.seats_max = 10'000;
  limits.seats_per_transaction_max = 4;
  seatfield::Inventory inventory(
      std::make_unique<seatfield::MemoryStorage>(
          seatfield::MemoryOptions{.limits = limits}),
      std::make_shared<seatfield::ManualClock>(kNow));
  std::istringstream in{std::string(text)};
  LineImport import(inventory, kEvent);
  const auto trouble = import.Run(in);
  if (trouble) ExpectClear(trouble->text);
  if (import.has_begun()) Expect(inventory.Verify(kEvent).ok());
  Expect(trouble || !import.digest().empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  ReadSeats(text);
  ReadLine(text);
  Import(text);
  return 0;
}
