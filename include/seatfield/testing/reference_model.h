// SPDX-License-Identifier: MIT
//
// The reference model: what every backend must do, written to be read. A plain
// value without locks, so that a search may copy it and go back.
//
//   ReferenceModel model;
//   model.CreateSections(EventId{1}, specs, now);
//   model.Commit(transaction, now, outcome);
//
// Thread safety: a plain value. ReferenceStorage adds the lock.
// Complexity: O(seats of the event) a call.

#ifndef SEATFIELD_TESTING_REFERENCE_MODEL_H_
#define SEATFIELD_TESTING_REFERENCE_MODEL_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "seatfield/booking.h"
#include "seatfield/ids.h"
#include "seatfield/internal/request_check.h"
#include "seatfield/internal/request_digest.h"
#include "seatfield/internal/text.h"
#include "seatfield/limits.h"
#include "seatfield/outcome.h"
#include "seatfield/read_view.h"
#include "seatfield/refusal.h"
#include "seatfield/section.h"
#include "seatfield/storage.h"
#include "seatfield/testing/reference_state.h"
#include "seatfield/testing/reference_steps.h"
#include "seatfield/testing/reference_store.h"
#include "seatfield/time.h"
#include "seatfield/transaction.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN

// The members do what those of Storage do.
class ReferenceModel : public reference::ModelStore {
 public:
  explicit ReferenceModel(const Limits& limits = {}) : ModelStore(limits) {}

  absl::Status CreateSections(EventId event,
                              std::span<const SectionSpec> sections, Time now);
  absl::Status Drop(Scope scope, bool force, Time now);
  absl::Status Reset(Scope scope, bool force, Time now);
  absl::Status SetPaused(Scope scope, bool paused);

  void Commit(const Transaction& transaction, Time now, Outcome& outcome);
  std::uint64_t ExpireDue(Time now, std::uint64_t holds_max);
  absl::Status ReadSection(EventId event, SectionRef section,
                           const ReadOptions& options, SectionView& view);

 private:
  absl::StatusOr<Event*> FindScope(Scope scope);
  absl::Status CheckCreate(EventId event, std::span<const SectionSpec> sections,
                           std::size_t& created, std::uint64_t& seats) const;

  // --- Deciding a transaction ---
  bool Decide(const Transaction& transaction, Time now, Outcome& outcome);
  std::string_view NameOf(SectionRef section) const;
  bool FindSections(const Transaction& transaction,
                    reference::StepContext& context, Outcome& outcome) const;
  bool CheckFit(const reference::StepContext& context, Outcome& outcome) const;
  void Touch(reference::StepContext& context, Event& event, Outcome& outcome);
  bool CheckVersions(const reference::StepContext& context,
                     Outcome& outcome) const;
  void Apply(const reference::StepContext& context, Event& event,
             reference::ModelSeats work, const std::set<SectionName>& changed,
             Outcome& outcome);
  void Remember(const Transaction& transaction, Event& event,
                const Digest128& body, const Outcome& outcome);

  // --- Ending holds ---
  void ExpireSection(Event& event, const SectionName& section, Time time);
  void ExpireHold(Event& event, const SectionName& section, BookingId booking);
  absl::Status Prepare(Event& event, const std::vector<SectionName>& sections,
                       bool force, Time& time);
  void ReleaseAll(Event& event, const SectionName& section, Time time);
};

// --- Implementation: finding ------------------------------------------------

inline absl::StatusOr<reference::ModelEvent*> ReferenceModel::FindScope(
    Scope scope) {
  const auto found = events_.find(scope.event);
  if (found == events_.end()) return absl::NotFoundError("no such event");
  if (!scope.section.empty() && !Find(scope.event, scope.section)) {
    return absl::NotFoundError("no such section");
  }
  return &found->second;
}

// --- Implementation: sections -----------------------------------------------

inline absl::Status ReferenceModel::CheckCreate(
    EventId event, std::span<const SectionSpec> sections, std::size_t& created,
    std::uint64_t& seats) const {
  if (!IsValid(event)) return internal::InvalidArgument("event id is negative");
  std::set<std::string_view> given;
  for (const SectionSpec& spec : sections) {
    if (!SectionName::IsValid(spec.name)) {
      return internal::InvalidArgument("not a section name");
    }
    absl::Status valid = spec.config.Validate(limits_.seats_per_section_max);
    if (!valid.ok()) return valid;
    if (!given.insert(spec.name).second) {
      return internal::InvalidArgument("a section is given twice");
    }
    const auto key = Find(event, spec.name);
    if (key &&
        events_.at(event).now.sections.at(key->name).config != spec.config) {
      return absl::AlreadyExistsError("the section has another config");
    }
    if (key) continue;
    ++created;
    seats += spec.config.seat_count();
  }
  return absl::OkStatus();
}

