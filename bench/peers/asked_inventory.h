// SPDX-License-Identifier: MIT
//
// What asking and answering cost: the plain prototype behind the library's own
// interface. A Transaction is built and read, a virtual call made, and the
// Outcome filled in with section, step and seats; between them there is nothing
// but the prototype. No inventory that is asked by a Transaction and answers by
// an Outcome can be faster.

#ifndef SEATFIELD_BENCH_PEERS_ASKED_INVENTORY_H_
#define SEATFIELD_BENCH_PEERS_ASKED_INVENTORY_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "../job.h"
#include "../our_inventory.h"
#include "plain_inventory.h"
#include "seatfield/internal/hot.h"
#include "seatfield/outcome.h"
#include "seatfield/refusal.h"
#include "seatfield/seat_state.h"
#include "seatfield/section.h"
#include "seatfield/time.h"
#include "seatfield/transaction.h"

namespace seatfield::bench {

class AskedInventory : public PlainInventory {
 public:
  explicit AskedInventory(const House& house)
      : PlainInventory(house), config_(house.config) {}
  virtual ~AskedInventory() = default;

  // The prototype wants to be told where the seats are.
  virtual void Commit(const Transaction& transaction, const Request& where,
                      Time now, Outcome& outcome) {
    outcome.Clear();
    const Transaction::Step& step = transaction.steps()[0];
    Request request = where;
    request.booking = step.booking;
    switch (step.kind) {
      case StepKind::kReserve:
        request.buyer = step.buyer;
        request.first = config_.IndexOf(transaction.seats(step)[0]);
        return Answer(request, Reserve(request, now), SeatState::kAvailable,
                      SeatState::kReserved, now, outcome);
      case StepKind::kFinalize:
        return Answer(request, Finalize(request, now), SeatState::kReserved,
                      SeatState::kSold, now, outcome);
      default:
        return Answer(request, Release(request, now), SeatState::kReserved,
                      SeatState::kAvailable, now, outcome);
    }
  }

  const SectionConfig& config() const { return config_; }

 private:
  void Answer(const Request& request, bool done, SeatState from, SeatState to,
              Time now, Outcome& outcome) {
    outcome.time = now;
    outcome.sections.emplace_back().name = name_;
    const Seat first = config_.SeatAt(request.first);
    if (!done) {
      outcome.refusal = Refusal::kSeatReserved;
      for (std::uint32_t i = 0; i < request.size; ++i) {
        SeatRefusal& seat = outcome.refused_seats.emplace_back();
        seat.section = name_;
        seat.seat = {first.row, first.number + i};
        seat.code = Refusal::kSeatReserved;
      }
      return;
    }
    outcome.steps.emplace_back().seat_count = request.size;
    SeatChange* const changes = outcome.seats.Refill(request.size);
    for (std::uint32_t i = 0; i < request.size; ++i) {
      internal::IsShortLoop();
      SeatChange& change = changes[i];
      change.section = 0;
      change.seat = {first.row, first.number + i};
      change.from = from;
      change.to = to;
      change.price = kPrice;
    }
  }

  SectionConfig config_;
  SectionName name_ = SectionName::Known("S-1");
};

class AskedClerk {
 public:
  explicit AskedClerk(AskedInventory& inventory) : inventory_(inventory) {}

  bool Reserve(const Request& request, Time now) {
    BuildReserve(request, inventory_.config(),
                 SectionHandle{request.section, 1}, tx_);
    return Commit(request, now);
  }
  bool Finalize(const Request& request, Time now) {
    tx_.Clear(kEvent);
    tx_.Finalize({.booking = request.booking});
    return Commit(request, now);
  }
  bool Release(const Request& request, Time now) {
    tx_.Clear(kEvent);
    tx_.Release({.booking = request.booking});
    return Commit(request, now);
  }

 private:
  bool Commit(const Request& request, Time now) {
    inventory_.Commit(tx_, request, now, outcome_);
    return outcome_.committed();
  }

  AskedInventory& inventory_;
  Transaction tx_;
  Outcome outcome_;
};

inline AskedClerk ClerkOf(AskedInventory& inventory) {
  return AskedClerk(inventory);
}

}  // namespace seatfield::bench

#endif  // SEATFIELD_BENCH_PEERS_ASKED_INVENTORY_H_
