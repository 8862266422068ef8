// SPDX-License-Identifier: MIT
//
// The script as something that can be called: EVALSHA, with the whole text
// where a server has lost it, and on Kvrocks within MULTI and EXEC, without
// which a script that is killed there leaves half of its writes.
//
// Errors: see redis_storage.h.
// Thread safety: const members may run concurrently.

#ifndef SEATFIELD_REDIS_SCRIPT_H_
#define SEATFIELD_REDIS_SCRIPT_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "redis/client.h"
#include "redis/command.h"
#include "redis/names.h"
#include "redis/reply.h"
#include "seatfield/redis_storage.h"
#include "seatfield/section.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {

// The text of all its parts.
std::string_view ScriptText();

struct ScriptCall {
  std::string_view operation;
  Domain domain;
  std::vector<SectionName> sections{};  // whose keys are declared
  std::int64_t now = 0;                 // 0: the server's clock
  std::string body{};                   // packed
  bool reads_only = false;
  bool confirm = false;  // by RedisOptions::wait_replicas
};

// Keeps the bytes that it answers.
struct ScriptAnswer {
  ReplyPtr reply;
  std::string_view bytes;  // packed
};

class Script {
 public:
  using Callback = std::function<void(absl::StatusOr<ScriptAnswer>)>;

  // Gives the script to every server. `client` must outlive the object.
  static absl::StatusOr<std::unique_ptr<Script>> Load(
      Client& client, const Names& names, const RedisOptions& options);

  absl::StatusOr<ScriptAnswer> Run(const ScriptCall& call) const;

  // answers[i] is that of calls[i]; one round trip for each node.
  void RunMany(std::span<const ScriptCall> calls,
               std::vector<absl::StatusOr<ScriptAnswer>>& answers) const;

  void RunAsync(ScriptCall call, const Callback& callback) const;

  // The bytes of a call as they are sent. For benchmarks of the server alone.
  Request Prepare(const ScriptCall& call) const;

 private:
  Script(Client& client, const Names& names, const RedisOptions& options);

  Request Make(const ScriptCall& call, bool whole) const;
  void AppendEval(const ScriptCall& call, bool whole, std::string& bytes) const;
  // None: the server has lost the script.
  std::optional<absl::StatusOr<ScriptAnswer>> Judge(
      absl::StatusOr<ReplyPtr> reply) const;
  // With the whole text.
  absl::StatusOr<ScriptAnswer> RunWhole(const ScriptCall& call) const;
  void RunWholeAsync(const ScriptCall& call, const Callback& callback) const;

  // WAIT, which is to follow a call on its connection.
  bool IsConfirmed(const ScriptCall& call) const {
    return call.confirm && replicas_ > 0;
  }
  Request MakeWait(const ScriptCall& call) const;
  absl::Status JudgeWait(const absl::StatusOr<ReplyPtr>& reply) const;
  absl::StatusOr<ScriptAnswer> Confirm(
      absl::StatusOr<ScriptAnswer> answer,
      const absl::StatusOr<ReplyPtr>& reply) const;

  Client& client_;
  const Names& names_;
  const bool in_transaction_;
  const std::uint32_t replicas_;
  const std::int64_t wait_ms_;
  std::string settings_;  // packed
  std::string sha_;
};

// What a server's error means for the caller.
absl::Status StatusOfError(std::string_view error);

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_REDIS_SCRIPT_H_
