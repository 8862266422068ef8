// SPDX-License-Identifier: MIT

#include "redis/nodes_client.h"

#include <cstddef>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "redis/answer.h"
#include "redis/call_run.h"
#include "redis/command.h"
#include "redis/gate.h"
#include "redis/node.h"
#include "redis/reply.h"
#include "redis/socket.h"
#include "seatfield/redis_storage.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {

NodesClient::NodesClient(const RedisOptions& options)
    : options_(options),
      topology_(options_, gate_),
      keeper_(topology_, options_),
      async_(topology_, options_) {}

absl::Status NodesClient::Connect() {
  absl::Status status = topology_.Connect();
  if (status.ok()) status = keeper_.Start();
  return status;
}

absl::StatusOr<ReplyPtr> NodesClient::Call(const Request& request) {
  absl::StatusOr<ReplyPtr> answer = ReplyPtr();
  Task task{.request = &request, .answer = &answer};
  Run({&task, 1});
  return answer;
}

void NodesClient::CallMany(std::span<const Request> requests,
                           std::vector<absl::StatusOr<ReplyPtr>>& answers) {
  answers.clear();
  answers.reserve(requests.size());
  for (std::size_t i = 0; i < requests.size(); ++i) {
    answers.emplace_back(ReplyPtr());
  }
  std::vector<Task> tasks(requests.size());
  for (std::size_t i = 0; i < requests.size(); ++i) {
    tasks[i].request = &requests[i];
    tasks[i].answer = &answers[i];
  }
  Run(tasks);
}

void NodesClient::Run(std::span<Task> tasks) {
  const Gate::Pass pass(gate_);
  if (pass) {
    CallRun(topology_, gate_, options_).Run(tasks);
    return;
  }
  for (Task& task : tasks) *task.answer = Gate::Closed();
}

void NodesClient::CallAsync(Request request, Callback callback) {
  async_.Call(std::move(request), std::move(callback));
}

absl::Status NodesClient::CallEverywhere(const Request& request) {
  const std::vector<Node*> nodes = topology_.Primaries();
  std::vector<absl::StatusOr<ReplyPtr>> answers;
  std::vector<Task> tasks(nodes.size());
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    answers.emplace_back(ReplyPtr());
  }
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    tasks[i] = {.request = &request,
                .answer = &answers[i],
                .effort = {.next = nodes[i], .pinned = true}};
  }
  Run(tasks);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (!answers[i].ok()) return answers[i].status();
    const redisReply& reply = **answers[i];
    if (IsError(reply)) {
      return StatusOfError(nodes[i]->endpoint, TextOf(reply));
    }
  }
  return absl::OkStatus();
}

void NodesClient::Close() {
  // Who comes second waits for the first.
  const std::lock_guard lock(close_mutex_);
  const SteadyTime deadline = After(options_.socket_timeout);
  async_.Refuse();
  gate_.Close(deadline);
  async_.Close(deadline);
  topology_.Close();
  gate_.Empty();
  keeper_.Stop();
}

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield
