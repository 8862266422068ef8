// SPDX-License-Identifier: MIT
//
// The servers and proxies that other tests rest on: each does what it says, and
// can be seen to.

#include <sys/stat.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "support/catch.h"
#include "support/command_monitor.h"
#include "support/cutting_proxy.h"
#include "support/kvrocks_proxy.h"
#include "support/kvrocks_rules.h"
#include "support/redis_cluster.h"
#include "support/redis_server.h"
#include "support/resp.h"

namespace seatfield::test {
namespace {

std::unique_ptr<RedisServer> Serve(const RedisServerOptions& options = {}) {
  std::string reason;
  auto server = RedisServer::Start(options, &reason);
  INFO(reason);
  REQUIRE(server != nullptr);
  return server;
}

std::unique_ptr<RedisLink> Link(std::uint16_t port,
                                const std::string& password = {}) {
  auto link = RedisLink::Connect(port, password);
  REQUIRE(link != nullptr);
  return link;
}

bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

bool Begins(const RespValue& answer, std::string_view text) {
  return answer.text.compare(0, text.size(), text) == 0;
}

// --- RESP -------------------------------------------------------------------

TEST_CASE("Every value of the protocol is read as it was written", "[rigs]") {
  const std::string bytes =
      "*5\r\n+OK\r\n-ERR no\r\n:-7\r\n$-1\r\n*2\r\n$0\r\n\r\n$3\r\na\r\n\r\n";
  RespValue value;
  std::size_t used = 0;
  REQUIRE(ParseResp(bytes + "+next", value, used) == RespParse::kWhole);
  CHECK(used == bytes.size());
  CHECK(RespBytes(value) == bytes);
  CHECK(value.elements[2].number == -7);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CHECK(ParseResp(bytes.substr(0, size), value, used) ==
          RespParse::kTooShort);
  }
  CHECK(ParseResp("?\r\n", value, used) == RespParse::kMalformed);
  CHECK(ParseResp("$1\r\nabc", value, used) == RespParse::kMalformed);
}

// --- RedisServer ------------------------------------------------------------

TEST_CASE("A server listens on its port and its socket alone", "[rigs]") {
  const auto server = Serve();
  CHECK(server->Call({"PING"}).text == "PONG");
  CHECK(Link(server->port())->Call({"SET", "a", "1"}).text == "OK");
  CHECK(server->Call({"GET", "a"}).text == "1");
  CHECK(server->address() == "127.0.0.1:" + std::to_string(server->port()));
  CHECK(server->Call({"CONFIG", "GET", "bind"}).elements[1].text ==
        "127.0.0.1");
  CHECK(server->Call({"CONFIG", "GET", "save"}).elements[1].text.empty());
  CHECK(Contains(server->Call({"INFO", "server"}).text, "config_file:\r\n"));
}

TEST_CASE("A server goes with its object, paused or not", "[rigs]") {
  for (const bool paused : {false, true}) {
    auto server = Serve();
    const pid_t process = server->pid();
    const std::string directory = server->directory();
    REQUIRE(std::filesystem::exists(directory));
    REQUIRE(::kill(process, 0) == 0);
    if (paused) server->Pause();
    server.reset();
    CHECK(::kill(process, 0) != 0);
    CHECK(!std::filesystem::exists(directory));
  }
}

TEST_CASE("A server that cannot run is reported with its reason", "[rigs]") {
  std::string reason;
  CHECK(RedisServer::Start({.arguments = {"--no-such-option", "1"}}, &reason) ==
        nullptr);
  CHECK(Contains(reason, "no-such-option"));
}

TEST_CASE("A server starts again on its port with what it has kept", "[rigs]") {
  for (const bool append_only : {false, true}) {
    const auto server = Serve({.append_only = append_only});
    const std::uint16_t port = server->port();
    server->Call({"SET", "a", "1"});
    server->Kill();
    CHECK(server->pid() == 0);
    CHECK(server->Call({"PING"}).is_error());
    REQUIRE(server->Restart());
    CHECK(server->port() == port);
    CHECK(server->Call({"EXISTS", "a"}).number == (append_only ? 1 : 0));
    server->Stop();
    CHECK(RedisLink::Connect(port) == nullptr);
  }
}

TEST_CASE("A paused server answers once it is resumed", "[rigs]") {
  const auto server = Serve();
  const auto link = Link(server->port());
  server->Pause();
  REQUIRE(link->Send({"PING"}));
  RespValue answer;
  CHECK(link->Receive(answer, std::chrono::milliseconds(50)) ==
        Received::kNothingYet);
  server->Resume();
  REQUIRE(link->Receive(answer, std::chrono::seconds(10)) == Received::kBytes);
  CHECK(answer.text == "PONG");
}

TEST_CASE("A server wants its password", "[rigs]") {
  const auto server = Serve({.password = "secret"});
  CHECK(Begins(Link(server->port())->Call({"GET", "a"}), "NOAUTH"));
  CHECK(RedisLink::Connect(server->port(), "wrong") == nullptr);
  CHECK(server->Call({"PING"}).text == "PONG");
}

TEST_CASE("A server that loads says so", "[rigs]") {
  const auto server =
      Serve({.arguments = {"--key-load-delay", "50"}, .append_only = true});
  server->Call(
      {"EVAL", "for i = 1, 5000 do redis.call('SET', 'key' .. i, i) end", "0"});
  server->Kill();
  REQUIRE(server->Restart(RedisServer::Until::kListens));
  CHECK(Begins(server->Call({"GET", "key1"}), "LOADING"));
  REQUIRE(server->Restart());
  CHECK(server->Call({"DBSIZE"}).number == 5000);
}

// --- CuttingProxy -----------------------------------------------------------

const Words kAppend = {"APPEND", "a", "x"};

TEST_CASE("A cut comes after exactly so many bytes of a request", "[rigs]") {
  const auto server = Serve();
  CuttingProxy proxy(*server);
  auto link = Link(proxy.port());
  proxy.Count();
  REQUIRE(link->Call(kAppend).number == 1);
  const std::uint64_t whole = RespBytes(kAppend).size();
  REQUIRE(proxy.request_bytes() == whole);
  REQUIRE(proxy.reply_bytes() == 4);
  for (std::uint64_t bytes = 0; bytes <= whole; ++bytes) {
    INFO(bytes << " bytes");
    server->Call({"DEL", "a"});
    link = Link(proxy.port());
    proxy.Arm({Direction::kRequest, bytes});
    CHECK(link->Call(kAppend).text == "LOST");
    CHECK(proxy.request_bytes() == bytes);
    CHECK(proxy.reply_bytes() == 0);
    CHECK(server->Call({"EXISTS", "a"}).number == (bytes == whole ? 1 : 0));
  }
  CHECK(proxy.cuts() == whole + 1);
}

TEST_CASE("A cut comes after exactly so many bytes of a reply", "[rigs]") {
  const auto server = Serve();
  CuttingProxy proxy(*server);
  for (std::uint64_t bytes = 0; bytes <= 4; ++bytes) {
    INFO(bytes << " bytes");
    server->Call({"DEL", "a"});
    auto link = Link(proxy.port());
    proxy.Arm({Direction::kReply, bytes});
    REQUIRE(link->Send(kAppend));
    std::string received;
    while (link->socket().Receive(received, std::chrono::seconds(5)) ==
           Received::kBytes) {
    }
    CHECK(received == std::string(":1\r\n").substr(0, bytes));
    CHECK(server->Call({"EXISTS", "a"}).number == 1);
  }
}

TEST_CASE("A cut waits for its connection and comes once", "[rigs]") {
  const auto server = Serve();
  CuttingProxy proxy(*server);
  auto first = Link(proxy.port());
  REQUIRE(first->Call({"PING"}).text == "PONG");
  proxy.Arm({Direction::kRequest, 3, 1});
  CHECK(first->Call({"PING"}).text == "PONG");
  auto second = Link(proxy.port());
  CHECK(second->Call({"PING"}).text == "LOST");
  CHECK(first->Call({"PING"}).text == "PONG");
  CHECK(Link(proxy.port())->Call({"PING"}).text == "PONG");
  proxy.Arm({Direction::kRequest, 3});
  proxy.Disarm();
  CHECK(first->Call({"PING"}).text == "PONG");
  CHECK(proxy.cuts() == 1);
  CHECK(proxy.connections() == 3);
}

TEST_CASE("A proxy delays what it is told to delay", "[rigs]") {
  const auto server = Serve();
  CuttingProxy proxy(*server);
  const auto link = Link(proxy.port());
  const std::chrono::milliseconds delay(60);
  for (const Direction direction : {Direction::kRequest, Direction::kReply}) {
    proxy.Delay(direction, delay);
    const auto before = std::chrono::steady_clock::now();
    CHECK(link->Call({"PING"}).text == "PONG");
    CHECK(std::chrono::steady_clock::now() - before >= delay);
    proxy.Delay(direction, std::chrono::milliseconds(0));
  }
}

TEST_CASE("A proxy serves many connections at once", "[rigs][threads]") {
  const auto server = Serve();
  CuttingProxy proxy(*server);
  std::atomic<int> answered{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      const auto link = RedisLink::Connect(proxy.port());
      for (int call = 0; link != nullptr && call < 50; ++call) {
        if (link->Call({"INCR", "n"}).type == ':') ++answered;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(answered == 400);
  CHECK(server->Call({"GET", "n"}).text == "400");
}

// --- CommandMonitor and KvrocksProxy ----------------------------------------

TEST_CASE("A monitored command is read with every byte", "[rigs]") {
  const SeenCommand seen = ParseMonitorLine(
      "1700000000.000001 [0 lua] \"SET\" \"a\\\"\\\\\\n\" \"\\x00\\xff ]\"");
  CHECK(seen.by_script);
  CHECK(seen.words == Words{"SET", "a\"\\\n", std::string("\0\xff ]", 4)});
  CHECK(!ParseMonitorLine("1.1 [0 127.0.0.1:5] \"GET\" \"lua\"").by_script);
}

struct Kvrocks {
  std::unique_ptr<RedisServer> server = Serve();
  KvrocksProxy proxy{*server};
  std::unique_ptr<RedisLink> link = Link(proxy.port());

  RespValue Call(const Words& words) { return link->Call(words); }
};

TEST_CASE("Kvrocks tells another version", "[rigs]") {
  Kvrocks kvrocks;
  const std::string info = kvrocks.Call({"INFO"}).text;
  CHECK(Contains(info, "redis_version:4.0.0\r\n"));
  CHECK(Contains(info, "kvrocks_version:2.10.1\r\n"));
  CHECK(kvrocks.Call({"CONFIG", "GET", "appendfsync"}).elements.empty());
  const Words sync = {"CONFIG", "GET", "rocksdb.write_options.sync"};
  CHECK(kvrocks.Call(sync).elements[1].text == "no");
  kvrocks.proxy.SetSynchronous(true);
  CHECK(kvrocks.Call(sync).elements[1].text == "yes");
}

TEST_CASE("Kvrocks refuses what it does not know", "[rigs]") {
  Kvrocks kvrocks;
  for (const Words& words :
       {Words{"HELLO", "3"}, Words{"ACL", "WHOAMI"}, Words{"WAIT", "0", "1"},
        Words{"AUTH", "user", "word"}, Words{"EXPIRE", "a", "1", "NX"},
        Words{"XADD", "s", "MAXLEN", "~", "5", "*", "f", "v"},
        Words{"BITFIELD", "a", "SET", "u2", "#1", "1"}}) {
    INFO(words[0]);
    CHECK(kvrocks.Call(words).is_error());
    CHECK(kvrocks.Call({"MULTI"}).text == "OK");
    CHECK(kvrocks.Call(words).is_error());
    CHECK(Begins(kvrocks.Call({"EXEC"}), "EXECABORT"));
  }
  CHECK(kvrocks.Call({"AUTH", "u", "w"}).text ==
        "ERR wrong number of arguments");
  CHECK(kvrocks.server->Call({"DBSIZE"}).number == 0);
}

TEST_CASE("Kvrocks takes a password of one word", "[rigs]") {
  const auto server = Serve({.password = "secret"});
  KvrocksProxy proxy(*server);
  const auto link = Link(proxy.port());
  CHECK(Begins(link->Call({"INFO"}), "NOAUTH"));
  CHECK(link->Call({"AUTH", "wrong"}).text == "ERR invalid password");
  CHECK(link->Call({"AUTH", "secret"}).text == "OK");
  CHECK(Contains(link->Call({"INFO"}).text, "kvrocks_version"));
}

TEST_CASE("Kvrocks answers OK as text", "[rigs]") {
  Kvrocks kvrocks;
  CHECK(kvrocks.Call({"SET", "a", "1"}).type == '$');
  CHECK(kvrocks.Call({"HMSET", "h", "f", "1"}).type == '$');
  CHECK(kvrocks.Call({"MULTI"}).type == '+');
  CHECK(kvrocks.Call({"SET", "a", "2"}).text == "QUEUED");
  CHECK(kvrocks.Call({"GETRANGE", "gone", "0", "-1"}).text == "QUEUED");
  const RespValue answer = kvrocks.Call({"EXEC"});
  REQUIRE(answer.elements.size() == 2);
  CHECK(answer.elements[0].type == '$');
  CHECK(answer.elements[0].text == "OK");
  CHECK(answer.elements[1].null);
}

TEST_CASE("Kvrocks makes a bitmap of what BITFIELD makes", "[rigs]") {
  Kvrocks kvrocks;
  CHECK(kvrocks.Call({"GETRANGE", "a", "0", "-1"}).null);
  CHECK(kvrocks.Call({"BITFIELD", "a", "GET", "u2", "0"}).type == '*');
  CHECK(kvrocks.proxy.bitmap_keys_made().empty());
  kvrocks.Call({"BITFIELD", "a", "SET", "u2", "0", "1"});
  kvrocks.Call({"SETBIT", "b", "0", "1"});
  kvrocks.Call({"SET", "c", "x"});
  kvrocks.Call({"BITFIELD", "c", "SET", "u2", "0", "1"});
  CHECK(kvrocks.proxy.bitmap_keys_made() == Words{"a", "b"});
  for (const Words& words :
       {Words{"GETRANGE", "a", "0", "-1"}, Words{"SETRANGE", "b", "0", "x"},
        Words{"STRLEN", "a"}}) {
    CHECK(Begins(kvrocks.Call(words), "WRONGTYPE"));
  }
  CHECK(kvrocks.Call({"GET", "a"}).text == "\x02");
  CHECK(kvrocks.Call({"TYPE", "a"}).text == "bitmap");
  CHECK(kvrocks.Call({"GETRANGE", "c", "0", "-1"}).text == "x");
  CHECK(kvrocks.Call({"TYPE", "c"}).text == "string");
  kvrocks.Call({"DEL", "a"});
  kvrocks.Call({"SET", "a", "x"});
  CHECK(kvrocks.Call({"STRLEN", "a"}).number == 1);
}

TEST_CASE("What scripts do with bitmaps is seen", "[rigs]") {
  Kvrocks kvrocks;
  kvrocks.Call({"EVAL",
                "redis.call('SET', KEYS[1], '\\0\\0')"
                "redis.call('BITFIELD', KEYS[1], 'SET', 'u2', 0, 1)",
                "1", "good"});
  CHECK(kvrocks.proxy.bitmap_keys_made().empty());
  CHECK(kvrocks.proxy.refused_in_scripts().empty());
  kvrocks.Call({"EVAL", "redis.call('BITFIELD', KEYS[1], 'SET', 'u2', '#1', 1)",
                "1", "bad"});
  CHECK(kvrocks.proxy.bitmap_keys_made() == Words{"bad"});
  CHECK(kvrocks.proxy.refused_in_scripts().size() == 1);
}

TEST_CASE("Scripts outside a transaction are counted", "[rigs]") {
  Kvrocks kvrocks;
  const Words reads = {"EVAL", "return redis.call('GET', KEYS[1])", "1", "a"};
  const Words writes = {"EVAL", "return redis.call('INCR', KEYS[1])", "1", "a"};
  kvrocks.Call(reads);
  CHECK(kvrocks.proxy.bare_scripts() == 1);
  CHECK(kvrocks.proxy.bare_writing_scripts() == 0);
  kvrocks.Call({"MULTI"});
  kvrocks.Call(writes);
  CHECK(kvrocks.Call({"EXEC"}).elements[0].number == 1);
  CHECK(kvrocks.proxy.bare_scripts() == 1);
  CHECK(kvrocks.proxy.wrapped_scripts() == 1);
  kvrocks.Call(writes);
  CHECK(kvrocks.proxy.bare_scripts() == 2);
  CHECK(kvrocks.proxy.bare_writing_scripts() == 1);
}

// --- RedisCluster -----------------------------------------------------------

std::unique_ptr<RedisCluster> Form(const RedisClusterOptions& options = {}) {
  std::string reason;
  auto cluster = RedisCluster::Start(options, &reason);
  INFO(reason);
  REQUIRE(cluster != nullptr);
  return cluster;
}

TEST_CASE("A slot of a cluster moves, at once or step by step", "[rigs]") {
  const auto cluster = Form();
  REQUIRE(cluster->addresses().size() == 3);
  const std::uint16_t slot = cluster->SlotOf("{7}:a");
  const std::size_t from = cluster->OwnerOf(slot);
  REQUIRE(from < 3);
  const std::size_t to = (from + 1) % 3;
  RedisServer& source = cluster->node(from);
  CHECK(source.Call({"SET", "{7}:a", "1"}).text == "OK");
  CHECK(Begins(cluster->node(to).Call({"GET", "{7}:a"}), "MOVED"));
  REQUIRE(cluster->BeginMove(slot, from, to));
  CHECK(source.Call({"GET", "{7}:a"}).text == "1");
  CHECK(Begins(source.Call({"GET", "{7}:b"}), "ASK"));
  REQUIRE(cluster->MoveKeys(slot, from, to));
  CHECK(Begins(source.Call({"GET", "{7}:a"}), "ASK"));
  CHECK(Begins(cluster->node(to).Call({"GET", "{7}:a"}), "MOVED"));
  REQUIRE(cluster->EndMove(slot, from, to));
  CHECK(cluster->node(to).Call({"GET", "{7}:a"}).text == "1");
  CHECK(Begins(source.Call({"GET", "{7}:a"}), "MOVED"));
  CHECK(cluster->OwnerOf(slot) == to);
  REQUIRE(cluster->MoveSlot(slot, to, from));
  CHECK(source.Call({"GET", "{7}:a"}).text == "1");
}

TEST_CASE("A replica of a cluster takes over", "[rigs]") {
  const auto cluster = Form({.replicas = true});
  REQUIRE(cluster->size() == 6);
  const std::uint16_t slot = 1;
  REQUIRE(cluster->OwnerOf(slot) == 0);
  REQUIRE(cluster->Failover(3));
  CHECK(cluster->OwnerOf(slot) == 3);
  cluster->StopNode(3);
  REQUIRE(cluster->Failover(0));
  CHECK(cluster->OwnerOf(slot) == 0);
  REQUIRE(cluster->StartNode(3));
}

}  // namespace
}  // namespace seatfield::test
