// SPDX-License-Identifier: MIT
//
// Reads: of sections, of counters, of bookings, and of everything at once.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "redis/answer_reader.h"
#include "redis/command.h"
#include "redis/form.h"
#include "redis/names.h"
#include "redis/pack.h"
#include "redis/reply.h"
#include "redis/request_writer.h"
#include "redis/script.h"
#include "redis/store.h"
#include "seatfield/booking.h"
#include "seatfield/ids.h"
#include "seatfield/internal/text.h"
#include "seatfield/read_view.h"
#include "seatfield/redis_storage.h"
#include "seatfield/seat_map.h"
#include "seatfield/seat_state.h"
#include "seatfield/section.h"
#include "seatfield/storage.h"
#include "seatfield/time.h"
#include "seatfield/transaction.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN

using redis::Domain;
using redis::NamedSection;
using redis::Names;
using redis::Packer;
using redis::Request;
using redis::ScriptAnswer;
using redis::ScriptCall;
using redis::Unpacker;

namespace {

absl::Status NoEvent(EventId event) {
  return absl::NotFoundError(internal::Cat("no event ", Value(event)));
}
absl::Status NoSection(EventId event, const SectionName& name) {
  return absl::NotFoundError(
      internal::Cat("no section ", name.view(), " in event ", Value(event)));
}
absl::Status BadRange(const SectionName& name) {
  return internal::InvalidArgument("section ", name.view(),
                                   ": the range is none of its seats");
}

// Seats [first, last) of bytes that begin with seat `offset`, a multiple of 4.
// Short bytes are read as others write them: the rest is available.
absl::Status FillMap(const Names& names, const SectionKey& section,
                     std::string_view bytes, std::size_t offset,
                     SeatRange range, SeatMap& map) {
  const std::size_t whole = range.last - offset;
  auto read = SeatMap::FromBytes(std::as_bytes(std::span(bytes)), whole);
  if (!read.ok()) {
    const std::string_view name = section.name.view();
    return absl::DataLossError(internal::Cat(
        "key ",
        names.SectionKey("seats_bf", names.DomainOf(section.event, name), name),
        ": ", std::string(read.status().message())));
  }
  if (offset == range.first) {
    map = *std::move(read);
    return absl::OkStatus();
  }
  map.Assign(range.last - range.first);
  for (SeatIndex seat = range.first; seat < range.last; ++seat) {
    map.Set(seat - range.first, read->Get(seat - offset));
  }
  return absl::OkStatus();
}

}  // namespace

// --- Sections ---------------------------------------------------------------

