// SPDX-License-Identifier: MIT
//
// Concurrent histories: threads work on the same few seats, each call notes
// when it began and ended, and afterwards there must be an order of all calls,
// one by one, that respects real time and in which the reference model gives
// the very same answers.
//
// Thread safety: RunHistories starts and joins its own threads.
// Source: the search of Wing & Gong, Testing and Verifying Concurrent Objects
//   (1993), with the memory of Lowe, Testing for Linearizability (2017).

#ifndef SEATFIELD_TESTING_CONFORMANCE_HISTORY_H_
#define SEATFIELD_TESTING_CONFORMANCE_HISTORY_H_

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <numeric>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_set>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "seatfield/booking.h"
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

// One call of a history with its answer.
struct HistoryCall {
  enum class Kind : std::uint8_t { kCommit, kReadSection, kReadBooking };
  Kind kind = Kind::kCommit;
  Transaction transaction;
  std::string_view section;
  BookingId booking;

  std::uint64_t began = 0;  // tickets: a call that ended before another began
  std::uint64_t ended = 0;  // has the smaller number
  Time now{};
  absl::Status status;
  Outcome outcome;
  SectionView view;
  absl::StatusOr<Booking> booking_read;

  void Run(Storage& storage, EventId event, std::atomic<std::uint64_t>& ticket,
           std::atomic<std::int64_t>& clock);
  // How the answer differs from that of the model as it stands; empty if it
  // does not. Advances the model.
  std::string Differ(ReferenceModel& model, EventId event) const;
  std::string ToString() const;
};

// The calls of each thread, in its order.
using HistoryLanes = std::vector<std::vector<HistoryCall>>;

// Looks for a legal order.
class HistorySearch {
 public:
  HistorySearch(const HistoryLanes& lanes, EventId event)
      : lanes_(lanes), event_(event), at_(lanes.size(), 0) {}

  // From the state in which the history began. Empty, or what is wrong.
  std::string Run(const ReferenceModel& model);

 private:
  // One call that has been placed, and what else could have been.
  bool Advance(const ReferenceModel& model);
  std::vector<std::size_t> Candidates() const;
  bool IsNew(const ReferenceModel& model);
  std::string Describe();

  static constexpr std::uint64_t kStatesMax = 2'000'000;

  const HistoryLanes& lanes_;
  EventId event_;
  std::vector<std::size_t> at_;  // the next call of each lane
  std::unordered_set<std::uint64_t> seen_;
  std::uint64_t states_ = 0;
  std::vector<std::size_t> best_;  // the furthest that any order came
  ReferenceModel best_model_;
};

// Runs options.histories of them, on 1 to 3 sections.
ConformanceReport RunHistories(const ConformanceOptions& options);

// --- Implementation: a call -------------------------------------------------

inline void HistoryCall::Run(Storage& storage, EventId event,
                             std::atomic<std::uint64_t>& ticket,
                             std::atomic<std::int64_t>& clock) {
  now = TimeFromMicros(clock.load());
  began = ticket.fetch_add(1);
  switch (kind) {
    case Kind::kCommit:
      status = storage.Commit(transaction, now, {}, outcome);
      break;
    case Kind::kReadSection:
      status = storage.ReadSection(event, section, {.details = true}, view);
      break;
    case Kind::kReadBooking:
      booking_read = storage.ReadBooking(event, booking);
      break;
  }
  ended = ticket.fetch_add(1);
}

inline std::string HistoryCall::Differ(ReferenceModel& model,
                                       EventId event) const {
  if (kind == Kind::kReadBooking) {
    return DifferInBooking(model.ReadBooking(event, booking), booking_read);
  }
  if (kind == Kind::kCommit) {
    Outcome expected;
    model.Commit(transaction, now, expected);
    std::string text = DifferInStatus("Commit", absl::OkStatus(), status);
    return text.empty() ? DifferInOutcome(expected, outcome) : text;
  }
  SectionView expected;
  absl::Status read =
      model.ReadSection(event, section, {.details = true}, expected);
  std::string text = DifferInStatus("ReadSection", read, status);
  return text.empty() ? DifferInView(expected, view) : text;
}

inline std::string HistoryCall::ToString() const {
  std::string text = internal::Cat("[", began, ",", ended, "] ");
  switch (kind) {
    case Kind::kCommit:
      return text + TransactionText(transaction, now) + " => " +
             (status.ok() ? OutcomeText(outcome) : status.ToString());
    case Kind::kReadSection:
      return text + internal::Cat("read ", section, " => ") +
             (status.ok() ? ViewText(view) : status.ToString());
    case Kind::kReadBooking:
      break;
  }
  return text + "read booking " + IdText(booking) + " => " +
         (booking_read.ok() ? BookingText(*booking_read)
                            : booking_read.status().ToString());
}

