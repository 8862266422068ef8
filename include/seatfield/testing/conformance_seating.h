// SPDX-License-Identifier: MIT
//
// Random seating plans, filters and policies for the sections of a trace.
//
// Thread safety: one object, one thread.

#ifndef SEATFIELD_TESTING_CONFORMANCE_SEATING_H_
#define SEATFIELD_TESTING_CONFORMANCE_SEATING_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "seatfield/best_available.h"
#include "seatfield/seat_mask.h"
#include "seatfield/seating_plan.h"
#include "seatfield/section.h"
#include "seatfield/testing/conformance_report.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace conformance {

class SeatingMaker {
 public:
  explicit SeatingMaker(Random& random) : random_(random) {}

  std::shared_ptr<const SeatMask> MakeFilter(std::size_t seats) {
    auto filter = std::make_shared<SeatMask>(seats);
    for (std::size_t i = 0; i < seats; ++i) filter->Set(i, random_.Percent(60));
    return filter;
  }

  std::shared_ptr<const SeatingPlan> MakePlan(const SectionConfig& config);

  OrphanRule PickRule() {
    return static_cast<OrphanRule>(random_.Below(kOrphanRuleCount));
  }
  std::uint32_t PickMinRun() {
    return random_.Percent(70) ? kMinRunDefault : 1 + random_.Below(4);
  }

  // A sound one.
  BestPolicy PickPolicy();

 private:
  Random& random_;
};

// --- Implementation ---------------------------------------------------------

inline std::shared_ptr<const SeatingPlan> SeatingMaker::MakePlan(
    const SectionConfig& config) {
  SeatingPlanSpec spec;
  if (random_.Percent(50)) {
    spec.focal_column = random_.Below(config.seats_per_row + 1);
  }
  const bool ranked = random_.Percent(50);
  for (std::uint32_t row = 0; ranked && row < config.rows; ++row) {
    spec.row_ranks.push_back(random_.Below(3));
  }
  for (std::uint32_t i = 1; i < config.seats_per_row; ++i) {
    if (random_.Percent(15)) spec.aisles.push_back(i);
  }
  const bool scored = random_.Percent(25);
  for (std::uint32_t i = 0; scored && i < config.seat_count(); ++i) {
    spec.scores.push_back(static_cast<std::int32_t>(random_.Between(-3, 9)));
  }
  auto plan = SeatingPlan::Create(config, std::move(spec));
  if (!plan.ok()) return nullptr;  // no section has that shape
  return std::make_shared<const SeatingPlan>(*std::move(plan));
}

inline BestPolicy SeatingMaker::PickPolicy() {
  BestPolicy policy;
  if (random_.Percent(30)) {
    policy.largest_blocks_fallback = random_.Percent(50);
    return policy;
  }
  policy.order = BestPolicy::Order::kBest;
  policy.orphans = PickRule();
  policy.allow_split = random_.Percent(70);
  policy.allow_singles = random_.Percent(40);
  policy.min_run = PickMinRun();
  return policy;
}

}  // namespace conformance
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_TESTING_CONFORMANCE_SEATING_H_
