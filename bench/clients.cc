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
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "beside.h"
#include "houses.h"
#include "threads.h"

namespace seatfield::bench {
namespace {

using Clock = std::chrono::steady_clock;

class ClientsRun {
 public:
  ClientsRun(DurableInventory& inventory, const ClientsJob& job)
      : inventory_(inventory),
        job_(job),
        ready_(static_cast<std::ptrdiff_t>(job.clients)) {
    result_.sold.resize(job.requests.size());
  }

  ClientsResult Finish() {
    std::vector<std::unique_ptr<DurableClerk>> clerks(job_.clients);
    for (auto& clerk : clerks) clerk = inventory_.NewClerk();
    std::vector<std::thread> threads;
    threads.reserve(clerks.size());
    for (auto& clerk : clerks) {
      threads.emplace_back([&] { Guarded([&] { Serve(*clerk); }); });
    }
    std::optional<Beside> beside;
    if (job_.beside) beside.emplace([this] { job_.beside(Progress()); });
    for (std::thread& thread : threads) thread.join();
    if (beside) beside->End();
    if (error_ != nullptr) std::rethrow_exception(error_);
    Demand(!result_.latencies.empty(), "too few requests to time");
    const std::chrono::duration<double> time = last_ - Begin();
    result_.commits_per_second =
        static_cast<double>(result_.latencies.size()) / time.count();
    return std::move(result_);
  }

 private:
  static constexpr Clock::rep kNever =
      Clock::time_point::max().time_since_epoch().count();

  struct Client {
    DurableClerk& clerk;
    Clock::time_point last{};  // when it was last answered
    Clock::time_point warm{};  // when it has warmed up long enough
    std::vector<double> latencies{};
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

  // Of what is timed; the end of all time while the clients warm up.
  Clock::time_point Begin() const {
    return Clock::time_point(Clock::duration(begin_));
  }
  void BeginIfWarm(const Client& client) {
    if (client.last < client.warm &&
        next_ < job_.requests.size() / kWarmUpShare)
      return;
    Clock::rep none = kNever;
    begin_.compare_exchange_strong(none,
                                   client.last.time_since_epoch().count());
  }
  bool IsOver(Clock::time_point now) const {
    return begin_ != kNever && now - Begin() >= job_.timed;
  }
  double Progress() const {
    if (begin_ == kNever) return 0;
    const std::chrono::duration<double> time = Clock::now() - Begin();
    const std::chrono::duration<double> whole = job_.timed;
    return std::max(
        time / whole,
        static_cast<double>(next_) / static_cast<double>(job_.requests.size()));
  }

  void Serve(DurableClerk& clerk) {
    if (job_.stays) StayOnProcessor(0);
    ready_.arrive_and_wait();
    Client client{.clerk = clerk, .last = Clock::now()};
    client.warm = client.last + job_.warm_up;
    for (std::size_t i = next_++; i < job_.requests.size(); i = next_++) {
      const Request& request = job_.requests[i];
      if (Do(client, Act::kReserve, request)) {
        const Act then = request.finalize ? Act::kFinalize : Act::kRelease;
        result_.sold[i] = Do(client, then, request) && request.finalize;
      }
      if (IsOver(client.last)) break;
      if (begin_ == kNever) BeginIfWarm(client);
    }
    const std::lock_guard lock(mutex_);
    last_ = std::max(last_, client.last);
    result_.latencies.insert(result_.latencies.end(), client.latencies.begin(),
                             client.latencies.end());
  }

  bool Do(Client& client, Act act, const Request& request) {
    const bool done = client.clerk.Do(act, request, kNow);
    const Clock::time_point before = std::exchange(client.last, Clock::now());
    if (done && before >= Begin()) {
      client.latencies.push_back(
          std::chrono::duration<double, std::micro>(client.last - before)
              .count());
    }
    return done;
  }

  DurableInventory& inventory_;
  const ClientsJob& job_;
  std::barrier<> ready_;
  std::atomic<Clock::rep> begin_ = kNever;
  std::atomic<std::size_t> next_ = 0;
  std::mutex mutex_;  // of all below
  std::exception_ptr error_;
  Clock::time_point last_{};
  ClientsResult result_;
};

}  // namespace

ClientsResult RunClients(DurableInventory& inventory, const ClientsJob& job) {
  return ClientsRun(inventory, job).Finish();
}

}  // namespace seatfield::bench