// --- Implementation: the search ---------------------------------------------

inline std::string HistorySearch::Run(const ReferenceModel& model) {
  best_ = at_;
  best_model_ = model;
  if (Advance(model)) return {};
  if (states_ >= kStatesMax) return "no order found in the time given";
  return "no legal order" + Describe();
}

// The lanes whose next call may come first: none of the others ended before it
// began. Those that ended early are tried first.
inline std::vector<std::size_t> HistorySearch::Candidates() const {
  std::uint64_t first_end = UINT64_MAX;
  for (std::size_t lane = 0; lane < lanes_.size(); ++lane) {
    if (at_[lane] == lanes_[lane].size()) continue;
    first_end = std::min(first_end, lanes_[lane][at_[lane]].ended);
  }
  std::vector<std::size_t> candidates;
  for (std::size_t lane = 0; lane < lanes_.size(); ++lane) {
    if (at_[lane] == lanes_[lane].size()) continue;
    if (lanes_[lane][at_[lane]].began <= first_end) candidates.push_back(lane);
  }
  std::sort(candidates.begin(), candidates.end(),
            [&](std::size_t a, std::size_t b) {
              return lanes_[a][at_[a]].ended < lanes_[b][at_[b]].ended;
            });
  return candidates;
}

inline bool HistorySearch::IsNew(const ReferenceModel& model) {
  internal::Hasher128 hasher;
  for (const std::size_t at : at_) hasher.UpdateUint64(at);
  const Digest128 state = model.Fingerprint();
  hasher.UpdateUint64(state.low);
  hasher.UpdateUint64(state.high);
  return seen_.insert(hasher.Digest().low).second;
}

inline bool HistorySearch::Advance(const ReferenceModel& model) {
  if (++states_ >= kStatesMax) return false;
  const auto placed = [](const std::vector<std::size_t>& at) {
    return std::accumulate(at.begin(), at.end(), std::size_t{0});
  };
  if (placed(at_) > placed(best_)) {
    best_ = at_;
    best_model_ = model;
  }
  const std::vector<std::size_t> candidates = Candidates();
  if (candidates.empty()) return true;
  for (const std::size_t lane : candidates) {
    ReferenceModel next = model;
    if (!lanes_[lane][at_[lane]].Differ(next, event_).empty()) continue;
    ++at_[lane];
    if (IsNew(next) && Advance(next)) return true;
    --at_[lane];
  }
  return false;
}

// The longest legal beginning, and why nothing can follow it.
inline std::string HistorySearch::Describe() {
  std::vector<const HistoryCall*> placed;
  for (std::size_t lane = 0; lane < lanes_.size(); ++lane) {
    for (std::size_t i = 0; i < best_[lane]; ++i) {
      placed.push_back(&lanes_[lane][i]);
    }
  }
  std::sort(placed.begin(), placed.end(),
            [](const auto* a, const auto* b) { return a->began < b->began; });
  std::string text = "; these can be placed, if not in this order:";
  for (const HistoryCall* call : placed) text += "\n      " + call->ToString();
  text += "\n      and none of these next:";
  at_ = best_;
  for (const std::size_t lane : Candidates()) {
    const HistoryCall& call = lanes_[lane][at_[lane]];
    ReferenceModel next = best_model_;
    text += internal::Cat("\n      ", call.ToString(), "\n      ",
                          call.Differ(next, event_));
  }
  return text;
}

// --- Implementation: making histories ---------------------------------------

// One history: its world, its threads, its check.
class History {
 public:
  // `limits` are those of the storage.
  History(const ConformanceOptions& options, const Limits& limits,
          std::uint64_t seed)
      : seed_(seed), random_(seed), model_(limits) {
    world_.events = {kEvent};
    world_.bookings = 6;
    world_.buyers = 3;
    world_.ids = 8;
    world_.steps_max = 3;
    world_.misuse_percent = 0;
    world_.aim = false;
    static constexpr std::string_view kNames[] = {"A", "B", "C"};
    const std::uint32_t sections = 1 + random_.Below(3);
    world_.names.assign(kNames, kNames + sections);
    operations_ = options.operations_per_thread;
    threads_ = options.threads;
  }

  static Limits HistoryLimits() {
    Limits limits;
    limits.seats_per_buyer_max = 6;
    limits.hold_max = std::chrono::seconds(1);
    return limits;
  }

  // The difference, if there is one.
  std::string Run(Storage& storage);

