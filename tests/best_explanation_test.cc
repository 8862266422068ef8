// SPDX-License-Identifier: MIT

#include "seatfield/best_explanation.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "seatfield/seat_mask.h"
#include "seatfield/testing/conformance_seating.h"
#include "support/catch.h"
#include "support/fixture.h"
#include "support/seed.h"
#include "support/volume.h"

namespace seatfield::test {
namespace {

using namespace std::chrono_literals;

BestPolicy Best() { return {.order = BestPolicy::Order::kBest}; }

TEST_CASE("What fits needs no explanation", "[explain]") {
  Fixture f;
  f.Create("A", 1, 6);
  const auto why =
      f.inventory.ExplainBest(kEvent, {{.section = "A"}}, 4, Best());
  REQUIRE(why.ok());
  CHECK(why->fits());
  CHECK_FALSE(why->fits_at);
  REQUIRE(why->offers.size() == 1);
  CHECK(why->offers[0].section.view() == "A");
  CHECK(why->offers[0].available == 6);
  CHECK(why->offers[0].longest_run == 6);
  CHECK(why->offers[0].detail == RefusalDetail::kNone);
}

TEST_CASE("An explanation tells what is in the way, offer by offer",
          "[explain]") {
  Fixture f;
  f.Create("few", 1, 2);
  f.Create("apart", 1, 7);
  f.Create("filtered", 1, 6);
  f.Create("orphan", 1, 4);
  f.Create("paused", 1, 4);
  REQUIRE(f.Reserve(B(1), "apart", {{1, 3}, {1, 6}}, kForever) == "committed");
  REQUIRE(f.inventory.Pause({kEvent, "paused"}).ok());
  auto filter = std::make_shared<SeatMask>(6);
  filter->Fill(0, 2);
  BestPolicy policy = Best();
  policy.orphans = OrphanRule::kForbid;
  const auto why = f.inventory.ExplainBest(
      kEvent,
      {{.section = "few"},
       {.section = "apart"},
       {.section = "filtered", .price = Price(), .filter = filter},
       {.section = "orphan"},
       {.section = "paused"}},
      3, policy);
  REQUIRE(why.ok());
  CHECK(why->refusal == Refusal::kNoBestAvailable);
  CHECK(why->detail == RefusalDetail::kWouldOrphan);
  CHECK_FALSE(why->fits_at);
  std::vector<RefusalDetail> details;
  for (const OfferExplanation& offer : why->offers) {
    details.push_back(offer.detail);
  }
  CHECK(details ==
        std::vector{RefusalDetail::kTooFew, RefusalDetail::kNotAdjacent,
                    RefusalDetail::kFiltered, RefusalDetail::kWouldOrphan,
                    RefusalDetail::kWouldOrphan});
  CHECK(why->offers[2].available == 6);
  CHECK(why->offers[2].permitted == 2);
  CHECK(why->offers[1].longest_run == 2);
  CHECK(why->offers[4].paused);
  // As the request itself is told.
  CHECK(Answer(f.inventory.ReserveBest(
            kEvent, {.booking = B(9),
                     .offers = {{.section = "orphan"}, {.section = "few"}},
                     .count = 3,
                     .policy = policy})) == "no_best_available/would_orphan");
}

TEST_CASE("The soonest deadline that frees enough is told", "[explain]") {
  Fixture f;
  f.Create("A", 1, 4);
  f.Create("B", 1, 2);
  REQUIRE(f.Reserve(B(1), "A", {{1, 1}}, 5min) == "committed");
  REQUIRE(f.Reserve(B(2), "A", {{1, 3}}, 20min) == "committed");
  REQUIRE(f.Reserve(B(3), "B", {{1, 1}, {1, 2}}, 10min) == "committed");
  const auto explain = [&](ListArg<Offer> offers, std::uint32_t count) {
    return f.inventory.ExplainBest(kEvent, offers, count, Best()).value();
  };
  CHECK(explain({{.section = "A"}}, 2).fits_at == kStart + 5min);
  CHECK(explain({{.section = "A"}}, 3).fits_at == kStart + 20min);
  CHECK_FALSE(explain({{.section = "A"}}, 5).fits_at);
  const BestExplanation both = explain({{.section = "A"}, {.section = "B"}}, 2);
  CHECK(both.fits_at == kStart + 5min);
  CHECK(both.offers[1].fits_at == kStart + 10min);
  // A hold that is due counts as lapsed although nothing has expired it.
  f.clock->Advance(5min);
  CHECK(explain({{.section = "A"}}, 2).fits());
  CHECK(f.States("A") == "RARA");
}

TEST_CASE("A senseless question is refused", "[explain]") {
  Fixture f;
  f.Create("A", 1, 4);
  const auto code = [&](ListArg<Offer> offers, std::uint32_t count,
                        const BestPolicy& policy) {
    return f.inventory.ExplainBest(kEvent, offers, count, policy)
        .status()
        .code();
  };
  CHECK(code({}, 1, {}) == absl::StatusCode::kInvalidArgument);
  CHECK(code({{.section = "A"}}, 0, {}) == absl::StatusCode::kInvalidArgument);
  CHECK(code({{.section = "A"}, {.section = "A"}}, 1, {}) ==
        absl::StatusCode::kInvalidArgument);
  CHECK(code({{.section = "A"}}, 1, {.allow_singles = true}) ==
        absl::StatusCode::kInvalidArgument);
  CHECK(code({{.section = "A",
               .price = Price(),
               .filter = std::make_shared<SeatMask>(5)}},
             1, {}) == absl::StatusCode::kInvalidArgument);
  CHECK(code({{.section = "Z"}}, 1, {}) == absl::StatusCode::kNotFound);
  CHECK(f.inventory.ExplainBest(kEvent, {{.section = "A"}}, 0, {})
            .status()
            .message() == "best seats: invalid_argument (seat_count)");
}

// --- Against what happens ---------------------------------------------------

// A store of two sections with random holds, and a request.
struct Scene {
  Fixture f;
  std::vector<Offer> offers;
  std::uint32_t count = 1;
  BestPolicy policy;

