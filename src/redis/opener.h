// SPDX-License-Identifier: MIT
//
// A thread that opens connections for another one, which must not wait.
//
// Thread safety: every member from any thread; Stop() once.

#ifndef SEATFIELD_REDIS_OPENER_H_
#define SEATFIELD_REDIS_OPENER_H_

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "redis/connection.h"
#include "redis/node.h"
#include "redis/thread_start.h"
#include "redis/topology.h"
#include "seatfield/redis_storage.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {

struct Opened {
  Node* node = nullptr;
  absl::StatusOr<std::unique_ptr<Connection>> connection;
};

class Opener {
 public:
  // All must outlive it; `done` runs on its thread.
  Opener(Topology& topology, const RedisOptions& options,
         std::function<void(Opened)> done)
      : topology_(topology), options_(options), done_(std::move(done)) {}
  ~Opener() { Stop(); }
  Opener(const Opener&) = delete;
  Opener& operator=(const Opener&) = delete;

  // Does nothing the second time. Errors: ResourceExhausted.
  absl::Status Start() {
    if (thread_.joinable()) return absl::OkStatus();
    return StartThread(thread_, [this] { Run(); });
  }
  void Stop();

  // Opens one to the node. Learns the map of a cluster anew if it cannot.
  void Open(Node& node);

 private:
  void Run();

  Topology& topology_;
  const RedisOptions& options_;
  const std::function<void(Opened)> done_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Node*> wanted_;
  bool stopped_ = false;
  std::thread thread_;
};

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_REDIS_OPENER_H_
