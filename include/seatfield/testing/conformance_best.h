// SPDX-License-Identifier: MIT
//
// The choice of best seats as named checks: first fit, tiers, plans, filters,
// offers, orphans.
//
// Thread safety: one thread.

#ifndef SEATFIELD_TESTING_CONFORMANCE_BEST_H_
#define SEATFIELD_TESTING_CONFORMANCE_BEST_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "seatfield/best_available.h"
#include "seatfield/ids.h"
#include "seatfield/internal/text.h"
#include "seatfield/outcome.h"
#include "seatfield/price.h"
#include "seatfield/refusal.h"
#include "seatfield/seat_mask.h"
#include "seatfield/seating_plan.h"
#include "seatfield/section.h"
#include "seatfield/testing/conformance_report.h"
#include "seatfield/testing/conformance_scene.h"
#include "seatfield/time.h"
#include "seatfield/transaction.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace conformance {

ConformanceReport RunBestRules(const ConformanceOptions& options);

// --- Implementation: first fit ----------------------------------------------

inline Transaction Best(BookingId booking, ListArg<Offer> offers,
                        std::uint32_t count, const BestPolicy& policy = {}) {
  return Scene::Tx().ReserveBest({.booking = booking,
                                  .buyer = booking == kOne ? kAnn : kBob,
                                  .offers = offers,
                                  .count = count,
                                  .policy = policy});
}

inline std::string ChosenText(const Outcome& outcome) {
  std::string text;
  for (const SeatChange& seat : outcome.seats) {
    text += internal::Cat(outcome.sections[seat.section].name.view(), " ",
                          seat.seat.ToString(), " ");
  }
  return text;
}

inline void CheckFirstFit(Scene& s) {
  s.Must(Scene::Tx().Block({"A", {{1, 2}}}));
  s.Must(Best(kOne, {{.section = "A", .price = Price(9)}}, 2));
  s.ExpectText("A 1-3 A 1-4 ", ChosenText(s.outcome()), "the first run");
  s.Expect(s.outcome().seats[0].price == Price(9), "the price of the offer");
  s.Must(Best(kOne, {{.section = "A"}}, 1));
  s.ExpectText("A 1-1 ", ChosenText(s.outcome()), "it adds");
  s.Must(Scene::Tx().Block({"A", {{2, 2}}}));
  s.Commit(Best(kTwo, {{.section = "A"}}, 3));
  s.ExpectRefused(Refusal::kNoBestAvailable, "three apart",
                  RefusalDetail::kNotAdjacent);
  s.Commit(Best(kTwo, {{.section = "A"}}, 4));
  s.ExpectRefused(Refusal::kNoBestAvailable, "four of three",
                  RefusalDetail::kTooFew);
  s.Must(Best(kTwo, {{.section = "A"}}, 3, {.largest_blocks_fallback = true}));
  s.ExpectText("A 2-3 A 2-4 A 2-1 ", ChosenText(s.outcome()),
               "the largest blocks first");
}

inline void CheckFilter(Scene& s) {
  auto filter = std::make_shared<SeatMask>(8);
  for (const std::size_t seat : {1u, 2u, 6u, 7u}) filter->Set(seat);
  s.Must(Best(kOne, {{.section = "A", .price = Price(), .filter = filter}}, 2));
  s.ExpectText("A 1-2 A 1-3 ", ChosenText(s.outcome()), "inside the filter");
  s.Commit(
      Best(kTwo, {{.section = "A", .price = Price(), .filter = filter}}, 3));
  s.ExpectRefused(Refusal::kNoBestAvailable, "they would fit elsewhere",
                  RefusalDetail::kFiltered);
}

inline void CheckOffers(Scene& s) {
  const Offer a{.section = "A", .price = Price(1)};
  const Offer b{.section = "B", .price = Price(2)};
  s.Must(Scene::Tx().Block({"A", {{1, 2}, {2, 3}}}));
  s.Must(Best(kOne, {a, b}, 3));
  s.ExpectText("B 1-1 B 1-2 B 1-3 ", ChosenText(s.outcome()),
               "a run in a later offer before blocks in an earlier");
  s.Expect(s.outcome().seats[0].price == Price(2), "at the price of its offer");
  s.Expect(s.outcome().sections.size() == 2, "every offer was looked at");
  s.ExpectStatus(absl::StatusCode::kOk,
                 s.storage().SetPaused({kEvent, "A"}, true), "pause");
  s.Must(Best(kOne, {a, b}, 1));
  s.ExpectText("B 1-4 ", ChosenText(s.outcome()), "paused is passed over");
  s.ExpectStatus(absl::StatusCode::kOk,
                 s.storage().SetPaused({kEvent, "B"}, true), "pause");
  s.Commit(Best(kOne, {a, b}, 1));
  s.ExpectRefused(Refusal::kPaused, "all offers are paused");
}

