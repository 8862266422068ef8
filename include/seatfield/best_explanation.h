// SPDX-License-Identifier: MIT
//
// Why best seats cannot be had, offer by offer, and when they could: what a
// clerk tells a caller after a refusal.
//
//   auto why = inventory.ExplainBest(event, offers, 4, policy);
//   if (why.ok() && why->fits_at) Say("try again at", *why->fits_at);
//
// An explanation is a guess at what ReserveBest would answer now, and it reads
// only: each section is of one version, together they may be of several
// moments, and by the time it is told others may have bought. Holds whose
// deadline has passed count as lapsed, as they would for ReserveBest. It knows
// of no booking, so of none of its limits.
//
// Errors: InvalidArgument, naming what a transaction with these offers, count
//   and policy would be refused for (fix the call); NotFound and Unavailable as
//   Storage::ReadSection.
// Thread safety: plain values, a pure function of what the storage answers.
// Complexity: reads every offered section with its records; then a choice of
//   best seats (best_available.h) for each offer, and where it does not fit one
//   for each deadline of a hold in the section, the soonest first, until one
//   fits. Allocates.

#ifndef SEATFIELD_BEST_EXPLANATION_H_
#define SEATFIELD_BEST_EXPLANATION_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "seatfield/best_available.h"
#include "seatfield/ids.h"
#include "seatfield/internal/best_choice.h"
#include "seatfield/internal/best_rows.h"
#include "seatfield/internal/request_check.h"
#include "seatfield/internal/text.h"
#include "seatfield/outcome.h"
#include "seatfield/read_view.h"
#include "seatfield/refusal.h"
#include "seatfield/seat_map.h"
#include "seatfield/seat_meta.h"
#include "seatfield/seat_state.h"
#include "seatfield/section.h"
#include "seatfield/storage.h"
#include "seatfield/time.h"
#include "seatfield/transaction.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN

// One offer by itself.
struct OfferExplanation {
  SectionName section;
  bool paused = false;  // then it is passed over, whatever it has
  RefusalDetail detail = RefusalDetail::kNone;  // kNone: it fits
  std::uint64_t available = 0;
  std::uint64_t permitted = 0;    // of those, by the filter
  std::uint32_t longest_run = 0;  // permitted seats side by side, by the plan

  // The soonest deadline at which it fits if all holds of the section due by
  // then lapse and nothing else happens. Nothing if it fits now, if it is
  // paused, or if no hold is in the way.
  std::optional<Time> fits_at{};

  friend bool operator==(const OfferExplanation&,
                         const OfferExplanation&) = default;
};

struct BestExplanation {
  Refusal refusal = Refusal::kNone;  // paused, no_best_available, or none
  RefusalDetail detail = RefusalDetail::kNone;
  std::optional<Time> fits_at{};         // the soonest of the offers'
  std::vector<OfferExplanation> offers;  // in the order of the request

  bool fits() const { return refusal == Refusal::kNone; }

  friend bool operator==(const BestExplanation&,
                         const BestExplanation&) = default;
};

absl::StatusOr<BestExplanation> ExplainBest(Storage& storage, EventId event,
                                            std::span<const Offer> offers,
                                            std::uint32_t count,
                                            const BestPolicy& policy, Time now);

// --- Implementation ---------------------------------------------------------

namespace internal {

class BestExplainer {
 public:
  BestExplainer(Storage& storage, EventId event, std::span<const Offer> offers,
                std::uint32_t count, const BestPolicy& policy, Time now)
      : storage_(storage),
        count_(count),
        policy_(policy),
        now_(now),
        request_(event) {
    constexpr BookingId kAny(0, 1);
    request_.ReserveBest(
        {.booking = kAny, .offers = offers, .count = count, .policy = policy});
  }

  absl::StatusOr<BestExplanation> Run() {
    if (!RequestCheck(request_, storage_.info().limits, outcome_).Run()) {
      return Senseless();
    }
    for (std::size_t i = 0; i < step().sections.size; ++i) {
      absl::Status status = Read(i);
      if (!status.ok()) return status;
    }
    for (SectionView& view : views_) FreeUntil(view, now_);
    for (std::size_t i = 0; i < views_.size(); ++i) ExplainOffer(i);
    SumUp();
    return std::move(explanation_);
  }

 private:
  const Transaction::Step& step() const { return request_.steps()[0]; }

  absl::Status Senseless() const {
    return InvalidArgument("best seats: ", RefusalName(outcome_.refusal), " (",
                           RefusalDetailName(outcome_.detail), ")");
  }

  absl::Status Read(std::size_t offer);
  void ExplainOffer(std::size_t offer);
  std::optional<Time> FindDeadline(std::size_t offer);
  void SumUp();

