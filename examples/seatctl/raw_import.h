// SPDX-License-Identifier: MIT
//
// Reads the bytes of raw.h into a section that is there. They say nothing of
// bookings: what is held or sold goes to one that is given.

#ifndef SEATFIELD_EXAMPLES_SEATCTL_RAW_IMPORT_H_
#define SEATFIELD_EXAMPLES_SEATCTL_RAW_IMPORT_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "seatctl/loader.h"
#include "seatfield/ids.h"
#include "seatfield/inventory.h"
#include "seatfield/price.h"
#include "seatfield/section.h"
#include "seatfield/time.h"

namespace examples::seatctl {

struct RawSpec {
  seatfield::EventId event{};
  seatfield::SectionName section;
  bool is_rows = false;          // else bytes
  seatfield::BookingId booking;  // nil: none
  seatfield::BuyerId buyer{};
  seatfield::Price price;
  seatfield::Duration hold_for{};  // of what is held
  std::uint32_t reason = 0;        // of what is blocked
};

// With a booking, what is taken in rows is sold to it; else it is blocked.
// Nothing if all is done.
std::optional<Trouble> ImportRaw(seatfield::Inventory& inventory,
                                 const RawSpec& spec, std::string_view bytes,
                                 Loader& loader);

}  // namespace examples::seatctl

#endif  // SEATFIELD_EXAMPLES_SEATCTL_RAW_IMPORT_H_
