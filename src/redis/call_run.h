// SPDX-License-Identifier: MIT
//
// Carries requests out and waits for their answers: in rounds, in each of which
// every node gets all of its requests at once.
//
// Thread safety: one thread at a time.
// Cost: a round is one connection and one round trip for each node, all at the
//   same time.

#ifndef SEATFIELD_REDIS_CALL_RUN_H_
#define SEATFIELD_REDIS_CALL_RUN_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "redis/client.h"
#include "redis/command.h"
#include "redis/gate.h"
#include "redis/node.h"
#include "redis/pool.h"
#include "redis/reply.h"
#include "redis/settle.h"
#include "redis/topology.h"
#include "seatfield/redis_storage.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {

// One request and what has become of it.
struct Task {
  const Request* request = nullptr;
  absl::StatusOr<ReplyPtr>* answer = nullptr;
  Effort effort{};
  Node* node = nullptr;   // of this round
  std::size_t begin = 0;  // in the bytes that the node gets
  bool done = false;
};

class CallRun {
 public:
  // All must outlive it.
  CallRun(Topology& topology, Gate& gate, const RedisOptions& options)
      : topology_(topology), gate_(gate), settler_(topology, options) {}

  // Gives each task its answer.
  void Run(std::span<Task> tasks);

 private:
  // The tasks of one node in a round.
  struct Group {
    std::span<Task*> tasks;
    std::optional<Pool::Lease> lease;
    std::string bytes;
    std::size_t left = 0;  // bytes that may have
    absl::Status status;
  };

  // Of those that are not done, by node.
  std::vector<Task*> Choose(std::span<Task> tasks);
  static std::vector<Group> GroupByNode(std::span<Task*> tasks);
  void Send(Group& group);
  void Receive(Group& group);
  bool ReceiveOne(Group& group, Task& task);
  void Lose(Group& group, std::size_t first);
  void Settle(Task& task, Settlement settlement);
  void End(Task& task, absl::StatusOr<ReplyPtr> answer);
  // Before the next round, if one must be waited for. Returns false: no more.
  bool Pause();

  Topology& topology_;
  Gate& gate_;
  Settler settler_;
  std::uint32_t failed_attempts_ = 0;  // of a task of this round, the most
};

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_REDIS_CALL_RUN_H_