inline void CheckBestSeesEarlierSteps(Scene& s) {
  Transaction tx = Scene::Reserve(kOne, {{1, 1}, {1, 2}});
  tx.ReserveBest({.booking = kTwo,
                  .buyer = kBob,
                  .offers = {{.section = "A"}},
                  .count = 2});
  tx.Release({kOne, "A", {{1, 1}}});
  tx.ReserveBest({.booking = kTwo,
                  .buyer = kBob,
                  .offers = {{.section = "A"}},
                  .count = 1});
  s.Must(tx);
  s.Expect(s.outcome().seats_of(1)[0].seat == Seat{1, 3} &&
               s.outcome().seats_of(3)[0].seat == Seat{1, 1},
           "seats as the earlier steps left them");
  s.Expect(s.Version() == 1, "one change");
}

// --- Implementation: best ---------------------------------------------------

inline BestPolicy BestBy(OrphanRule orphans) {
  return {.order = BestPolicy::Order::kBest, .orphans = orphans};
}

inline std::shared_ptr<const SeatingPlan> PlanOf(const SectionConfig& config,
                                                 SeatingPlanSpec spec) {
  auto plan = SeatingPlan::Create(config, std::move(spec));
  if (!plan.ok()) return nullptr;
  return std::make_shared<const SeatingPlan>(*std::move(plan));
}

inline void CheckTiers(Scene& s) {
  BestPolicy policy = BestBy(OrphanRule::kAvoid);
  s.Must(Best(kOne, {{.section = "A"}}, 2, policy));
  s.ExpectText("A 1-1 A 1-2 ", ChosenText(s.outcome()), "no orphan is left");
  s.Expect(s.outcome().steps[0].tier == SeatingTier::kTogether &&
               !s.outcome().steps[0].leaves_orphan,
           "the outcome tells the tier");
  s.Must(Best(kOne, {{.section = "A"}}, 3, policy));
  s.ExpectText("A 2-1 A 2-2 A 2-3 ", ChosenText(s.outcome()),
               "together before free of orphans");
  s.Expect(s.outcome().steps[0].tier == SeatingTier::kTogetherWithOrphan &&
               s.outcome().steps[0].leaves_orphan,
           "the outcome tells that it yielded");
  s.Must(Scene::Tx().Release({.booking = kOne}));
  s.Must(Scene::Tx().Block({"A", {{1, 1}, {2, 4}}}));
  s.Must(Best(kTwo, {{.section = "A"}}, 5, policy));
  s.ExpectText("A 1-2 A 1-3 A 1-4 A 2-2 A 2-3 ", ChosenText(s.outcome()),
               "split over rows that share a column");
  s.Expect(s.outcome().steps[0].tier == SeatingTier::kSplit &&
               s.outcome().steps[0].leaves_orphan,
           "2-1 is left alone");
}

inline void CheckSingles(Scene& s) {
  BestPolicy policy = BestBy(OrphanRule::kAvoid);
  s.Must(Scene::Tx().Block({"A", {{1, 2}, {1, 4}, {2, 2}, {2, 3}}}));
  s.Commit(Best(kOne, {{.section = "A"}}, 3, policy));
  s.ExpectRefused(Refusal::kNoBestAvailable, "none are adjacent",
                  RefusalDetail::kNotAdjacent);
  policy.allow_singles = true;
  s.Must(Best(kOne, {{.section = "A"}}, 3, policy));
  s.ExpectText("A 1-1 A 1-3 A 2-1 ", ChosenText(s.outcome()), "singles");
  s.Expect(s.outcome().steps[0].tier == SeatingTier::kSingles, "by tier");
  s.Commit(Best(kTwo, {{.section = "A"}}, 2, policy));
  s.ExpectRefused(Refusal::kNoBestAvailable, "one is left",
                  RefusalDetail::kTooFew);
}

inline void CheckPlan(Scene& s) {
  Offer offer{.section = "A"};
  offer.plan = PlanOf({2, 4}, {.focal_column = 4, .row_ranks = {1, 0}});
  s.Must(Best(kOne, {offer}, 2, BestBy(OrphanRule::kAvoid)));
  s.ExpectText("A 2-3 A 2-4 ", ChosenText(s.outcome()), "row 2, right end");
  offer.plan = PlanOf({2, 4}, {.aisles = {2}});
  s.Commit(Best(kTwo, {offer}, 3, BestBy(OrphanRule::kAvoid)));
  s.ExpectRefused(Refusal::kNoBestAvailable, "an aisle parts them",
                  RefusalDetail::kNotAdjacent);
  offer.plan = PlanOf({2, 4}, {.scores = {0, 0, 0, 5, 5, 5, 0, 0}});
  s.Must(Best(kTwo, {offer}, 1, BestBy(OrphanRule::kAllow)));
  s.ExpectText("A 1-4 ", ChosenText(s.outcome()), "the highest score");
}

