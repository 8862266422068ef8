// SPDX-License-Identifier: MIT
//
// A thread that closes connections that are idle too long, opens those that are
// missing and learns the map of a cluster anew when it has changed.
//
// Thread safety: Start() first, Stop() last, once.

#ifndef SEATFIELD_REDIS_KEEPER_H_
#define SEATFIELD_REDIS_KEEPER_H_

#include <condition_variable>
#include <mutex>
#include <thread>

#include "absl/status/status.h"
#include "redis/thread_start.h"
#include "redis/topology.h"
#include "seatfield/redis_storage.h"
#include "seatfield/time.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {

class Keeper {
 public:
  // Must outlive it.
  Keeper(Topology& topology, const RedisOptions& options);
  ~Keeper() { Stop(); }
  Keeper(const Keeper&) = delete;
  Keeper& operator=(const Keeper&) = delete;

  // Errors: ResourceExhausted.
  absl::Status Start() {
    return StartThread(thread_, [this] { Run(); });
  }
  void Stop();

 private:
  void Run();

  Topology& topology_;
  const Duration pause_;
  std::mutex mutex_;
  std::condition_variable stop_;
  bool stopped_ = false;
  std::thread thread_;
};

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_REDIS_KEEPER_H_
