// SPDX-License-Identifier: MIT
//
// The client of a server and of a cluster: a server is a cluster of one node.

#ifndef SEATFIELD_REDIS_NODES_CLIENT_H_
#define SEATFIELD_REDIS_NODES_CLIENT_H_

#include <mutex>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "redis/async_calls.h"
#include "redis/call_run.h"
#include "redis/client.h"
#include "redis/command.h"
#include "redis/gate.h"
#include "redis/keeper.h"
#include "redis/reply.h"
#include "redis/topology.h"
#include "seatfield/redis_storage.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {

class NodesClient final : public Client {
 public:
  // The options have been checked.
  explicit NodesClient(const RedisOptions& options);
  ~NodesClient() override { Close(); }
  NodesClient(const NodesClient&) = delete;
  NodesClient& operator=(const NodesClient&) = delete;

  // Errors: as Client::Connect().
  absl::Status Connect();

  absl::StatusOr<ReplyPtr> Call(const Request& request) override;
  void CallMany(std::span<const Request> requests,
                std::vector<absl::StatusOr<ReplyPtr>>& answers) override;
  void CallAsync(Request request, Callback callback) override;
  absl::Status CallEverywhere(const Request& request) override;
  RedisServerInfo server() const override { return topology_.server(); }
  RedisPoolStats pool() const override { return topology_.pool(); }
  void Close() override;

 private:
  void Run(std::span<Task> tasks);

  const RedisOptions options_;
  Gate gate_;
  Topology topology_;
  Keeper keeper_;
  AsyncCalls async_;
  std::mutex close_mutex_;
};

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_REDIS_NODES_CLIENT_H_
