// SPDX-License-Identifier: MIT
//
// A storage with one planted bug, to see that the conformance suite finds it.
// Behind it stands the reference storage.

#ifndef SEATFIELD_TESTS_SUPPORT_BROKEN_STORAGE_H_
#define SEATFIELD_TESTS_SUPPORT_BROKEN_STORAGE_H_

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "seatfield/storage.h"
#include "seatfield/testing/reference_storage.h"
#include "support/forwarding_storage.h"

namespace seatfield::test {

enum class Bug : std::uint8_t {
  kNone,
  kSellsTwice,          // says yes although the seat is taken
  kSellsOneSeatLess,    // but lists it as sold
  kTornTransaction,     // a refused transaction leaves its first step
  kTornSections,        // steps in different sections are different changes
  kDeadlineTooLate,     // finalize still wins at the deadline
  kReplayRecomputes,    // ids are not looked at
  kReplayOfAnyBody,     // an id may stand for another request
  kIdsExpireEarly,      // ids are forgotten at once
  kExtendsPastCap,      // total_hold_max does not bind
  kBookingLimitOff,     // by one
  kBuyerLimitIgnored,   // altogether
  kForgetsClosed,       // closed bookings take new seats
  kCountersDrift,       // one seat too many after a transfer
  kWrongPrecedence,     // the code of the last seat
  kNamesFirstSeatOnly,  // of those in the way
  kLostVersionBump,     // a block is no change
  kUnsortedChoice,      // best seats in another order
  kHidesOrphans,        // an outcome never tells of one
  kAllowsOrphans,       // although they are forbidden
  kIgnoresPause,
  kTimeGoesBack,  // outcomes tell the time of the call
  kStaleHandles,  // a handle finds the section that has its name now
  kExpiresAll,    // whatever holds_max says
  kUnsortedHolds,
  kCreateReplaces,    // a section of another shape
  kDropIgnoresHolds,  // even when not forced
  kReadsThePast,      // now and then the view before the last one
  kRacyVersion,       // versions in outcomes are read after the fact
  kRacyCommit,        // judged on one state and applied to another
  kBugCount,
};

class BrokenStorage final : public ForwardingStorage {
 public:
  BrokenStorage(Bug bug, const Limits& limits)
      : ForwardingStorage(
            std::make_unique<ReferenceStorage>(Bend(bug, limits))),
        bug_(bug),
        limits_(limits) {}

  StorageInfo info() const override {
    StorageInfo info = inner().info();
    info.limits = limits_;
    return info;
  }
  absl::Status CreateSections(EventId event,
                              std::span<const SectionSpec> sections,
                              Time now) override {
    absl::Status status = inner().CreateSections(event, sections, now);
    if (bug_ != Bug::kCreateReplaces || !absl::IsAlreadyExists(status)) {
      return status;
    }
    for (const SectionSpec& spec : sections) {
      (void)inner().Drop({event, spec.name}, true, now);
    }
    return inner().CreateSections(event, sections, now);
  }
  absl::Status Drop(Scope scope, bool force, Time now) override {
    return inner().Drop(scope, force || bug_ == Bug::kDropIgnoresHolds, now);
  }
  absl::Status SetPaused(Scope scope, bool paused) override {
    if (bug_ == Bug::kIgnoresPause) return absl::OkStatus();
    return inner().SetPaused(scope, paused);
  }
  absl::StatusOr<SectionHandle> Resolve(EventId event,
                                        std::string_view section) override {
    auto handle = inner().Resolve(event, section);
    const std::lock_guard lock(mutex_);
    if (handle.ok()) resolved_[handle->place] = {event, std::string(section)};
    return handle;
  }
  absl::Status Commit(const Transaction& transaction, Time now,
                      const CommitOptions& options, Outcome& outcome) override;
  absl::StatusOr<std::uint64_t> ExpireDue(Time now,
                                          std::uint64_t holds_max) override {
    return inner().ExpireDue(now,
                             bug_ == Bug::kExpiresAll ? UINT64_MAX : holds_max);
  }
  absl::Status ReadSection(EventId event, SectionRef section,
                           const ReadOptions& options,
                           SectionView& view) override;
  absl::Status ReadStats(Scope scope,
                         std::vector<SectionStats>& stats) override {
    absl::Status status = inner().ReadStats(scope, stats);
    for (SectionStats& section : stats) Bend(section);
    return status;
  }
  absl::StatusOr<std::vector<Hold>> ListHolds(EventId event, Time from,
                                              std::size_t holds_max) override {
    auto holds = inner().ListHolds(event, from, holds_max);
    if (bug_ == Bug::kUnsortedHolds && holds.ok()) {
      std::reverse(holds->begin(), holds->end());
    }
    return holds;
  }