inline absl::Status ReferenceModel::CreateSections(
    EventId event, std::span<const SectionSpec> sections, Time now) {
  std::size_t created = 0;
  std::uint64_t seats = 0;
  absl::Status valid = CheckCreate(event, sections, created, seats);
  if (!valid.ok() || created == 0) return valid;
  std::size_t all = 0;
  for (const auto& [id, other] : events_) {
    all += other.now.sections.size();
    for (const auto& [name, section] : other.now.sections) {
      seats += section.seats.size();
    }
  }
  const auto found = events_.find(event);
  const std::size_t here =
      found == events_.end() ? 0 : found->second.now.sections.size();
  if (here + created > limits_.sections_per_event_max ||
      all + created > limits_.sections_max || seats > limits_.seats_max) {
    return absl::ResourceExhaustedError("a limit of the store");
  }
  for (const SectionSpec& spec : sections) {
    if (Find(event, spec.name)) continue;
    const SectionName name = *SectionName::Parse(spec.name);
    Section& section = events_[event].now.sections[name];
    section.config = spec.config;
    section.seats.resize(spec.config.seat_count());
    section.updated_at = now;
    section.place = ++last_place_;
    places_[section.place] = {event, name};
  }
  return absl::OkStatus();
}

// What dropping and resetting begin with: what is due ends, and unless forced
// nothing may be held or sold then. `time` becomes that of the change.
inline absl::Status ReferenceModel::Prepare(
    Event& event, const std::vector<SectionName>& sections, bool force,
    Time& time) {
  for (const SectionName& name : sections) {
    time = std::max(time, event.now.sections.at(name).updated_at);
  }
  std::uint64_t owned = 0;
  for (const SectionName& name : sections) {
    ExpireSection(event, name, time);
    const SeatCounts counts = CountOf(event.now.sections.at(name));
    owned += counts.reserved + counts.sold;
  }
  if (owned > 0 && !force) {
    return absl::FailedPreconditionError("seats are held or sold");
  }
  return absl::OkStatus();
}

// Takes every seat of a section from its booking.
inline void ReferenceModel::ReleaseAll(Event& event, const SectionName& name,
                                       Time time) {
  std::set<BookingId> owners;
  for (reference::ModelSeat& seat : event.now.sections.at(name).seats) {
    if (!seat.booking.is_nil()) owners.insert(seat.booking);
    seat = {};
  }
  for (const BookingId owner : owners) {
    event.now.EndHoldIfEmpty(owner);
    if (!event.now.SeatsOf(owner).empty()) continue;
    event.Close(owner, BookingStatus::kReleased, time, limits_.tombstones_max);
  }
}

inline absl::Status ReferenceModel::Drop(Scope scope, bool force, Time now) {
  const auto event = FindScope(scope);
  if (!event.ok()) return event.status();
  const std::vector<SectionName> names = SectionsIn(**event, scope);
  absl::Status ready = Prepare(**event, names, force, now);
  if (!ready.ok()) return ready;
  for (const SectionName& name : names) {
    ReleaseAll(**event, name, now);
    places_.erase((*event)->now.sections.at(name).place);
    (*event)->now.sections.erase(name);
  }
  if ((*event)->now.sections.empty()) events_.erase(scope.event);
  return absl::OkStatus();
}

inline absl::Status ReferenceModel::Reset(Scope scope, bool force, Time now) {
  const auto event = FindScope(scope);
  if (!event.ok()) return event.status();
  const std::vector<SectionName> names = SectionsIn(**event, scope);
  absl::Status ready = Prepare(**event, names, force, now);
  if (!ready.ok()) return ready;
  for (const SectionName& name : names) {
    ReleaseAll(**event, name, now);
    Section& section = (*event)->now.sections.at(name);
    ++section.version;
    section.updated_at = now;
  }
  if (scope.section.empty()) {
    (*event)->closed.clear();
    (*event)->replies.clear();
  }
  return absl::OkStatus();
}

