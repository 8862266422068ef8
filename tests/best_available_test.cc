// SPDX-License-Identifier: MIT

#include "seatfield/best_available.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <vector>

#include "seatfield/internal/best_choice.h"
#include "seatfield/refusal.h"
#include "seatfield/seat_map.h"
#include "seatfield/seat_mask.h"
#include "seatfield/seat_state.h"
#include "seatfield/seating_plan.h"
#include "seatfield/section.h"
#include "seatfield/testing/reference_best.h"
#include "support/catch.h"
#include "support/random_best.h"
#include "support/seed.h"
#include "support/volume.h"

namespace seatfield {
namespace {

using internal::BestCandidate;
using internal::BestChoice;
using test::BestQuestion;
using test::BestQuestionShape;
using Seats = std::vector<std::size_t>;

// --- The oracle -------------------------------------------------------------

bool IsAsTheModelSays(const BestQuestion& question, BestChoice& choice) {
  internal::ChooseBest(question.candidates(), question.count, question.policy,
                       choice);
  const auto wanted = reference::ChooseSeats(question.model_offers(),
                                             question.count, question.policy);
  return choice.refused == wanted.refused && choice.tier == wanted.tier &&
         choice.leaves_orphan == wanted.leaves_orphan &&
         std::equal(choice.seats.begin(), choice.seats.end(),
                    wanted.seats.begin(), wanted.seats.end()) &&
         (choice.seats.empty() || choice.offer == wanted.offer);
}

void CompareWithModel(std::uint64_t questions, const BestQuestionShape& shape) {
  SEATFIELD_INFO_SEED();
  test::Rng rng;
  BestChoice choice;
  for (std::uint64_t i = 0; i < questions; ++i) {
    const BestQuestion question = test::RandomBestQuestion(rng, shape);
    if (IsAsTheModelSays(question, choice)) continue;
    INFO("question " << i << "\n" << question.ToString());
    FAIL("the choice is not the model's");
  }
}

TEST_CASE("A million random choices are those of the model", "[best]") {
  CompareWithModel(test::Volume(1'000'000), {});
}

TEST_CASE("Choices in rows of several words are those of the model", "[best]") {
  CompareWithModel(test::Volume(1'000), {.rows_max = 3,
                                         .width_max = 140,
                                         .seats_max = 420,
                                         .count_max = 5,
                                         .taken_min = .8});
}

TEST_CASE("Groups over many rows sit as the model seats them", "[best]") {
  CompareWithModel(test::Volume(20'000), {.rows_max = 6,
                                          .width_max = 4,
                                          .seats_max = 24,
                                          .count_max = 16,
                                          .singles = false});
}

// --- By hand ----------------------------------------------------------------

// Rows of one letter a seat: '.' available, 'x' sold, 'f' filtered out.
class Sketch {
 public:
  Sketch(std::initializer_list<std::string_view> rows) {
    config_.rows = static_cast<std::uint32_t>(rows.size());
    config_.seats_per_row = static_cast<std::uint32_t>(rows.begin()->size());
    map_ = SeatMap(config_.seat_count());
    filter_ = SeatMask(config_.seat_count(), true);
    std::size_t seat = 0;
    for (const std::string_view row : rows) {
      for (const char letter : row) {
        if (letter == 'x') map_.Set(seat, SeatState::kSold);
        if (letter == 'f') filter_.Set(seat, false);
        ++seat;
      }
    }
  }

  Sketch& Plan(SeatingPlanSpec spec) {
    auto plan = SeatingPlan::Create(config_, std::move(spec));
    REQUIRE(plan.ok());
    plan_.emplace(*std::move(plan));
    return *this;
  }

  BestCandidate offer() const {
    const bool filters = filter_.Count() < filter_.size();
    return {map_, config_.seats_per_row, filters ? &filter_ : nullptr,
            plan_ ? &*plan_ : nullptr};
  }

  BestChoice Choose(std::uint32_t count, const BestPolicy& policy) const {
    BestChoice choice;
    const BestCandidate only = offer();
    internal::ChooseBest({&only, 1}, count, policy, choice);
    return choice;
  }