inline void CheckReplayOfBest(Scene& s) {
  const auto request = [](SeatingPlanSpec spec, const BestPolicy& policy) {
    Offer offer{.section = "A"};
    offer.plan = PlanOf({2, 4}, std::move(spec));
    return Best(kOne, {offer}, 3, policy).SetId({0, 7});
  };
  const BestPolicy avoid = BestBy(OrphanRule::kAvoid);
  s.Must(request({.focal_column = 1}, avoid));
  const Outcome first = s.outcome();
  s.Must(request({.focal_column = 1}, avoid));
  s.Expect(s.outcome().replayed && s.outcome().steps == first.steps &&
               s.outcome().seats == first.seats,
           "an equal plan is the same request, with the same answer");
  s.Commit(request({.focal_column = 2}, avoid));
  s.ExpectRefused(Refusal::kIdReused, "another focal column");
  s.Commit(request({.focal_column = 1, .aisles = {1}}, avoid));
  s.ExpectRefused(Refusal::kIdReused, "another aisle");
  s.Commit(request({.focal_column = 1}, BestBy(OrphanRule::kAllow)));
  s.ExpectRefused(Refusal::kIdReused, "another rule of orphans");
}

inline void CheckForbiddenOrphans(Scene& s) {
  s.Must(Scene::Tx().Block({"A", {{1, 4}, {2, 4}}}));
  s.Commit(Best(kOne, {{.section = "A"}}, 2, BestBy(OrphanRule::kForbid)));
  s.ExpectRefused(Refusal::kNoBestAvailable, "it would leave a single seat",
                  RefusalDetail::kWouldOrphan);
  s.Must(Best(kOne, {{.section = "A"}}, 3, BestBy(OrphanRule::kForbid)));
  s.ExpectText("A 1-1 A 1-2 A 1-3 ", ChosenText(s.outcome()), "a whole run");
}

inline void CheckOrphansOfReserve(Scene& s) {
  const Seat apart[] = {{1, 1}, {1, 3}};
  ReserveStep step{.booking = kOne,
                   .buyer = kAnn,
                   .section = "A",
                   .seats = std::span<const Seat>(apart),
                   .orphans = OrphanRule::kForbid};
  s.Commit(Scene::Tx().Reserve(step));
  s.ExpectRefused(Refusal::kNoBestAvailable, "1-2 and 1-4 would be alone",
                  RefusalDetail::kWouldOrphan);
  s.ExpectSeats({{Name("A"), {1, 1}, Refusal::kNoBestAvailable},
                 {Name("A"), {1, 3}, Refusal::kNoBestAvailable}},
                "every seat of the step");
  step.orphans = OrphanRule::kAvoid;
  s.Must(Scene::Tx().Reserve(step));
  s.Expect(s.outcome().steps[0].leaves_orphan, "the outcome tells");
  // What is alone already stays so.
  const Seat left[] = {{1, 2}};
  step.seats = std::span<const Seat>(left);
  step.orphans = OrphanRule::kForbid;
  s.Must(Scene::Tx().Reserve(step));
  s.Expect(!s.outcome().steps[0].leaves_orphan, "1-4 was an orphan before");
  // Judged after the earlier steps, and on the plan's aisles.
  const Seat end[] = {{2, 3}};
  step.seats = std::span<const Seat>(end);
  s.Must(Scene::Tx().Block({"A", {{2, 4}}}).Unblock("A", {{2, 4}}));
  s.Commit(Scene::Tx().Block({"A", {{2, 1}}}).Reserve(step));
  s.ExpectRefused(Refusal::kNoBestAvailable, "2-2 and 2-4 would be alone",
                  RefusalDetail::kWouldOrphan, 1);
  step.plan = PlanOf({2, 4}, {.aisles = {2, 3}});
  s.Must(Scene::Tx().Block({"A", {{2, 1}}}).Reserve(step));
}

inline ConformanceReport RunBestRules(const ConformanceOptions& options) {
  const NamedCheck checks[] = {
      {"First fit and largest blocks", CheckFirstFit},
      {"A filter narrows the choice", CheckFilter},
      {"Offers are taken in their order", CheckOffers, true},
      {"Best seats are chosen from what earlier steps left",
       CheckBestSeesEarlierSteps},
      {"Tiers come in their order", CheckTiers},
      {"Singles are taken where allowed", CheckSingles},
      {"A plan decides what is best", CheckPlan},
      {"Plan and policy belong to what an id stands for", CheckReplayOfBest},
      {"Orphans can be forbidden", CheckForbiddenOrphans},
      {"Reserve judges orphans as a whole", CheckOrphansOfReserve},
  };
  return RunChecks(options, checks);
}

}  // namespace conformance
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_TESTING_CONFORMANCE_BEST_H_
