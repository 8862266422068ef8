// SPDX-License-Identifier: MIT
//
// log: the feed of a store of files.

#include <algorithm>
#include <boost/json.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "seatctl/parameters.h"
#include "seatctl/verbs.h"
#include "seatfield/change.h"
#include "seatfield/internal/text.h"
#include "seatfield/mapped_storage.h"

namespace examples::seatctl {

using seatfield::ChangedSeat;
using seatfield::MappedStorage;
using seatfield::SectionOutcome;
using seatfield::StoreChange;
using seatfield::TimeToString;
using seatfield::internal::Cat;

namespace {

constexpr Verb kLog = {"log", kLooking, "Tells what has changed, in order",
                       "  seatctl log\n"
                       "  seatctl log --since 812 --json",
                       Access::kRead};

boost::json::object AsJson(const StoreChange& change, const ChangedSeat& seat) {
  boost::json::object object{
      {"section", change.sections[seat.section].name.ToString()},
      {"seat", seat.seat.ToString()},
      {"from", SeatStateName(seat.from)},
      {"to", SeatStateName(seat.to)}};
  if (!seat.booking.is_nil()) {
    object["booking"] = seat.booking.ToString();
    object["price"] = seat.price.minor_units();
  }
  return object;
}

std::string AsJson(const StoreChange& change) {
  boost::json::array sections;
  for (const SectionOutcome& section : change.sections) {
    sections.push_back(boost::json::object{{"section", section.name.ToString()},
                                           {"version", section.version}});
  }
  boost::json::array seats;
  for (const ChangedSeat& seat : change.seats) {
    seats.push_back(AsJson(change, seat));
  }
  boost::json::object object{{"sequence", change.sequence},
                             {"cause", ChangeCauseName(change.cause)},
                             {"time", TimeToString(change.time)},
                             {"event_id", Value(change.event)}};
  if (!change.transaction.is_nil()) {
    object["transaction"] = change.transaction.ToString();
  }
  object["sections"] = std::move(sections);
  object["seats"] = std::move(seats);
  return boost::json::serialize(object);
}

std::string AsText(const Session& session, const StoreChange& change) {
  std::string text =
      Cat(change.sequence, "  ", TimeToString(change.time), "  event ",
          Value(change.event), "  ", ChangeCauseName(change.cause));
  for (const SectionOutcome& section : change.sections) {
    text += Cat("  ", section.name.view(), " v", section.version);
  }
  if (!change.transaction.is_nil()) {
    text += Cat("  txn ", change.transaction.ToString());
  }
  for (const ChangedSeat& seat : change.seats) {
    text += Cat("\n    ", change.sections[seat.section].name.view(), " ",
                seat.seat.ToString(), "  ", SeatStateName(seat.from), " -> ",
                SeatStateName(seat.to));
    if (seat.booking.is_nil()) continue;
    text +=
        Cat("  ", session.PriceText(seat.price), "  ", seat.booking.ToString());
  }
  return text;
}

// All that is kept, unless a start is asked for.
absl::StatusOr<std::uint64_t> StartOf(const MappedStorage& mapped,
                                      std::optional<std::uint64_t> since) {
  if (since) return *since;
  const auto files = mapped.files();
  if (!files.ok()) return files.status();
  return files->oldest_sequence -
         std::min<std::uint64_t>(files->oldest_sequence, 1);
}

int Log(Session& session, std::optional<std::uint64_t> since) {
  MappedStorage* const mapped = session.MappedFor("log");
  if (mapped == nullptr) return kUsage;
  const auto start = StartOf(*mapped, since);
  if (!start.ok()) return session.Fail(start.status());
  const absl::Status status =
      mapped->ReadChanges(*start, [&](const StoreChange& change) {
        session.out() << (session.json() ? AsJson(change)
                                         : AsText(session, change))
                      << '\n';
        return session.out().good();
      });
  return status.ok() ? kDone : session.Fail(status);
}

}  // namespace

void AddLog(Program& program) {
  const auto since = std::make_shared<std::optional<std::uint64_t>>();
  Parameters parameters = program.Add(
      kLog, [since](Session& session) { return Log(session, *since); });
  parameters.Number("--since", *since,
                    "Those after this change; else all that are kept");
}

}  // namespace examples::seatctl