inline absl::Status ReferenceModel::SetPaused(Scope scope, bool paused) {
  const auto event = FindScope(scope);
  if (!event.ok()) return event.status();
  if (scope.section.empty()) {
    (*event)->paused = paused;
  } else {
    const auto key = Find(scope.event, scope.section);
    (*event)->now.sections.at(key->name).paused = paused;
  }
  return absl::OkStatus();
}

// --- Implementation: transactions -------------------------------------------

inline void ReferenceModel::Commit(const Transaction& transaction, Time now,
                                   Outcome& outcome) {
  outcome.Clear();
  outcome.time = now;
  if (!Decide(transaction, now, outcome)) {
    outcome.steps.clear();
    outcome.seats.clear();
    ++counters_.refusals[static_cast<std::size_t>(outcome.refusal)];
  } else {
    ++(outcome.replayed ? counters_.replays : counters_.commits);
  }
}

// The name that a reference stands for; empty for a handle that leads nowhere.
inline std::string_view ReferenceModel::NameOf(SectionRef section) const {
  if (!section.handle()) return section.name();
  const auto place = places_.find(section.handle()->place);
  return place == places_.end() ? std::string_view()
                                : place->second.name.view();
}

inline bool ReferenceModel::Decide(const Transaction& transaction, Time now,
                                   Outcome& outcome) {
  if (!internal::RequestCheck(transaction, limits_, outcome).Run()) {
    return false;
  }
  const auto found = events_.find(transaction.event());
  if (found == events_.end()) {
    return internal::Refuse(outcome, 0, Refusal::kNotFound,
                            RefusalDetail::kEvent);
  }
  Event& event = found->second;
  const Digest128 body = internal::DigestRequest(
      transaction,
      [&](std::size_t at) { return NameOf(transaction.section(at)); });
  const auto reply = event.replies.find(transaction.id());
  if (reply != event.replies.end() &&
      now < AddSaturating(reply->second.committed_at, limits_.id_retention)) {
    if (reply->second.body != body) {
      return internal::Refuse(outcome, 0, Refusal::kIdReused);
    }
    outcome = reply->second.outcome;
    outcome.replayed = true;
    return true;
  }
  reference::StepContext context{transaction, limits_, event, now, {}, {}};
  if (!FindSections(transaction, context, outcome) ||
      !CheckFit(context, outcome)) {
    return false;
  }
  Touch(context, event, outcome);
  reference::ModelSeats work = event.now;
  reference::Steps steps(context, work, outcome);
  if (!steps.Run() || !CheckVersions(context, outcome)) return false;
  Apply(context, event, std::move(work), steps.changed(), outcome);
  Remember(transaction, event, body, outcome);
  return true;
}

// Finds the sections that the transaction names and those that it touches: also
// those in which a booking that it names has seats.
inline bool ReferenceModel::FindSections(const Transaction& transaction,
                                         reference::StepContext& context,
                                         Outcome& outcome) const {
  std::set<SectionName> touched;
  for (std::size_t i = 0; i < transaction.section_count(); ++i) {
    const auto key = Find(transaction.event(), transaction.section(i));
    if (!key || key->event != transaction.event()) {
      return internal::Refuse(outcome, transaction.StepOfSection(i),
                              Refusal::kNotFound, RefusalDetail::kSection);
    }
    context.names.push_back(key->name);
    touched.insert(key->name);
  }
  const auto touch = [&](BookingId booking) {
    if (booking.is_nil()) return;
    for (const auto& place : context.event.now.SeatsOf(booking)) {
      touched.insert(place.section);
    }
  };
  for (const Transaction::Step& step : transaction.steps()) {
    touch(step.booking);
    touch(step.to_booking);
    for (const SeatRecord& record : transaction.records(step)) {
      if (record.meta) touch(record.meta->booking);
    }
  }
  context.touched.assign(touched.begin(), touched.end());
  return true;
}

inline bool ReferenceModel::CheckFit(const reference::StepContext& context,
                                     Outcome& outcome) const {
  const auto steps = context.transaction.steps();
  for (std::size_t s = 0; s < steps.size(); ++s) {
    std::set<SectionName> offered;
    for (std::size_t i = 0; i < steps[s].sections.size; ++i) {
      const SectionName& name = context.names[steps[s].sections.first + i];
      if (!offered.insert(name).second) {
        return internal::Refuse(outcome, s, Refusal::kInvalidArgument,
                                RefusalDetail::kOffers);
      }
      const Section& section = context.event.now.sections.at(name);
      if (!internal::CheckFitsSection(
              context.transaction, s, i, section.config, [&] { return name; },
              outcome)) {
        return false;
      }
    }
  }
  return true;
}

