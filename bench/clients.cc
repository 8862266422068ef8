// SPDX-License-Identifier: MIT

#include "clients.h"

#include <algorithm>
#include <atomic>
#include <barrier>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace seatfield::bench {
namespace {

using Clock = std::chrono::steady_clock;

class Run {
 public:
  Run(DurableInventory& inventory, const ClientsJob& job)
      : inventory_(inventory),
        job_(job),
        ready_(static_cast<std::ptrdiff_t>(job.clients) + 1, Start{this}) {
    result_.sold.resize(job.requests.size());
  }

  ClientsResult Finish() {
    std::vector<std::unique_ptr<DurableClerk>> clerks(job_.clients);
    for (auto& clerk : clerks) clerk = inventory_.NewClerk();
    std::vector<std::thread> threads;
    for (auto& clerk : clerks) {
      threads.emplace_back([&] { Guarded([&] { Client(*clerk); }); });
    }
    ready_.arrive_and_wait();
    std::this_thread::sleep_until(begin_);
    Guarded(job_.beside);
    for (std::thread& thread : threads) thread.join();
    if (error_ != nullptr) std::rethrow_exception(error_);
    const std::chrono::duration<double> time = last_ - begin_;
    result_.commits_per_second = static_cast<double>(commits_) / time.count();
    return std::move(result_);
  }

 private:
  // When all clients are there.
  struct Start {
    Run* run;
    void operator()() noexcept {
      run->begin_ = Clock::now() + run->job_.warm_up;
      run->end_ = run->begin_ + run->job_.timed;
      run->last_ = run->begin_;
    }
  };

  template <typename Work>
  void Guarded(Work work) {
    try {
      work();
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (error_ == nullptr) error_ = std::current_exception();
    }
  }

  // What one client adds when it is done.
  struct Own {
    std::uint64_t commits = 0;
    Clock::time_point last;
    std::vector<double> latencies;
  };

  void Client(DurableClerk& clerk) {
    ready_.arrive_and_wait();
    Own own{.last = begin_};
    for (std::size_t i = next_++; i < job_.requests.size(); i = next_++) {
      if (!Serve(clerk, i, own)) break;
    }
    const std::lock_guard lock(mutex_);
    commits_ += own.commits;
    last_ = std::max(last_, own.last);
    result_.latencies.insert(result_.latencies.end(), own.latencies.begin(),
                             own.latencies.end());
  }

  // False: the time is over.
  bool Serve(DurableClerk& clerk, std::size_t at, Own& own) {
    const Request& request = job_.requests[at];
    if (!Do(clerk, Act::kReserve, request, own)) return own.last < end_;
    const Act then = request.finalize ? Act::kFinalize : Act::kRelease;
    const bool done = Do(clerk, then, request, own);
    result_.sold[at] = done && request.finalize;
    return own.last < end_;
  }

  bool Do(DurableClerk& clerk, Act act, const Request& request, Own& own) {
    const Clock::time_point before =
        job_.latencies ? Clock::now() : Clock::time_point();
    if (!clerk.Do(act, request, kNow)) return false;
    own.last = std::max(begin_, Clock::now());
    if (own.last == begin_) return true;
    ++own.commits;
    if (job_.latencies) {
      own.latencies.push_back(
          std::chrono::duration<double, std::micro>(own.last - before).count());
    }
    return true;
  }

  DurableInventory& inventory_;
  const ClientsJob& job_;
  std::barrier<Start> ready_;
  Clock::time_point begin_, end_;
  std::atomic<std::size_t> next_ = 0;
  std::mutex mutex_;  // of all below
  std::exception_ptr error_;
  std::uint64_t commits_ = 0;
  Clock::time_point last_;
  ClientsResult result_;
};

}  // namespace

ClientsResult RunClients(DurableInventory& inventory, const ClientsJob& job) {
  return Run(inventory, job).Finish();
}

}  // namespace seatfield::bench
