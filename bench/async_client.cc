// SPDX-License-Identifier: MIT

#include "async_client.h"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "beside.h"
#include "clients.h"
#include "houses.h"

namespace seatfield::bench {
namespace {

using Clock = std::chrono::steady_clock;

class AsyncClient {
 public:
  AsyncClient(OurDurableInventory& inventory, RequestSpan requests,
              std::size_t in_flight)
      : inventory_(inventory), requests_(requests), buyers_(in_flight) {
    result_.sold.resize(requests.size());
  }

  double Progress() const {
    return static_cast<double>(next_) / static_cast<double>(requests_.size());
  }

  ClientsResult Finish() {
    for (Buyer& buyer : buyers_) {
      buyer.client = this;
      Serve(buyer);
    }
    while (serving_ > 0) {
      Buyer* buyer = answered_.exchange(nullptr, std::memory_order_acquire);
      if (buyer == nullptr) answered_.wait(nullptr);
      while (buyer != nullptr) GoOn(*std::exchange(buyer, buyer->next));
    }
    const std::chrono::duration<double> time = Clock::now() - begin_;
    result_.commits_per_second = static_cast<double>(commits_) / time.count();
    return std::move(result_);
  }

 private:
  struct Buyer {
    AsyncClient* client = nullptr;
    Buyer* next = nullptr;  // in the list of those answered
    std::size_t at = 0;     // its request
    Act act = Act::kReserve;
    bool failed = false;
    bool committed = false;
  };

  // Gives the buyer the next request, if there is one.
  void Serve(Buyer& buyer) {
    buyer.at = next_.load(std::memory_order_relaxed);
    if (buyer.at == requests_.size()) return;
    next_.store(buyer.at + 1, std::memory_order_relaxed);
    if (buyer.at == requests_.size() / kWarmUpShare) {
      begin_ = Clock::now();
      commits_ = 0;
    }
    ++serving_;
    Ask(buyer, Act::kReserve);
  }

  void Ask(Buyer& buyer, Act act) {
    buyer.act = act;
    inventory_.Build(act, requests_[buyer.at], transaction_);
    inventory_.storage().CommitAsync(
        transaction_, kNow, {},
        [&buyer](const absl::Status& status, const Outcome& outcome) {
          buyer.failed = !status.ok();
          buyer.committed = status.ok() && outcome.committed();
          buyer.client->Push(buyer);
        });
  }

  // From any thread. Only the first in a list has anybody to wake.
  void Push(Buyer& buyer) {
    Buyer* next = answered_.load(std::memory_order_relaxed);
    do {
      buyer.next = next;
    } while (!answered_.compare_exchange_weak(
        next, &buyer, std::memory_order_release, std::memory_order_relaxed));
    if (next == nullptr) answered_.notify_one();
  }

  void GoOn(Buyer& buyer) {
    Demand(!buyer.failed, "an asynchronous commit failed");
    commits_ += buyer.committed ? 1 : 0;
    const Request& request = requests_[buyer.at];
    if (buyer.act == Act::kReserve && buyer.committed) {
      return Ask(buyer, request.finalize ? Act::kFinalize : Act::kRelease);
    }
    result_.sold[buyer.at] = buyer.act == Act::kFinalize && buyer.committed;
    --serving_;
    Serve(buyer);
  }

  // The last answered first. Static, because whoever wakes may still be at it
  // when all is done.
  static inline std::atomic<Buyer*> answered_ = nullptr;

  OurDurableInventory& inventory_;
  RequestSpan requests_;
  std::vector<Buyer> buyers_;
  Transaction transaction_;
  std::atomic<std::size_t> next_ = 0;
  std::size_t serving_ = 0;
  std::uint64_t commits_ = 0;
  Clock::time_point begin_;
  ClientsResult result_;
};

}  // namespace

ClientsResult RunAsyncClient(OurDurableInventory& inventory,
                             RequestSpan requests, std::size_t in_flight,
                             std::function<void(double progress)> beside) {
  AsyncClient client(inventory, requests, in_flight);
  Beside step([&] { beside(client.Progress()); });
  ClientsResult result = client.Finish();
  step.End();
  return result;
}

}  // namespace seatfield::bench
