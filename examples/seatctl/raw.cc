// SPDX-License-Identifier: MIT

#include "seatctl/raw.h"

#include <cstddef>
#include <span>

#include "seatfield/internal/text.h"
#include "seatfield/seat_mask.h"
#include "seatfield/seat_state.h"

namespace examples::seatctl {

using seatfield::SeatMap;
using seatfield::SeatMapView;
using seatfield::SeatMask;
using seatfield::SeatState;
using seatfield::SectionConfig;
using seatfield::internal::InvalidArgument;

namespace {

std::size_t BytesPerRow(const SectionConfig& config) {
  return SeatMask(config.seats_per_row).size_bytes();
}

absl::Status CheckSize(std::string_view bytes, std::size_t wanted) {
  if (bytes.size() == wanted) return absl::OkStatus();
  return InvalidArgument("the section needs ", wanted, " bytes, not ",
                         bytes.size());
}

std::string TextOf(std::span<const std::byte> bytes) {
  return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

}  // namespace

std::string ToBytes(SeatMapView map) { return TextOf(map.bytes()); }

std::string ToRows(SeatMapView map, const SectionConfig& config) {
  std::string bytes;
  for (std::size_t row = 0; row < config.rows; ++row) {
    const std::size_t first = row * config.seats_per_row;
    const SeatMap seats = map.Slice(first, first + config.seats_per_row);
    bytes += TextOf((~seats.MaskOf(SeatState::kAvailable)).bytes());
  }
  return bytes;
}

absl::StatusOr<SeatMap> FromBytes(std::string_view bytes,
                                  const SectionConfig& config) {
  const absl::Status status =
      CheckSize(bytes, SeatMap(config.seat_count()).size_bytes());
  if (!status.ok()) return status;
  return SeatMap::FromBytes(std::as_bytes(std::span(bytes)),
                            config.seat_count());
}

absl::StatusOr<SeatMap> FromRows(std::string_view bytes,
                                 const SectionConfig& config) {
  const std::size_t row_bytes = BytesPerRow(config);
  const absl::Status status = CheckSize(bytes, row_bytes * config.rows);
  if (!status.ok()) return status;
  SeatMap map(config.seat_count());
  for (std::size_t row = 0; row < config.rows; ++row) {
    const auto seats = SeatMap::FromOneBitRow(
        std::as_bytes(std::span(bytes.substr(row * row_bytes, row_bytes))),
        config.seats_per_row, seatfield::BitOrder::kFirstSeatHigh,
        SeatState::kBlocked);
    if (!seats.ok()) {
      return InvalidArgument("row ", row + 1, ": ",
                             std::string(seats.status().message()));
    }
    map.Write(row * config.seats_per_row, *seats);
  }
  return map;
}

std::string ToHex(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(2 * bytes.size());
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

}  // namespace examples::seatctl
