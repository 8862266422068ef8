// SPDX-License-Identifier: MIT

#include "seatfield/outcome.h"

#include "support/catch.h"

namespace seatfield::test {
namespace {

SectionName Name(const char* text) { return SectionName::Parse(text).value(); }

TEST_CASE("An outcome describes itself in one line", "[outcome]") {
  Outcome outcome;
  CHECK(Describe(outcome) == "committed: nothing to do");
  outcome.sections.push_back({Name("A-1"), 3});
  outcome.seats.push_back(
      {0, {3, 4}, SeatState::kAvailable, SeatState::kReserved, Price(5)});
  CHECK(Describe(outcome) == "committed: A-1 3-4 reserved");
  outcome.replayed = true;
  CHECK(Describe(outcome) == "replayed: A-1 3-4 reserved");

  outcome.Clear();
  outcome.refusal = Refusal::kSeatSold;
  outcome.refused_step = 1;
  outcome.refused_seats.push_back({Name("A-1"), {3, 4}, Refusal::kSeatSold});
  outcome.refused_seats.push_back(
      {Name("A-1"), {3, 5}, Refusal::kSeatReserved});
  CHECK(Describe(outcome) ==
        "refused seat_sold at step 1: A-1 3-4 seat_sold, A-1 3-5 "
        "seat_reserved");
  outcome.Clear();
  outcome.refusal = Refusal::kNoBestAvailable;
  outcome.detail = RefusalDetail::kTooFew;
  CHECK(Describe(outcome) == "refused no_best_available (too_few) at step 0");
}

TEST_CASE("A cleared outcome equals a new one", "[outcome]") {
  Outcome outcome;
  outcome.refusal = Refusal::kPaused;
  outcome.replayed = true;
  outcome.time = TimeFromMicros(5);
  outcome.sequence = 9;
  outcome.sections.emplace_back();
  outcome.seats.emplace_back();
  outcome.Clear();
  CHECK(outcome == Outcome());
}

}  // namespace
}  // namespace seatfield::test
