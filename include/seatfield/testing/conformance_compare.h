// SPDX-License-Identifier: MIT
//
// Compares what two storages answer, word for word but for what a backend may
// choose: durability, sequences, the text of a status.
//
// Thread safety: pure functions on the storages they are given.

#ifndef SEATFIELD_TESTING_CONFORMANCE_COMPARE_H_
#define SEATFIELD_TESTING_CONFORMANCE_COMPARE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "seatfield/booking.h"
#include "seatfield/digest.h"
#include "seatfield/ids.h"
#include "seatfield/internal/text.h"
#include "seatfield/outcome.h"
#include "seatfield/read_view.h"
#include "seatfield/refusal.h"
#include "seatfield/section.h"
#include "seatfield/storage.h"
#include "seatfield/testing/conformance_text.h"
#include "seatfield/testing/reference_model.h"
#include "seatfield/time.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace conformance {

// Each returns the empty text when equal.

inline std::string DifferInStatus(std::string_view what,
                                  const absl::Status& expected,
                                  const absl::Status& actual) {
  if (expected.code() == actual.code()) return {};
  return internal::Cat(what, ": expected status ", expected.ToString(),
                       ", got ", actual.ToString());
}

inline bool IsEqual(const Outcome& expected, const Outcome& actual) {
  return expected.refusal == actual.refusal &&
         expected.detail == actual.detail &&
         expected.refused_step == actual.refused_step &&
         expected.replayed == actual.replayed && expected.time == actual.time &&
         expected.sections == actual.sections &&
         expected.steps == actual.steps && expected.seats == actual.seats &&
         expected.refused_seats == actual.refused_seats;
}

inline std::string DifferInOutcome(const Outcome& expected,
                                   const Outcome& actual) {
  if (IsEqual(expected, actual)) return {};
  return internal::Cat("expected ", OutcomeText(expected), "\n      got      ",
                       OutcomeText(actual));
}

inline bool IsEqual(const SectionView& a, const SectionView& b) {
  return a.stats == b.stats && a.range.first == b.range.first &&
         a.range.last == b.range.last && a.map == b.map &&
         a.details == b.details;
}

inline std::string DifferInView(const SectionView& expected,
                                const SectionView& actual) {
  if (IsEqual(expected, actual)) return {};
  return internal::Cat("expected ", ViewText(expected), "\n      got      ",
                       ViewText(actual));
}

// first_reserved_at means nothing once nothing is held.
inline Booking Comparable(Booking booking) {
  const bool holds = std::any_of(booking.seats.begin(), booking.seats.end(),
                                 [](const BookedSeat& seat) {
                                   return seat.state == SeatState::kReserved;
                                 });
  if (!holds) booking.first_reserved_at = Time();
  return booking;
}

inline std::string DifferInBooking(const absl::StatusOr<Booking>& expected,
                                   const absl::StatusOr<Booking>& actual) {
  std::string text =
      DifferInStatus("ReadBooking", expected.status(), actual.status());
  if (!text.empty() || !expected.ok()) {
    if (!text.empty() && expected.ok()) text += " " + BookingText(*expected);
    if (!text.empty() && actual.ok()) text += " " + BookingText(*actual);
    return text;
  }
  if (Comparable(*expected) == Comparable(*actual)) return {};
  return internal::Cat("expected ", BookingText(*expected), "\n      got      ",
                       BookingText(*actual));
}

// The digest of an event, from its sections.
inline absl::StatusOr<Digest128> DigestOf(Storage& storage, EventId event,
                                          Time now) {
  std::vector<SectionStats> stats;
  absl::Status status = storage.ReadStats({event}, stats);
  EventDigest digest(now);
  SectionView view;
  for (const SectionStats& section : stats) {
    if (!status.ok()) break;
    status =
        storage.ReadSection(event, section.key.name, {.details = true}, view);
    if (status.ok()) digest.Add(view);
  }
  if (!status.ok()) return status;
  return digest.Get();
}

// Everything that can be read of an event, on a storage and on the model.
class StateComparison {
 public:
  // `now` is the latest time that either has heard of.
  StateComparison(Storage& storage, ReferenceModel& model, EventId event,
                  Time now)
      : storage_(storage), model_(model), event_(event), now_(now) {}

  // `bookings` and `buyers` are numbered from 1 and from 0.
  std::string Run(std::uint32_t bookings, std::uint32_t buyers);

 private:
  std::string Sections();
  std::string Counters(const std::vector<SectionStats>& expected);
  std::string Bookings(std::uint32_t bookings);
  std::string Buyers(std::uint32_t buyers);
  std::string Holds();

  Storage& storage_;
  ReferenceModel& model_;
  EventId event_;
  Time now_;
};

inline std::string StateComparison::Run(std::uint32_t bookings,
                                        std::uint32_t buyers) {
  std::string text = Sections();
  if (text.empty()) text = Bookings(bookings);
  if (text.empty()) text = Buyers(buyers);
  if (text.empty()) text = Holds();
  if (!text.empty()) return text;
  const auto next = storage_.NextDeadline();
  if (!next.ok()) return "NextDeadline: " + next.status().ToString();
  if (*next != model_.NextDeadline()) {
    return internal::Cat("NextDeadline: expected ",
                         TimeText(model_.NextDeadline()), ", got ",
                         TimeText(*next));
  }
  return DifferInStatus("Verify", model_.Verify(event_),
                        storage_.Verify(event_));
}

