// SPDX-License-Identifier: MIT

#include "redis/opener.h"

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "redis/connection.h"
#include "redis/node.h"
#include "redis/topology.h"
#include "seatfield/internal/no_memory.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {

void Opener::Open(Node& node) {
  const std::lock_guard lock(mutex_);
  wanted_.push_back(&node);
  changed_.notify_one();
}

void Opener::Run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return stopped_ || !wanted_.empty(); });
    if (stopped_) return;
    Node& node = *wanted_.front();
    wanted_.erase(wanted_.begin());
    lock.unlock();
    auto connection = internal::OrNoMemory(
        [&] { return Connection::Open(node.endpoint, options_); });
    const bool failed = !connection.ok();
    if (failed) {
      node.pool.NoteFailed();
    } else {
      node.pool.NoteOpened();
    }
    done_({&node, std::move(connection)});
    if (failed) topology_.Refresh();
    lock.lock();
  }
}

void Opener::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    changed_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield
