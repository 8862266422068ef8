// SPDX-License-Identifier: MIT
//
// One thread's share of the crowd: when each of its buyers is due, what they
// ask of the inventory, what they were told.

#ifndef SEATFIELD_EXAMPLES_ON_SALE_WORKER_H_
#define SEATFIELD_EXAMPLES_ON_SALE_WORKER_H_

#include <cstddef>
#include <cstdint>
#include <string>
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
#include "spec.h"
#include "tally.h"
#include "ticks.h"

namespace examples::on_sale {

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
  // Of the threads of `spec`, which must outlive it, number `thread`.
  Worker(House& house, const Board& board, const SaleSpec& spec,
         std::uint32_t thread);

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
  // Writes down what was acknowledged.
  void WriteLedger();

  House& house_;
  const Board& board_;
  const SaleSpec& spec_;
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
  std::string ledger_lines_;  // not written yet
};

}  // namespace examples::on_sale

#endif  // SEATFIELD_EXAMPLES_ON_SALE_WORKER_H_
