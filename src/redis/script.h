// SPDX-License-Identifier: MIT
//
// The script as something that can be called.
//
// It is called as a function of the server (FCALL, Redis 7; FCALL_RO for what
// only reads, which a replica may answer) where the options and the server
// allow it: a function is made once, a script's functions anew by every call;
// the benchmark prints what that costs. Else EVALSHA; on Kvrocks within MULTI
// and EXEC, without which a script that is killed there leaves half of its
// writes. Where a server has lost it, the call is made again with the whole
// text, EVAL, and the function given to that server once more.
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
#include "redis/call_words.h"
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

// All its parts. It takes KEYS and ARGV from locals of these names, and leaves
// a local run_call() that answers one call.
std::string ScriptBody();

// Of the library and, with what follows the name, its functions: one for each
// body, so that processes of several versions share a server.
std::string_view ScriptName();

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

  absl::Status LoadScript();
  void LoadFunction();
  void LoadFunctionAgain(const ScriptCall& call) const;

  Request Make(const ScriptCall& call, bool whole) const;
  void AppendCall(const ScriptCall& call, bool whole, std::string& bytes) const;
  // None: the server has lost the script or the function.
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
  const CallWords words_;
  const bool in_transaction_;
  const std::uint32_t replicas_;
  const std::int64_t wait_ms_;
  std::string text_;
  std::string sha_;
  bool has_function_ = false;
};

// What a server's error means for the caller.
absl::Status StatusOfError(std::string_view error);

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_REDIS_SCRIPT_H_