 private:
  static Limits Bend(Bug bug, Limits limits) {
    if (bug == Bug::kExtendsPastCap) limits.total_hold_max = kForever;
    if (bug == Bug::kBookingLimitOff) ++limits.seats_per_booking_max;
    if (bug == Bug::kBuyerLimitIgnored) limits.seats_per_buyer_max = kNoLimit;
    if (bug == Bug::kForgetsClosed) limits.tombstone_retention = Duration(0);
    if (bug == Bug::kIdsExpireEarly) limits.id_retention = Duration(0);
    return limits;
  }
  void Bend(SectionStats& stats);

  // Steps [first, last) of a transaction, each with so many seats less, without
  // its id, its filters and what it says of orphans.
  static Transaction Copy(const Transaction& from, std::size_t first_step,
                          std::size_t last_step, std::size_t seats_less = 0);
  absl::Status CommitStepByStep(const Transaction& transaction, Time now,
                                Outcome& outcome);
  absl::Status RacyReserve(const Transaction& transaction, Time now,
                           Outcome& outcome);
  absl::Status SellLess(const Transaction& transaction, Time now,
                        Outcome& outcome);
  void BendOutcome(const Transaction& transaction, Time now, Outcome& outcome);

  const Bug bug_;
  const Limits limits_;
  std::mutex mutex_;
  std::map<std::uint64_t, std::pair<EventId, std::string>> resolved_;
  std::map<std::string, SectionView> past_;
  std::atomic<std::uint64_t> transfers_ = 0;
  std::uint64_t reads_ = 0;
};

// --- Implementation ---------------------------------------------------------

// Knows Reserve, Finalize, Release, Refund and Block; others are left out.
inline Transaction BrokenStorage::Copy(const Transaction& from,
                                       std::size_t first_step,
                                       std::size_t last_step,
                                       std::size_t seats_less) {
  Transaction to(from.event());
  for (std::size_t i = first_step; i < last_step; ++i) {
    const Transaction::Step& step = from.steps()[i];
    SectionRef section;
    if (step.sections.size > 0) section = from.section(step.sections.first);
    auto seats = from.seats(step);
    if (seats.size() > seats_less)
      seats = seats.first(seats.size() - seats_less);
    const SeatsOfBooking own{step.booking, section, seats};
    switch (step.kind) {
      case StepKind::kReserve: {
        const auto prices = from.prices(step);
        ReserveStep copy{.booking = step.booking,
                         .buyer = step.buyer,
                         .section = section,
                         .seats = seats,
                         .hold_for = step.hold_for,
                         .price = prices.empty() ? Price() : prices[0]};
        if (prices.size() > 1) copy.prices = prices;
        to.Reserve(copy);
        break;
      }
      case StepKind::kReserveBest: {
        std::vector<Offer> offers;
        for (std::size_t o = 0; o < step.sections.size; ++o) {
          offers.push_back({from.section(step.sections.first + o),
                            from.prices(step)[o],
                            {},
                            {}});
        }
        BestPolicy policy = step.policy;
        policy.orphans = OrphanRule::kAllow;
        to.ReserveBest({step.booking, step.buyer, offers, step.count, policy,
                        step.hold_for});
        break;
      }
      case StepKind::kFinalize:
        to.Finalize(own);
        break;
      case StepKind::kRelease:
        to.Release(own);
        break;
      case StepKind::kRefund:
        to.Refund(own);
        break;
      case StepKind::kBlock:
        to.Block({section, seats, step.reason});
        break;
      default:
        break;
    }
  }
  return to;
}

inline absl::Status BrokenStorage::CommitStepByStep(
    const Transaction& transaction, Time now, Outcome& outcome) {
  absl::Status status = absl::OkStatus();
  for (std::size_t i = 0; i < transaction.steps().size(); ++i) {
    Outcome one;
    status = inner().Commit(Copy(transaction, i, i + 1), now, {}, one);
    outcome = one;
    outcome.refused_step = static_cast<std::uint32_t>(i);
    if (!status.ok() || !one.committed()) return status;
  }
  return status;
}

// Looks first and takes later.
inline absl::Status BrokenStorage::RacyReserve(const Transaction& transaction,
                                               Time now, Outcome& outcome) {
  const Transaction::Step& step = transaction.steps()[0];
  const SectionRef section = transaction.section(step.sections.first);
  SectionView view;
  const bool seen =
      inner().ReadSection(transaction.event(), section, {}, view).ok();
  std::this_thread::yield();
  absl::Status status = inner().Commit(transaction, now, {}, outcome);
  const auto was_free = [&](Seat seat) {
    const SectionConfig& config = view.stats.config;
    return seen && config.Contains(seat) &&
           view.map.Get(config.IndexOf(seat)) == SeatState::kAvailable;
  };
  if (outcome.refusal == Refusal::kSeatReserved &&
      std::ranges::all_of(transaction.seats(step), was_free)) {
    outcome.refusal = Refusal::kNone;
    outcome.refused_seats.clear();
    outcome.steps.resize(1);
  }
  return status;
}

inline absl::Status BrokenStorage::SellLess(const Transaction& transaction,
                                            Time now, Outcome& outcome) {
  absl::Status status =
      inner().Commit(Copy(transaction, 0, 1, 1), now, {}, outcome);
  if (!outcome.seats.empty()) outcome.seats.push_back(outcome.seats.back());
  return status;
}

inline absl::Status BrokenStorage::Commit(const Transaction& transaction,
                                          Time now,
                                          const CommitOptions& options,
                                          Outcome& outcome) {
  const auto steps = transaction.steps();
  const auto is_one = [&](StepKind kind) {
    return steps.size() == 1 && steps[0].kind == kind;
  };
  // Whether Copy() copies all of it.
  const bool plain =
      transaction.preconditions().empty() &&
      std::ranges::all_of(steps, [](const Transaction::Step& step) {
        return step.kind <= StepKind::kRefund || step.kind == StepKind::kBlock;
      });
  const auto commit_without_id = [&] {
    return inner().Commit(Copy(transaction, 0, steps.size()), now, options,
                          outcome);
  };
  if (bug_ == Bug::kReplayRecomputes && plain) return commit_without_id();
  if (bug_ == Bug::kDeadlineTooLate && is_one(StepKind::kFinalize)) {
    return inner().Commit(transaction, now - Duration(1), options, outcome);
  }
  if (bug_ == Bug::kTornSections && plain && steps.size() == 2) {
    return CommitStepByStep(transaction, now, outcome);
  }
  if (bug_ == Bug::kSellsOneSeatLess && is_one(StepKind::kFinalize) && plain &&
      steps[0].seats.size > 1) {
    return SellLess(transaction, now, outcome);
  }
  if (bug_ == Bug::kRacyCommit && is_one(StepKind::kReserve)) {
    return RacyReserve(transaction, now, outcome);
  }
  absl::Status status = inner().Commit(transaction, now, options, outcome);
  if (bug_ == Bug::kTornTransaction && outcome.refused_step > 0 && plain) {
    Outcome first;
    (void)inner().Commit(Copy(transaction, 0, 1), now, {}, first);
  }
  if (bug_ == Bug::kReplayOfAnyBody && outcome.refusal == Refusal::kIdReused &&
      plain) {
    return commit_without_id();
  }
  if (bug_ == Bug::kAllowsOrphans && plain &&
      outcome.detail == RefusalDetail::kWouldOrphan) {
    return commit_without_id();
  }
  BendOutcome(transaction, now, outcome);
  return status;
}

inline void BrokenStorage::BendOutcome(const Transaction& transaction, Time now,
                                       Outcome& outcome) {
  const auto steps = transaction.steps();
  const StepKind kind = steps.empty() ? StepKind::kLoad : steps[0].kind;
  if (bug_ == Bug::kSellsTwice && outcome.refusal == Refusal::kSeatReserved &&
      kind == StepKind::kReserve) {
    outcome.refusal = Refusal::kNone;
    outcome.refused_seats.clear();
    outcome.steps.resize(steps.size());
  }
  if (bug_ == Bug::kWrongPrecedence && !outcome.refused_seats.empty()) {
    outcome.refusal = outcome.refused_seats.back().code;
  }
  if (bug_ == Bug::kNamesFirstSeatOnly && outcome.refused_seats.size() > 1) {
    outcome.refused_seats.resize(1);
  }
  if (bug_ == Bug::kUnsortedChoice && kind == StepKind::kReserveBest &&
      steps.size() == 1) {
    std::reverse(outcome.seats.begin(), outcome.seats.end());
  }
  if (bug_ == Bug::kHidesOrphans) {
    for (StepOutcome& step : outcome.steps) step.leaves_orphan = false;
  }
  if (bug_ == Bug::kTimeGoesBack) outcome.time = now;
  if (bug_ == Bug::kCountersDrift && kind == StepKind::kTransfer &&
      outcome.committed()) {
    ++transfers_;
  }
  if (bug_ == Bug::kLostVersionBump && kind == StepKind::kBlock &&
      outcome.committed()) {
    for (SectionOutcome& section : outcome.sections) --section.version;
  }
  if (bug_ == Bug::kRacyVersion && outcome.committed()) {
    std::this_thread::yield();
    for (SectionOutcome& section : outcome.sections) {
      std::vector<SectionStats> stats;
      if (inner()
              .ReadStats({transaction.event(), section.name.view()}, stats)
              .ok() &&
          !outcome.replayed) {
        section.version = stats[0].version;
      }
    }
  }
}

inline void BrokenStorage::Bend(SectionStats& stats) {
  if (bug_ != Bug::kCountersDrift || transfers_ == 0) return;
  ++stats.counts.available;
}

inline absl::Status BrokenStorage::ReadSection(EventId event,
                                               SectionRef section,
                                               const ReadOptions& options,
                                               SectionView& view) {
  absl::Status status = inner().ReadSection(event, section, options, view);
  if (bug_ == Bug::kStaleHandles && !status.ok() && section.handle()) {
    const std::lock_guard lock(mutex_);
    const auto known = resolved_.find(section.handle()->place);
    if (known == resolved_.end()) return status;
    return inner().ReadSection(known->second.first, known->second.second,
                               options, view);
  }
  if (status.ok()) Bend(view.stats);
  if (bug_ == Bug::kReadsThePast && status.ok() && options.details &&
      !options.range) {
    const std::lock_guard lock(mutex_);
    SectionView& past = past_[view.stats.key.ToString()];
    if (++reads_ % 7 == 0 && !past.map.empty()) {
      std::swap(past, view);
    } else {
      past = view;
    }
  }
  return status;
}

}  // namespace seatfield::test

#endif  // SEATFIELD_TESTS_SUPPORT_BROKEN_STORAGE_H_
