// SPDX-License-Identifier: MIT

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "seatfield/internal/text.h"
#include "seatfield/redis_storage.h"
#include "seatfield/storage.h"
#include "seatfield/storage_registry.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN

namespace {

constexpr std::array<std::string_view, 4> kLayouts = {"plain", "event",
                                                      "section", "compact"};
constexpr std::array<std::string_view, 2> kForms = {"json", "price"};

template <typename T>
absl::Status ParseName(std::string_view option, std::string_view text,
                       std::span<const std::string_view> names, T& value) {
  std::string known;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (text == names[i]) {
      value = static_cast<T>(i);
      return absl::OkStatus();
    }
    known += internal::Cat(i > 0 ? ", " : "", names[i]);
  }
  return internal::InvalidArgument("storage redis: option ", option,
                                   " must be one of ", known, "; got ",
                                   internal::Quoted(text));
}

std::vector<std::string> SplitServers(std::string_view path) {
  if (path.starts_with("//")) path.remove_prefix(2);
  std::vector<std::string> servers;
  while (!path.empty()) {
    const std::size_t comma = path.find(',');
    servers.emplace_back(path.substr(0, comma));
    path.remove_prefix(comma == std::string_view::npos ? path.size()
                                                       : comma + 1);
  }
  return servers;
}

std::string FromEnvironment(const char* name) {
  const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
  return value == nullptr ? std::string() : std::string(value);
}

struct Flag {
  const char* name;
  bool& value;
  std::uint32_t number = 0;
};

absl::StatusOr<std::unique_ptr<Storage>> OpenRedis(const StorageUri& uri) {
  RedisOptions redis;
  if (auto servers = SplitServers(uri.path); !servers.empty()) {
    redis.servers = std::move(servers);
  }
  redis.key_prefix = FromEnvironment("KVROCKS_KEY_PREFIX");
  redis.password = FromEnvironment("SEATFIELD_REDIS_PASSWORD");
  std::string layout(kLayouts[0]);
  std::string form(kForms[0]);
  std::array<Flag, 5> flags = {Flag{"cluster", redis.cluster},
                               Flag{"tls", redis.tls},
                               Flag{"server_time", redis.server_time},
                               Flag{"functions", redis.functions},
                               Flag{"read_replicas", redis.read_replicas}};
  StorageOptions options;
  for (Flag& flag : flags) options.Add(flag.name, flag.number);
  options.Add("tls_ca_file", redis.tls_ca_file);
  options.Add("user", redis.user);
  options.Add("password", redis.password);
  options.Add("database", redis.database);
  options.Add("prefix", redis.key_prefix);
  options.Add("layout", layout);
  options.Add("seat_meta", form);
  options.Add("wait_replicas", redis.wait_replicas);
  options.Add("wait_timeout", redis.wait_timeout);
  options.Add("best_retries_max", redis.best_retries_max);
  options.Add("connections_min", redis.connections_min);
  options.Add("connections_max", redis.connections_max);
  options.Add("connect_timeout", redis.connect_timeout);
  options.Add("socket_timeout", redis.socket_timeout);
  options.Add("acquire_timeout", redis.acquire_timeout);
  options.Add("busy_poll", redis.busy_poll);
  options.Add("idle_close", redis.idle_close);
  options.Add("health_check", redis.health_check);
  AddLimits(options, redis.limits);
  absl::Status status = options.Read(uri);
  if (status.ok()) status = ParseName("layout", layout, kLayouts, redis.layout);
  if (status.ok()) {
    status = ParseName("seat_meta", form, kForms, redis.seat_meta);
  }
  for (const Flag& flag : flags) {
    if (status.ok() && flag.number > 1) {
      status = internal::InvalidArgument("storage redis: option ", flag.name,
                                         " must be 0 or 1; got ", flag.number);
    }
    flag.value = flag.number == 1;
  }
  if (!status.ok()) return status;
  auto storage = RedisStorage::Connect(redis);
  if (!storage.ok()) return storage.status();
  return std::unique_ptr<Storage>(*std::move(storage));
}

}  // namespace

void AddRedis(StorageRegistry& registry) {
  registry.Add("redis", OpenRedis).IgnoreError();
}

SEATFIELD_ABI_END
}  // namespace seatfield
