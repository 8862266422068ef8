// SPDX-License-Identifier: MIT
//
// Calls as functions that the server keeps: when it is one, when it is
// the script after all, what happens when it is lost, and that nothing of one
// call is left for the next.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "redis/storage_rig.h"
#include "seatfield/testing/conformance_trace.h"
#include "support/catch.h"
#include "support/eventually.h"
#include "support/redis_cluster.h"
#include "support/redis_server.h"
#include "support/resp.h"
#include "support/seed.h"

namespace seatfield::test {
namespace {

// How often the server has run a command since its statistics were reset.
std::uint64_t CallsOf(const RedisServer& server, const std::string& command) {
  const std::string stats = server.Call({"INFO", "commandstats"}).text;
  const std::string name = "cmdstat_" + command + ":calls=";
  const std::size_t at = stats.find(name);
  if (at == std::string::npos) return 0;
  return std::stoull(stats.substr(at + name.size()));
}

void ResetCalls(const RedisServer& server) {
  server.Call({"CONFIG", "RESETSTAT"});
}

bool HasLibrary(const RedisServer& server) {
  return !server.Call({"FUNCTION", "LIST", "LIBRARYNAME", "seatfield_*"})
              .elements.empty();
}

// Ten seats of A, one a call.
void SellTen(RedisStorage& storage) {
  Create(storage, "A", 2, 5);
  for (std::uint32_t i = 0; i < 10; ++i) {
    Must(storage, ReserveSeats("A", {{1 + i / 5, 1 + i % 5}}, {1, i}));
  }
  CHECK(States(storage, "A") == "RRRRRRRRRR");
  CHECK(storage.Verify(kEvent).ok());
}

}  // namespace

TEST_CASE("Calls are functions, which write or only read", "[redis]") {
  const auto server = Serve();
  auto storage = Connect(*server);
  ResetCalls(*server);
  SellTen(*storage);
  CHECK(CallsOf(*server, "fcall") == 12);  // with CreateSections and Verify
  std::vector<SectionStats> stats;
  REQUIRE(storage->ReadStats({kEvent}, stats).ok());
  CHECK(CallsOf(*server, "fcall_ro") > 0);
  CHECK(CallsOf(*server, "eval") + CallsOf(*server, "evalsha") == 0);
  storage.reset();
  CHECK(HasLibrary(*server));
}

TEST_CASE("Every read may go to a replica", "[redis]") {
  const auto cluster = Form(
      {.replicas = true, .arguments = {"--repl-ping-replica-period", "1"}});
  RedisOptions options = OptionsFor(cluster->addresses().front());
  options.cluster = true;
  options.functions = GENERATE(true, false);
  options.layout = GENERATE(RedisLayout::kEvent, RedisLayout::kCompact);
  CAPTURE(options.functions, static_cast<int>(options.layout));
  SellTen(*Connect(options));
  options.read_replicas = true;
  options.health_check = std::chrono::milliseconds(100);
  const auto storage = Connect(options);
  const std::size_t owner = cluster->OwnerOf(cluster->SlotOf("{1}"));
  REQUIRE(cluster->WaitForReplicaOf(owner));
  REQUIRE(Eventually([&] { return storage->server().nodes == 6; }));

  const RedisServer& primary = cluster->node(owner);
  ResetCalls(primary);
  CHECK(ReadAll(*storage, "A").details.size() == 10);
  std::vector<SectionStats> stats;
  CHECK(storage->ReadStats({kEvent}, stats).ok());
  CHECK(storage->ReadBooking(kEvent, {1, 1}).ok());
  CHECK(storage->ListBookings(kEvent, kBuyer).value().size() == 10);
  CHECK(storage->ListHolds(kEvent, Time(), 20).value().size() == 10);
  CHECK(storage->Verify(kEvent).ok());
  for (const char* const command : {"eval", "evalsha", "fcall", "fcall_ro"}) {
    CHECK(CallsOf(primary, command) == 0);
  }
}

TEST_CASE("By option the script does what the function would", "[redis]") {
  const auto server = Serve();
  RedisOptions options = OptionsFor(server->address());
  options.functions = false;
  const auto storage = Connect(options);
  ResetCalls(*server);
  SellTen(*storage);
  CHECK(CallsOf(*server, "fcall") == 0);
  CHECK(CallsOf(*server, "evalsha") >= 11);
  CHECK(!HasLibrary(*server));
}

TEST_CASE("A user who may load no functions gets the script", "[redis]") {
  const auto server = Serve();
  REQUIRE(server
              ->Call({"ACL", "SETUSER", "seller", "on", ">word", "~*", "&*",
                      "+@all", "-function"})
              .text == "OK");
  RedisOptions options = OptionsFor(server->address());
  options.user = "seller";
  options.password = "word";
  const auto storage = Connect(options);
  SellTen(*storage);
  CHECK(CallsOf(*server, "fcall") == 0);
}

TEST_CASE("A function that the server has lost is given again", "[redis]") {
  const auto server = Serve();
  const auto storage = Connect(*server);
  Create(*storage, "A", 3, 5);
  SECTION("and the call is made by the script") {
    for (std::uint32_t i = 1; i <= 5; ++i) {
      server->Call({"FUNCTION", "FLUSH"});
      Must(*storage, ReserveSeats("A", {{1, i}}, {1, i}));
    }
    CHECK(States(*storage, "A") == "RRRRRAAAAAAAAAA");
  }
  SECTION("with the script lost as well") {
    server->Call({"FUNCTION", "FLUSH"});
    server->Call({"SCRIPT", "FLUSH"});
    Must(*storage, ReserveSeats("A", {{1, 1}}));
  }
  SECTION("to one that does not wait") {
    server->Call({"FUNCTION", "FLUSH"});
    std::atomic<int> committed{0}, called{0};
    for (std::uint32_t i = 1; i <= 5; ++i) {
      storage->CommitAsync(ReserveSeats("A", {{2, i}}, {1, i}), kStart, {},
                           [&](const absl::Status& status, const Outcome& o) {
                             committed += status.ok() && o.committed() ? 1 : 0;
                             ++called;
                           });
    }
    for (int i = 0; i < 2000 && called < 5; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    CHECK(committed == 5);
  }
  // The library is given without waiting for it.
  for (int i = 0; i < 2000 && !HasLibrary(*server); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  ResetCalls(*server);
  Must(*storage, ReserveSeats("A", {{3, 1}}, {2, 1}));
  CHECK(CallsOf(*server, "fcall") == 1);
  CHECK(CallsOf(*server, "eval") == 0);
  CHECK(storage->Verify(kEvent).ok());
}

// Stores of other layouts, prefixes and limits share the function, which keeps
// its variables from call to call.
TEST_CASE("Nothing of one call is left for the next", "[redis]") {
  SEATFIELD_INFO_SEED();
  const auto server = Serve();
  const std::uint64_t seed = TestSeed();
  std::vector<std::unique_ptr<RedisStorage>> storages;
  std::vector<std::unique_ptr<conformance::Trace>> traces;
  for (const RedisLayout layout :
       {RedisLayout::kPlain, RedisLayout::kCompact, RedisLayout::kEvent,
        RedisLayout::kCompact}) {
    RedisOptions options = OptionsFor(server->socket());
    options.layout = layout;
    options.key_prefix = "t" + std::to_string(traces.size()) + "_";
    options.limits = conformance::TraceLimits(seed + traces.size());
    storages.push_back(Connect(options));
    traces.push_back(std::make_unique<conformance::Trace>(
        *storages.back(), seed + traces.size()));
  }
  for (std::uint64_t operations = 8; operations <= 800; operations += 8) {
    for (auto& trace : traces) REQUIRE(trace->Run(operations) == "");
  }
}

TEST_CASE("Nothing of a call that failed is left for the next", "[redis]") {
  const auto server = Serve();
  const auto storage = Connect(*server);
  Create(*storage, "A", 1, 5);
  Create(*storage, "B", 1, 5);
  server->Call({"SET", "seatfield_holds:1:B", "spoilt"});
  for (std::uint32_t i = 1; i <= 5; ++i) {
    Transaction both = ReserveSeats("A", {{1, i}}, {1, i});
    both.Reserve({.booking = {1, i},
                  .buyer = kBuyer,
                  .section = "B",
                  .seats = {{1, i}},
                  .hold_for = std::chrono::minutes(10),
                  .price = Price(1)});
    Outcome outcome;
    CHECK(absl::IsDataLoss(storage->Commit(both, kStart, {}, outcome)));
    Must(*storage, ReserveSeats("A", {{1, i}}, {2, i}));
  }
  CHECK(States(*storage, "A") == "RRRRR");
}

}  // namespace seatfield::test