 private:
  SectionConfig config_;
  SeatMap map_;
  SeatMask filter_;
  std::optional<SeatingPlan> plan_;
};

BestPolicy Best(OrphanRule orphans = OrphanRule::kAvoid) {
  return {.order = BestPolicy::Order::kBest, .orphans = orphans};
}

TEST_CASE("The first row's middle comes first", "[best]") {
  CHECK(Sketch({"......", "......"}).Choose(2, Best()).seats == Seats{2, 3});
  // Of two windows as near, the left one.
  CHECK(Sketch({"......."}).Choose(2, Best()).seats == Seats{2, 3});
  CHECK(Sketch({"xxxxxx", "......"}).Choose(2, Best()).seats == Seats{8, 9});
}

TEST_CASE("A focal column draws the seats to it", "[best]") {
  Sketch row({"........"});
  CHECK(row.Plan({.focal_column = 1}).Choose(3, Best()).seats ==
        Seats{0, 1, 2});
  CHECK(row.Plan({.focal_column = 8}).Choose(3, Best()).seats ==
        Seats{5, 6, 7});
  CHECK(row.Plan({.focal_column = 4}).Choose(3, Best()).seats ==
        Seats{2, 3, 4});
  Sketch two({"xxx...", "......"});
  two.Plan({.focal_columns = {0, 2}, .row_ranks = {7, 7}});
  // Equal rows compete: 2-1 is nearer to column 2 than 1-4 to the middle.
  CHECK(two.Choose(3, Best()).seats == Seats{6, 7, 8});
}

TEST_CASE("Rows come by rank and equal ranks compete", "[best]") {
  Sketch rows({"......", "......", "......"});
  rows.Plan({.row_ranks = {2, 0, 1}});
  CHECK(rows.Choose(2, Best()).seats == Seats{8, 9});
  Sketch equal({"x....x", "......"});
  equal.Plan({.row_ranks = {0, 0}});
  CHECK(equal.Choose(6, Best()).seats == Seats{6, 7, 8, 9, 10, 11});
  CHECK(equal.Choose(4, Best()).seats == Seats{1, 2, 3, 4});
}

TEST_CASE("Scores take the place of distance", "[best]") {
  Sketch row({"......"});
  row.Plan({.scores = {9, 9, 0, 0, 9, 9}});
  CHECK(row.Choose(2, Best()).seats == Seats{0, 1});
  row.Plan({.scores = {-1, 0, 0, 0, 9, 9}});
  CHECK(row.Choose(2, Best()).seats == Seats{4, 5});
}

TEST_CASE("An orphan is avoided, allowed or forbidden", "[best]") {
  const Sketch row({".....x"});  // the middle three leave one on either side
  const BestChoice avoided = row.Choose(3, Best());
  CHECK(avoided.seats == Seats{2, 3, 4});
  CHECK(avoided.tier == SeatingTier::kTogether);
  const BestChoice allowed = row.Choose(3, Best(OrphanRule::kAllow));
  CHECK(allowed.seats == Seats{1, 2, 3});
  CHECK(allowed.tier == SeatingTier::kTogetherWithOrphan);
  CHECK(allowed.leaves_orphan);

  const Sketch tight({"...xx."});
  const BestChoice yielded = tight.Choose(2, Best());
  CHECK(yielded.seats == Seats{1, 2});
  CHECK(yielded.leaves_orphan);
  const BestChoice refused = tight.Choose(2, Best(OrphanRule::kForbid));
  CHECK(refused.refused == RefusalDetail::kWouldOrphan);
  CHECK(refused.seats.empty());
}

TEST_CASE("Seats that were orphans before do not count", "[best]") {
  const BestChoice choice =
      Sketch({".x..xx"}).Choose(2, Best(OrphanRule::kForbid));
  CHECK(choice.seats == Seats{2, 3});
  BestPolicy three = Best(OrphanRule::kForbid);
  three.min_run = 3;
  // Both runs of two are orphans already: one seat of them makes none.
  CHECK(Sketch({"..x..."}).Choose(1, three).seats == Seats{1});
  CHECK(Sketch({"xxx..."}).Choose(1, three).refused ==
        RefusalDetail::kWouldOrphan);
}

TEST_CASE("A filter limits what is taken, not what is an orphan", "[best]") {
  // Seat 0 may not be taken, but it would be left alone.
  const BestChoice choice =
      Sketch({"f....x"}).Choose(3, Best(OrphanRule::kForbid));
  CHECK(choice.seats == Seats{2, 3, 4});
  CHECK(Sketch({"f..x.."}).Choose(3, Best()).refused ==
        RefusalDetail::kFiltered);
}

TEST_CASE("An aisle parts neighbours", "[best]") {
  Sketch row({"......"});
  row.Plan({.aisles = {2}});
  CHECK(row.Choose(3, Best(OrphanRule::kAllow)).seats == Seats{2, 3, 4});
  CHECK(row.Choose(5, Best()).refused == RefusalDetail::kNotAdjacent);
  CHECK(row.Choose(7, Best()).refused == RefusalDetail::kTooFew);
}

TEST_CASE("A group is split over rows that share a column", "[best]") {
  const Sketch rows({"x..xxx", "..xxxx", "xxxx.."});
  const BestChoice choice = rows.Choose(4, Best());
  CHECK(choice.seats == Seats{1, 2, 6, 7});
  CHECK(choice.tier == SeatingTier::kSplit);
  // Rows 2 and 3 share none, and no part has one seat.
  CHECK(rows.Choose(6, Best()).refused == RefusalDetail::kNotAdjacent);
  CHECK(rows.Choose(5, Best()).refused == RefusalDetail::kNotAdjacent);
  BestPolicy whole = Best();
  whole.allow_split = false;
  CHECK(rows.Choose(4, whole).refused == RefusalDetail::kNotAdjacent);
}

TEST_CASE("Singles only if allowed, in few parts", "[best]") {
  const Sketch row({".x.x..x."});
  CHECK(row.Choose(3, Best()).refused == RefusalDetail::kNotAdjacent);
  BestPolicy policy = Best();
  policy.allow_singles = true;
  const BestChoice choice = row.Choose(3, policy);
  CHECK(choice.seats == Seats{2, 4, 5});
  CHECK(choice.tier == SeatingTier::kSingles);
  CHECK(row.Choose(6, policy).refused == RefusalDetail::kTooFew);
}

TEST_CASE("A better tier wins over an earlier offer", "[best]") {
  const Sketch first({"...xx"});
  const Sketch second({"xx..x"});
  const BestCandidate offers[] = {first.offer(), second.offer()};
  BestChoice choice;
  internal::ChooseBest(offers, 2, Best(), choice);
  CHECK(choice.offer == 1);
  CHECK(choice.seats == Seats{2, 3});
  internal::ChooseBest(offers, 2, Best(OrphanRule::kAllow), choice);
  CHECK(choice.offer == 0);
}

TEST_CASE("A large group in a large section is seated in time", "[best]") {
  // A thousand people over rows of sixty, some seats gone.
  SeatMap map(std::size_t{120} * 60);
  test::Rng rng(1);
  for (std::size_t seat = 0; seat < map.size(); ++seat) {
    if (rng.Chance(.02)) map.Set(seat, SeatState::kSold);
  }
  const BestCandidate offer{map, 60};
  BestChoice choice;
  BestPolicy policy = Best();
  policy.allow_singles = true;
  internal::ChooseBest({&offer, 1}, 1000, policy, choice);
  CHECK(choice.seats.size() == 1000);
  CHECK(choice.tier == SeatingTier::kSplit);
  policy.allow_split = false;
  internal::ChooseBest({&offer, 1}, 1000, policy, choice);
  CHECK(choice.seats.size() == 1000);
  CHECK(choice.tier == SeatingTier::kSingles);
}

}  // namespace
}  // namespace seatfield
