// SPDX-License-Identifier: MIT

#include "redis/handshake.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "redis/answer.h"
#include "redis/command.h"
#include "redis/connection.h"
#include "redis/reply.h"
#include "seatfield/internal/no_memory.h"
#include "seatfield/internal/text.h"
#include "seatfield/redis_storage.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {
namespace {

enum class Word { kAuth, kSelect, kReadOnly, kPing };

struct Greeting {
  std::string bytes;
  std::vector<Word> words;
};

bool HasLogin(const RedisOptions& options) {
  return !options.user.empty() || !options.password.empty();
}

Greeting MakeGreeting(const RedisOptions& options, bool with_user) {
  Greeting greeting;
  if (HasLogin(options)) {
    greeting.words.push_back(Word::kAuth);
    if (with_user) {
      AppendCommand(greeting.bytes, "AUTH", options.user, options.password);
    } else {
      AppendCommand(greeting.bytes, "AUTH", options.password);
    }
  }
  if (options.database != 0) {
    greeting.words.push_back(Word::kSelect);
    AppendCommand(greeting.bytes, "SELECT", std::to_string(options.database));
  }
  if (options.cluster && options.read_replicas) {
    greeting.words.push_back(Word::kReadOnly);
    AppendCommand(greeting.bytes, "READONLY");
  }
  greeting.words.push_back(Word::kPing);
  AppendCommand(greeting.bytes, "PING");
  return greeting;
}

// A server's words, without the password should it repeat it.
std::string WithoutPassword(std::string_view text,
                            const RedisOptions& options) {
  std::string shown(text);
  if (options.password.empty()) return shown;
  for (std::size_t at = shown.find(options.password); at != std::string::npos;
       at = shown.find(options.password, at + 3)) {
    shown.replace(at, options.password.size(), "***");
  }
  return shown;
}

absl::StatusCode CodeOf(Word word, std::string_view text) {
  if (IsNotReady(text)) return absl::StatusCode::kUnavailable;
  if (text.starts_with("NOAUTH")) return absl::StatusCode::kUnauthenticated;
  if (text.starts_with("NOPERM") || text.starts_with("DENIED")) {
    return absl::StatusCode::kPermissionDenied;
  }
  if (text.find("max number of clients") != std::string_view::npos) {
    return absl::StatusCode::kUnavailable;
  }
  return word == Word::kAuth ? absl::StatusCode::kUnauthenticated
                             : absl::StatusCode::kFailedPrecondition;
}

absl::Status Judge(Word word, const redisReply& reply,
                   const Connection& connection, const RedisOptions& options) {
  if (!IsError(reply)) return absl::OkStatus();
  const std::string_view text = TextOf(reply);
  // Whoever may not PING is known all the same.
  if (word == Word::kPing && text.starts_with("NOPERM")) {
    return absl::OkStatus();
  }
  constexpr std::string_view kNames[] = {"AUTH", "SELECT", "READONLY", "PING"};
  return internal::StatusOf(CodeOf(word, text), "redis ",
                            connection.endpoint().ToString(), ": ",
                            kNames[static_cast<std::size_t>(word)], ": ",
                            WithoutPassword(text, options));
}

struct Result {
  absl::Status status;  // the first that is no success
  bool wants_no_user = false;
};

absl::StatusOr<Result> Greet(Connection& connection,
                             const RedisOptions& options, bool with_user) {
  const Greeting greeting = MakeGreeting(options, with_user);
  std::size_t left = 0;
  absl::Status sent = connection.Send(greeting.bytes, left);
  Result result;
  for (const Word word : greeting.words) {
    absl::StatusOr<ReplyPtr> reply = connection.Receive();
    if (!reply.ok()) {
      // A server may refuse us and close at once: its word counts more.
      if (!result.status.ok()) return result;
      return sent.ok() ? reply.status() : sent;
    }
    const absl::Status status = Judge(word, **reply, connection, options);
    if (result.status.ok()) result.status = status;
    if (word == Word::kAuth && IsError(**reply)) {
      result.wants_no_user =
          TextOf(**reply).find("wrong number of arg") != std::string_view::npos;
    }
  }
  return result;
}

}  // namespace

absl::Status ShakeHands(Connection& connection, const RedisOptions& options) {
  const bool with_user = !options.user.empty();
  absl::StatusOr<Result> result = Greet(connection, options, with_user);
  if (result.ok() && with_user && result->wants_no_user) {
    result = Greet(connection, options, false);
  }
  if (result.ok()) return result->status;
  if (!absl::IsDeadlineExceeded(result.status())) return result.status();
  const std::string_view text(result.status().message().data(),
                              result.status().message().size());
  return internal::StatusOf(absl::StatusCode::kUnavailable, text);
}

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield
