// SPDX-License-Identifier: MIT
//
// Random traces: one sequence of operations on a storage and on the reference
// model, whose every answer must be the same, and now and then everything that
// can be read.
//
// Thread safety: one thread a trace.

#ifndef SEATFIELD_TESTING_CONFORMANCE_TRACE_H_
#define SEATFIELD_TESTING_CONFORMANCE_TRACE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "seatfield/ids.h"
#include "seatfield/internal/text.h"
#include "seatfield/limits.h"
#include "seatfield/outcome.h"
#include "seatfield/read_view.h"
#include "seatfield/section.h"
#include "seatfield/storage.h"
#include "seatfield/testing/conformance_compare.h"
#include "seatfield/testing/conformance_report.h"
#include "seatfield/testing/conformance_requests.h"
#include "seatfield/testing/conformance_text.h"
#include "seatfield/testing/reference_model.h"
#include "seatfield/time.h"
#include "seatfield/transaction.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace conformance {

// Limits that a trace runs into, other ones for each seed. How many ids and
// closed bookings are remembered is not among them: a backend may keep them in
// shares.
Limits TraceLimits(std::uint64_t seed);

class Trace {
 public:
  // `storage` is fresh and was opened with TraceLimits(seed), but for limits
  // that its span does not allow.
  Trace(Storage& storage, std::uint64_t seed)
      : storage_(storage),
        model_(storage.info().limits),
        seed_(seed),
        random_(seed) {
    world_.events = {EventId{1}, EventId{2}};
    world_.names = {"A", "B", "C", "D"};
    world_.several_sections = storage.info().span == TransactionSpan::kEvent;
  }

  // Runs so many operations, or up to the first difference, which it returns.
  std::string Run(std::uint64_t operations);

  std::uint64_t operations_run() const { return operation_; }

 private:
  // Each returns the difference, if there is one, and sets doing_.
  std::string RunOne();
  std::string RunCommit();
  std::string RunRetry();
  std::string RunCreate();
  std::string RunScope();
  std::string RunExpireDue();
  std::string RunRead();
  std::string RunResolve();
  std::string CompareAll();
  std::string CommitBoth(const Transaction& expected,
                         const Transaction& actual);

  bool CutsNoTie(std::uint64_t holds_max) const;
  void MoveTime();
  EventId PickEvent() { return world_.events[random_.Below(2)]; }
  std::string_view PickName() {
    return world_
        .names[random_.Below(static_cast<std::uint32_t>(world_.names.size()))];
  }
  Scope PickScope() {
    const EventId event = random_.Percent(97) ? PickEvent() : EventId{9};
    return {event, random_.Percent(70) ? PickName() : std::string_view()};
  }

  Storage& storage_;
  ReferenceModel model_;
  std::uint64_t seed_;
  Random random_;
  RequestWorld world_;
  Time now_ = TimeFromMicros(1'000'000);
  std::uint64_t operation_ = 0;
  std::string doing_;  // the operation as text, once it has failed
  std::vector<std::pair<Transaction, Transaction>> with_ids_;
  std::vector<ResolvedSection> expected_handles_;
  std::vector<ResolvedSection> actual_handles_;
  Outcome expected_;
  Outcome actual_;
};

// Traces until options.trace_operations have run.
inline ConformanceReport RunTraces(const ConformanceOptions& options);

// --- Implementation ---------------------------------------------------------

