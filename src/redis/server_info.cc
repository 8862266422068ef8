// SPDX-License-Identifier: MIT

#include "redis/server_info.h"

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "redis/answer.h"
#include "redis/command.h"
#include "redis/connection.h"
#include "redis/reply.h"
#include "seatfield/internal/no_memory.h"
#include "seatfield/redis_storage.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {

std::string_view InfoField(std::string_view info, std::string_view name) {
  while (!info.empty()) {
    const std::size_t end = info.find('\n');
    std::string_view line = info.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.starts_with(name) && line.substr(name.size()).starts_with(':')) {
      return line.substr(name.size() + 1);
    }
    if (end == std::string_view::npos) break;
    info.remove_prefix(end + 1);
  }
  return {};
}

RedisServerInfo ParseServerInfo(std::string_view info) {
  const std::string_view kvrocks = InfoField(info, "kvrocks_version");
  const std::string_view version =
      kvrocks.empty() ? InfoField(info, "redis_version") : kvrocks;
  RedisServerInfo server;
  server.kvrocks = !kvrocks.empty();
  server.cluster = InfoField(info, "cluster_enabled") == "1" ||
                   InfoField(info, "redis_mode") == "cluster";
  server.version = std::string(version);
  return server;
}

absl::StatusOr<RedisServerInfo> AskServerInfo(Connection& connection) {
  std::string bytes;
  AppendCommand(bytes, "INFO");
  std::size_t left = 0;
  absl::Status sent = connection.Send(bytes, left);
  if (!sent.ok()) return sent;
  absl::StatusOr<ReplyPtr> reply = connection.Receive();
  if (!reply.ok()) return reply.status();
  const std::string_view text = TextOf(**reply);
  if (IsError(**reply)) return StatusOfError(connection.endpoint(), text);
  return ParseServerInfo(text);
}

absl::Status CheckServer(const RedisServerInfo& server,
                         const RedisOptions& options,
                         const Endpoint& endpoint) {
  const auto refuse = [&](std::string_view why) {
    return internal::StatusOf(absl::StatusCode::kFailedPrecondition, "redis ",
                              endpoint.ToString(), ": ", why);
  };
  if (options.cluster && !server.cluster) {
    return refuse("option cluster is set and the server is none of a cluster");
  }
  if (!server.cluster) return absl::OkStatus();
  if (options.layout == RedisLayout::kPlain) {
    return refuse(
        "a cluster cannot have the layout plain, whose keys lie in many slots: "
        "choose event, section or compact");
  }
  if (options.cluster) return absl::OkStatus();
  return refuse("the server is one of a cluster: set option cluster");
}

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield
