// SPDX-License-Identifier: MIT
//
// How sections and events come, pause and go.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <random>
#include <set>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "redis/answer_reader.h"
#include "redis/command.h"
#include "redis/names.h"
#include "redis/pack.h"
#include "redis/reply.h"
#include "redis/script.h"
#include "redis/store.h"
#include "seatfield/ids.h"
#include "seatfield/internal/text.h"
#include "seatfield/outcome.h"
#include "seatfield/redis_storage.h"
#include "seatfield/seat_mask.h"
#include "seatfield/seat_meta.h"
#include "seatfield/section.h"
#include "seatfield/storage.h"
#include "seatfield/time.h"
#include "seatfield/transaction.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN

using redis::Domain;
using redis::Packer;
using redis::Request;
using redis::ScriptAnswer;
using redis::ScriptCall;
using redis::Unpacker;

namespace {

// Which section of its name it is: no other ever has the same.
std::string NewMark() {
  std::random_device device;
  std::string mark;
  while (mark.size() < 16) mark += "0123456789abcdef"[device() % 16];
  return mark;
}

absl::Status NoSuchScope(Scope scope) {
  return absl::NotFoundError(
      scope.section.empty() ? internal::Cat("no event ", Value(scope.event))
                            : internal::Cat("no section ", scope.section,
                                            " in event ", Value(scope.event)));
}

std::string PackScope(std::string_view section, bool flag) {
  Packer body;
  body.Array(2).Text(section).Number(flag ? 1 : 0);
  return body.bytes();
}

}  // namespace

// --- Creating ---------------------------------------------------------------

