// SPDX-License-Identifier: MIT
//
// The storage in front of what answers as Kvrocks does: the same answers, no
// string that BITFIELD made, no script that Kvrocks could keep half of.

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "redis/storage_rig.h"
#include "seatfield/testing/conformance_compare.h"
#include "seatfield/testing/reference_model.h"
#include "support/catch.h"
#include "support/kvrocks_proxy.h"
#include "support/random_sales.h"
#include "support/redis_server.h"
#include "support/seed.h"
#include "support/volume.h"

namespace seatfield::test {
namespace {

// Random sales on both; the first difference.
std::string CompareSales(Storage& storage, std::size_t count) {
  Rng rng;
  RandomSales sales(rng);
  ReferenceModel model;
  for (const std::int64_t event : {0, 1}) {
    const auto sections = RandomSales::Sections();
    (void)model.CreateSections(EventId{event}, sections, sales.now());
    const absl::Status made =
        storage.CreateSections(EventId{event}, sections, sales.now());
    if (!made.ok()) return made.ToString();
  }
  Outcome expected, outcome;
  for (std::size_t i = 0; i < count; ++i) {
    sales.MoveTime();
    const Transaction tx = sales.MakeTransaction();
    model.Commit(tx, sales.now(), expected);
    const absl::Status status = storage.Commit(tx, sales.now(), {}, outcome);
    if (!status.ok()) return status.ToString();
    std::string text = conformance::DifferInOutcome(expected, outcome);
    if (!text.empty()) return text;
  }
  std::string text;
  for (const std::int64_t event : {0, 1}) {
    text += conformance::StateComparison(storage, model, EventId{event},
                                         sales.now())
                .Run(12, 4);
  }
  return text;
}

void CheckProxy(KvrocksProxy& proxy) {
  CHECK(proxy.bitmap_keys_made().empty());
  CHECK(proxy.refused_in_scripts().empty());
  CHECK(proxy.bare_writing_scripts() == 0);
  CHECK(proxy.wrapped_scripts() > 0);
}

TEST_CASE("On Kvrocks every answer is that of the model", "[redis]") {
  SEATFIELD_INFO_SEED();
  const auto server = Serve();
  KvrocksProxy proxy(*server);
  const auto storage = Connect(OptionsFor(proxy.address()));
  CHECK(storage->server().kvrocks);
  CHECK(Contains(storage->server().version, "2.10.1"));
  CHECK(storage->info().durability_max == Durability::kNone);
  CHECK(CompareSales(*storage, Volume(600)) == "");
  CheckProxy(proxy);
}

TEST_CASE("On Kvrocks sections are made, dropped and imported as strings",
          "[redis]") {
  const auto server = Serve();
  KvrocksProxy proxy(*server);
  const auto storage = Connect(OptionsFor(proxy.address()));
  Create(*storage, "A", 3, 5);
  Must(*storage, ReserveSeats("A", {{1, 1}, {3, 5}}));
  REQUIRE(storage->Reset({kEvent, "A"}, true, kStart).ok());
  CHECK(States(*storage, "A") == "AAAAAAAAAAAAAAA");
  REQUIRE(storage->Drop({kEvent, "A"}, true, kStart).ok());
  server->Call({"SET", "seats:1:Z:1", "\xc0"});
  const absl::Status status =
      storage->ImportOneBitRows(kEvent, {"Z", {2, 8}}, 5, kStart);
  INFO(status.ToString());
  REQUIRE(status.ok());
  CHECK(States(*storage, "Z") == "BBAAAAAAAAAAAAAA");
  const auto expired = storage->ExpireDue(kStart + std::chrono::hours(1), 9);
  CHECK(expired.ok());
  CheckProxy(proxy);
}

TEST_CASE("Scripts that Kvrocks has lost are given again", "[redis]") {
  const auto server = Serve();
  KvrocksProxy proxy(*server);
  const auto storage = Connect(OptionsFor(proxy.address()));
  Create(*storage, "A", 3, 5);
  for (std::uint64_t n = 1; n <= 5; ++n) {
    server->Call({"SCRIPT", "FLUSH"});
    const auto number = static_cast<std::uint32_t>(n);
    Must(*storage, ReserveSeats("A", {{1, number}}, {0, n}));
    server->Call({"SCRIPT", "FLUSH"});
    CHECK(ReadAll(*storage, "A").stats.counts.reserved == n);
  }
  CHECK(storage->Verify(kEvent).ok());
  CheckProxy(proxy);
}

TEST_CASE("Synchronous writes of Kvrocks reach a power cut", "[redis]") {
  const auto server = Serve();
  KvrocksProxy proxy(*server);
  proxy.SetSynchronous(true);
  const auto storage = Connect(OptionsFor(proxy.address()));
  CHECK(storage->info().durability_max == Durability::kGroup);
}

TEST_CASE("The password of Kvrocks is one word", "[redis]") {
  const auto server = Serve({.password = "secret"});
  KvrocksProxy proxy(*server);
  RedisOptions options = OptionsFor(proxy.address());
  options.password = "secret";
  Create(*Connect(options), "A", 3, 5);
  options.password = "wrong-word";
  const auto refused = RedisStorage::Connect(options);
  INFO(refused.status().ToString());
  CHECK(absl::IsUnauthenticated(refused.status()));
  CHECK(!Contains(refused.status().ToString(), "wrong-word"));
}

}  // namespace
}  // namespace seatfield::test
