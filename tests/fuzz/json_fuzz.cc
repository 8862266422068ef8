// SPDX-License-Identifier: MIT
//
// Any bytes are read or refused by every reader of json.h; what is read is
// written and read back to the same text, and a refusal names a place.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "seatfield/json.h"

namespace {

using seatfield::JsonLimits;

// A finding is a crash.
void Require(bool holds) {
  if (!holds) std::abort();
}

template <typename T>
void RequireClearRefusal(const absl::StatusOr<T>& result) {
  const std::string message(result.status().message());
  Require(message.find(": ") != std::string::npos);
  for (const char c : message) Require(c >= 0x20 && c < 0x7f);
}

template <typename Parse>
void CheckReader(std::string_view text, Parse parse) {
  const auto value = parse(text, JsonLimits());
  if (!value.ok()) return RequireClearRefusal(value);
  const std::string written = seatfield::ToJson(*value);
  const auto again = parse(written, JsonLimits());
  Require(again.ok() && seatfield::ToJson(*again) == written);
}

void CheckVenue(std::string_view text) {
  const seatfield::Limits limits{.sections_per_event_max = 100,
                                 .seats_max = 10'000};
  const auto venue = seatfield::ParseVenue(text, limits);
  if (!venue.ok()) return RequireClearRefusal(venue);
  std::uint64_t seats = 0;
  for (const seatfield::VenueSection& section : venue->sections) {
    Require(seatfield::SectionName::IsValid(section.name));
    Require(section.price.is_valid());
    seats += section.config.seat_count();
  }
  Require(!venue->sections.empty() && venue->sections.size() <= 100);
  Require(seats == venue->seat_count && seats <= 10'000);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  CheckReader(text, seatfield::ParseSectionKey);
  CheckReader(text, seatfield::ParseSectionConfig);
  CheckReader(text, seatfield::ParseSectionStats);
  CheckReader(text, seatfield::ParsePrice);
  CheckReader(text, [](std::string_view json, const JsonLimits& limits) {
    return seatfield::ParseSeatMeta(json, limits);
  });
  CheckReader(text, seatfield::ParseSeatRecord);
  CheckReader(text, seatfield::ParseRowMeta);
  CheckReader(text, seatfield::ParseBooking);
  CheckReader(text, seatfield::ParseTransaction);
  CheckVenue(text);
  return 0;
}