  BestCandidate Candidate(std::size_t offer) const {
    const SectionView& view = views_[offer];
    return {view.map, view.stats.config.seats_per_row,
            request_.filter(step(), offer), request_.plan(step(), offer)};
  }

  // Ends the holds that are due at `time` in the view.
  static void FreeUntil(SectionView& view, Time time) {
    for (const SeatRecord& record : view.details) {
      if (record.state == SeatState::kReserved && record.meta &&
          record.meta->hold_until <= time) {
        view.map.Set(view.stats.config.IndexOf(record.seat),
                     SeatState::kAvailable);
      }
    }
  }

  Storage& storage_;
  const std::uint32_t count_;
  const BestPolicy& policy_;
  Time now_;  // not before the last change of any section, as a transaction's
  Transaction request_;
  Outcome outcome_;
  std::vector<SectionView> views_;
  BestChoice choice_;
  BestExplanation explanation_;
};

inline absl::Status BestExplainer::Read(std::size_t offer) {
  SectionView view;
  absl::Status status = storage_.ReadSection(
      request_.event(), request_.section(step().sections.first + offer),
      {.details = true}, view);
  if (!status.ok()) return status;
  const SectionName& name = view.stats.key.name;
  const bool twice =
      std::any_of(views_.begin(), views_.end(), [&](const SectionView& other) {
        return other.stats.key == view.stats.key;
      });
  if (twice) {
    return InvalidArgument("best seats: section ", name.view(),
                           " is offered twice");
  }
  if (!CheckFitsSection(
          request_, 0, offer, view.stats.config, [&] { return name; },
          outcome_)) {
    return InvalidArgument("best seats: section ", name.view(), ": ",
                           RefusalDetailName(outcome_.detail));
  }
  now_ = std::max(now_, view.stats.updated_at);
  views_.push_back(std::move(view));
  return absl::OkStatus();
}

inline void BestExplainer::ExplainOffer(std::size_t offer) {
  const BestCandidate candidate = Candidate(offer);
  const SectionStats& stats = views_[offer].stats;
  OfferExplanation& told = explanation_.offers.emplace_back();
  told.section = stats.key.name;
  told.paused = stats.paused;
  told.available = candidate.map.Count(SeatState::kAvailable);
  told.permitted = CountPermitted(candidate);
  for (std::uint32_t row = 0; row < candidate.rows(); ++row) {
    ForEachBlock(candidate, row, 1, [&](const BestBlock& block) {
      told.longest_run = std::max(told.longest_run, block.size());
    });
  }
  ChooseBest({&candidate, 1}, count_, policy_, choice_);
  told.detail = choice_.refused;
  if (told.paused || told.detail == RefusalDetail::kNone) return;
  told.fits_at = FindDeadline(offer);
}

inline std::optional<Time> BestExplainer::FindDeadline(std::size_t offer) {
  std::vector<Time> deadlines;
  for (const SeatRecord& record : views_[offer].details) {
    if (record.state != SeatState::kReserved || !record.meta) continue;
    const Time deadline = record.meta->hold_until;
    if (deadline > now_ && deadline != kNever) deadlines.push_back(deadline);
  }
  std::sort(deadlines.begin(), deadlines.end());
  const auto last = std::unique(deadlines.begin(), deadlines.end());
  deadlines.erase(last, deadlines.end());
  SectionView later = views_[offer];
  BestCandidate candidate = Candidate(offer);
  candidate.map = later.map;
  for (const Time deadline : deadlines) {
    FreeUntil(later, deadline);
    if (Choose({&candidate, 1}, count_, policy_, choice_)) return deadline;
  }
  return std::nullopt;
}

inline void BestExplainer::SumUp() {
  std::vector<BestCandidate> open;
  for (std::size_t i = 0; i < views_.size(); ++i) {
    const OfferExplanation& told = explanation_.offers[i];
    if (told.paused) continue;
    open.push_back(Candidate(i));
    if (!told.fits_at) continue;
    explanation_.fits_at =
        std::min(explanation_.fits_at.value_or(kNever), *told.fits_at);
  }
  if (open.empty()) {
    explanation_.refusal = Refusal::kPaused;
    return;
  }
  ChooseBest(open, count_, policy_, choice_);
  explanation_.detail = choice_.refused;
  if (choice_.refused == RefusalDetail::kNone) {
    explanation_.fits_at.reset();
  } else {
    explanation_.refusal = Refusal::kNoBestAvailable;
  }
}

}  // namespace internal

inline absl::StatusOr<BestExplanation> ExplainBest(
    Storage& storage, EventId event, std::span<const Offer> offers,
    std::uint32_t count, const BestPolicy& policy, Time now) {
  return internal::BestExplainer(storage, event, offers, count, policy, now)
      .Run();
}

SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_BEST_EXPLANATION_H_
