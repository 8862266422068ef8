// SPDX-License-Identifier: MIT

#include "redis/script.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "redis/call_words.h"
#include "redis/client.h"
#include "redis/command.h"
#include "redis/form.h"
#include "redis/names.h"
#include "redis/pack.h"
#include "redis/reply.h"
#include "seatfield/internal/text.h"
#include "seatfield/limits.h"
#include "seatfield/redis_storage.h"
#include "seatfield/section.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {

namespace {

constexpr std::array<std::string_view, 4> kSectionKeys = {
    "seats_bf", "section_config", "section_stats", "seatfield_holds"};
constexpr std::array<std::string_view, 4> kCompactSectionKeys = {
    "seats_bf", "seatfield_stats", "seatfield_slots", "seatfield_holds"};
constexpr std::string_view kReader = "_reader";
constexpr std::size_t kOwnArguments = 3;  // operation, now, body

std::string PackSettings(const Names& names, const RedisOptions& options) {
  const Limits& limits = options.limits;
  const auto unlimited = [](std::uint32_t limit) {
    return limit == kNoLimit ? kNumberEnd : std::int64_t{limit};
  };
  const int form = names.compact()                              ? 2
                   : options.seat_meta == RedisMetaForm::kPrice ? 1
                                                                : 0;
  Packer pack;
  pack.Array(10)
      .Number(form)
      .Number(names.tag_has_section() ? 1 : 0)
      .Number(unlimited(limits.seats_per_booking_max))
      .Number(unlimited(limits.seats_per_buyer_max))
      .Number(NumberOf(limits.total_hold_max))
      .Number(NumberOf(limits.id_retention))
      .Number(unlimited(limits.ids_max))
      .Number(NumberOf(limits.tombstone_retention))
      .Number(unlimited(limits.tombstones_max))
      .Number(unlimited(limits.sections_per_event_max));
  return pack.bytes();
}

bool Says(std::string_view text, std::string_view piece) {
  return text.find(piece) != std::string_view::npos;
}

bool IsLost(const redisReply& reply) {
  return IsError(reply) && (Says(TextOf(reply), "NOSCRIPT") ||
                            Says(TextOf(reply), "Function not found"));
}

std::string MakeScriptText() {
  return internal::Cat("local KEYS, ARGV = KEYS, ARGV\n", ScriptBody(),
                       "\nreturn run_call()");
}

// While a library is loaded, the server has none of Lua's own libraries: the
// first call makes what is in it.
Request MakeFunctionLoad() {
  Request load;
  AppendCommand(load.bytes, "FUNCTION", "LOAD", "REPLACE",
                internal::Cat("#!lua name=", ScriptName(),
                              "\nlocal KEYS, ARGV, made\n"
                              "local function make()\n",
                              ScriptBody(),
                              "\nreturn run_call\n"
                              "end\n"
                              "local function run(keys, argv)\n"
                              "KEYS, ARGV = keys, argv\n"
                              "made = made or make()\n"
                              "return made()\n"
                              "end\n"
                              "redis.register_function('",
                              ScriptName(),
                              "', run)\n"
                              "redis.register_function{function_name = '",
                              ScriptName(), kReader,
                              "', callback = run, flags = {'no-writes'}}"));
  return load;
}

}  // namespace

absl::Status StatusOfError(std::string_view error) {
  const std::string text = internal::Cat("the server answers: ", error);
  const auto has = [error](std::string_view piece) {
    return Says(error, piece);
  };
  if (has("NOPERM") || has("can't run this command") || has("No permissions") ||
      has("can't access at least one")) {
    return absl::PermissionDeniedError(text);
  }
  if (has("OOM ")) return absl::ResourceExhaustedError(text);
  if (has("WRONGTYPE") || has("SEATFIELD section") || has("SEATFIELD key")) {
    return absl::DataLossError(text);
  }
  if (has("MISCONF") || has("NOREPLICAS") || has("READONLY") || has("BUSY")) {
    return absl::UnavailableError(text);
  }
  return absl::InternalError(text);
}

Script::Script(Client& client, const Names& names, const RedisOptions& options)
    : client_(client),
      names_(names),
      words_(names, PackSettings(names, options)),
      in_transaction_(client.server().kvrocks),
      replicas_(options.wait_replicas),
      wait_ms_(std::max<std::int64_t>(1, options.wait_timeout.count() / 1000)),
      text_(MakeScriptText()) {}