inline std::string StateComparison::Sections() {
  std::vector<SectionStats> expected, actual;
  absl::Status status = model_.ReadStats({event_}, expected);
  std::string text =
      DifferInStatus("ReadStats", status, storage_.ReadStats({event_}, actual));
  if (!text.empty() || !status.ok()) return text;
  if (expected != actual) {
    text = "ReadStats: expected";
    for (const SectionStats& stats : expected) text += " " + StatsText(stats);
    text += ", got";
    for (const SectionStats& stats : actual) text += " " + StatsText(stats);
    return text;
  }
  text = Counters(expected);
  if (!text.empty()) return text;
  SectionView model_view, view;
  for (const SectionStats& stats : expected) {
    const ReadOptions options{.details = true};
    absl::Status read =
        model_.ReadSection(event_, stats.key.name, options, model_view);
    text = DifferInStatus(
        "ReadSection", read,
        storage_.ReadSection(event_, stats.key.name, options, view));
    if (text.empty() && read.ok()) text = DifferInView(model_view, view);
    if (!text.empty()) return text;
  }
  return {};
}

inline std::string StateComparison::Counters(
    const std::vector<SectionStats>& expected) {
  std::vector<SectionCounters> counters;
  absl::Status status = storage_.ReadCounters(event_, counters);
  if (!status.ok()) return "ReadCounters: " + status.ToString();
  bool same = counters.size() == expected.size();
  for (std::size_t i = 0; same && i < expected.size(); ++i) {
    same = counters[i] == CountersOf(expected[i]);
  }
  return same ? "" : "ReadCounters: other counters than those of ReadStats";
}

inline std::string StateComparison::Bookings(std::uint32_t bookings) {
  for (std::uint32_t i = 1; i <= bookings; ++i) {
    const BookingId id(0, i);
    const auto expected = model_.ReadBooking(event_, id);
    const auto actual = storage_.ReadBooking(event_, id);
    // A read knows no time: whoever may forget may do it when he likes.
    const bool may_be_forgotten =
        expected.ok() && expected->closed_at != kNever &&
        now_ >= AddSaturating(expected->closed_at,
                              model_.limits().tombstone_retention);
    if (may_be_forgotten && absl::IsNotFound(actual.status())) continue;
    std::string text = DifferInBooking(expected, actual);
    if (!text.empty()) return text;
  }
  return {};
}

inline std::string StateComparison::Buyers(std::uint32_t buyers) {
  for (std::uint32_t i = 0; i < buyers; ++i) {
    auto expected = model_.ListBookings(event_, BuyerId{i});
    auto actual = storage_.ListBookings(event_, BuyerId{i});
    std::string text =
        DifferInStatus("ListBookings", expected.status(), actual.status());
    if (!text.empty() || !expected.ok()) return text;
    const auto same = [](const Booking& a, const Booking& b) {
      return Comparable(a) == Comparable(b);
    };
    if (std::equal(expected->begin(), expected->end(), actual->begin(),
                   actual->end(), same)) {
      continue;
    }
    text = internal::Cat("ListBookings of buyer ", i, ": expected");
    for (const Booking& booking : *expected) text += " " + BookingText(booking);
    text += ", got";
    for (const Booking& booking : *actual) text += " " + BookingText(booking);
    return text;
  }
  return {};
}

inline std::string StateComparison::Holds() {
  const auto expected = model_.ListHolds(event_, Time::min(), SIZE_MAX);
  const auto actual = storage_.ListHolds(event_, Time::min(), SIZE_MAX);
  std::string text =
      DifferInStatus("ListHolds", expected.status(), actual.status());
  if (!text.empty() || !expected.ok() || *expected == *actual) return text;
  text = "ListHolds: expected";
  for (const Hold& hold : *expected) text += " " + HoldText(hold);
  text += ", got";
  for (const Hold& hold : *actual) text += " " + HoldText(hold);
  return text;
}

// What a store counts; races for locks are its own affair.
inline std::string DifferInCounters(const StoreCounters& expected,
                                    const StoreCounters& actual) {
  std::string text;
  const auto compare = [&](std::string_view what, std::uint64_t a,
                           std::uint64_t b) {
    if (a != b) {
      text += internal::Cat(" ", what, ": expected ", a, ", got ", b, ";");
    }
  };
  compare("commits", expected.commits, actual.commits);
  compare("replays", expected.replays, actual.replays);
  for (std::size_t i = 0; i < kRefusalCount; ++i) {
    compare(RefusalName(static_cast<Refusal>(i)), expected.refusals[i],
            actual.refusals[i]);
  }
  compare("expired_holds", expected.expired_holds, actual.expired_holds);
  compare("expired_seats", expected.expired_seats, actual.expired_seats);
  return text.empty() ? text : "counters:" + text;
}

}  // namespace conformance
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_TESTING_CONFORMANCE_COMPARE_H_
