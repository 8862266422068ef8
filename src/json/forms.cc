// SPDX-License-Identifier: MIT

#include "forms.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace json_internal {
namespace {

void ReadKey(Members& members, SectionKey& key) {
  members.Required("section_id", key.name);
  members.Required("event_id", key.event);
}

void WriteKey(Writer& out, const SectionKey& key) {
  out.Member("section_id", key.name);
  out.Member("event_id", key.event);
}

void ReadConfig(Members& members, SectionConfig& config) {
  members.Required("rows", config.rows);
  members.Required("seats_per_row", config.seats_per_row);
}

void WriteConfig(Writer& out, const SectionConfig& config) {
  out.Member("rows", config.rows);
  out.Member("seats_per_row", config.seats_per_row);
}

// The sum of the counters, or nothing where it passes 64 bits.
std::optional<std::uint64_t> TotalOf(const SeatCounts& counts) {
  std::uint64_t total = 0;
  for (const std::uint64_t count :
       {counts.available, counts.reserved, counts.sold, counts.blocked}) {
    if (count > UINT64_MAX - total) return std::nullopt;
    total += count;
  }
  return total;
}

void ReadCounts(Members& members, SeatCounts& counts) {
  members.Required("available", counts.available);
  members.Required("reserved", counts.reserved);
  members.Required("sold", counts.sold);
  members.Required("blocked", counts.blocked);
  std::uint64_t total = 0;
  members.Required("total", total);
  if (total != TotalOf(counts)) {
    members.FailMember("total", "not the sum of the four counters");
  }
}

void WriteCounts(Writer& out, const SeatCounts& counts) {
  out.Member("available", counts.available);
  out.Member("reserved", counts.reserved);
  out.Member("sold", counts.sold);
  out.Member("blocked", counts.blocked);
  out.Member("total", counts.total());
}

bool HasOwner(SeatState state) {
  return state == SeatState::kReserved || state == SeatState::kSold;
}

absl::StatusOr<BookingStatus> ParseBookingStatus(std::string_view text) {
  for (const BookingStatus status :
       {BookingStatus::kOpen, BookingStatus::kExpired, BookingStatus::kReleased,
        BookingStatus::kRefunded}) {
    if (text == BookingStatusName(status)) return status;
  }
  return internal::InvalidArgument(
      "expected 'open', 'expired', 'released' or 'refunded', got ",
      internal::Quoted(text));
}

}  // namespace

void Read(const Field& at, SectionKey& key) {
  Members members(at);
  ReadKey(members, key);
  members.Finish();
}

void Write(Writer& out, const SectionKey& key) {
  out.BeginObject();
  WriteKey(out, key);
  out.EndObject();
}

void Read(const Field& at, SectionConfig& config) {
  Members members(at);
  ReadConfig(members, config);
  members.Finish();
}

void Write(Writer& out, const SectionConfig& config) {
  out.BeginObject();
  WriteConfig(out, config);
  out.EndObject();
}

void Read(const Field& at, SectionStats& stats) {
  Members members(at);
  ReadKey(members, stats.key);
  ReadCounts(members, stats.counts);
  members.Required("version", stats.version);
  members.Required("updated_at", stats.updated_at);
  ReadConfig(members, stats.config);
  members.Optional("next_deadline", stats.next_deadline);
  members.Optional("paused", stats.paused);
  members.Finish();
}

void Write(Writer& out, const SectionStats& stats) {
  out.BeginObject();
  WriteKey(out, stats.key);
  WriteCounts(out, stats.counts);
  out.Member("version", stats.version);
  out.Member("updated_at", stats.updated_at);
  WriteConfig(out, stats.config);
  out.MemberUnless(kNever, "next_deadline", stats.next_deadline);
  out.Member("paused", stats.paused);
  out.EndObject();
}

void Read(const Field& at, SeatMeta& meta) {
  Members members(at);
  members.Required("buyer_id", meta.buyer);
  members.Required("booking_id", meta.booking);
  members.Required("price", meta.price);
  members.Required("reserved_at", meta.reserved_at);
  members.Optional("hold_until", meta.hold_until);
  members.Finish();
}

void Write(Writer& out, const SeatMeta& meta) {
  out.BeginObject();
  out.Member("buyer_id", meta.buyer);
  out.Member("booking_id", meta.booking);
  out.Member("price", meta.price);
  out.Member("reserved_at", meta.reserved_at);
  out.MemberUnless(kNever, "hold_until", meta.hold_until);
  out.EndObject();
}

void Read(const Field& at, SeatRecord& record) {
  Members members(at);
  members.Required("seat", record.seat);
  members.Required("state", record.state);
  members.Optional("meta", record.meta);
  const bool has_reason = members.Optional("block_reason", record.block_reason);
  if (record.meta.has_value() != HasOwner(record.state)) {
    members.FailMember("meta", "must be there iff reserved or sold");
  }
  if (has_reason && record.state != SeatState::kBlocked) {
    members.FailMember("block_reason", "only for a blocked seat");
  }
  members.Finish();
}