 private:
  static constexpr EventId kEvent{1};

  std::string Open(Storage& storage);
  void MakeCalls();
  HistoryCall MakeCall();
  void RunThreads(Storage& storage);
  void ReadAll(Storage& storage);

  std::uint64_t seed_;
  Random random_;
  ReferenceModel model_;
  RequestWorld world_;
  std::uint32_t operations_ = 0;
  std::uint32_t threads_ = 0;
  HistoryLanes lanes_;
  std::atomic<std::uint64_t> ticket_ = 1;
  std::atomic<std::int64_t> clock_ = 1'000'000;
};

inline std::string History::Run(Storage& storage) {
  world_.several_sections = storage.info().span == TransactionSpan::kEvent;
  std::string text = Open(storage);
  if (!text.empty()) return text;
  MakeCalls();
  RunThreads(storage);
  ReadAll(storage);
  text = HistorySearch(lanes_, kEvent).Run(model_);
  if (text.empty()) {
    text = DifferInStatus("Verify", absl::OkStatus(), storage.Verify(kEvent));
  }
  if (text.empty()) return {};
  return internal::Cat("history of seed ", seed_, ": ", text);
}

inline std::string History::Open(Storage& storage) {
  std::vector<SectionSpec> specs;
  for (const std::string_view name : world_.names) {
    specs.push_back(
        {std::string(name), {1 + random_.Below(2), 3 + random_.Below(3)}});
  }
  const Time now = TimeFromMicros(clock_.load());
  return DifferInStatus("CreateSections",
                        model_.CreateSections(kEvent, specs, now),
                        storage.CreateSections(kEvent, specs, now));
}

inline void History::MakeCalls() {
  lanes_.resize(threads_);
  for (auto& lane : lanes_) {
    for (std::uint32_t i = 0; i < operations_; ++i) lane.push_back(MakeCall());
  }
}

inline HistoryCall History::MakeCall() {
  HistoryCall call;
  const std::uint32_t kind = random_.Below(100);
  if (kind < 8) {
    call.kind = HistoryCall::Kind::kReadSection;
    call.section = world_.names[random_.Below(
        static_cast<std::uint32_t>(world_.names.size()))];
  } else if (kind < 14) {
    call.kind = HistoryCall::Kind::kReadBooking;
    call.booking = BookingOf(1 + random_.Below(world_.bookings));
  } else {
    const Time about = TimeFromMicros(clock_.load());
    call.transaction = RequestMaker(random_, world_, model_, {}).Make(about);
  }
  return call;
}

inline void History::RunThreads(Storage& storage) {
  std::atomic<std::uint32_t> ready = 0;
  const bool time_moves = random_.Percent(70);
  const auto work = [&](std::size_t lane) {
    Random random(seed_ * 64 + lane);
    ready.fetch_add(1);
    while (ready.load() < threads_) std::this_thread::yield();
    for (HistoryCall& call : lanes_[lane]) {
      if (time_moves && random.Percent(30)) clock_ += random.Between(1, 300);
      if (random.Percent(40)) std::this_thread::yield();
      call.Run(storage, kEvent, ticket_, clock_);
    }
  };
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < threads_; ++i) threads.emplace_back(work, i);
  for (std::thread& thread : threads) thread.join();
}

// The state in which it ended, read when all is quiet, belongs to the history.
inline void History::ReadAll(Storage& storage) {
  std::vector<HistoryCall>& lane = lanes_.emplace_back();
  for (const std::string_view name : world_.names) {
    HistoryCall& call = lane.emplace_back();
    call.kind = HistoryCall::Kind::kReadSection;
    call.section = name;
  }
  for (std::uint32_t i = 1; i <= world_.bookings; ++i) {
    HistoryCall& call = lane.emplace_back();
    call.kind = HistoryCall::Kind::kReadBooking;
    call.booking = BookingOf(i);
  }
  for (HistoryCall& call : lane) call.Run(storage, kEvent, ticket_, clock_);
}

inline ConformanceReport RunHistories(const ConformanceOptions& options) {
  ConformanceReport report;
  for (std::uint64_t i = 0;
       i < options.histories && report.failures.size() < options.failures_max;
       ++i) {
    const std::unique_ptr<Storage> storage =
        options.open(History::HistoryLimits());
    History history(options, storage->info().limits, options.seed + i);
    std::string difference = history.Run(*storage);
    ++report.histories;
    if (!difference.empty()) report.Fail(std::move(difference));
  }
  return report;
}

}  // namespace conformance
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_TESTING_CONFORMANCE_HISTORY_H_
