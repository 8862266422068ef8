// SPDX-License-Identifier: MIT

#include "redis/keeper.h"

#include <algorithm>
#include <chrono>
#include <mutex>

#include "absl/status/status.h"
#include "redis/topology.h"
#include "seatfield/internal/no_memory.h"
#include "seatfield/redis_storage.h"
#include "seatfield/time.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {

Keeper::Keeper(Topology& topology, const RedisOptions& options)
    : topology_(topology),
      pause_(std::clamp<Duration>(
          std::min(options.idle_close, options.health_check) / 2,
          std::chrono::milliseconds(10), std::chrono::seconds(1))) {}

void Keeper::Run() {
  std::unique_lock lock(mutex_);
  while (!stop_.wait_for(lock, pause_, [&] { return stopped_; })) {
    lock.unlock();
    // Without memory it is done the next time.
    (void)internal::OrNoMemory([&] {
      topology_.Maintain();
      return absl::OkStatus();
    });
    lock.lock();
  }
}

void Keeper::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    stop_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield
