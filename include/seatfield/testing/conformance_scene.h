// SPDX-License-Identifier: MIT
//
// What a named check is written with: a fresh storage, short calls on it, and
// expectations whose failures go into the report.
//
// Thread safety: one object, one thread.

#ifndef SEATFIELD_TESTING_CONFORMANCE_SCENE_H_
#define SEATFIELD_TESTING_CONFORMANCE_SCENE_H_

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
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
#include "seatfield/refusal.h"
#include "seatfield/section.h"
#include "seatfield/storage.h"
#include "seatfield/testing/conformance_compare.h"
#include "seatfield/testing/conformance_report.h"
#include "seatfield/testing/conformance_text.h"
#include "seatfield/time.h"
#include "seatfield/transaction.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace conformance {

inline constexpr EventId kEvent{1};
inline constexpr BookingId kOne{0, 1};
inline constexpr BookingId kTwo{0, 2};
inline constexpr BookingId kThree{0, 3};
inline constexpr BuyerId kAnn{1};
inline constexpr BuyerId kBob{2};

// A storage with event 1, sections A and, where transactions may reach so far,
// B of two rows of four. Time is in microseconds from the start of the scene.
class Scene {
 public:
  Scene(const ConformanceOptions& options, ConformanceReport& report,
        std::string name, const Limits& limits = {});

  Storage& storage() { return *storage_; }
  bool several_sections() const { return several_; }

  // --- Time ---
  Time now() const { return now_; }
  static Time At(std::int64_t micros) {
    return TimeFromMicros(kStart + micros);
  }
  void GoTo(std::int64_t micros) { now_ = At(micros); }

  // --- Doing ---
  const Outcome& Commit(const Transaction& transaction);
  // As Commit; it is a failure if the transaction is refused.
  const Outcome& Must(const Transaction& transaction);
  static Transaction Tx() { return Transaction(kEvent); }
  static Transaction Reserve(BookingId booking, ListArg<Seat> seats,
                             std::int64_t hold_micros = 1'000'000,
                             std::string_view section = "A");
  void Create(std::string_view name, std::uint32_t rows,
              std::uint32_t seats_per_row, EventId event = kEvent);

  // --- Looking ---
  SectionStats Stats(std::string_view section = "A", EventId event = kEvent);
  std::string Letters(std::string_view section = "A");
  SectionView View(std::string_view section = "A");
  std::uint64_t Version(std::string_view section = "A") {
    return Stats(section).version;
  }
  // Nil and closed when there is none.
  Booking Read(BookingId booking);
  // All that is remembered of seats and bookings, as text.
  std::string State();

  // --- Expecting ---
  void Expect(bool holds, std::string_view what);
  void ExpectText(std::string_view expected, std::string_view actual,
                  std::string_view what);
  void ExpectCommitted(std::string_view what);
  void ExpectRefused(Refusal code, std::string_view what,
                     RefusalDetail detail = RefusalDetail::kNone,
                     std::uint32_t step = 0);
  // Exactly these seats, in this order.
  void ExpectSeats(std::initializer_list<SeatRefusal> seats,
                   std::string_view what);
  void ExpectStatus(absl::StatusCode code, const absl::Status& status,
                    std::string_view what);
  const Outcome& outcome() const { return outcome_; }

 private:
  static constexpr std::int64_t kStart = 1'000'000'000;

  void Fail(std::string_view text);

  ConformanceReport& report_;
  std::string name_;
  std::unique_ptr<Storage> storage_;
  bool several_ = true;
  Time now_ = At(0);
  Outcome outcome_;
};

// "A" as a SectionName. Names of the suite are valid.
inline SectionName Name(std::string_view text) {
  return SectionName::Parse(text).value_or(SectionName());
}

// --- Implementation ---------------------------------------------------------

inline Scene::Scene(const ConformanceOptions& options,
                    ConformanceReport& report, std::string name,
                    const Limits& limits)
    : report_(report), name_(std::move(name)), storage_(options.open(limits)) {
  several_ = storage_->info().span == TransactionSpan::kEvent;
  Create("A", 2, 4);
  Create("B", 2, 4);
}

inline void Scene::Create(std::string_view name, std::uint32_t rows,
                          std::uint32_t seats_per_row, EventId event) {
  const SectionSpec spec{std::string(name), {rows, seats_per_row}};
  ExpectStatus(absl::StatusCode::kOk,
               storage_->CreateSections(event, {&spec, 1}, now_), "create");
}

inline const Outcome& Scene::Commit(const Transaction& transaction) {
  absl::Status status = storage_->Commit(transaction, now_, {}, outcome_);
  ExpectStatus(absl::StatusCode::kOk, status, "Commit");
  return outcome_;
}

inline const Outcome& Scene::Must(const Transaction& transaction) {
  Commit(transaction);
  ExpectCommitted(TransactionText(transaction, now_));
  return outcome_;
}

inline Transaction Scene::Reserve(BookingId booking, ListArg<Seat> seats,
                                  std::int64_t hold_micros,
                                  std::string_view section) {
  return Tx().Reserve({.booking = booking,
                       .buyer = booking == kOne ? kAnn : kBob,
                       .section = section,
                       .seats = seats,
                       .hold_for = Duration(hold_micros),
                       .price = Price(100)});
}

inline SectionStats Scene::Stats(std::string_view section, EventId event) {
  std::vector<SectionStats> stats;
  absl::Status status = storage_->ReadStats({event, section}, stats);
  ExpectStatus(absl::StatusCode::kOk, status, "ReadStats");
  return stats.size() == 1 ? stats[0] : SectionStats();
}

inline SectionView Scene::View(std::string_view section) {
  SectionView view;
  absl::Status status =
      storage_->ReadSection(kEvent, section, {.details = true}, view);
  ExpectStatus(absl::StatusCode::kOk, status, "ReadSection");
  return view;
}

inline std::string Scene::Letters(std::string_view section) {
  return View(section).map.ToString();
}

inline Booking Scene::Read(BookingId booking) {
  Booking none;
  none.status = BookingStatus::kReleased;
  return storage_->ReadBooking(kEvent, booking).value_or(none);
}

inline std::string Scene::State() {
  std::string text;
  for (const std::string_view section : {"A", "B"}) {
    text += ViewText(View(section)) + "\n";
  }
  for (const BookingId booking : {kOne, kTwo, kThree}) {
    const auto read = storage_->ReadBooking(kEvent, booking);
    if (read.ok()) text += BookingText(Comparable(*read)) + "\n";
  }
  return text;
}

inline void Scene::Fail(std::string_view text) {
  report_.Fail(internal::Cat("check '", name_, "': ", text));
}

inline void Scene::Expect(bool holds, std::string_view what) {
  ++report_.checks;
  if (!holds)
    Fail(internal::Cat(what, "; last outcome: ", OutcomeText(outcome_)));
}

inline void Scene::ExpectText(std::string_view expected,
                              std::string_view actual, std::string_view what) {
  ++report_.checks;
  if (expected == actual) return;
  Fail(internal::Cat(what, ": expected ", expected, ", got ", actual));
}

inline void Scene::ExpectCommitted(std::string_view what) {
  Expect(outcome_.committed(), internal::Cat(what, ": expected a commit"));
}

inline void Scene::ExpectRefused(Refusal code, std::string_view what,
                                 RefusalDetail detail, std::uint32_t step) {
  Expect(outcome_.refusal == code && outcome_.detail == detail &&
             outcome_.refused_step == step && outcome_.steps.empty() &&
             outcome_.seats.empty(),
         internal::Cat(what, ": expected ", RefusalName(code), " (",
                       RefusalDetailName(detail), ") at step ", step));
}

inline void Scene::ExpectSeats(std::initializer_list<SeatRefusal> seats,
                               std::string_view what) {
  Expect(outcome_.refused_seats == std::vector<SeatRefusal>(seats),
         internal::Cat(what, ": expected other refused seats"));
}

inline void Scene::ExpectStatus(absl::StatusCode code,
                                const absl::Status& status,
                                std::string_view what) {
  ++report_.checks;
  if (status.code() == code) return;
  Fail(internal::Cat(what, ": expected ",
                     std::string(absl::StatusCodeToString(code)), ", got ",
                     std::string(status.ToString())));
}

// A check of the suite by its name.
struct NamedCheck {
  std::string_view name;
  void (*run)(Scene& scene);
  bool several_sections = false;  // needs transactions that reach so far
  Limits limits = {};
};

inline ConformanceReport RunChecks(const ConformanceOptions& options,
                                   std::span<const NamedCheck> checks) {
  ConformanceReport report;
  for (const NamedCheck& check : checks) {
    if (report.failures.size() >= options.failures_max) break;
    Scene scene(options, report, std::string(check.name), check.limits);
    if (check.several_sections && !scene.several_sections()) {
      report.skipped.emplace_back(check.name);
      continue;
    }
    check.run(scene);
    scene.ExpectStatus(absl::StatusCode::kOk, scene.storage().Verify(kEvent),
                       "Verify at the end");
  }
  return report;
}

}  // namespace conformance
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_TESTING_CONFORMANCE_SCENE_H_
