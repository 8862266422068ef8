// SPDX-License-Identifier: MIT
//
// The seats of one section as bytes, for programs that keep bitmaps.
//
//   bytes   the SeatMap: two bits a seat, row after row, the first seat in the
//           high bits of the first byte; 0 available, 1 held, 2 sold, 3 blocked
//   rows    one bit a seat, the first seat in the highest bit, each row from a
//           byte of its own; 1 is a seat that is not available
//
// Bits behind the last seat, of a row or of all, are zero.
// Thread safety: pure functions.

#ifndef SEATFIELD_EXAMPLES_SEATCTL_RAW_H_
#define SEATFIELD_EXAMPLES_SEATCTL_RAW_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "seatfield/seat_map.h"
#include "seatfield/section.h"

namespace examples::seatctl {

std::string ToBytes(seatfield::SeatMapView map);
std::string ToRows(seatfield::SeatMapView map,
                   const seatfield::SectionConfig& config);

// Errors: InvalidArgument, unless there are as many bytes as the section needs
// and no bit is set where no seat stands.
absl::StatusOr<seatfield::SeatMap> FromBytes(
    std::string_view bytes, const seatfield::SectionConfig& config);
// The seats that are not available become blocked.
absl::StatusOr<seatfield::SeatMap> FromRows(
    std::string_view bytes, const seatfield::SectionConfig& config);

// Two digits a byte.
std::string ToHex(std::string_view bytes);

}  // namespace examples::seatctl

#endif  // SEATFIELD_EXAMPLES_SEATCTL_RAW_H_
