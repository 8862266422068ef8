// SPDX-License-Identifier: MIT
//
// The Redis storage against the conformance suite, on each kind of server and
// in each layout.

#include "seatfield/redis_storage.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "seatfield/ids.h"
#include "seatfield/internal/text.h"
#include "seatfield/limits.h"
#include "seatfield/storage.h"
#include "seatfield/testing/storage_conformance.h"
#include "support/catch.h"
#include "support/kvrocks_proxy.h"
#include "support/redis_cluster.h"
#include "support/redis_server.h"
#include "support/seed.h"

namespace seatfield::test {
namespace {

// Storages of one server do not meet: each has a prefix of its own.
ConformanceOptions OptionsOf(RedisOptions redis) {
  static std::atomic<std::uint64_t> opened{0};
  ConformanceOptions options;
  options.open = [redis](const Limits& limits) -> std::unique_ptr<Storage> {
    RedisOptions own = redis;
    own.limits = limits;
    if (own.layout == RedisLayout::kSection) {
      own.limits.seats_per_buyer_max = kNoLimit;
    }
    own.key_prefix = internal::Cat("t", ++opened, "_");
    auto storage = RedisStorage::Connect(own);
    if (!storage.ok()) FAIL(storage.status().ToString());
    return *std::move(storage);
  };
  options.seed = TestSeed();
  options.trace_operations = 6'000;
  options.operations_per_trace = 1'000;
  options.histories = 20;
  options.threads = 4;
  return options;
}

void RequireConformance(const RedisOptions& redis) {
  const ConformanceReport report = RunConformance(OptionsOf(redis));
  INFO(report.ToString());
  CHECK(report.ok());
}

RedisOptions On(const RedisServer& server, RedisLayout layout) {
  RedisOptions options;
  options.servers = {server.socket()};
  options.layout = layout;
  return options;
}

}  // namespace

TEST_CASE("RedisStorage conforms in each layout", "[redis]") {
  const auto server = RedisServer::Start();
  REQUIRE(server != nullptr);
  const auto layout = GENERATE(RedisLayout::kPlain, RedisLayout::kEvent,
                               RedisLayout::kSection, RedisLayout::kCompact);
  CAPTURE(static_cast<int>(layout));
  RequireConformance(On(*server, layout));
}

TEST_CASE("RedisStorage conforms with prices alone in seat_meta", "[redis]") {
  const auto server = RedisServer::Start();
  REQUIRE(server != nullptr);
  RedisOptions options = On(*server, RedisLayout::kPlain);
  options.servers = {server->address()};
  options.seat_meta = RedisMetaForm::kPrice;
  RequireConformance(options);
}

TEST_CASE("RedisStorage conforms by scripts alone", "[redis]") {
  const auto server = RedisServer::Start();
  REQUIRE(server != nullptr);
  RedisOptions options = On(*server, RedisLayout::kCompact);
  options.functions = false;
  RequireConformance(options);
}

TEST_CASE("RedisStorage conforms on a cluster", "[redis]") {
  const auto cluster = RedisCluster::Start();
  REQUIRE(cluster != nullptr);
  const auto layout = GENERATE(RedisLayout::kEvent, RedisLayout::kSection,
                               RedisLayout::kCompact);
  CAPTURE(static_cast<int>(layout));
  RedisOptions options;
  options.servers = cluster->addresses();
  options.cluster = true;
  options.layout = layout;
  RequireConformance(options);
}

TEST_CASE("RedisStorage conforms on what behaves as Kvrocks does", "[redis]") {
  const auto server = RedisServer::Start();
  REQUIRE(server != nullptr);
  KvrocksProxy proxy(*server);
  const auto layout = GENERATE(RedisLayout::kPlain, RedisLayout::kCompact);
  CAPTURE(static_cast<int>(layout));
  RedisOptions options;
  options.servers = {proxy.address()};
  options.layout = layout;
  RequireConformance(options);
  CHECK(proxy.bitmap_keys_made().empty());
  CHECK(proxy.refused_in_scripts().empty());
  CHECK(proxy.bare_scripts() == 0);
  CHECK(proxy.wrapped_scripts() > 0);
}

}  // namespace seatfield::test
