// SPDX-License-Identifier: MIT

#include "seatfield/seating_plan.h"

#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "seatfield/limits.h"
#include "seatfield/section.h"
#include "support/catch.h"

namespace seatfield {
namespace {

constexpr SectionConfig kShape{.rows = 3, .seats_per_row = 40};

SeatingPlan Plan(SeatingPlanSpec spec) {
  auto plan = SeatingPlan::Create(kShape, std::move(spec));
  REQUIRE(plan.ok());
  return *std::move(plan);
}

// The message of the refusal, which must be one.
std::string Complaint(SeatingPlanSpec spec,
                      const SectionConfig& config = kShape) {
  const auto plan = SeatingPlan::Create(config, std::move(spec));
  REQUIRE_FALSE(plan.ok());
  CHECK(plan.status().code() == absl::StatusCode::kInvalidArgument);
  return std::string(plan.status().message());
}

TEST_CASE("A plan without a word is front to back, from the middle",
          "[seating_plan]") {
  const SeatingPlan plan = Plan({});
  CHECK(plan.config() == kShape);
  CHECK(plan.row_order().empty());
  CHECK(plan.RankOf(2) == 2);
  CHECK(plan.FocusOf(1) == 39);  // between columns 19 and 20, from 0
  CHECK(plan.aisles_before().empty());
  CHECK_FALSE(plan.HasAisleBefore(1));
  CHECK(plan.scores_before().empty());
}

TEST_CASE("A plan keeps what it was told", "[seating_plan]") {
  CHECK(Plan({.focal_column = 1}).FocusOf(2) == 0);
  CHECK(Plan({.focal_column = 40}).FocusOf(0) == 78);
  const SeatingPlan each = Plan({.focal_columns = {5, 0, 7}});
  CHECK(each.FocusOf(0) == 8);
  CHECK(each.FocusOf(1) == 39);

  const SeatingPlan ranked = Plan({.row_ranks = {9, 1, 1}});
  CHECK(std::vector<std::uint32_t>(ranked.row_order().begin(),
                                   ranked.row_order().end()) ==
        std::vector<std::uint32_t>{1, 2, 0});
  CHECK(ranked.RankOf(0) == 9);

  const SeatingPlan parted = Plan({.aisles = {1, 32, 39}});
  CHECK(parted.HasAisleBefore(32));
  CHECK_FALSE(parted.HasAisleBefore(31));
  REQUIRE(parted.aisles_before().size() == 2);
  CHECK(parted.aisles_before()[0] == std::uint64_t{1} << 60);
  CHECK(parted.aisles_before()[1] ==
        (std::uint64_t{1} << 62 | std::uint64_t{1} << 48));
}

TEST_CASE("Sums of extreme scores are exact", "[seating_plan]") {
  constexpr std::int32_t kLeast = std::numeric_limits<std::int32_t>::min();
  const SectionConfig largest{.rows = 1 << 12, .seats_per_row = 1 << 12};
  REQUIRE(largest.seat_count() == kSectionSeatCountMax);
  SeatingPlanSpec spec;
  spec.scores.assign(largest.seat_count(), kLeast);
  const auto plan = SeatingPlan::Create(largest, std::move(spec));
  REQUIRE(plan.ok());
  CHECK(plan->scores_before().back() ==
        std::int64_t{kLeast} * largest.seat_count());
}

TEST_CASE("A plan that makes no sense is refused by field and value",
          "[seating_plan]") {
  CHECK(Complaint({.focal_column = 41}) ==
        "focal_column is 41, outside rows of 40 seats");
  CHECK(Complaint({.focal_column = 4, .focal_columns = {1, 2, 3}}) ==
        "focal_column is 4, and focal_columns is given too");
  CHECK(Complaint({.focal_columns = {1, 41, 3}}) ==
        "focal_columns[1] is 41, outside rows of 40 seats");
  CHECK(Complaint({.focal_columns = {1, 2}}) ==
        "focal_columns has 2 entries, not one for each of 3 rows");
  CHECK(Complaint({.row_ranks = {1, 2, 3, 4}}) ==
        "row_ranks has 4 entries, not one for each of 3 rows");
  CHECK(Complaint({.aisles = {0}}) ==
        "aisles[0] is 0, not behind a seat inside rows of 40 seats");
  CHECK(Complaint({.aisles = {5, 40}}) ==
        "aisles[1] is 40, not behind a seat inside rows of 40 seats");
  CHECK(Complaint({.aisles = {9, 5}}) ==
        "aisles[1] is 5 after 9: not ascending");
  CHECK(Complaint({.aisles = {9, 9}}) ==
        "aisles[1] is 9 after 9: not ascending");
  CHECK(Complaint({.scores = {1, 2, 3}}) ==
        "scores has 3 entries, not one for each of 120 seats");
  CHECK(Complaint({}, {.rows = 0, .seats_per_row = 4}) == "rows is 0");
  CHECK(Complaint({}, {.rows = 1 << 13, .seats_per_row = 1 << 12}) ==
        "rows * seats_per_row is 33554432, more than 16777216");
}

}  // namespace
}  // namespace seatfield
