// SPDX-License-Identifier: MIT
//
// Every text form of a plain value: what is accepted must survive its own text
// form, and nothing may crash.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "seatfield/ids.h"
#include "seatfield/price.h"
#include "seatfield/section.h"
#include "seatfield/storage_registry.h"
#include "seatfield/time.h"

namespace {

using namespace seatfield;  // NOLINT(google-build-using-namespace)

void Require(bool holds) {
  if (!holds) std::abort();
}

void FuzzText(std::string_view text, int places) {
  if (const auto id = BookingId::Parse(text); id.ok()) {
    Require(*BookingId::Parse(id->ToString()) == *id);
  }
  if (const auto price = Price::Parse(text, places); price.ok()) {
    Require(price->is_valid());
    Require(*Price::Parse(price->ToString(places), places) == *price);
  }
  if (const auto time = ParseTime(text); time.ok()) {
    Require(*ParseTime(TimeToString(*time)) == *time);
  }
  if (const auto seat = Seat::Parse(text); seat.ok()) {
    Require(*Seat::Parse(seat->ToString()) == *seat);
  }
  if (const auto name = SectionName::Parse(text); name.ok()) {
    Require(name->view() == text);
  }
  StorageRegistry registry;
  AddMemory(registry);
  registry.Open(text).status().IgnoreError();
  registry.Open("memory:?" + std::string(text)).status().IgnoreError();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  if (size == 0) return 0;
  FuzzText({reinterpret_cast<const char*>(data + 1), size - 1}, data[0] % 5);
  return 0;
}
