// SPDX-License-Identifier: MIT

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "forms.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace json_internal {
namespace {

// Seats of a section, both named or neither.
struct SeatsPart {
  SectionName section;
  std::vector<Seat> seats;
};

void ReadSeats(Members& members, SeatsPart& part) {
  members.Required("section", part.section);
  members.Required("seats", part.seats);
}

// Without either: every seat of the booking. An empty list does not mean that.
void ReadSeatsOrAll(Members& members, SeatsPart& part) {
  const bool has_section = members.Optional("section", part.section);
  const bool has_seats = members.Optional("seats", part.seats);
  if (has_section && !has_seats) members.FailMember("seats", "missing");
  if (has_seats && !has_section) members.FailMember("section", "missing");
}

// One price for all seats or one for each.
void ReadPrices(Members& members, Price& price, std::vector<Price>& prices) {
  const bool has_price = members.Optional("price", price);
  const bool has_prices = members.Optional("prices", prices);
  if (has_price == has_prices) {
    members.FailMember("price", "expected either this or prices");
  }
  if (has_prices && prices.empty()) members.FailMember("prices", "empty");
}

struct OfferPart {
  SectionName section;
  Price price;
  std::shared_ptr<const SeatMask> filter;
  std::shared_ptr<const SeatingPlan> plan;
};

void Read(const Field& at, OfferPart& offer) {
  Members members(at);
  members.Required("section", offer.section);
  members.Required("price", offer.price);
  members.Optional("filter", offer.filter);
  members.Optional("plan", offer.plan);
  members.Finish();
}

void ReadReserve(Members& members, Transaction& out) {
  ReserveStep step;
  SeatsPart part;
  std::vector<Price> prices;
  members.Required("booking", step.booking);
  members.Required("buyer", step.buyer);
  ReadSeats(members, part);
  members.Required("hold_for", step.hold_for);
  ReadPrices(members, step.price, prices);
  members.Optional("orphans", step.orphans);
  members.Optional("min_run", step.min_run);
  members.Optional("plan", step.plan);
  step.section = part.section;
  step.seats = part.seats;
  step.prices = prices;
  out.Reserve(step);
}

void ReadReserveBest(Members& members, Transaction& out) {
  ReserveBestStep step;
  std::vector<OfferPart> parts;
  members.Required("booking", step.booking);
  members.Required("buyer", step.buyer);
  members.Required("offers", parts);
  members.Required("count", step.count);
  members.Optional("policy", step.policy);
  members.Required("hold_for", step.hold_for);
  std::vector<Offer> offers;
  offers.reserve(parts.size());
  for (const OfferPart& part : parts) {
    offers.push_back({part.section, part.price, part.filter, part.plan});
  }
  step.offers = offers;
  out.ReserveBest(step);
}

// Finalize, Release and Refund take the same.
template <Transaction& (Transaction::*kAdd)(const SeatsOfBooking&)>
void ReadSeatsOfBooking(Members& members, Transaction& out) {
  SeatsOfBooking step;
  SeatsPart part;
  members.Required("booking", step.booking);
  ReadSeatsOrAll(members, part);
  step.section = part.section;
  step.seats = part.seats;
  (out.*kAdd)(step);
}

void ReadExtend(Members& members, Transaction& out) {
  BookingId booking;
  Duration hold_for{};
  members.Required("booking", booking);
  members.Required("hold_for", hold_for);
  out.Extend(booking, hold_for);
}

void ReadTransfer(Members& members, Transaction& out) {
  TransferStep step;
  SeatsPart part;
  members.Required("booking", step.booking);
  members.Required("to_booking", step.to_booking);
  members.Required("to_buyer", step.to_buyer);
  ReadSeatsOrAll(members, part);
  step.section = part.section;
  step.seats = part.seats;
  out.Transfer(step);
}

void ReadBlock(Members& members, Transaction& out) {
  SeatsPart part;
  std::uint32_t reason = 0;
  ReadSeats(members, part);
  members.Optional("reason", reason);
  out.Block({part.section, part.seats, reason});
}

void ReadUnblock(Members& members, Transaction& out) {
  SeatsPart part;
  ReadSeats(members, part);
  out.Unblock(part.section, part.seats);
}

void ReadLoad(Members& members, Transaction& out) {
  SectionName section;
  std::vector<SeatRecord> records;
  members.Required("section", section);
  members.Required("records", records);
  out.Load({section, records});
}

using StepReader = void (*)(Members&, Transaction&);

// By StepKind.
constexpr std::array<StepReader, kStepKindCount> kStepReaders = {
    ReadReserve,
    ReadReserveBest,
    ReadSeatsOfBooking<&Transaction::Finalize>,
    ReadSeatsOfBooking<&Transaction::Release>,
    ReadSeatsOfBooking<&Transaction::Refund>,
    ReadExtend,
    ReadTransfer,
    ReadBlock,
    ReadUnblock,
    ReadLoad,
};

// {"<kind>": {...}}
void ReadStep(const Field& at, Transaction& out) {
  Members members(at);
  std::size_t found = 0;
  for (std::size_t kind = 0; kind < kStepKindCount; ++kind) {
    const auto read = [&](const Field& step) {
      Members parts(step);
      kStepReaders[kind](parts, out);
      parts.Finish();
    };
    found +=
        members.OptionalBy(StepKindName(static_cast<StepKind>(kind)), read);
  }
  members.Finish();
  if (found != 1) at.Fail("expected one kind of step, got ", found);
}

// {"A-1": 3, ...}
void ReadPreconditions(const Field& at, Transaction& out) {
  ForEachMember(at, [&out](std::string_view key, const Field& member) {
    const auto section = SectionName::Parse(key);
    if (!section.ok()) {
      return member.Fail(std::string(section.status().message()));
    }
    std::uint64_t version = 0;
    Read(member, version);
    out.IfVersion(*section, version);
  });
}

}  // namespace

void Read(const Field& at, Transaction& out) {
  Members members(at);
  EventId event{};
  TransactionId id;
  members.Required("event", event);
  members.Optional("id", id);
  out.Clear(event);
  out.SetId(id);
  members.RequiredBy("steps", [&out](const Field& steps) {
    ForEachElement(steps, [&out](const Field& step) { ReadStep(step, out); });
  });
  members.OptionalBy("if_version", [&out](const Field& sections) {
    ReadPreconditions(sections, out);
  });
  members.Finish();
}

}  // namespace json_internal

absl::StatusOr<Transaction> ParseTransaction(std::string_view json,
                                             const JsonLimits& limits) {
  return json_internal::ParseJson<Transaction>(
      json, limits, json_internal::Unknown::kRefused);
}

SEATFIELD_ABI_END
}  // namespace seatfield
