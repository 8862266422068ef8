// SPDX-License-Identifier: MIT

#include "seatctl/raw_import.h"

#include <cstddef>
#include <string>

#include "seatctl/exit_status.h"
#include "seatctl/raw.h"
#include "seatfield/internal/text.h"
#include "seatfield/seat_map.h"
#include "seatfield/seat_meta.h"

namespace examples::seatctl {

using seatfield::Seat;
using seatfield::SeatRecord;
using seatfield::SeatState;
using seatfield::internal::Cat;

namespace {

SeatState StateFor(const RawSpec& spec, SeatState state) {
  const bool is_taken = spec.is_rows && state == SeatState::kBlocked;
  return is_taken && !spec.booking.is_nil() ? SeatState::kSold : state;
}

SeatRecord RecordFor(const RawSpec& spec, Seat seat, SeatState state,
                     seatfield::Time now) {
  SeatRecord record{.seat = seat, .state = state};
  if (state == SeatState::kBlocked) {
    record.block_reason = spec.reason;
    return record;
  }
  record.meta = {.booking = spec.booking,
                 .buyer = spec.buyer,
                 .price = spec.price,
                 .reserved_at = now};
  if (state == SeatState::kReserved) {
    record.meta->hold_until = seatfield::AddSaturating(now, spec.hold_for);
  }
  return record;
}

}  // namespace

std::optional<Trouble> ImportRaw(seatfield::Inventory& inventory,
                                 const RawSpec& spec, std::string_view bytes,
                                 Loader& loader) {
  const auto view = inventory.ReadSection(
      spec.event, spec.section, {.range = seatfield::SeatRange{0, 0}});
  if (!view.ok()) {
    return Trouble{ExitStatusOf(view.status()), 0,
                   std::string(view.status().message())};
  }
  const auto& config = view->stats.config;
  const auto map =
      spec.is_rows ? FromRows(bytes, config) : FromBytes(bytes, config);
  if (!map.ok()) {
    return Trouble{kEnvironment, 0, std::string(map.status().message())};
  }
  for (std::size_t i = 0; i < map->size(); ++i) {
    const SeatState state = StateFor(spec, map->Get(i));
    if (state == SeatState::kAvailable) continue;
    const Seat seat = config.SeatAt(static_cast<seatfield::SeatIndex>(i));
    if (state != SeatState::kBlocked && spec.booking.is_nil()) {
      return Trouble{kUsage, 0,
                     Cat("seat ", seat.ToString(), " is ", SeatStateName(state),
                         ": say by --booking and --buyer to whom")};
    }
    if (auto trouble = loader.Add(
            spec.section, RecordFor(spec, seat, state, loader.now()), 0)) {
      return trouble;
    }
  }
  return loader.Flush();
}

}  // namespace examples::seatctl
