// SPDX-License-Identifier: MIT

#include "redis/options_check.h"

#include <sys/un.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "redis/endpoint.h"
#include "seatfield/internal/text.h"
#include "seatfield/redis_storage.h"
#include "seatfield/time.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {
namespace {

using internal::InvalidArgument;

constexpr Duration kDurationMax = std::chrono::hours(24 * 365);

absl::Status CheckServer(const RedisOptions& options,
                         const std::string& server) {
  const std::optional<Endpoint> endpoint = ParseEndpoint(server);
  if (!endpoint.has_value()) {
    return InvalidArgument(
        "option servers must be host:port, [v6]:port or /socket; got ",
        internal::Quoted(server));
  }
  if (!endpoint->is_unix()) return absl::OkStatus();
  if (options.tls) {
    return InvalidArgument("option tls needs host:port; got the socket ",
                           internal::Quoted(server));
  }
  if (options.cluster) {
    return InvalidArgument("option cluster needs host:port; got the socket ",
                           internal::Quoted(server));
  }
  constexpr std::size_t kPathMax = sizeof(sockaddr_un::sun_path) - 1;
  if (endpoint->path.size() > kPathMax) {
    return InvalidArgument("option servers: a socket's path has at most ",
                           kPathMax, " bytes; got ", internal::Quoted(server));
  }
  return absl::OkStatus();
}

absl::Status CheckServers(const RedisOptions& options) {
  if (options.servers.empty()) {
    return InvalidArgument("option servers must name a server");
  }
  if (!options.cluster && options.servers.size() > 1) {
    return InvalidArgument(
        "option servers must name one server, or option cluster be set; got ",
        options.servers.size());
  }
  for (const std::string& server : options.servers) {
    absl::Status status = CheckServer(options, server);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status CheckDurations(const RedisOptions& options) {
  const struct {
    std::string_view name;
    Duration value;
  } durations[] = {
      {"wait_timeout", options.wait_timeout},
      {"connect_timeout", options.connect_timeout},
      {"socket_timeout", options.socket_timeout},
      {"acquire_timeout", options.acquire_timeout},
      {"keep_alive", options.keep_alive},
      {"idle_close", options.idle_close},
      {"health_check", options.health_check},
      {"backoff_min", options.backoff_min},
      {"backoff_max", options.backoff_max},
  };
  for (const auto& [name, value] : durations) {
    if (value > Duration::zero() && value <= kDurationMax) continue;
    return InvalidArgument("option ", name,
                           " must be above 0 and at most a year; got ",
                           value.count(), "us");
  }
  if (options.busy_poll < Duration::zero() ||
      options.busy_poll > options.socket_timeout) {
    return InvalidArgument(
        "option busy_poll must be from 0 to socket_timeout, ",
        options.socket_timeout.count(), "us; got ", options.busy_poll.count(),
        "us");
  }
  if (options.backoff_min > options.backoff_max) {
    return InvalidArgument("option backoff_min must be at most backoff_max, ",
                           options.backoff_max.count(), "us; got ",
                           options.backoff_min.count(), "us");
  }
  return absl::OkStatus();
}

absl::Status CheckCounts(const RedisOptions& options) {
  const struct {
    std::string_view name;
    std::uint64_t value;
    std::uint64_t min;
    std::uint64_t max;
  } counts[] = {
      {"connections_max", options.connections_max, 1, 10'000},
      {"attempts_max", options.attempts_max, 1, 1000},
      {"in_flight_max", options.in_flight_max, 1, 1u << 20},
      {"reply_bytes_max", options.reply_bytes_max, 64u << 10, INT64_MAX},
      {"database", options.database, 0, INT32_MAX},
      {"wait_replicas", options.wait_replicas, 0, 1000},
  };
  for (const auto& [name, value, min, max] : counts) {
    if (value >= min && value <= max) continue;
    return InvalidArgument("option ", name, " must be ", min, " to ", max,
                           "; got ", value);
  }
  if (options.connections_min > options.connections_max) {
    return InvalidArgument(
        "option connections_min must be at most connections_max, ",
        options.connections_max, "; got ", options.connections_min);
  }
  return absl::OkStatus();
}

absl::Status CheckRest(const RedisOptions& options) {
  if (options.cluster && options.database != 0) {
    return InvalidArgument("option database must be 0 in a cluster; got ",
                           options.database);
  }
  if (!options.cluster && options.read_replicas) {
    return InvalidArgument("option read_replicas needs option cluster");
  }
  if (!options.tls && !options.tls_ca_file.empty()) {
    return InvalidArgument("option tls_ca_file needs option tls");
  }
  if (options.key_prefix.find_first_of("{}") != std::string::npos) {
    return InvalidArgument("option key_prefix must be without braces; got ",
                           internal::Quoted(options.key_prefix));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckOptions(const RedisOptions& options) {
  absl::Status status = CheckServers(options);
  if (status.ok()) status = CheckDurations(options);
  if (status.ok()) status = CheckCounts(options);
  if (status.ok()) status = CheckRest(options);
  return status;
}

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield
