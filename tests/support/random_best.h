// SPDX-License-Identifier: MIT
//
// Random questions to the choice of best seats: small sections, seating plans,
// filters, policies. Each is held both as the library sees it and as the
// reference model does.

#ifndef SEATFIELD_TESTS_SUPPORT_RANDOM_BEST_H_
#define SEATFIELD_TESTS_SUPPORT_RANDOM_BEST_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "seatfield/best_available.h"
#include "seatfield/internal/best_choice.h"
#include "seatfield/seat_map.h"
#include "seatfield/seat_mask.h"
#include "seatfield/seat_state.h"
#include "seatfield/seating_plan.h"
#include "seatfield/section.h"
#include "seatfield/testing/reference_best.h"
#include "support/seed.h"

namespace seatfield::test {

struct BestSection {
  reference::ModelSection model;
  SeatMap map;
  std::optional<SeatMask> filter;
  std::optional<SeatingPlan> plan;
};

struct BestQuestion {
  std::deque<BestSection> sections;  // one an offer
  std::uint32_t count = 1;
  BestPolicy policy;

  std::vector<internal::BestCandidate> candidates() const {
    std::vector<internal::BestCandidate> offers;
    for (const BestSection& section : sections) {
      offers.push_back({section.map, section.model.config.seats_per_row,
                        section.filter ? &*section.filter : nullptr,
                        section.plan ? &*section.plan : nullptr});
    }
    return offers;
  }
  std::vector<reference::ModelOffer> model_offers() const {
    std::vector<reference::ModelOffer> offers;
    for (const BestSection& section : sections) {
      offers.push_back({&section.model,
                        section.filter ? &*section.filter : nullptr,
                        section.plan ? &*section.plan : nullptr});
    }
    return offers;
  }

  std::string ToString() const;
};

struct BestQuestionShape {
  std::uint32_t rows_max = 5;
  std::uint32_t width_max = 9;
  std::uint32_t seats_max = 26;
  std::uint32_t count_max = 8;
  double taken_min = .1;
  bool singles = true;
};

inline SeatingPlan RandomPlan(Rng& rng, const SectionConfig& config) {
  SeatingPlanSpec spec;
  const auto column = [&] {
    return static_cast<std::uint32_t>(rng.Below(config.seats_per_row + 1));
  };
  if (rng.Chance(.5)) spec.focal_column = column();
  const bool each_row = spec.focal_column == 0 && rng.Chance(.3);
  const auto ranks = static_cast<std::uint32_t>(rng.Between(1, config.rows));
  const bool ranked = rng.Chance(.5);
  for (std::uint32_t row = 0; row < config.rows; ++row) {
    if (each_row) spec.focal_columns.push_back(column());
    if (ranked) {
      spec.row_ranks.push_back(static_cast<std::uint32_t>(rng.Below(ranks)));
    }
  }
  for (std::uint32_t i = 1; i < config.seats_per_row; ++i) {
    if (rng.Chance(.12)) spec.aisles.push_back(i);
  }
  if (rng.Chance(.25)) {
    const std::size_t range = rng.Chance(.5) ? 3 : 100;
    for (std::uint32_t i = 0; i < config.seat_count(); ++i) {
      spec.scores.push_back(static_cast<std::int32_t>(rng.Below(range)) - 1);
    }
  }
  return *SeatingPlan::Create(config, std::move(spec));
}

inline BestSection RandomBestSection(Rng& rng, const BestQuestionShape& shape) {
  BestSection section;
  SectionConfig& config = section.model.config;
  config.rows = static_cast<std::uint32_t>(rng.Between(1, shape.rows_max));
  config.seats_per_row = static_cast<std::uint32_t>(
      rng.Between(1, std::min(shape.width_max, shape.seats_max / config.rows)));
  const std::uint32_t seats = config.seat_count();
  section.map = SeatMap(seats);
  section.model.seats.resize(seats);
  const double taken =
      std::max(shape.taken_min, .1 * static_cast<double>(rng.Between(1, 8)));
  for (std::uint32_t i = 0; i < seats; ++i) {
    if (!rng.Chance(taken)) continue;
    const auto state = static_cast<SeatState>(rng.Between(1, 3));
    section.map.Set(i, state);
    section.model.seats[i].state = state;
  }
  if (rng.Chance(.3)) {
    section.filter.emplace(seats);
    for (std::uint32_t i = 0; i < seats; ++i) {
      section.filter->Set(i, rng.Chance(.75));
    }
  }
  if (rng.Chance(.6)) section.plan = RandomPlan(rng, config);
  return section;
}

inline BestPolicy RandomBestPolicy(Rng& rng, bool singles) {
  BestPolicy policy;
  if (rng.Chance(.05)) {
    policy.largest_blocks_fallback = rng.Chance(.5);
    return policy;
  }
  policy.order = BestPolicy::Order::kBest;
  policy.orphans = static_cast<OrphanRule>(rng.Below(kOrphanRuleCount));
  policy.allow_split = rng.Chance(.8);
  policy.allow_singles = singles && rng.Chance(.5);
  policy.min_run = static_cast<std::uint32_t>(
      rng.Chance(.6) ? kMinRunDefault : rng.Between(1, 5));
  return policy;
}

inline BestQuestion RandomBestQuestion(Rng& rng,
                                       const BestQuestionShape& shape = {}) {
  BestQuestion question;
  const std::size_t offers = rng.Chance(.7) ? 1 : rng.Between(2, 3);
  for (std::size_t i = 0; i < offers; ++i) {
    question.sections.push_back(RandomBestSection(rng, shape));
  }
  question.count = static_cast<std::uint32_t>(
      rng.Between(1, rng.Between(1, shape.count_max)));
  question.policy = RandomBestPolicy(rng, shape.singles);
  return question;
}

// --- For people -------------------------------------------------------------

template <typename Items>
std::string ListText(const char* name, const Items& items) {
  std::string text = std::string(" ") + name + " [";
  for (const auto item : items) text += " " + std::to_string(item);
  return text + " ]";
}

inline std::string BestQuestion::ToString() const {
  std::string text = std::to_string(count) + " seats, " +
                     std::string(BestOrderName(policy.order)) + " orphans " +
                     std::string(OrphanRuleName(policy.orphans)) + " min_run " +
                     std::to_string(policy.min_run) +
                     (policy.allow_split ? " split" : "") +
                     (policy.allow_singles ? " singles" : "") +
                     (policy.largest_blocks_fallback ? " fallback" : "") + "\n";
  for (const BestSection& section : sections) {
    const SectionConfig& config = section.model.config;
    for (std::uint32_t i = 0; i < config.seat_count(); ++i) {
      const char letter = SeatStateLetter(section.map.Get(i));
      const bool out = section.filter && !section.filter->Get(i);
      text += letter == 'A' ? (out ? 'f' : '.') : letter;
      if ((i + 1) % config.seats_per_row == 0) text += "\n";
    }
    if (section.plan) {
      const SeatingPlanSpec& spec = section.plan->spec();
      text += "focus " + std::to_string(spec.focal_column) +
              ListText("focal_columns", spec.focal_columns) +
              ListText("ranks", spec.row_ranks) +
              ListText("aisles", spec.aisles) +
              ListText("scores", spec.scores) + "\n";
    }
  }
  return text;
}

}  // namespace seatfield::test

#endif  // SEATFIELD_TESTS_SUPPORT_RANDOM_BEST_H_
