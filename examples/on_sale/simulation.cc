// SPDX-License-Identifier: MIT

#include "simulation.h"

#include <algorithm>
#include <barrier>
#include <limits>
#include <thread>
#include <utility>

namespace examples::on_sale {

using SteadyClock = std::chrono::steady_clock;

namespace {

double SecondsSince(SteadyClock::time_point begin) {
  return std::chrono::duration<double>(SteadyClock::now() - begin).count();
}

}  // namespace

Simulation::Simulation(House& house, const SaleSpec& spec, Progress& progress)
    : house_(house), spec_(spec), progress_(progress), board_(house) {
  for (std::uint32_t i = 0; i < spec.threads; ++i) {
    workers_.push_back(std::make_unique<Worker>(house, board_, spec, i));
  }
}

SaleResult Simulation::Run() {
  begin_ = SteadyClock::now();
  Advance();
  RunThreads();
  result_.wall_seconds = SecondsSince(begin_);
  result_.simulated = house_.clock().Now() - kOpening;
  result_.tally.sales = spec_.earlier.sales;
  for (const auto& worker : workers_) result_.tally.Add(worker->tally());
  result_.sold_out = SeatsSold() == house_.venue().seat_count;
  ShowProgress();
  return std::move(result_);
}

void Simulation::RunThreads() {
  const auto advance = [this]() noexcept { Advance(); };
  std::barrier barrier(static_cast<std::ptrdiff_t>(workers_.size()), advance);
  std::vector<std::thread> threads;
  for (const auto& worker : workers_) {
    threads.emplace_back([this, &barrier, &worker] {
      while (!is_over_) {
        worker->Run(tick_);
        barrier.arrive_and_wait();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

void Simulation::Advance() {
  result_.status.Update(FirstFailure());
  const Tick next = NextTick();
  if (!result_.status.ok() || next == kNoTick ||
      SeatsSold() == house_.venue().seat_count) {
    is_over_ = true;
    return;
  }
  // The board is not to grow stale while nobody comes.
  tick_ = std::min(next, std::max(TickAt(board_.refresh_at()), tick_));
  result_.status.Update(MoveClock());
  is_over_ = !result_.status.ok();
  if (progress_.IsDue()) ShowProgress();
}

absl::Status Simulation::MoveClock() {
  house_.clock().Set(TimeOf(tick_));
  absl::Status status = ExpireDue();
  if (!status.ok() || TimeOf(tick_) < board_.refresh_at()) return status;
  status = board_.Refresh(TimeOf(tick_));
  result_.orphans_most = std::max(result_.orphans_most, board_.CountOrphans());
  return status;
}

absl::Status Simulation::ExpireDue() {
  const auto begin = SteadyClock::now();
  const auto expired = house_.inventory().ExpireDue();
  if (!expired.ok()) return expired.status();
  if (*expired == 0) return absl::OkStatus();
  const std::chrono::nanoseconds took = SteadyClock::now() - begin;
  result_.sweeps.Add(static_cast<std::uint64_t>(took.count()));
  result_.expired_holds += *expired;
  return absl::OkStatus();
}

absl::Status Simulation::FirstFailure() const {
  for (const auto& worker : workers_) {
    if (!worker->status().ok()) return worker->status();
  }
  return absl::OkStatus();
}

Tick Simulation::NextTick() const {
  Tick next = kNoTick;
  for (const auto& worker : workers_) {
    next = std::min(next, worker->NextTick(tick_));
  }
  return next;
}

std::uint64_t Simulation::SeatsSold() const {
  std::uint64_t sold = spec_.earlier.sales.size();
  for (const auto& worker : workers_) sold += worker->tally().sales.size();
  return sold;
}

void Simulation::ShowProgress() {
  ProgressState state{.seats = house_.venue().seat_count,
                      .sold = SeatsSold(),
                      .held = board_.CountReserved(),
                      .simulated = house_.clock().Now() - kOpening,
                      .wall_seconds = SecondsSince(begin_),
                      .is_over = is_over_};
  for (const auto& worker : workers_) {
    state.operations += worker->tally().operations();
    state.refused += worker->tally().refused();
  }
  progress_.Show(state);
}

}  // namespace examples::on_sale
