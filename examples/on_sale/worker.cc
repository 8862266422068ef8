// SPDX-License-Identifier: MIT

#include "worker.h"

#include <algorithm>
#include <utility>

namespace examples::on_sale {

using seatfield::BestPolicy;
using seatfield::Offer;
using seatfield::OrphanRule;
using seatfield::Outcome;
using seatfield::SeatChange;
using seatfield::StepKind;

void Calendar::Add(Tick tick, std::uint32_t who) {
  const auto at = static_cast<std::size_t>(tick);
  if (at >= ticks_.size()) ticks_.resize(at + 1);
  ticks_[at].push_back(who);
}

Tick Calendar::Next(Tick from) const {
  for (auto at = static_cast<std::size_t>(from); at < ticks_.size(); ++at) {
    if (!ticks_[at].empty()) return static_cast<Tick>(at);
  }
  return kNoTick;
}

std::vector<std::uint32_t> Calendar::Take(Tick tick) {
  const auto at = static_cast<std::size_t>(tick);
  return at < ticks_.size() ? std::exchange(ticks_[at], {})
                            : std::vector<std::uint32_t>();
}

Worker::Worker(House& house, const Board& board, const SaleSpec& spec,
               std::uint32_t thread)
    : house_(house), board_(board), spec_(spec) {
  const Tick now = TickAt(house.clock().Now());
  for (std::uint32_t number = thread; number < spec.buyers;
       number += spec.threads) {
    if (spec.earlier.buyers.contains(number)) continue;
    Buyer& buyer =
        buyers_.emplace_back(MakeBuyer(spec.seed, number, spec.earlier.runs));
    ++(buyer.is_bot ? tally_.bots : tally_.people);
    calendar_.Add(std::max(now, TickAt(kOpening + DrawArrival(buyer))),
                  static_cast<std::uint32_t>(buyers_.size() - 1));
  }
}

void Worker::Run(Tick tick) {
  now_ = house_.inventory().Now();
  for (const std::uint32_t who : calendar_.Take(tick)) {
    if (!status_.ok()) break;
    Act(who, tick);
  }
  WriteLedger();
}

void Worker::Act(std::uint32_t who, Tick tick) {
  Buyer& buyer = buyers_[who];
  if (const NextVisit next = RunErrand(buyer)) {
    calendar_.Add(std::max(TickAt(*next), tick + 1), who);
  } else if (!buyer.is_bot && !buyer.has_paid) {
    ++tally_.left_without;
  }
}

NextVisit Worker::RunErrand(Buyer& buyer) {
  switch (buyer.errand) {
    case Errand::kSeek:
      return Seek(buyer);
    case Errand::kFinalize:
      return Finalize(buyer);
    case Errand::kRelease:
      return Release(buyer);
    case Errand::kLapse:
      break;
  }
  ++tally_.lapsed;
  return AfterAbandoned(buyer, now_);
}

NextVisit Worker::Seek(Buyer& buyer) {
  ++buyer.tries;
  transaction_.Clear(kEvent);
  transaction_.SetId(buyer.request());
  const bool uses_map = buyer.uses_map;
  if (!uses_map) {
    AskForBest(buyer);
  } else if (!AskForSeats(buyer)) {
    ++tally_.saw_no_seats;
    return AfterLost(buyer, now_);
  }
  if (!Send(buyer, uses_map ? StepKind::kReserve : StepKind::kReserveBest)) {
    return AfterLost(buyer, now_);
  }
  ++tally_.holds;
  return AfterHeld(buyer, now_, outcome_.steps[0].hold_until);
}

bool Worker::AskForSeats(Buyer& buyer) {
  const std::size_t section = board_.PickSection(buyer);
  if (!board_.PickSeats(buyer, section, seats_)) return false;
  transaction_.Reserve({.booking = buyer.booking(),
                        .buyer = buyer.id(),
                        .section = house_.handle(section),
                        .seats = seats_,
                        .hold_for = kHoldFor,
                        .price = house_.section(section).price,
                        .orphans = RuleFor(buyer)});
  return true;
}

void Worker::AskForBest(Buyer& buyer) {
  constexpr std::size_t kOffersMax = 3;
  std::size_t chosen[kOffersMax] = {};
  const std::size_t wanted = buyer.tries == 1 ? 1 : kOffersMax;
  std::uint32_t count = 0;
  offers_.clear();
  for (std::size_t i = 0; i < wanted; ++i) {
    const std::size_t section = board_.PickSection(buyer);
    const auto end = chosen + offers_.size();
    if (std::find(chosen, end, section) != end) continue;
    *end = section;
    count = std::max(count, board_.SeatsToAskFor(buyer, section));
    offers_.push_back(
        Offer{house_.handle(section), house_.section(section).price, {}});
  }
  transaction_.ReserveBest({.booking = buyer.booking(),
                            .buyer = buyer.id(),
                            .offers = offers_,
                            .count = count,
                            .policy = PolicyFor(buyer),
                            .hold_for = kHoldFor});
}

// A house that chooses the best leaves no single seats to those either who pick
// their own, as long as there is something else to pick.
OrphanRule Worker::RuleFor(const Buyer& buyer) const {
  return spec_.order == BestPolicy::Order::kBest && buyer.insists_on_together()
             ? OrphanRule::kForbid
             : OrphanRule::kAllow;
}

// Side by side as long as the buyer insists, then as they can be had.
BestPolicy Worker::PolicyFor(const Buyer& buyer) const {
  const bool apart = !buyer.insists_on_together();
  BestPolicy policy{.order = spec_.order, .allow_split = apart};
  if (spec_.order == BestPolicy::Order::kBest) {
    policy.allow_singles = apart;
  } else {
    policy.largest_blocks_fallback = apart;
  }
  return policy;
}

NextVisit Worker::Finalize(Buyer& buyer) {
  transaction_.Clear(kEvent);
  transaction_.SetId(buyer.request());
  transaction_.Finalize({.booking = buyer.booking()});
  if (!Send(buyer, StepKind::kFinalize)) {
    ++tally_.lapsed;
    return AfterLost(buyer, now_);
  }
  ++tally_.paid;
  buyer.has_paid = true;
  RecordSales(buyer);
  return std::nullopt;
}

NextVisit Worker::Release(Buyer& buyer) {
  transaction_.Clear(kEvent);
  transaction_.SetId(buyer.request());
  transaction_.Release({.booking = buyer.booking()});
  ++(Send(buyer, StepKind::kRelease) ? tally_.released : tally_.lapsed);
  return AfterAbandoned(buyer, now_);
}

bool Worker::Send(const Buyer& buyer, StepKind kind) {
  SendOnce(kind, outcome_);
  if (!status_.ok()) return false;
  if (buyer.sends_twice) CheckReplay(kind);
  return outcome_.committed();
}

void Worker::SendOnce(StepKind kind, Outcome& outcome) {
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  absl::Status status = house_.inventory().Commit(
      transaction_, outcome,
      kind == StepKind::kFinalize ? spec_.sales : spec_.holds);
  const std::chrono::nanoseconds took = Clock::now() - begin;
  if (!status.ok()) {
    status_ = status;
    return;
  }
  StepTally& step = tally_.steps[static_cast<std::size_t>(kind)];
  step.latency.Add(static_cast<std::uint64_t>(took.count()));
  if (!outcome.committed()) {
    ++step.refused;
    ++tally_.refusals[static_cast<std::size_t>(outcome.refusal)];
  } else {
    ++(outcome.replayed ? step.replayed : step.committed);
  }
}

// A grant must be answered again as it was, but for how far the feed has gone
// that it rests on, and how durable that is; a refusal is judged anew.
void Worker::CheckReplay(StepKind kind) {
  SendOnce(kind, second_outcome_);
  if (!status_.ok()) return;
  if (outcome_.committed()) {
    const bool replayed = std::exchange(second_outcome_.replayed, false);
    second_outcome_.durability = outcome_.durability;
    second_outcome_.sequence = outcome_.sequence;
    if (!replayed || second_outcome_ != outcome_) ++tally_.wrong_replays;
  } else {
    std::swap(outcome_, second_outcome_);
  }
}

void Worker::RecordSales(const Buyer& buyer) {
  if (spec_.ledger != nullptr)
    ledger_lines_ += LedgerLineBegin(buyer.booking());
  for (const SeatChange& change : outcome_.seats_of(0)) {
    const auto& name = outcome_.sections[change.section].name;
    const std::size_t section = house_.IndexOf(name);
    tally_.sales.push_back(
        {.section = static_cast<std::uint32_t>(section),
         .seat = house_.section(section).config.IndexOf(change.seat),
         .booking = buyer.booking(),
         .buyer = buyer.id(),
         .price = change.price});
    if (spec_.ledger != nullptr)
      AddLedgerSeat(name, change.seat, ledger_lines_);
  }
  if (spec_.ledger != nullptr) ledger_lines_ += '\n';
}

void Worker::WriteLedger() {
  if (ledger_lines_.empty()) return;
  status_.Update(spec_.ledger->Append(ledger_lines_));
  ledger_lines_.clear();
}

}  // namespace examples::on_sale