absl::StatusOr<std::unique_ptr<Script>> Script::Load(
    Client& client, const Names& names, const RedisOptions& options) {
  std::unique_ptr<Script> script(new Script(client, names, options));
  absl::Status status = script->LoadScript();
  if (!status.ok()) return status;
  if (options.functions && !client.server().kvrocks) script->LoadFunction();
  return script;
}

absl::Status Script::LoadScript() {
  Request load;
  AppendCommand(load.bytes, "SCRIPT", "LOAD", text_);
  load.reads_only = true;  // twice is as good as once
  absl::Status status = client_.CallEverywhere(load);
  if (!status.ok()) return status;
  auto reply = client_.Call(load);
  if (!reply.ok()) return reply.status();
  if (IsError(**reply)) return StatusOfError(TextOf(**reply));
  sha_ = TextOf(**reply);
  return absl::OkStatus();
}

// Where a server does not take it, being old or by its access list, the script
// does the same.
void Script::LoadFunction() {
  has_function_ = client_.CallEverywhere(MakeFunctionLoad()).ok();
}

void Script::AppendCall(const ScriptCall& call, bool whole,
                        std::string& bytes) const {
  const auto& section_keys =
      names_.compact() ? kCompactSectionKeys : kSectionKeys;
  const std::size_t keys =
      CallWords::kKeys.size() + call.sections.size() * section_keys.size();
  const std::size_t words = 3 + keys + CallWords::kArguments + kOwnArguments;
  const auto known = words_.Of(call.domain);
  constexpr std::size_t kUsualWord = 64;
  bytes.reserve(bytes.size() + words * kUsualWord + call.body.size());
  AppendCommandHead(bytes, words);
  if (whole) {
    AppendWord(bytes, "EVAL");
    AppendWord(bytes, text_);
  } else if (has_function_) {
    AppendWord(bytes, call.reads_only ? "FCALL_RO" : "FCALL");
    AppendWord(bytes, ScriptName(), call.reads_only ? kReader : "");
  } else {
    AppendWord(bytes, "EVALSHA");
    AppendWord(bytes, sha_);
  }
  AppendWord(bytes, internal::Cat(keys));
  bytes += known->keys;
  for (const SectionName& section : call.sections) {
    for (const std::string_view kind : section_keys) {
      names_.AppendSectionKey(bytes, kind, call.domain, section.view());
    }
  }
  AppendWord(bytes, call.operation);
  bytes += known->arguments;
  AppendWord(bytes, internal::Cat(call.now));
  AppendWord(bytes, call.body);
}

Request Script::Make(const ScriptCall& call, bool whole) const {
  Request request;
  request.slot = call.domain.slot;
  request.reads_only = call.reads_only;
  if (!in_transaction_) {
    AppendCall(call, whole, request.bytes);
    return request;
  }
  AppendCommand(request.bytes, "MULTI");
  AppendCall(call, whole, request.bytes);
  AppendCommand(request.bytes, "EXEC");
  request.answers = 3;
  return request;
}

Request Script::Prepare(const ScriptCall& call) const {
  return Make(call, false);
}

std::optional<absl::StatusOr<ScriptAnswer>> Script::Judge(
    absl::StatusOr<ReplyPtr> reply) const {
  if (!reply.ok()) return reply.status();
  const redisReply* answer = reply->get();
  if (in_transaction_ && !IsError(*answer)) {
    const auto elements = ElementsOf(*answer);
    if (elements.size() != 1) {
      return absl::InternalError("EXEC has not run the script");
    }
    answer = elements[0];
  }
  if (IsLost(*answer)) return std::nullopt;
  if (IsError(*answer)) return StatusOfError(TextOf(*answer));
  const std::string_view bytes = TextOf(*answer);
  return ScriptAnswer{*std::move(reply), bytes};
}

// --- Confirmation -----------------------------------------------------------

Request Script::MakeWait(const ScriptCall& call) const {
  Request request;
  request.slot = call.domain.slot;
  AppendCommand(request.bytes, "WAIT", internal::Cat(replicas_),
                internal::Cat(wait_ms_));
  return request;
}