void Write(Writer& out, const SeatRecord& record) {
  out.BeginObject();
  out.Member("seat", record.seat);
  out.Member("state", record.state);
  if (record.meta) out.Member("meta", *record.meta);
  out.MemberUnless(std::uint32_t{0}, "block_reason", record.block_reason);
  out.EndObject();
}

void Read(const Field& at, RowMeta& row) {
  Members members(at);
  ReadKey(members, row.section);
  members.Required("row", row.row);
  ReadCounts(members, row.counts);
  members.Required("version", row.version);
  members.Required("seats", row.seats);
  members.Finish();
}

void Write(Writer& out, const RowMeta& row) {
  out.BeginObject();
  WriteKey(out, row.section);
  out.Member("row", row.row);
  WriteCounts(out, row.counts);
  out.Member("version", row.version);
  out.Member("seats", row.seats);
  out.EndObject();
}

void Read(const Field& at, BookingStatus& status) {
  ReadParsed(at, "a booking status", ParseBookingStatus, status);
}

void Read(const Field& at, BookedSeat& seat) {
  Members members(at);
  members.Required("section_id", seat.section);
  members.Required("seat", seat.seat);
  members.Required("state", seat.state);
  members.Required("price", seat.price);
  members.Required("reserved_at", seat.reserved_at);
  members.Finish();
}

void Write(Writer& out, const BookedSeat& seat) {
  out.BeginObject();
  out.Member("section_id", seat.section);
  out.Member("seat", seat.seat);
  out.Member("state", seat.state);
  out.Member("price", seat.price);
  out.Member("reserved_at", seat.reserved_at);
  out.EndObject();
}

void Read(const Field& at, Booking& booking) {
  Members members(at);
  members.Required("event_id", booking.event);
  members.Required("booking_id", booking.id);
  members.Required("buyer_id", booking.buyer);
  members.Required("status", booking.status);
  members.Required("first_reserved_at", booking.first_reserved_at);
  members.Optional("hold_until", booking.hold_until);
  members.Optional("closed_at", booking.closed_at);
  members.Required("seats", booking.seats);
  members.Finish();
}

void Write(Writer& out, const Booking& booking) {
  out.BeginObject();
  out.Member("event_id", booking.event);
  out.Member("booking_id", booking.id);
  out.Member("buyer_id", booking.buyer);
  out.Member("status", BookingStatusName(booking.status));
  out.Member("first_reserved_at", booking.first_reserved_at);
  out.MemberUnless(kNever, "hold_until", booking.hold_until);
  out.MemberUnless(kNever, "closed_at", booking.closed_at);
  out.Member("seats", booking.seats);
  out.EndObject();
}

}  // namespace json_internal

std::string ToJson(const SectionKey& key) { return json_internal::ToText(key); }
std::string ToJson(const SectionConfig& config) {
  return json_internal::ToText(config);
}
std::string ToJson(const SectionStats& stats) {
  return json_internal::ToText(stats);
}
std::string ToJson(Price price) { return json_internal::ToText(price); }
std::string ToJson(const SeatMeta& meta, SeatMetaForm form) {
  if (form == SeatMetaForm::kFull) return json_internal::ToText(meta);
  SeatMeta stored = meta;
  stored.hold_until = kNever;
  return json_internal::ToText(stored);
}
std::string ToJson(const SeatRecord& record) {
  return json_internal::ToText(record);
}
std::string ToJson(const RowMeta& row) { return json_internal::ToText(row); }
std::string ToJson(const Booking& booking) {
  return json_internal::ToText(booking);
}

absl::StatusOr<SectionKey> ParseSectionKey(std::string_view json,
                                           const JsonLimits& limits) {
  return json_internal::ParseJson<SectionKey>(json, limits);
}
absl::StatusOr<SectionConfig> ParseSectionConfig(std::string_view json,
                                                 const JsonLimits& limits) {
  return json_internal::ParseJson<SectionConfig>(json, limits);
}
absl::StatusOr<SectionStats> ParseSectionStats(std::string_view json,
                                               const JsonLimits& limits) {
  return json_internal::ParseJson<SectionStats>(json, limits);
}
absl::StatusOr<Price> ParsePrice(std::string_view json,
                                 const JsonLimits& limits) {
  return json_internal::ParseJson<Price>(json, limits);
}
absl::StatusOr<SeatMeta> ParseSeatMeta(std::string_view json,
                                       const JsonLimits& limits) {
  return json_internal::ParseJson<SeatMeta>(json, limits);
}
absl::StatusOr<SeatRecord> ParseSeatRecord(std::string_view json,
                                           const JsonLimits& limits) {
  return json_internal::ParseJson<SeatRecord>(json, limits);
}
absl::StatusOr<RowMeta> ParseRowMeta(std::string_view json,
                                     const JsonLimits& limits) {
  return json_internal::ParseJson<RowMeta>(json, limits);
}
absl::StatusOr<Booking> ParseBooking(std::string_view json,
                                     const JsonLimits& limits) {
  return json_internal::ParseJson<Booking>(json, limits);
}

SEATFIELD_ABI_END
}  // namespace seatfield
