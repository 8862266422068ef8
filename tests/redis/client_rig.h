// SPDX-License-Identifier: MIT
//
// What tests of the Redis client have in common.

#ifndef SEATFIELD_TESTS_REDIS_CLIENT_RIG_H_
#define SEATFIELD_TESTS_REDIS_CLIENT_RIG_H_

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "redis/client.h"
#include "redis/command.h"
#include "redis/reply.h"
#include "seatfield/redis_storage.h"
#include "support/catch.h"
#include "support/eventually.h"
#include "support/redis_server.h"

namespace seatfield::test {

using redis::AppendCommand;
using redis::Client;
using redis::ReplyPtr;
using redis::Request;
using std::chrono::milliseconds;
using std::chrono::seconds;

inline std::unique_ptr<RedisServer> Serve(
    const RedisServerOptions& options = {}) {
  std::string reason;
  auto server = RedisServer::Start(options, &reason);
  INFO(reason);
  REQUIRE(server != nullptr);
  return server;
}

// Failures are seen soon, and servers that start again are waited for.
inline RedisOptions OptionsFor(std::string address) {
  RedisOptions options;
  options.servers = {std::move(address)};
  options.attempts_max = 20;
  options.backoff_max = milliseconds(200);
  return options;
}

inline std::unique_ptr<Client> ConnectTo(const RedisOptions& options) {
  absl::StatusOr<std::unique_ptr<Client>> client = Client::Connect(options);
  INFO(client.status());
  REQUIRE(client.ok());
  return *std::move(client);
}

template <typename... Words>
Request Command(const Words&... words) {
  Request request;
  redis::AppendCommand(request.bytes, std::string_view(words)...);
  return request;
}

template <typename... Words>
Request Read(const Words&... words) {
  Request request = Command(words...);
  request.reads_only = true;
  return request;
}

// Of a request with a key: its second word.
template <typename... Words>
Request Keyed(std::string_view command, std::string_view key,
              const Words&... words) {
  Request request = Command(command, key, std::string_view(words)...);
  request.slot = redis::SlotOf(key);
  return request;
}

// Between MULTI and EXEC.
inline Request Wrapped(const Request& inner) {
  Request request = inner;
  request.bytes.clear();
  AppendCommand(request.bytes, "MULTI");
  request.bytes += inner.bytes;
  AppendCommand(request.bytes, "EXEC");
  request.answers = 3;
  return request;
}

// An answer as text, or "CODE: message".
inline std::string Shown(const redisReply& reply) {
  if (reply.type == REDIS_REPLY_INTEGER) return std::to_string(reply.integer);
  if (reply.type == REDIS_REPLY_NIL) return "(nil)";
  std::string text(redis::TextOf(reply));
  for (const redisReply* const element : redis::ElementsOf(reply)) {
    if (!text.empty()) text += ' ';
    text += Shown(*element);
  }
  return text;
}

inline std::string Shown(const absl::StatusOr<ReplyPtr>& answer) {
  return answer.ok() ? Shown(**answer) : answer.status().ToString();
}

inline std::string Say(Client& client, const Request& request) {
  return Shown(client.Call(request));
}

inline bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace seatfield::test

#endif  // SEATFIELD_TESTS_REDIS_CLIENT_RIG_H_