// Sets the time of the transaction and ends what is due in what it touches.
inline void ReferenceModel::Touch(reference::StepContext& context, Event& event,
                                  Outcome& outcome) {
  for (const SectionName& name : context.touched) {
    context.time =
        std::max(context.time, event.now.sections.at(name).updated_at);
  }
  outcome.time = context.time;
  for (const SectionName& name : context.touched) {
    ExpireSection(event, name, context.time);
    outcome.sections.push_back({name, event.now.sections.at(name).version});
  }
}

inline bool ReferenceModel::CheckVersions(const reference::StepContext& context,
                                          Outcome& outcome) const {
  for (const auto& precondition : context.transaction.preconditions()) {
    const SectionName& name = context.names[precondition.section];
    if (context.event.now.sections.at(name).version != precondition.version) {
      return internal::Refuse(outcome, 0, Refusal::kVersionMismatch);
    }
  }
  return true;
}

// Makes what the steps did the state of the event.
inline void ReferenceModel::Apply(const reference::StepContext& context,
                                  Event& event, reference::ModelSeats work,
                                  const std::set<SectionName>& changed,
                                  Outcome& outcome) {
  event.now = std::move(work);
  for (const SectionName& name : changed) {
    Section& section = event.now.sections.at(name);
    ++section.version;
    section.updated_at = context.time;
  }
  for (SectionOutcome& section : outcome.sections) {
    section.version = event.now.sections.at(section.name).version;
  }
  std::map<BookingId, BookingStatus> emptied;
  for (const auto& [id, booking] : event.now.bookings) {
    event.closed.erase(id);  // forgotten by time, or it could not be open
    if (event.now.SeatsOf(id).empty()) emptied[id] = booking.left_by;
  }
  for (const auto& [id, status] : emptied) {
    event.Close(id, status, context.time, limits_.tombstones_max);
  }
}

inline void ReferenceModel::Remember(const Transaction& transaction,
                                     Event& event, const Digest128& body,
                                     const Outcome& outcome) {
  if (transaction.id().is_nil()) return;
  event.replies[transaction.id()] = {outcome.time, body, outcome,
                                     ++event.order};
  reference::ForgetOldest(event.replies, limits_.ids_max);
}

// --- Implementation: ending holds -------------------------------------------

inline void ReferenceModel::ExpireSection(Event& event, const SectionName& name,
                                          Time time) {
  for (const auto& [deadline, booking] : event.DueIn(name, time)) {
    ExpireHold(event, name, booking);
  }
}

// A committed change of its own.
inline void ReferenceModel::ExpireHold(Event& event, const SectionName& name,
                                       BookingId booking) {
  const Time deadline = event.now.bookings.at(booking).hold_until;
  Section& section = event.now.sections.at(name);
  for (reference::ModelSeat& seat : section.seats) {
    if (!seat.IsHeldBy(booking)) continue;
    seat = {};
    ++counters_.expired_seats;
  }
  ++counters_.expired_holds;
  ++section.version;
  section.updated_at = std::max(section.updated_at, deadline);
  event.now.EndHoldIfEmpty(booking);
  if (event.now.SeatsOf(booking).empty()) {
    event.Close(booking, BookingStatus::kExpired, deadline,
                limits_.tombstones_max);
  }
}

inline std::uint64_t ReferenceModel::ExpireDue(Time now,
                                               std::uint64_t holds_max) {
  std::uint64_t ended = 0;
  for (const auto& [deadline, booking, key] : DueHolds(now)) {
    if (ended == holds_max) break;
    ExpireHold(events_.at(key.event), key.name, booking);
    ++ended;
  }
  return ended;
}

// --- Implementation: the read that may write -------------------------------

inline absl::Status ReferenceModel::ReadSection(EventId event,
                                                SectionRef section,
                                                const ReadOptions& options,
                                                SectionView& view) {
  const auto key = Find(event, section);
  if (!key) return absl::NotFoundError("no such section");
  const auto range = RangeOf(*key, options);
  if (!range) return internal::InvalidArgument("no such range");
  if (options.expire_due) {
    const Time last =
        events_.at(key->event).now.sections.at(key->name).updated_at;
    ExpireSection(events_.at(key->event), key->name,
                  std::max(*options.expire_due, last));
  }
  Read(*key, *range, options.details, view);
  return absl::OkStatus();
}

SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_TESTING_REFERENCE_MODEL_H_