absl::Status Script::JudgeWait(const absl::StatusOr<ReplyPtr>& reply) const {
  if (!reply.ok()) return absl::UnknownError(reply.status().message());
  const bool counted = (*reply)->type == REDIS_REPLY_INTEGER;
  if (counted && (*reply)->integer >= replicas_) return absl::OkStatus();
  return absl::UnknownError(
      counted
          ? internal::Cat("committed, but ", (*reply)->integer, " of ",
                          replicas_, " replicas have confirmed it")
          : internal::Cat("committed, but WAIT answers: ", TextOf(**reply)));
}

absl::StatusOr<ScriptAnswer> Script::Confirm(
    absl::StatusOr<ScriptAnswer> answer,
    const absl::StatusOr<ReplyPtr>& reply) const {
  if (!answer.ok()) return answer;
  absl::Status confirmed = JudgeWait(reply);
  if (!confirmed.ok()) return confirmed;
  return answer;
}

// --- Calls ------------------------------------------------------------------

// To the server of a call that found it lost. Whether that is done is seen by
// the next call.
void Script::LoadFunctionAgain(const ScriptCall& call) const {
  if (!has_function_) return;
  Request load = MakeFunctionLoad();
  load.slot = call.domain.slot;
  client_.CallAsync(std::move(load), [](const absl::StatusOr<ReplyPtr>&) {});
}

absl::StatusOr<ScriptAnswer> Script::RunWhole(const ScriptCall& call) const {
  LoadFunctionAgain(call);
  std::vector<Request> requests = {Make(call, true)};
  if (IsConfirmed(call)) requests.push_back(MakeWait(call));
  std::vector<absl::StatusOr<ReplyPtr>> replies;
  client_.CallMany(requests, replies);
  auto answer = Judge(std::move(replies[0]));
  if (!answer) {
    return absl::InternalError("the server does not take the script");
  }
  return IsConfirmed(call) ? Confirm(*std::move(answer), replies[1])
                           : *std::move(answer);
}

absl::StatusOr<ScriptAnswer> Script::Run(const ScriptCall& call) const {
  if (IsConfirmed(call)) {
    std::vector<absl::StatusOr<ScriptAnswer>> answers;
    RunMany({&call, 1}, answers);
    return std::move(answers[0]);
  }
  auto answer = Judge(client_.Call(Make(call, false)));
  return answer ? *std::move(answer) : RunWhole(call);
}

void Script::RunMany(std::span<const ScriptCall> calls,
                     std::vector<absl::StatusOr<ScriptAnswer>>& answers) const {
  std::vector<Request> requests;
  requests.reserve(calls.size());
  for (const ScriptCall& call : calls) {
    requests.push_back(Make(call, false));
    if (IsConfirmed(call)) requests.push_back(MakeWait(call));
  }
  std::vector<absl::StatusOr<ReplyPtr>> replies;
  client_.CallMany(requests, replies);
  answers.clear();
  std::size_t at = 0;
  for (const ScriptCall& call : calls) {
    auto answer = Judge(std::move(replies[at++]));
    if (!answer) {
      answers.push_back(RunWhole(call));
    } else if (IsConfirmed(call)) {
      answers.push_back(Confirm(*std::move(answer), replies[at]));
    } else {
      answers.push_back(*std::move(answer));
    }
    if (IsConfirmed(call)) ++at;
  }
}

void Script::RunWholeAsync(const ScriptCall& call,
                           const Callback& callback) const {
  LoadFunctionAgain(call);
  client_.CallAsync(
      Make(call, true), [this, callback](absl::StatusOr<ReplyPtr> reply) {
        auto answer = Judge(std::move(reply));
        if (answer) return callback(*std::move(answer));
        callback(absl::InternalError("the server does not take the script"));
      });
}

void Script::RunAsync(ScriptCall call, const Callback& callback) const {
  if (IsConfirmed(call)) {
    // WAIT would hold up all behind it: whoever waits for replicas waits alone.
    return callback(Run(call));
  }
  Request request = Make(call, false);
  const auto kept = std::make_shared<const ScriptCall>(std::move(call));
  client_.CallAsync(std::move(request),
                    [this, kept, callback](absl::StatusOr<ReplyPtr> reply) {
                      auto answer = Judge(std::move(reply));
                      if (answer) return callback(*std::move(answer));
                      RunWholeAsync(*kept, callback);
                    });
}

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield
