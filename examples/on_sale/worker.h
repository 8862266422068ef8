// SPDX-License-Identifier: MIT
//
// One thread's share of the crowd: when each of its buyers is due, what they
// ask of the inventory, what they were told.

#ifndef SEATFIELD_EXAMPLES_ON_SALE_WORKER_H_
#define SEATFIELD_EXAMPLES_ON_SALE_WORKER_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "absl/status/status.h"
#include "board.h"
#include "buyer.h"
#include "house.h"
#include "seatfield/best_available.h"
#include "seatfield/outcome.h"
#include "seatfield/refusal.h"
#include "seatfield/time.h"
#include "seatfield/transaction.h"
#include "tally.h"

namespace examples::on_sale {

// Simulated time goes in ticks; tick 0 is the opening.
using Tick = std::int64_t;
inline constexpr seatfield::Duration kTick = std::chrono::seconds(1);
inline constexpr Tick kNoTick = std::numeric_limits<Tick>::max();

constexpr seatfield::Time TimeOf(Tick tick) { return kOpening + tick * kTick; }

// The first tick that is not before `time`.
constexpr Tick TickAt(seatfield::Time time) {
  return (time - kOpening + kTick - seatfield::Duration(1)) / kTick;
}

// Who is due when.
class Calendar {
 public:
  void Add(Tick tick, std::uint32_t who);
  // The first tick, not before `from`, when anyone is due; kNoTick if none.
  Tick Next(Tick from) const;
  // Those due at `tick`, in the order in which they were added.
  std::vector<std::uint32_t> Take(Tick tick);

 private:
  std::vector<std::vector<std::uint32_t>> ticks_;
};

class Worker {
 public:
  // Buyers `first`, `first` + `stride`, ... below `end`.
  Worker(House& house, const Board& board, std::uint64_t seed,
         std::uint32_t first, std::uint32_t stride, std::uint32_t end,
         seatfield::BestPolicy::Order order);

  // Lets all who are due at `tick` act, at the time of the house's clock.
  void Run(Tick tick);

  Tick NextTick(Tick from) const { return calendar_.Next(from); }
  const Tally& tally() const { return tally_; }
  const absl::Status& status() const { return status_; }  // the environment's

 private:
  void Act(std::uint32_t who, Tick tick);
  NextVisit RunErrand(Buyer& buyer);
  NextVisit Seek(Buyer& buyer);
  NextVisit Finalize(Buyer& buyer);
  NextVisit Release(Buyer& buyer);

  // Fill transaction_; false if the map showed nothing to ask for.
  bool AskForSeats(Buyer& buyer);
  void AskForBest(Buyer& buyer);
  seatfield::OrphanRule RuleFor(const Buyer& buyer) const;
  seatfield::BestPolicy PolicyFor(const Buyer& buyer) const;

  // Commits transaction_ into outcome_, once or, of such a buyer, twice.
  // Returns whether it was granted.
  bool Send(const Buyer& buyer, seatfield::StepKind kind);
  void SendOnce(seatfield::StepKind kind, seatfield::Outcome& outcome);
  void CheckReplay(seatfield::StepKind kind);
  void RecordSales(const Buyer& buyer);

  House& house_;
  const Board& board_;
  seatfield::BestPolicy::Order order_;
  std::vector<Buyer> buyers_;
  Calendar calendar_;
  Tally tally_;
  absl::Status status_;
  seatfield::Time now_{};

  // Used again and again, so that a request allocates nothing.
  seatfield::Transaction transaction_;
  seatfield::Outcome outcome_;
  seatfield::Outcome second_outcome_;
  std::vector<seatfield::Seat> seats_;
  std::vector<seatfield::Offer> offers_;
};

}  // namespace examples::on_sale

#endif  // SEATFIELD_EXAMPLES_ON_SALE_WORKER_H_
