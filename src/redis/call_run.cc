// SPDX-License-Identifier: MIT

#include "redis/call_run.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "redis/answer.h"
#include "redis/command.h"
#include "redis/gate.h"
#include "redis/node.h"
#include "redis/pool.h"
#include "redis/reply.h"
#include "redis/settle.h"
#include "redis/topology.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {

void CallRun::Run(std::span<Task> tasks) {
  for (;;) {
    std::vector<Task*> chosen = Choose(tasks);
    // In one order for all callers, so that none waits in a circle for
    // connections that others hold.
    std::vector<Group> groups = GroupByNode(chosen);
    for (Group& group : groups) Send(group);
    for (Group& group : groups) Receive(group);
    const bool done = std::ranges::all_of(tasks, &Task::done);
    if (done) return;
    if (Pause()) continue;
    for (Task& task : tasks) {
      if (!task.done) End(task, Gate::Closed());
    }
    return;
  }
}

std::vector<Task*> CallRun::Choose(std::span<Task> tasks) {
  std::vector<Task*> chosen;
  for (Task& task : tasks) {
    if (task.done) continue;
    task.node = settler_.Choose(*task.request, task.effort);
    if (task.node != nullptr) {
      chosen.push_back(&task);
    } else {
      Settle(task, settler_.OnNowhere(*task.request, task.effort));
    }
  }
  const auto number = [](const Task* task) { return task->node->number; };
  std::ranges::stable_sort(chosen, {}, number);
  return chosen;
}

std::vector<CallRun::Group> CallRun::GroupByNode(std::span<Task*> tasks) {
  std::vector<Group> groups;
  std::size_t first = 0;
  for (std::size_t i = 1; i <= tasks.size(); ++i) {
    if (i < tasks.size() && tasks[i]->node == tasks[first]->node) continue;
    groups.emplace_back().tasks = tasks.subspan(first, i - first);
    first = i;
  }
  return groups;
}

void CallRun::Send(Group& group) {
  absl::StatusOr<Pool::Lease> lease = group.tasks[0]->node->pool.Acquire();
  if (!lease.ok()) {
    group.status = lease.status();
    return;
  }
  group.lease.emplace(*std::move(lease));

  const Task& only = *group.tasks[0];
  std::string_view bytes = only.request->bytes;
  if (group.tasks.size() > 1 || only.effort.asking) {
    for (Task* const task : group.tasks) {
      task->begin = group.bytes.size();
      if (task->effort.asking) AppendCommand(group.bytes, "ASKING");
      group.bytes += task->request->bytes;
    }
    bytes = group.bytes;
  }
  group.status = (*group.lease)->Send(bytes, group.left);
}

void CallRun::Receive(Group& group) {
  if (!group.lease.has_value()) {
    for (Task* const task : group.tasks) {
      Settle(*task, settler_.OnUnsent(group.status, task->effort));
    }
    return;
  }
  if (!group.status.ok()) {
    Lose(group, 0);
    return;
  }
  bool keeps = true;
  for (std::size_t i = 0; i < group.tasks.size(); ++i) {
    keeps = ReceiveOne(group, *group.tasks[i]) && keeps;
    if (group.status.ok()) continue;
    Lose(group, i);
    return;
  }
  if (keeps) group.lease->Return();
  group.lease.reset();
}

// Returns whether the connection can be kept.
bool CallRun::ReceiveOne(Group& group, Task& task) {
  AnswerJudge judge(task.request->answers, task.effort.asking ? 1 : 0);
  for (;;) {
    absl::StatusOr<ReplyPtr> reply = (*group.lease)->Receive();
    if (!reply.ok()) {
      group.status = reply.status();
      return false;
    }
    if (!judge.Add(**reply)) continue;
    const Judgement judgement = judge.Take();
    Settlement settlement =
        settler_.OnAnswer(*task.node, judgement, task.effort);
    if (settlement.kind == Settlement::Kind::kAnswered) {
      End(task, *std::move(reply));
    } else {
      Settle(task, std::move(settlement));
    }
    return judgement.kind != AnswerKind::kReadOnly &&
           judgement.kind != AnswerKind::kUnauthenticated;
  }
}

// The answers from that of task `first` on will not come.
void CallRun::Lose(Group& group, std::size_t first) {
  group.lease.reset();
  for (std::size_t i = first; i < group.tasks.size(); ++i) {
    Task& task = *group.tasks[i];
    const bool left = task.begin < group.left;
    Settle(task, settler_.OnLost(group.status, left, i == first, *task.request,
                                 task.effort));
  }
}

void CallRun::Settle(Task& task, Settlement settlement) {
  if (settlement.kind == Settlement::Kind::kFailed) {
    End(task, std::move(settlement.status));
  } else if (settlement.kind == Settlement::Kind::kLater) {
    failed_attempts_ = std::max(failed_attempts_, task.effort.attempts);
  }
}

void CallRun::End(Task& task, absl::StatusOr<ReplyPtr> answer) {
  *task.answer = std::move(answer);
  task.done = true;
}

bool CallRun::Pause() {
  const std::uint32_t attempts = std::exchange(failed_attempts_, 0);
  if (attempts == 0) return true;
  if (!gate_.Pause(topology_.backoff().After(attempts))) return false;
  topology_.Refresh();
  return true;
}

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield
