// SPDX-License-Identifier: MIT
//
// The on-sale: real threads of buyers, one simulated clock. All that is due in
// a tick happens at once, on all threads; a barrier parts the ticks.

#ifndef SEATFIELD_EXAMPLES_ON_SALE_SIMULATION_H_
#define SEATFIELD_EXAMPLES_ON_SALE_SIMULATION_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "board.h"
#include "house.h"
#include "latency.h"
#include "progress.h"
#include "seatfield/time.h"
#include "spec.h"
#include "tally.h"
#include "ticks.h"
#include "worker.h"

namespace examples::on_sale {

struct SaleResult {
  absl::Status status;              // what ended it early
  Tally tally;                      // of all threads
  std::uint64_t expired_holds = 0;  // by sweeps between ticks
  Latency sweeps;
  std::uint64_t orphans_most = 0;  // at one time, as the board showed them
  bool sold_out = false;
  seatfield::Duration simulated{};  // until the end
  double wall_seconds = 0;
};

class Simulation {
 public:
  // `spec` must outlive it.
  Simulation(House& house, const SaleSpec& spec, Progress& progress);

  SaleResult Run();

 private:
  void RunThreads();
  // One thread, while the others wait: ends the sale or moves the clock on.
  void Advance();
  absl::Status MoveClock();
  absl::Status ExpireDue();
  absl::Status FirstFailure() const;
  Tick NextTick() const;
  std::uint64_t SeatsSold() const;
  void ShowProgress();

  House& house_;
  const SaleSpec& spec_;
  Progress& progress_;
  Board board_;
  std::vector<std::unique_ptr<Worker>> workers_;
  SaleResult result_;
  Tick tick_ = 0;
  bool is_over_ = false;
  std::chrono::steady_clock::time_point begin_{};
};

}  // namespace examples::on_sale

#endif  // SEATFIELD_EXAMPLES_ON_SALE_SIMULATION_H_