  explicit Scene(conformance::Random& random) {
    conformance::SeatingMaker seating(random);
    for (const char* const name : {"A", "B"}) {
      const SectionConfig shape{1 + random.Below(3), 2 + random.Below(6)};
      f.Create(name, shape.rows, shape.seats_per_row);
      Fill(random, name, shape);
      Offer offer{.section = name};
      if (random.Percent(30)) {
        offer.filter = seating.MakeFilter(shape.seat_count());
      }
      if (random.Percent(50)) offer.plan = seating.MakePlan(shape);
      offers.push_back(offer);
      if (random.Percent(10)) {
        REQUIRE(f.inventory.Pause({kEvent, name}).ok());
      }
    }
    count = 1 + random.Below(5);
    policy = seating.PickPolicy();
  }

  void Fill(conformance::Random& random, const char* section,
            const SectionConfig& shape) {
    for (SeatIndex i = 0; i < shape.seat_count(); ++i) {
      if (random.Percent(25)) continue;
      const Seat seat[] = {shape.SeatAt(i)};
      const Duration hold =
          random.Percent(10) ? kForever : Duration(1 + random.Below(8) * 1000);
      REQUIRE(f.Reserve(B(++bookings), section, std::span<const Seat>(seat),
                        hold) == "committed");
    }
  }
  std::uint64_t bookings = 0;

  // What the request is answered; a seat got is given back.
  std::string Try() {
    const BookingId booking = B(++bookings);
    const auto outcome = f.inventory.ReserveBest(kEvent, {.booking = booking,
                                                          .offers = offers,
                                                          .count = count,
                                                          .policy = policy});
    if (outcome->committed()) {
      REQUIRE(f.Release(booking) == "committed");
    }
    return Answer(outcome);
  }

  std::string Explained() {
    const auto why = f.inventory.ExplainBest(kEvent, offers, count, policy);
    REQUIRE(why.ok());
    if (why->fits()) return "committed";
    std::string text(RefusalName(why->refusal));
    if (why->detail != RefusalDetail::kNone) {
      text += "/" + std::string(RefusalDetailName(why->detail));
    }
    return text;
  }

  // By letting the clock go from deadline to deadline.
  std::optional<Time> TryDeadlines() {
    for (;;) {
      const Time next = f.inventory.NextDeadline().value();
      if (next == kNever) return std::nullopt;
      f.clock->Set(next);
      REQUIRE(f.inventory.ExpireDue().ok());
      if (Try() == "committed") return next;
    }
  }
};

TEST_CASE("Explanations are what comes true", "[explain]") {
  SEATFIELD_INFO_SEED();
  conformance::Random random(TestSeed());
  int fitting_later = 0;
  for (std::size_t i = 0; i < Volume(3000); ++i) {
    Scene scene(random);
    INFO("scene " << i);
    scene.f.clock->Advance(Duration(random.Below(6) * 1000));
    const auto why = scene.f.inventory.ExplainBest(kEvent, scene.offers,
                                                   scene.count, scene.policy);
    REQUIRE(why.ok());
    const std::string explained = scene.Explained();
    REQUIRE(explained == scene.Try());
    if (why->fits()) continue;
    REQUIRE(why->fits_at == scene.TryDeadlines());
    fitting_later += why->fits_at ? 1 : 0;
  }
  CHECK(fitting_later > static_cast<int>(Volume(3000)) / 30);
}

}  // namespace
}  // namespace seatfield::test