inline Limits TraceLimits(std::uint64_t seed) {
  Random random(seed ^ 0x5eed);
  Limits limits;
  limits.steps_per_transaction_max = 6;
  limits.seats_per_transaction_max = 20;
  limits.seats_per_booking_max = random.Percent(50) ? 6 : 1000;
  limits.seats_per_buyer_max = random.Percent(50) ? 8 : kNoLimit;
  limits.hold_max = Duration(random.Percent(50) ? 1000 : 600);
  limits.total_hold_max = Duration(random.Percent(50) ? 1500 : 900'000);
  limits.id_retention = Duration(random.Percent(50) ? 2'000 : 900'000'000);
  limits.tombstone_retention =
      Duration(random.Percent(50) ? 3'000 : 900'000'000);
  limits.sections_per_event_max = 3;
  limits.sections_max = random.Percent(50) ? 5 : 100;
  limits.seats_per_section_max = 18;
  limits.seats_max = random.Percent(50) ? 60 : 1000;
  return limits;
}

inline std::string Trace::Run(std::uint64_t operations) {
  std::string difference;
  while (operation_ < operations && difference.empty()) {
    ++operation_;
    doing_.clear();
    difference = RunOne();
    const bool whole = operation_ % 64 == 0 || operation_ == operations;
    if (difference.empty() && whole) difference = CompareAll();
  }
  if (difference.empty()) return {};
  return internal::Cat("trace of seed ", seed_, ", operation ", operation_,
                       ": ", doing_, "\n      ", difference);
}

inline std::string Trace::RunOne() {
  MoveTime();
  const std::uint32_t kind = random_.Below(1000);
  if (operation_ <= 4 || kind < 15) return RunCreate();
  if (kind < 40) return RunScope();
  if (kind < 60) return RunExpireDue();
  if (kind < 100) return RunRead();
  if (kind < 120) return RunResolve();
  if (kind < 180) return RunRetry();
  return RunCommit();
}

// Time stands still, creeps, lands on or around a deadline, or leaps.
inline void Trace::MoveTime() {
  const std::uint32_t kind = random_.Below(100);
  if (kind < 50) return;
  if (kind < 88) {
    now_ += Duration(random_.Between(1, 12) * 10);
    return;
  }
  if (kind < 98) {
    const Time next = model_.NextDeadline();
    if (next != kNever && next > now_) {
      now_ = next + Duration(random_.Between(-1, 1));
    }
    return;
  }
  now_ += Duration(random_.Between(1, 100) * 10);
}

inline std::string Trace::CommitBoth(const Transaction& expected,
                                     const Transaction& actual) {
  // Rarely the clock is behind what has happened.
  const Time now =
      random_.Percent(2) ? now_ - Duration(random_.Between(1, 30)) : now_;
  model_.Commit(expected, now, expected_);
  absl::Status status = storage_.Commit(actual, now, {}, actual_);
  std::string difference = DifferInStatus("Commit", absl::OkStatus(), status);
  if (difference.empty()) difference = DifferInOutcome(expected_, actual_);
  if (!difference.empty()) doing_ = TransactionText(expected, now);
  return difference;
}

inline std::string Trace::RunCommit() {
  Random same = random_;
  Transaction expected =
      RequestMaker(same, world_, model_, expected_handles_).Make(now_);
  Transaction actual =
      RequestMaker(random_, world_, model_, actual_handles_).Make(now_);
  std::string difference = CommitBoth(expected, actual);
  if (!expected.id().is_nil()) {
    if (with_ids_.size() == 16) with_ids_.erase(with_ids_.begin());
    with_ids_.emplace_back(std::move(expected), std::move(actual));
  }
  return difference;
}

// Sends an earlier transaction with an id once more.
inline std::string Trace::RunRetry() {
  if (with_ids_.empty()) return {};
  const auto& [expected, actual] =
      with_ids_[random_.Below(static_cast<std::uint32_t>(with_ids_.size()))];
  return CommitBoth(expected, actual);
}

inline std::string Trace::RunCreate() {
  std::vector<SectionSpec> specs;
  do {
    SectionSpec spec{std::string(PickName()),
                     {1 + random_.Below(3), 2 + random_.Below(5)}};
    // Mostly one shape a name, so that creating again is often a no-op.
    if (random_.Percent(60)) {
      spec.config = {2, 3 + static_cast<std::uint32_t>(spec.name[0] - 'A')};
    }
    if (random_.Percent(2)) spec.name = "not a name";
    if (random_.Percent(2)) spec.config.rows = random_.Below(2) * 100;
    specs.push_back(spec);
  } while (random_.Percent(40));
  const EventId event = random_.Percent(98) ? PickEvent() : EventId{-1};
  doing_ =
      internal::Cat("at ", TimeText(now_), " create in event ", Value(event));
  for (const SectionSpec& spec : specs) {
    doing_ += internal::Cat(" ", spec.name, " ", spec.config.rows, "x",
                            spec.config.seats_per_row);
  }
  return DifferInStatus("CreateSections",
                        model_.CreateSections(event, specs, now_),
                        storage_.CreateSections(event, specs, now_));
}

inline std::string Trace::RunScope() {
  Scope scope = PickScope();
  const std::uint32_t kind = random_.Below(10);
  // What a lone section remembers goes with it.
  if (!world_.several_sections && kind >= 8) scope.section = {};
  const bool flag = random_.Percent(50);
  doing_ = internal::Cat("at ", TimeText(now_), " scope ", Value(scope.event),
                         "/", scope.section, flag ? " true" : " false");
  if (kind < 6) {
    // Sales resume more often than they pause.
    const bool paused = flag && random_.Percent(50);
    doing_ += paused ? " pause" : " resume";
    return DifferInStatus("SetPaused", model_.SetPaused(scope, paused),
                          storage_.SetPaused(scope, paused));
  }
  if (kind < 8) {
    doing_ += " reset, force as above";
    return DifferInStatus("Reset", model_.Reset(scope, flag, now_),
                          storage_.Reset(scope, flag, now_));
  }
  doing_ += " drop, force as above";
  return DifferInStatus("Drop", model_.Drop(scope, flag, now_),
                        storage_.Drop(scope, flag, now_));
}

// Whether so many holds end without leaving out one of the same deadline: which
// of them would go first is for each storage to choose.
inline bool Trace::CutsNoTie(std::uint64_t holds_max) const {
  const auto due = model_.DueHolds(now_);
  if (holds_max == 0 || holds_max >= due.size()) return true;
  const auto next =
      std::next(due.begin(), static_cast<std::ptrdiff_t>(holds_max));
  return std::get<Time>(*std::prev(next)) != std::get<Time>(*next);
}

inline std::string Trace::RunExpireDue() {
  std::uint64_t holds_max = random_.Percent(50) ? UINT64_MAX : random_.Below(3);
  if (!CutsNoTie(holds_max)) holds_max = UINT64_MAX;
  doing_ = internal::Cat("at ", TimeText(now_), " expire at most ", holds_max);
  const std::uint64_t expected = model_.ExpireDue(now_, holds_max);
  const auto actual = storage_.ExpireDue(now_, holds_max);
  if (!actual.ok()) return actual.status().ToString();
  if (*actual == expected) return CompareAll();
  return internal::Cat("expected ", expected, " holds, got ", *actual);
}

inline std::string Trace::RunRead() {
  const EventId event = PickEvent();
  const std::string_view name = PickName();
  ReadOptions options;
  options.details = random_.Percent(70);
  if (random_.Percent(50)) {
    options.range = SeatRange{random_.Below(8), random_.Below(12)};
  }
  if (random_.Percent(50)) options.expire_due = now_;
  doing_ = internal::Cat("at ", TimeText(now_), " read ", Value(event), "/",
                         name, options.expire_due ? " fresh" : "");
  SectionView expected, actual;
  absl::Status status = model_.ReadSection(event, name, options, expected);
  std::string difference =
      DifferInStatus("ReadSection", status,
                     storage_.ReadSection(event, name, options, actual));
  if (!difference.empty() || !status.ok()) return difference;
  return DifferInView(expected, actual);
}

inline std::string Trace::RunResolve() {
  const EventId event = PickEvent();
  const std::string_view name = random_.Percent(98) ? PickName() : "a b";
  doing_ = internal::Cat("resolve ", Value(event), "/", name);
  const auto expected = model_.Resolve(event, name);
  const auto actual = storage_.Resolve(event, name);
  std::string difference =
      DifferInStatus("Resolve", expected.status(), actual.status());
  if (!difference.empty() || !expected.ok()) return difference;
  expected_handles_.push_back({event, name, *expected});
  actual_handles_.push_back({event, name, *actual});
  SectionView expected_view, actual_view;
  const std::size_t any =
      random_.Below(static_cast<std::uint32_t>(actual_handles_.size()));
  absl::Status status =
      model_.ReadSection({}, expected_handles_[any].handle, {}, expected_view);
  difference = DifferInStatus(
      "ReadSection by handle", status,
      storage_.ReadSection({}, actual_handles_[any].handle, {}, actual_view));
  if (!difference.empty() || !status.ok()) return difference;
  return DifferInView(expected_view, actual_view);
}

inline std::string Trace::CompareAll() {
  std::string difference;
  const auto events = storage_.ListEvents();
  if (!events.ok() || *events != model_.ListEvents()) {
    return "ListEvents differs";
  }
  for (const EventId event : world_.events) {
    if (difference.empty()) {
      difference = StateComparison(storage_, model_, event, now_)
                       .Run(world_.bookings, world_.buyers);
    }
  }
  if (difference.empty()) {
    difference = DifferInCounters(model_.counters(), storage_.counters());
  }
  if (!difference.empty()) doing_ += " (found by comparing the whole state)";
  return difference;
}

inline ConformanceReport RunTraces(const ConformanceOptions& options) {
  ConformanceReport report;
  const std::uint64_t each =
      std::max<std::uint64_t>(1, options.operations_per_trace);
  for (std::uint64_t seed = options.seed;
       report.operations < options.trace_operations &&
       report.failures.size() < options.failures_max;
       ++seed) {
    const std::unique_ptr<Storage> storage = options.open(TraceLimits(seed));
    Trace trace(*storage, seed);
    std::string difference =
        trace.Run(std::min(each, options.trace_operations - report.operations));
    report.operations += trace.operations_run();
    if (!difference.empty()) report.Fail(std::move(difference));
  }
  return report;
}

}  // namespace conformance
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_TESTING_CONFORMANCE_TRACE_H_
