// SPDX-License-Identifier: MIT

#include <string>
#include <string_view>
#include <vector>

#include "seatfield/refusal.h"
#include "support/catch.h"

namespace seatfield::test {
namespace {

std::string VerdictText(StepKind kind, SeatRelation relation) {
  const Verdict verdict = Judge(kind, relation);
  if (verdict.effect == Verdict::Effect::kApply) return "applies";
  if (verdict.effect == Verdict::Effect::kNoOp) return "no-op";
  return std::string(RefusalName(verdict.refusal));
}

// The table as the specification prints it; the columns are SeatRelation's.
struct Row {
  StepKind kind;
  std::vector<std::string> cells;
};

const std::vector<Row>& Table() {
  static const std::vector<Row> rows = {
      {StepKind::kReserve,
       {"no-op", "already_sold", "hold_expired", "already_released",
        "already_released", "applies", "seat_reserved", "seat_sold",
        "seat_blocked"}},
      {StepKind::kFinalize,
       {"applies", "no-op", "hold_expired", "already_released",
        "already_released", "not_held", "not_owner", "not_owner", "not_held"}},
      {StepKind::kRelease,
       {"applies", "already_sold", "no-op", "no-op", "no-op", "no-op",
        "not_owner", "not_owner", "no-op"}},
      {StepKind::kRefund,
       {"not_sold", "applies", "hold_expired", "already_released", "no-op",
        "not_held", "not_owner", "not_owner", "not_held"}},
      {StepKind::kTransfer,
       {"applies", "applies", "hold_expired", "already_released",
        "already_released", "not_held", "not_owner", "not_owner", "not_held"}},
  };
  return rows;
}

TEST_CASE("Every cell of the decision table is as specified", "[refusal]") {
  for (const Row& row : Table()) {
    REQUIRE(row.cells.size() == kSeatRelationCount);
    for (std::size_t i = 0; i < kSeatRelationCount; ++i) {
      CAPTURE(StepKindName(row.kind), i);
      CHECK(VerdictText(row.kind, static_cast<SeatRelation>(i)) ==
            row.cells[i]);
    }
  }
  const std::vector<std::string> extend = {"applies", "already_sold",
                                           "hold_expired", "already_released",
                                           "already_released"};
  for (std::size_t i = 0; i < extend.size(); ++i) {
    CHECK(VerdictText(StepKind::kExtend, static_cast<SeatRelation>(i)) ==
          extend[i]);
  }
}

TEST_CASE("Blocking meets seats, not bookings", "[refusal]") {
  const auto text = VerdictText;
  CHECK(text(StepKind::kBlock, SeatRelation::kFree) == "applies");
  CHECK(text(StepKind::kBlock, SeatRelation::kBlocked) == "no-op");
  CHECK(text(StepKind::kUnblock, SeatRelation::kFree) == "no-op");
  CHECK(text(StepKind::kUnblock, SeatRelation::kBlocked) == "applies");
  for (const StepKind kind : {StepKind::kBlock, StepKind::kUnblock}) {
    CHECK(text(kind, SeatRelation::kReservedByOther) == "seat_reserved");
    CHECK(text(kind, SeatRelation::kSoldToOther) == "seat_sold");
  }
}

TEST_CASE("Codes and details have names of their own, in order of precedence",
          "[refusal]") {
  CHECK(Refusal::kInvalidArgument < Refusal::kIdReused);
  CHECK(Refusal::kPaused < Refusal::kHoldExpired);
  CHECK(Refusal::kSeatBlocked < Refusal::kSeatSold);
  CHECK(Refusal::kSeatSold < Refusal::kSeatReserved);
  CHECK(Refusal::kNoBestAvailable < Refusal::kVersionMismatch);
  CHECK(RefusalName(Refusal::kVersionMismatch) == "version_mismatch");
  CHECK(RefusalDetailName(RefusalDetail::kFiltered) == "filtered");
  CHECK(StepKindName(StepKind::kLoad) == "load");
}

}  // namespace
}  // namespace seatfield::test