// How many specs are sound before the first that is not, and what is wrong with
// that.
absl::Status RedisStorage::Store::CheckSpecs(
    EventId event, std::span<const SectionSpec> sections,
    std::size_t& sound) const {
  std::set<std::string_view> given;
  for (sound = 0; sound < sections.size(); ++sound) {
    const SectionSpec& spec = sections[sound];
    const auto key = SectionKey::Make(event, spec.name);
    if (!key.ok()) return key.status();
    absl::Status valid =
        spec.config.Validate(options_.limits.seats_per_section_max);
    if (!valid.ok()) {
      return internal::InvalidArgument("section ", spec.name, ": ",
                                       std::string(valid.message()));
    }
    if (!given.insert(spec.name).second) {
      return internal::InvalidArgument("section ", spec.name,
                                       " is given twice");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<RedisStorage::Store::Growth> RedisStorage::Store::RunCreate(
    EventId event, std::span<const SectionSpec> sections, Time now,
    bool check_only) {
  std::vector<ScriptCall> calls;
  const std::size_t each = names_.tag_has_section() ? 1 : sections.size();
  for (std::size_t first = 0; first < sections.size(); first += each) {
    Packer body;
    body.Array(2 + 4 * each)
        .Text(internal::Cat(Value(event)))
        .Number(check_only ? 1 : 0);
    for (const SectionSpec& spec : sections.subspan(first, each)) {
      body.Text(spec.name)
          .Number(spec.config.rows)
          .Number(spec.config.seats_per_row)
          .Text(NewMark());
    }
    calls.push_back(CallOf("create",
                           names_.DomainOf(event, sections[first].name),
                           ScriptTime(now), body.bytes(), false));
  }
  std::vector<absl::StatusOr<ScriptAnswer>> answers;
  script_->RunMany(calls, answers);
  Growth growth;
  for (const auto& answer : answers) {
    if (!answer.ok()) return answer.status();
    Unpacker found(answer->bytes);
    found.Array();
    const std::string_view what = found.Text();
    if (what == "other") {
      return absl::AlreadyExistsError(internal::Cat(
          "section ", found.Text(), " exists and has another shape"));
    }
    if (what == "full") {
      return absl::ResourceExhaustedError(
          internal::Cat("event ", Value(event), " would have more than ",
                        options_.limits.sections_per_event_max, " sections"));
    }
    growth.sections += static_cast<std::uint64_t>(found.Number());
    growth.seats += static_cast<std::uint64_t>(found.Number());
    if (!found.ok()) return redis::UnsoundAnswer();
  }
  return growth;
}

// Whether the store may grow so.
absl::Status RedisStorage::Store::CheckRoom(EventId event,
                                            const Growth& growth) {
  const auto domains = AllDomains();
  if (!domains.ok()) return domains.status();
  std::vector<Request> requests;
  for (const Domain& domain : *domains) {
    Request& request = requests.emplace_back();
    request.slot = domain.slot;
    request.reads_only = true;
    redis::AppendCommand(request.bytes, "HMGET",
                         names_.EventKey("seatfield_event", domain), "sections",
                         "seats");
  }
  std::vector<absl::StatusOr<redis::ReplyPtr>> replies;
  client_->CallMany(requests, replies);
  std::uint64_t here = growth.sections;
  std::uint64_t sections = growth.sections;
  std::uint64_t seats = growth.seats;
  for (std::size_t i = 0; i < replies.size(); ++i) {
    if (!replies[i].ok()) return replies[i].status();
    const auto totals = redis::ElementsOf(**replies[i]);
    if (totals.size() != 2) return redis::UnsoundAnswer();
    const auto number = [&totals](std::size_t at) {
      return internal::ParseDecimal<std::uint64_t>(redis::TextOf(*totals[at]))
          .value_or(0);
    };
    sections += number(0);
    seats += number(1);
    if ((*domains)[i].event == event) here += number(0);
  }
  const Limits& limits = options_.limits;
  if (here <= limits.sections_per_event_max &&
      sections <= limits.sections_max && seats <= limits.seats_max) {
    return absl::OkStatus();
  }
  return absl::ResourceExhaustedError(internal::Cat(
      "event ", Value(event), ": the store would have ", sections,
      " sections and ", seats, " seats, the event ", here, " sections"));
}

absl::Status RedisStorage::Store::CallOne(const Request& request) {
  const auto reply = client_->Call(request);
  if (!reply.ok()) return reply.status();
  if (redis::IsError(**reply))
    return redis::StatusOfError(redis::TextOf(**reply));
  return absl::OkStatus();
}

// Adds an event that others have made to those that ListEvents() knows, the
// first time that this object is asked of it.
absl::Status RedisStorage::Store::List(EventId event) {
  {
    const std::shared_lock lock(listed_mutex_);
    if (listed_.contains(event)) return absl::OkStatus();
  }
  const std::string key = names_.SectionList(event);
  Request exists;
  exists.slot = redis::SlotOf(key);
  exists.reads_only = true;
  redis::AppendCommand(exists.bytes, "EXISTS", key);
  const auto reply = client_->Call(exists);
  if (!reply.ok()) return reply.status();
  if ((*reply)->integer != 1) return absl::OkStatus();
  Request add;
  add.slot = redis::SlotOf(names_.EventList());
  redis::AppendCommand(add.bytes, "SADD", names_.EventList(),
                       internal::Cat(Value(event)));
  absl::Status status = CallOne(add);
  if (!status.ok()) return status;
  const std::lock_guard lock(listed_mutex_);
  listed_.insert(event);
  return absl::OkStatus();
}

// In the lists that no script can reach from a section.
absl::Status RedisStorage::Store::ListAsMade(
    EventId event, std::span<const SectionSpec> sections) {
  Request list;
  const std::string key = names_.SectionList(event);
  list.slot = redis::SlotOf(key);
  list.reads_only = true;  // twice is as good as once
  redis::AppendCommandHead(list.bytes, 2 + 2 * sections.size());
  redis::AppendWord(list.bytes, "ZADD");
  redis::AppendWord(list.bytes, key);
  for (const SectionSpec& spec : sections) {
    redis::AppendWord(list.bytes, "0");
    redis::AppendWord(list.bytes, spec.name);
  }
  list.reads_only = false;
  return CallOne(list);
}

absl::Status RedisStorage::Store::CreateSections(
    EventId event, std::span<const SectionSpec> sections, Time now) {
  std::size_t sound = 0;
  absl::Status status = CheckSpecs(event, sections, sound);
  if (sound == 0) return status;
  const auto growth = RunCreate(event, sections.first(sound), now, true);
  if (!growth.ok()) return growth.status();
  if (!status.ok()) return status;
  if (growth->sections > 0) {
    status = CheckRoom(event, *growth);
    if (!status.ok()) return status;
  }
  Request add;
  add.slot = redis::SlotOf(names_.EventList());
  redis::AppendCommand(add.bytes, "SADD", names_.EventList(),
                       internal::Cat(Value(event)));
  status = CallOne(add);
  if (!status.ok()) return status;
  const auto made = RunCreate(event, sections, now, false);
  if (!made.ok()) return made.status();
  ForgetConfigs(event);
  {
    const std::lock_guard lock(listed_mutex_);
    listed_.insert(event);
  }
  if (!names_.tag_has_section()) return absl::OkStatus();
  status = ListAsMade(event, sections);
  if (!status.ok()) return status;
  const auto paused = IsEventPaused(event);
  if (!paused.ok()) return paused.status();
  return *paused ? SetPaused({event}, true) : absl::OkStatus();
}

// --- Pausing ----------------------------------------------------------------

// Of an event whose sections stand apart: what a section to come must know.
absl::StatusOr<bool> RedisStorage::Store::IsEventPaused(EventId event) {
  const std::string key = names_.SectionList(event) + ":paused";
  Request get;
  get.slot = redis::SlotOf(key);
  get.reads_only = true;
  redis::AppendCommand(get.bytes, "GET", key);
  const auto reply = client_->Call(get);
  if (!reply.ok()) return reply.status();
  return redis::TextOf(**reply) == "1";
}

absl::Status RedisStorage::Store::SetPaused(Scope scope, bool paused) {
  const auto domains = DomainsOf(scope);
  if (!domains.ok()) return domains.status();
  if (domains->empty()) return NoSuchScope(scope);
  std::vector<ScriptAnswer> answers;
  absl::Status status =
      RunAll("pause", *domains, ScriptTime(Time()),
             PackScope(scope.section, paused), false, answers);
  if (!status.ok()) return status;
  for (const ScriptAnswer& answer : answers) {
    Unpacker found(answer.bytes);
    if (found.Array() != 1) return redis::UnsoundAnswer();
    if (found.Text() == "missing") return NoSuchScope(scope);
  }
  if (!names_.tag_has_section() || !scope.section.empty()) {
    return absl::OkStatus();
  }
  Request set;
  const std::string key = names_.SectionList(scope.event) + ":paused";
  set.slot = redis::SlotOf(key);
  redis::AppendCommand(set.bytes, "SET", key, paused ? "1" : "0");
  return CallOne(set);
}

// --- Ending -----------------------------------------------------------------

// Whether nothing is held or sold in sections that no one script can look at
// together.
absl::Status RedisStorage::Store::CheckUnowned(Scope scope,
                                               std::span<const Domain> domains,
                                               Time now) {
  Packer all;
  all.Array(1).Number(INT64_C(1) << 40);
  std::vector<ScriptAnswer> answers;
  absl::Status status =
      RunAll("expire", domains, ScriptTime(now), all.bytes(), false, answers);
  if (!status.ok()) return status;
  for (const ScriptAnswer& answer : answers) {
    Unpacker found(answer.bytes);
    redis::Expired expired;
    found.Array();
    status = redis::ReadExpired(found, expired);
    if (!status.ok()) return status;
    CountExpired(expired);
  }
  std::vector<SectionStats> stats;
  status = ReadStats(scope, stats);
  if (!status.ok()) return status;
  for (const SectionStats& section : stats) {
    if (section.counts.reserved + section.counts.sold == 0) continue;
    return absl::FailedPreconditionError(internal::Cat(
        "section ", section.key.name.view(), ": ", section.counts.reserved,
        " seats are held and ", section.counts.sold, " sold"));
  }
  return absl::OkStatus();
}

absl::Status RedisStorage::Store::EndSections(std::string_view operation,
                                              Scope scope, bool force,
                                              Time now) {
  const auto domains = DomainsOf(scope);
  if (!domains.ok()) return domains.status();
  if (domains->empty()) return NoSuchScope(scope);
  if (domains->size() > 1 && !force) {
    absl::Status status = CheckUnowned(scope, *domains, now);
    if (!status.ok()) return status;
  }
  std::vector<ScriptAnswer> answers;
  absl::Status status = RunAll(operation, *domains, ScriptTime(now),
                               PackScope(scope.section, force), false, answers);
  if (!status.ok()) return status;
  for (const ScriptAnswer& answer : answers) {
    Unpacker found(answer.bytes);
    found.Array();
    const std::string_view what = found.Text();
    redis::Expired expired;
    status = redis::ReadExpired(found, expired);
    if (!status.ok()) return status;
    CountExpired(expired);
    if (what == "missing") return NoSuchScope(scope);
    if (what == "owned") {
      return absl::FailedPreconditionError(
          internal::Cat("event ", Value(scope.event),
                        scope.section.empty() ? "" : ", section ",
                        scope.section, ": seats are held or sold"));
    }
  }
  return absl::OkStatus();
}

absl::Status RedisStorage::Store::Unlist(Scope scope,
                                         std::span<const Domain> domains) {
  ForgetConfigs(scope.event);
  {
    const std::lock_guard lock(listed_mutex_);
    listed_.erase(scope.event);
  }
  if (names_.tag_has_section()) {
    const std::string key = names_.SectionList(scope.event);
    Request remove;
    remove.slot = redis::SlotOf(key);
    if (scope.section.empty()) {
      redis::AppendCommand(remove.bytes, "DEL", key);
    } else {
      redis::AppendCommand(remove.bytes, "ZREM", key, scope.section);
    }
    absl::Status status = CallOne(remove);
    if (!status.ok()) return status;
  }
  const auto left = ListSections(scope.event);
  if (!left.ok()) return left.status();
  if (!left->empty() || domains.empty()) return absl::OkStatus();
  Request forget;
  forget.slot = redis::SlotOf(names_.EventList());
  redis::AppendCommand(forget.bytes, "SREM", names_.EventList(),
                       internal::Cat(Value(scope.event)));
  absl::Status status = CallOne(forget);
  if (!status.ok() || !names_.tag_has_section()) return status;
  const std::string key = names_.SectionList(scope.event) + ":paused";
  Request resume;
  resume.slot = redis::SlotOf(key);
  redis::AppendCommand(resume.bytes, "DEL", key);
  return CallOne(resume);
}

absl::Status RedisStorage::Store::Drop(Scope scope, bool force, Time now) {
  const auto domains = DomainsOf(scope);
  if (!domains.ok()) return domains.status();
  absl::Status status = EndSections("drop", scope, force, now);
  if (!status.ok()) return status;
  return Unlist(scope, *domains);
}

absl::Status RedisStorage::Store::Reset(Scope scope, bool force, Time now) {
  return EndSections("reset", scope, force, now);
}

// --- Listing ----------------------------------------------------------------

absl::StatusOr<std::vector<EventId>> RedisStorage::Store::ListEvents() {
  Request members;
  members.slot = redis::SlotOf(names_.EventList());
  members.reads_only = true;
  redis::AppendCommand(members.bytes, "SMEMBERS", names_.EventList());
  const auto listed = client_->Call(members);
  if (!listed.ok()) return listed.status();
  if (redis::IsError(**listed)) {
    return redis::StatusOfError(internal::Cat(
        "SEATFIELD key ", names_.EventList(), ": ", redis::TextOf(**listed)));
  }
  std::vector<EventId> events;
  std::vector<Request> requests;
  for (const redisReply* member : redis::ElementsOf(**listed)) {
    const auto id =
        internal::ParseDecimal<std::int64_t>(redis::TextOf(*member));
    if (!id) continue;
    events.push_back(EventId{*id});
    Request& exists = requests.emplace_back();
    const std::string key = names_.SectionList(events.back());
    exists.slot = redis::SlotOf(key);
    exists.reads_only = true;
    redis::AppendCommand(exists.bytes, "EXISTS", key);
  }
  std::vector<absl::StatusOr<redis::ReplyPtr>> replies;
  client_->CallMany(requests, replies);
  std::vector<EventId> there;
  for (std::size_t i = 0; i < replies.size(); ++i) {
    if (!replies[i].ok()) return replies[i].status();
    if ((*replies[i])->integer == 1) there.push_back(events[i]);
  }
  std::sort(there.begin(), there.end());
  return there;
}

// --- Importing --------------------------------------------------------------

namespace {

// The taken seats of a row of one bit each.
absl::Status ReadOneBitRow(const redisReply& reply, std::uint32_t row,
                           const SectionSpec& to, std::vector<Seat>& taken) {
  const std::string_view bits = redis::TextOf(reply);
  const auto mask = redis::IsError(reply)
                        ? absl::StatusOr<SeatMask>(redis::StatusOfError(bits))
                        : SeatMask::FromBytes(std::as_bytes(std::span(bits)),
                                              to.config.seats_per_row);
  if (!mask.ok()) {
    return absl::DataLossError(
        internal::Cat("row ", row, " of section ", to.name, ": ",
                      std::string(mask.status().message())));
  }
  for (std::uint32_t i = 0; i < to.config.seats_per_row; ++i) {
    if (mask->Get(i)) taken.push_back({row, i + 1});
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status RedisStorage::Store::ImportOneBitRows(EventId event,
                                                   const SectionSpec& to,
                                                   std::uint32_t reason,
                                                   Time now) {
  std::size_t sound = 0;
  absl::Status status = CheckSpecs(event, {&to, 1}, sound);
  if (!status.ok()) return status;
  std::vector<Request> requests(to.config.rows);
  for (std::uint32_t i = 0; i < to.config.rows; ++i) {
    const std::string key = internal::Cat(
        names_.prefix(), "seats:", Value(event), ":", to.name, ":", i + 1);
    requests[i].slot = redis::SlotOf(key);
    requests[i].reads_only = true;
    redis::AppendCommand(requests[i].bytes, "GET", key);
  }
  std::vector<absl::StatusOr<redis::ReplyPtr>> rows;
  client_->CallMany(requests, rows);
  std::vector<Seat> taken;
  for (std::uint32_t i = 0; i < to.config.rows && status.ok(); ++i) {
    status = rows[i].ok() ? ReadOneBitRow(**rows[i], i + 1, to, taken)
                          : rows[i].status();
  }
  if (status.ok()) status = CreateSections(event, {&to, 1}, now);
  const std::size_t each = options_.limits.seats_per_transaction_max;
  for (std::size_t at = 0; at < taken.size() && status.ok(); at += each) {
    Transaction block(event);
    const std::size_t count = std::min(each, taken.size() - at);
    block.Block(
        {to.name, std::span<const Seat>(taken).subspan(at, count), reason});
    Outcome outcome;
    status = Commit(block, now, outcome);
    if (status.ok() && !outcome.committed()) {
      status = absl::FailedPreconditionError(Describe(outcome));
    }
  }
  return status;
}

SEATFIELD_ABI_END
}  // namespace seatfield