// The states alone, of sections whose shapes are known. `all_known` is false if
// one is not, or may be gone.
absl::Status RedisStorage::Store::ReadStates(
    EventId event, std::span<const NamedSection> sections,
    const ReadOptions& options, std::span<SectionView> views, bool& all_known) {
  std::vector<Request> requests(sections.size());
  for (std::size_t i = 0; i < sections.size(); ++i) {
    const SectionName& name = sections[i].name;
    const auto config = KnownConfig(event, name);
    all_known = config.has_value();
    if (!all_known) return absl::OkStatus();
    SectionView& view = views[i];
    view.stats = SectionStats();
    view.stats.key = {event, name};
    view.stats.config = *config;
    view.details.clear();
    view.range = options.range.value_or(SeatRange{0, config->seat_count()});
    if (view.range.first > view.range.last ||
        view.range.last > config->seat_count()) {
      return BadRange(name);
    }
    const Domain domain = names_.DomainOf(event, name.view());
    requests[i].slot = domain.slot;
    requests[i].reads_only = true;
    redis::AppendCommand(
        requests[i].bytes, "GETRANGE",
        names_.SectionKey("seats_bf", domain, name.view()),
        internal::Cat(view.range.first / 4),
        internal::Cat(view.range.last == 0 ? 0 : (view.range.last - 1) / 4));
  }
  std::vector<absl::StatusOr<redis::ReplyPtr>> replies;
  client_->CallMany(requests, replies);
  for (std::size_t i = 0; i < sections.size(); ++i) {
    if (!replies[i].ok()) return replies[i].status();
    const redisReply& reply = **replies[i];
    if (redis::IsError(reply)) {
      return redis::StatusOfError(internal::Cat("SEATFIELD section ",
                                                sections[i].name.view(), ": ",
                                                redis::TextOf(reply)));
    }
    std::string_view bytes = redis::TextOf(reply);
    SectionView& view = views[i];
    all_known = !bytes.empty();  // else it may be gone
    if (!all_known) return absl::OkStatus();
    std::string kept(bytes);
    const std::size_t tail = view.range.last % 4;
    const std::size_t offset = view.range.first / 4 * 4;
    if (tail != 0 && view.range.last < view.stats.config.seat_count() &&
        kept.size() == (view.range.last - offset + 3) / 4) {
      kept.back() = static_cast<char>(kept.back() & (0xff << (8 - 2 * tail)));
    }
    absl::Status status =
        FillMap(names_, view.stats.key, kept, offset, view.range, view.map);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status RedisStorage::Store::ReadView(EventId event,
                                           const ReadOptions& options,
                                           const ScriptAnswer& answer,
                                           SectionView& view) {
  Unpacker found(answer.bytes);
  found.Array();
  std::string made;
  absl::Status status = redis::ReadSectionStats(event, found, view.stats, made);
  if (!status.ok()) return status;
  const SectionConfig& config = view.stats.config;
  const SectionName& name = view.stats.key.name;
  view.range = options.range.value_or(SeatRange{0, config.seat_count()});
  status = FillMap(names_, view.stats.key, found.Text(), view.range.first,
                   view.range, view.map);
  if (status.ok()) status = redis::ReadDetails(form_, found, view);
  redis::Expired expired;
  if (status.ok()) status = redis::ReadExpired(found, expired);
  if (!status.ok()) return status;
  CountExpired(expired);
  RememberConfig(event, name, config);
  return absl::OkStatus();
}

absl::Status RedisStorage::Store::ReadSections(
    EventId event, std::span<const SectionRef> sections,
    const ReadOptions& options, std::span<SectionView> views) {
  std::vector<NamedSection> named;
  std::vector<EventId> events;
  for (const SectionRef& section : sections) {
    events.push_back(event);
    if (const auto handle = section.handle()) {
      const auto place = PlaceOf(*handle);
      if (place) events.back() = place->event;
      named.push_back(place ? place->section : NamedSection());
    } else {
      named.push_back(Find(event, section));
    }
    if (named.back().name.empty()) {
      return absl::NotFoundError(internal::Cat("no section ",
                                               internal::Quoted(section.name()),
                                               " in event ", Value(event)));
    }
  }
  const bool by_name =
      std::all_of(named.begin(), named.end(),
                  [](const NamedSection& each) { return each.made.empty(); });
  if (options.states_only && by_name && !options.details &&
      !options.expire_due) {
    bool all_known = false;
    absl::Status status = ReadStates(event, named, options, views, all_known);
    if (!status.ok() || all_known) return status;
  }
  std::vector<ScriptCall> calls;
  for (std::size_t i = 0; i < named.size(); ++i) {
    Packer body;
    body.Array(6)
        .Text(named[i].name.view())
        .Text(named[i].made)
        .Number(options.range ? std::int64_t{options.range->first} : 0)
        .Number(options.range ? std::int64_t{options.range->last} : -1)
        .Number(options.details ? 1 : 0)
        .Number(options.expire_due ? 1 : 0);
    ScriptCall call =
        CallOf("read", names_.DomainOf(events[i], named[i].name.view()),
               ScriptTime(options.expire_due.value_or(Time())), body.bytes(),
               !options.expire_due);
    call.sections.push_back(named[i].name);
    calls.push_back(std::move(call));
  }
  std::vector<absl::StatusOr<ScriptAnswer>> answers;
  script_->RunMany(calls, answers);
  for (std::size_t i = 0; i < named.size(); ++i) {
    if (!answers[i].ok()) return answers[i].status();
    Unpacker found(answers[i]->bytes);
    if (found.Array() == 1) {
      return found.Text() == "range" ? BadRange(named[i].name)
                                     : NoSection(events[i], named[i].name);
    }
    absl::Status status = ReadView(events[i], options, *answers[i], views[i]);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status RedisStorage::Store::ReadStats(Scope scope,
                                            std::vector<SectionStats>& stats) {
  stats.clear();
  const auto domains = DomainsOf(scope);
  if (!domains.ok()) return domains.status();
  Packer body;
  body.Array(scope.section.empty() ? 0 : 1);
  if (!scope.section.empty()) body.Text(scope.section);
  std::vector<ScriptAnswer> answers;
  absl::Status status = RunAll("stats", *domains, ScriptTime(Time()),
                               body.bytes(), true, answers);
  if (!status.ok()) return status;
  std::string made;
  for (const ScriptAnswer& answer : answers) {
    Unpacker list(answer.bytes);
    for (std::size_t left = list.Array(); left > 0; --left) {
      SectionStats& section = stats.emplace_back();
      status = redis::ReadSectionStats(scope.event, list, section, made);
      if (!status.ok()) return status;
      RememberConfig(scope.event, section.key.name, section.config);
    }
  }
  if (!stats.empty()) return absl::OkStatus();
  return scope.section.empty()
             ? NoEvent(scope.event)
             : absl::NotFoundError(
                   internal::Cat("no section ", internal::Quoted(scope.section),
                                 " in event ", Value(scope.event)));
}

// --- Bookings ---------------------------------------------------------------

namespace {

// Whether an answer says that there is no event or no booking.
bool SaysMissing(std::string_view bytes) {
  Unpacker answer(bytes);
  return answer.Array() == 1 && answer.Text() != "found";
}

// Adds what another section knows of the same booking.
void Merge(Booking from, Booking& into) {
  if (from.status != BookingStatus::kOpen) {
    const bool later =
        into.status != BookingStatus::kOpen && from.closed_at > into.closed_at;
    if (later) into = std::move(from);
    return;
  }
  if (into.status != BookingStatus::kOpen) {
    into = std::move(from);
    return;
  }
  into.hold_until = std::min(into.hold_until, from.hold_until);
  into.first_reserved_at =
      std::min(into.first_reserved_at, from.first_reserved_at);
  into.seats.insert(into.seats.end(), from.seats.begin(), from.seats.end());
}

}  // namespace

absl::StatusOr<Booking> RedisStorage::Store::ReadBooking(EventId event,
                                                         BookingId id) {
  const auto domains = DomainsOf({event});
  if (!domains.ok()) return domains.status();
  Packer body;
  body.Array(1).Text(form_.Write(id));
  std::vector<ScriptAnswer> answers;
  absl::Status status = RunAll("booking", *domains, ScriptTime(Time()),
                               body.bytes(), true, answers);
  if (!status.ok()) return status;
  std::optional<Booking> found;
  bool event_found = false;
  for (const ScriptAnswer& answer : answers) {
    Unpacker bytes(answer.bytes);
    if (SaysMissing(answer.bytes)) {
      bytes.Array();
      event_found |= bytes.Text() == "booking";
      continue;
    }
    Booking booking;
    status = redis::ReadBookingAnswer(event, form_, bytes, booking);
    if (!status.ok()) return status;
    if (found) {
      Merge(std::move(booking), *found);
    } else {
      found = std::move(booking);
    }
  }
  if (found) return *std::move(found);
  if (!event_found) return NoEvent(event);
  return absl::NotFoundError(
      internal::Cat("no booking ", id.ToString(), " in event ", Value(event)));
}

absl::StatusOr<std::vector<Booking>> RedisStorage::Store::ListBookings(
    EventId event, BuyerId buyer) {
  const auto domains = DomainsOf({event});
  if (!domains.ok()) return domains.status();
  if (domains->empty()) return NoEvent(event);
  Packer body;
  body.Array(1).Text(form_.Write(buyer));
  std::vector<ScriptAnswer> answers;
  absl::Status status = RunAll("bookings", *domains, ScriptTime(Time()),
                               body.bytes(), true, answers);
  if (!status.ok()) return status;
  std::map<BookingId, Booking> bookings;
  for (const ScriptAnswer& answer : answers) {
    if (SaysMissing(answer.bytes)) return NoEvent(event);
    Unpacker bytes(answer.bytes);
    const std::size_t size = bytes.Array();
    bytes.Text();
    for (std::size_t i = 1; i < size; ++i) {
      Booking booking;
      status = redis::ReadBookingAnswer(event, form_, bytes, booking);
      if (!status.ok()) return status;
      const auto [at, fresh] = bookings.try_emplace(booking.id, booking);
      if (!fresh) Merge(std::move(booking), at->second);
    }
  }
  std::vector<Booking> list;
  list.reserve(bookings.size());
  for (auto& [id, booking] : bookings) list.push_back(std::move(booking));
  return list;
}

absl::StatusOr<std::vector<Hold>> RedisStorage::Store::ListHolds(
    EventId event, Time from, std::size_t holds_max) {
  const auto domains = DomainsOf({event});
  if (!domains.ok()) return domains.status();
  if (domains->empty()) return NoEvent(event);
  const auto many = std::min<std::uint64_t>(holds_max, UINT32_MAX);
  Packer body;
  body.Array(2)
      .Number(redis::NumberOf(from))
      .Number(static_cast<std::int64_t>(many));
  std::vector<ScriptAnswer> answers;
  absl::Status status = RunAll("holds", *domains, ScriptTime(Time()),
                               body.bytes(), true, answers);
  if (!status.ok()) return status;
  std::vector<Hold> holds;
  for (const ScriptAnswer& answer : answers) {
    if (SaysMissing(answer.bytes)) return NoEvent(event);
    Unpacker bytes(answer.bytes);
    const std::size_t size = bytes.Array();
    bytes.Text();
    for (std::size_t i = 1; i < size; ++i) {
      Hold hold;
      hold.event = event;
      if (bytes.Array() != 4) return redis::UnsoundAnswer();
      hold.hold_until = redis::TimeOfNumber(bytes.Number());
      hold.booking = form_.ReadBooking(bytes.Text());
      hold.buyer = form_.ReadBuyer(bytes.Text());
      hold.seat_count = static_cast<std::uint32_t>(bytes.Number());
      holds.push_back(hold);
    }
    if (!bytes.ok()) return redis::UnsoundAnswer();
  }
  std::stable_sort(holds.begin(), holds.end(),
                   [](const Hold& a, const Hold& b) {
                     return std::tie(a.hold_until, a.booking) <
                            std::tie(b.hold_until, b.booking);
                   });
  if (holds.size() > holds_max) holds.resize(holds_max);
  return holds;
}

// --- Care -------------------------------------------------------------------

absl::StatusOr<std::vector<ForeignSeat>> RedisStorage::Store::Verify(
    EventId event) {
  const auto domains = DomainsOf({event});
  if (!domains.ok()) return domains.status();
  if (domains->empty()) return NoEvent(event);
  Packer body;
  body.Array(0);
  std::vector<ScriptAnswer> answers;
  absl::Status status = RunAll("verify", *domains, ScriptTime(Time()),
                               body.bytes(), true, answers);
  if (!status.ok()) return status;
  std::vector<ForeignSeat> seats;
  for (const ScriptAnswer& answer : answers) {
    Unpacker found(answer.bytes);
    found.Array();
    const std::string_view what = found.Text();
    if (what == "event") return NoEvent(event);
    if (what == "wrong") {
      return absl::InternalError(
          internal::Cat("event ", Value(event), ": ", found.Text()));
    }
    for (std::size_t left = found.Array() / 4; left > 0; --left) {
      ForeignSeat seat;
      const std::string_view name = found.Text();
      if (!SectionName::IsValid(name)) return redis::UnsoundAnswer();
      seat.section = SectionName::Known(name);
      seat.seat.row = static_cast<std::uint32_t>(found.Number());
      seat.seat.number = static_cast<std::uint32_t>(found.Number());
      seat.state =
          found.Number() == 2 ? SeatState::kSold : SeatState::kReserved;
      seats.push_back(seat);
    }
    if (!found.ok()) return redis::UnsoundAnswer();
  }
  return seats;
}

SEATFIELD_ABI_END
}  // namespace seatfield
