// SPDX-License-Identifier: MIT
//
// The client of a cluster, against three real nodes.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "redis/client.h"
#include "redis/client_rig.h"
#include "support/catch.h"
#include "support/redis_cluster.h"

namespace seatfield::test {
namespace {

std::unique_ptr<RedisCluster> Form(const RedisClusterOptions& options = {}) {
  std::string reason;
  auto cluster = RedisCluster::Start(options, &reason);
  INFO(reason);
  REQUIRE(cluster != nullptr);
  return cluster;
}

// Its replicas get data, without which a cluster does not tell of them, soon.
std::unique_ptr<RedisCluster> FormWithReplicas() {
  return Form(
      {.replicas = true, .arguments = {"--repl-ping-replica-period", "1"}});
}

RedisOptions OptionsOf(const RedisCluster& cluster) {
  RedisOptions options = OptionsFor(cluster.addresses().front());
  options.cluster = true;
  options.layout = RedisLayout::kEvent;
  return options;
}

// Keys of many slots, so that every node has some.
std::string Key(std::size_t i) { return "{" + std::to_string(i) + "}:a"; }

std::string SayAsync(Client& client, const Request& request) {
  std::string text;
  std::atomic<bool> done = false;
  client.CallAsync(request, [&](absl::StatusOr<ReplyPtr> answer) {
    text = Shown(answer);
    done = true;
  });
  CHECK(Eventually([&] { return done.load(); }));
  return text;
}

// What does not fit a cluster is refused.
void CheckRefusals(const RedisCluster& cluster) {
  RedisOptions options = OptionsOf(cluster);
  options.layout = RedisLayout::kPlain;
  const absl::Status plain = Client::Connect(options).status();
  CHECK(absl::IsFailedPrecondition(plain));
  CHECK(Contains(plain.ToString(), "layout plain"));
  options.cluster = false;
  CHECK(absl::IsFailedPrecondition(Client::Connect(options).status()));
  options.layout = RedisLayout::kEvent;
  const absl::Status single = Client::Connect(options).status();
  CHECK(absl::IsFailedPrecondition(single));
  CHECK(Contains(single.ToString(), "set option cluster"));
}

TEST_CASE("Requests go to the node that serves their slot", "[redis]") {
  const auto cluster = Form();
  CheckRefusals(*cluster);
  const auto client = ConnectTo(OptionsOf(*cluster));
  CHECK(client->server().cluster);
  CHECK(client->server().nodes == 3);
  CHECK(client->pool().opened == 3);

  std::vector<Request> requests;
  for (std::size_t i = 0; i < 100; ++i) {
    requests.push_back(Keyed("SET", Key(i), std::to_string(i)));
  }
  std::vector<absl::StatusOr<ReplyPtr>> answers;
  client->CallMany(requests, answers);
  for (const auto& answer : answers) CHECK(Shown(answer) == "OK");
  for (std::size_t i = 0; i < 100; ++i) {
    CHECK(Say(*client, Keyed("GET", Key(i))) == std::to_string(i));
  }
  CHECK(client->pool().opened == 3);
  CHECK(client->pool().failed == 0);

  CHECK(Say(*client, Read("PING")) == "PONG");
  CHECK(client->CallEverywhere(Command("SCRIPT", "LOAD", "return 1")).ok());
  for (std::size_t at = 0; at < 3; ++at) {
    CHECK(cluster->node(at)
              .Call({"SCRIPT", "EXISTS",
                     "e0e1f9fabfc9d4800c877a703b823ac0578ff8db"})
              .elements[0]
              .number == 1);
  }
}

TEST_CASE("A slot that moved is followed", "[redis]") {
  const auto cluster = Form();
  const auto client = ConnectTo(OptionsOf(*cluster));
  for (std::size_t i = 0; i < 30; ++i) {
    CHECK(Say(*client, Keyed("SET", Key(i), "0")) == "OK");
    CHECK(SayAsync(*client, Keyed("GET", Key(i))) == "0");
  }
  const auto move = [&](std::size_t i) {
    const std::uint16_t slot = redis::SlotOf(Key(i));
    const std::size_t from = cluster->OwnerOf(slot);
    REQUIRE(cluster->MoveSlot(slot, from, (from + 1) % 3));
  };
  move(0);
  CHECK(Say(*client, Keyed("INCR", Key(0))) == "1");
  move(1);
  CHECK(Say(*client, Wrapped(Keyed("INCR", Key(1)))) == "1");
  move(2);
  CHECK(SayAsync(*client, Keyed("INCR", Key(2))) == "1");
  move(3);
  CHECK(SayAsync(*client, Wrapped(Keyed("INCR", Key(3)))) == "1");
  CHECK(client->pool().failed == 0);
}

TEST_CASE("A slot that is moving is asked for where its keys are", "[redis]") {
  const auto cluster = Form();
  const auto client = ConnectTo(OptionsOf(*cluster));
  const std::string moved = "{7}:moved";
  const std::uint16_t slot = redis::SlotOf(moved);
  CHECK(Say(*client, Keyed("SET", moved, "0")) == "OK");
  const std::size_t from = cluster->OwnerOf(slot);
  const std::size_t to = (from + 1) % 3;
  REQUIRE(cluster->BeginMove(slot, from, to));
  REQUIRE(cluster->MoveKeys(slot, from, to));

  CHECK(Say(*client, Keyed("INCR", moved)) == "1");
  CHECK(Say(*client, Wrapped(Keyed("INCR", moved))) == "2");
  CHECK(SayAsync(*client, Keyed("INCR", moved)) == "3");
  CHECK(SayAsync(*client, Wrapped(Keyed("INCR", moved))) == "4");
  const std::vector<Request> many(10, Keyed("INCR", moved));
  std::vector<absl::StatusOr<ReplyPtr>> answers;
  client->CallMany(many, answers);
  CHECK(Shown(answers.back()) == "14");

  // One key here, one there: TRYAGAIN, until the move has ended.
  Request both = Keyed("MGET", moved, std::string_view("{7}:stays"));
  CHECK(Say(*client, Keyed("SET", "{7}:stays", "s")) == "OK");
  std::thread later([&] {
    std::this_thread::sleep_for(milliseconds(100));
    cluster->EndMove(slot, from, to);
  });
  CHECK(Say(*client, both) == "14 s");
  later.join();
}

TEST_CASE("A cluster heals while it is called", "[redis]") {
  const auto cluster = FormWithReplicas();
  RedisOptions options = OptionsOf(*cluster);
  options.servers = cluster->addresses();
  options.attempts_max = 60;
  options.health_check = milliseconds(100);
  const auto client = ConnectTo(options);
  CHECK(Eventually([&] { return client->server().nodes == 6; }));
  const std::string key = Key(7);
  const std::size_t owner = cluster->OwnerOf(redis::SlotOf(key));
  CHECK(Say(*client, Keyed("SET", key, "0")) == "OK");
  CHECK(SayAsync(*client, Keyed("INCR", key)) == "1");

  // The replica takes over with the consent of the primary.
  REQUIRE(cluster->Failover(owner + 3));
  CHECK(Say(*client, Keyed("INCR", key)) == "2");
  CHECK(SayAsync(*client, Keyed("INCR", key)) == "3");

  // Its new primary dies, and the old one takes over by itself.
  REQUIRE(Eventually([&] {
    return cluster->node(owner).Call({"GET", key}).is_error() &&
           Contains(cluster->node(owner).Call({"INFO", "replication"}).text,
                    "master_link_status:up");
  }));
  cluster->StopNode(owner + 3);
  CHECK(Say(*client, Keyed("INCR", key)) == "4");
  CHECK(SayAsync(*client, Keyed("INCR", key)) == "5");
  for (std::size_t i = 0; i < 20; ++i) {
    CHECK(Say(*client, Keyed("SET", Key(i), "x")) == "OK");
  }
}

TEST_CASE("Reads may go to replicas", "[redis]") {
  const auto cluster = FormWithReplicas();
  RedisOptions options = OptionsOf(*cluster);
  options.read_replicas = true;
  options.health_check = milliseconds(100);
  const auto client = ConnectTo(options);
  CHECK(Eventually([&] { return client->server().nodes == 6; }));
  const std::string key = Key(7);
  const std::size_t owner = cluster->OwnerOf(redis::SlotOf(key));
  RedisServer& replica = cluster->node(owner + 3);
  CHECK(Say(*client, Keyed("SET", key, "x")) == "OK");
  Request read = Keyed("GET", key);
  read.reads_only = true;
  CHECK(Eventually([&] { return Say(*client, read) == "x"; }));

  replica.Call({"CONFIG", "RESETSTAT"});
  CHECK(Say(*client, read) == "x");
  CHECK(SayAsync(*client, read) == "x");
  CHECK(Contains(replica.Call({"INFO", "commandstats"}).text,
                 "cmdstat_get:calls=2"));

  // Without the replica the primary answers.
  cluster->StopNode(owner + 3);
  CHECK(Say(*client, read) == "x");
  CHECK(SayAsync(*client, read) == "x");
}

TEST_CASE("A cluster without one of its nodes is Unavailable there",
          "[redis]") {
  const auto cluster =
      Form({.arguments = {"--cluster-require-full-coverage", "no"}});
  RedisOptions options = OptionsOf(*cluster);
  options.servers = cluster->addresses();
  options.attempts_max = 3;
  options.backoff_max = milliseconds(20);
  const auto client = ConnectTo(options);
  cluster->StopNode(0);
  std::vector<Request> requests;
  for (std::size_t i = 0; i < 30; ++i) {
    requests.push_back(Keyed("SET", Key(i), "x"));
  }
  std::vector<absl::StatusOr<ReplyPtr>> answers;
  client->CallMany(requests, answers);
  bool right = true;
  for (std::size_t i = 0; i < 30; ++i) {
    const bool lost = requests[i].slot <= 5460;
    right = right && (lost ? absl::IsUnavailable(answers[i].status())
                           : Shown(answers[i]) == "OK");
  }
  CHECK(right);

  // A client that comes now starts from another seed.
  const auto late = ConnectTo(options);
  CHECK(late->server().nodes == 3);
  REQUIRE(cluster->StartNode(0));
  REQUIRE(cluster->WaitUntilOk());
  CHECK(Say(*client, Keyed("SET", Key(7), "x")) == "OK");
  CHECK(Say(*late, Keyed("SET", Key(7), "x")) == "OK");
  for (std::size_t i = 0; i < 30; ++i) {
    CHECK(Say(*client, requests[i]) == "OK");
  }
}

}  // namespace
}  // namespace seatfield::test
