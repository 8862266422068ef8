// SPDX-License-Identifier: MIT

#include "redis/chooser.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "redis/pack.h"
#include "redis/request_writer.h"
#include "seatfield/best_available.h"
#include "seatfield/internal/best_choice.h"
#include "seatfield/internal/best_rows.h"
#include "seatfield/limits.h"
#include "seatfield/refusal.h"
#include "seatfield/seat_map.h"
#include "seatfield/seat_state.h"
#include "seatfield/section.h"
#include "seatfield/transaction.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {

namespace {

// A section as the script saw it when it came to the step.
struct Offered {
  std::size_t section = 0;  // of the transaction's, from 1
  std::int64_t version = 0;
  SectionConfig config;
  SeatMap map;
};

absl::Status Unsound() {
  return absl::InternalError("the script asks for a choice of no such step");
}

absl::StatusOr<Offered> ReadOffered(const Transaction& transaction,
                                    Unpacker& answer) {
  Offered offered;
  const std::int64_t section = answer.Number();
  offered.version = answer.Number();
  offered.config.rows = static_cast<std::uint32_t>(answer.Number());
  offered.config.seats_per_row = static_cast<std::uint32_t>(answer.Number());
  const std::string_view bits = answer.Text();
  if (!answer.ok() || section < 1 ||
      static_cast<std::size_t>(section) > transaction.section_count() ||
      !offered.config.Validate(kSectionSeatCountMax).ok()) {
    return Unsound();
  }
  offered.section = static_cast<std::size_t>(section);
  auto map = SeatMap::FromBytes(std::as_bytes(std::span(bits)),
                                offered.config.seat_count());
  if (!map.ok()) return map.status();
  offered.map = *std::move(map);
  return offered;
}

void ChooseSeats(const Transaction& transaction, const Transaction::Step& step,
                 std::span<const Offered> offers, StepChoice& choice) {
  std::vector<internal::BestCandidate> candidates;
  for (const Offered& offer : offers) {
    const std::size_t at = offer.section - 1 - step.sections.first;
    candidates.push_back({offer.map, offer.config.seats_per_row,
                          transaction.filter(step, at),
                          transaction.plan(step, at)});
  }
  internal::BestChoice best;
  internal::ChooseBest(candidates, step.count, step.policy, best);
  choice.of_best_seats = true;
  choice.refused = best.refused;
  if (best.refused != RefusalDetail::kNone) return;
  choice.tier = best.tier;
  choice.leaves_orphan = best.leaves_orphan;
  choice.section = offers[best.offer].section;
  for (const std::size_t seat : best.seats) {
    choice.seats.push_back(static_cast<SeatIndex>(seat));
  }
}

void JudgeOrphans(const Transaction& transaction, const Transaction::Step& step,
                  const Offered& offer, std::vector<std::size_t> seats,
                  StepChoice& choice) {
  std::sort(seats.begin(), seats.end());
  choice.leaves_orphan = internal::LeavesOrphan(
      std::span<const std::size_t>(seats), offer.config.seats_per_row,
      transaction.plan(step), step.policy.min_run, [&](std::size_t seat) {
        return offer.map.Get(seat) == SeatState::kAvailable;
      });
}

}  // namespace

absl::StatusOr<StepChoice> Choose(const Transaction& transaction,
                                  Unpacker& answer) {
  StepChoice choice;
  const std::int64_t step_index = answer.Number();
  const auto steps = transaction.steps();
  if (step_index < 0 || static_cast<std::size_t>(step_index) >= steps.size()) {
    return Unsound();
  }
  choice.step = static_cast<std::uint32_t>(step_index);
  const Transaction::Step& step = steps[choice.step];

  std::vector<Offered> offers;
  for (std::size_t left = answer.Array() / 5; left > 0; --left) {
    auto offer = ReadOffered(transaction, answer);
    if (!offer.ok()) return offer.status();
    const std::size_t at = offer->section - 1 - step.sections.first;
    if (at >= step.sections.size) return Unsound();
    choice.versions.push_back(offer->version);
    offers.push_back(*std::move(offer));
  }
  std::vector<std::size_t> seats(answer.Array());
  for (std::size_t& seat : seats) {
    seat = static_cast<std::size_t>(answer.Number());
    if (offers.empty() || seat >= offers[0].map.size()) return Unsound();
  }
  if (!answer.ok() || offers.empty() || offers.size() > kOfferCountMax) {
    return Unsound();
  }
  if (step.kind == StepKind::kReserveBest) {
    ChooseSeats(transaction, step, offers, choice);
  } else {
    JudgeOrphans(transaction, step, offers[0], std::move(seats), choice);
  }
  return choice;
}

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield
