// SPDX-License-Identifier: MIT
//
// The client of one server, against real ones.

#include "redis/client.h"

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "redis/client_rig.h"
#include "support/catch.h"
#include "support/connection_server.h"
#include "support/cutting_proxy.h"
#include "support/kvrocks_proxy.h"
#include "support/redis_server.h"
#include "support/socket.h"
#include "support/temporary_directory.h"

namespace seatfield::test {
namespace {

// --- Calls ------------------------------------------------------------------

TEST_CASE("A client calls over TCP and over a unix socket", "[redis]") {
  const auto server = Serve();
  for (const std::string& address : {server->address(), server->socket()}) {
    const auto client = ConnectTo(OptionsFor(address));
    CHECK(Say(*client, Command("SET", "a", address)) == "OK");
    CHECK(Say(*client, Read("GET", "a")) == address);
    CHECK(client->server().version.starts_with("7."));
    CHECK_FALSE(client->server().kvrocks);
    CHECK_FALSE(client->server().cluster);
    CHECK(client->server().nodes == 1);
  }
}

TEST_CASE("An error of the server is an answer", "[redis]") {
  const auto server = Serve();
  const auto client = ConnectTo(OptionsFor(server->address()));
  const auto answer = client->Call(Command("NONSENSE"));
  REQUIRE(answer.ok());
  CHECK(redis::IsError(**answer));
  CHECK(Say(*client, Command("SET", "a", "x")) == "OK");
  CHECK(Contains(Say(*client, Command("INCR", "a")), "not an integer"));
  CHECK(client->pool().failed == 0);
}

TEST_CASE("Many requests are answered in order on one connection", "[redis]") {
  const auto server = Serve();
  const auto client = ConnectTo(OptionsFor(server->address()));
  std::vector<Request> requests(1000, Command("INCR", "n"));
  std::vector<absl::StatusOr<ReplyPtr>> answers;
  client->CallMany(requests, answers);
  REQUIRE(answers.size() == requests.size());
  bool in_order = true;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    in_order = in_order && Shown(answers[i]) == std::to_string(i + 1);
  }
  CHECK(in_order);
  CHECK(client->pool().opened == 1);
  client->CallMany({}, answers);
  CHECK(answers.empty());
}

TEST_CASE("Requests and answers may be longer than a socket's buffers",
          "[redis]") {
  const auto server = Serve();
  const auto client = ConnectTo(OptionsFor(server->socket()));
  const std::string big(8 << 20, 'x');
  const std::vector<Request> requests(4, Command("ECHO", big));
  std::vector<absl::StatusOr<ReplyPtr>> answers;
  client->CallMany(requests, answers);
  for (const auto& answer : answers) CHECK(Shown(answer) == big);
}

TEST_CASE("Of a transaction the last answer counts", "[redis]") {
  const auto server = Serve();
  const auto client = ConnectTo(OptionsFor(server->address()));
  CHECK(Say(*client, Wrapped(Command("INCR", "n"))) == "1");
  const auto refused = client->Call(Wrapped(Command("NONSENSE")));
  REQUIRE(refused.ok());
  CHECK(Contains(Shown(refused), "EXECABORT"));
  CHECK(Say(*client, Command("GET", "n")) == "1");
}

TEST_CASE("A database is chosen", "[redis]") {
  const auto server = Serve();
  RedisOptions options = OptionsFor(server->address());
  options.database = 3;
  const auto third = ConnectTo(options);
  CHECK(Say(*third, Command("SET", "a", "3")) == "OK");
  CHECK(Say(*ConnectTo(OptionsFor(server->address())), Read("GET", "a")) ==
        "(nil)");
  options.database = 1000;
  const auto none = Client::Connect(options);
  CHECK(absl::IsFailedPrecondition(none.status()));
  CHECK(Contains(none.status().ToString(), "SELECT"));
}

TEST_CASE("A request for everywhere goes to the one server", "[redis]") {
  const auto server = Serve();
  const auto client = ConnectTo(OptionsFor(server->address()));
  CHECK(client->CallEverywhere(Command("SET", "a", "1")).ok());
  CHECK(Say(*client, Read("GET", "a")) == "1");
  const absl::Status status = client->CallEverywhere(Command("INCR"));
  CHECK(absl::IsFailedPrecondition(status));
  CHECK(Contains(status.ToString(), "wrong number"));
}

TEST_CASE("A closed client refuses calls", "[redis]") {
  const auto server = Serve();
  const auto client = ConnectTo(OptionsFor(server->address()));
  client->Close();
  CHECK(absl::IsFailedPrecondition(client->Call(Command("PING")).status()));
  CHECK(absl::IsFailedPrecondition(client->CallEverywhere(Command("PING"))));
  CHECK(client->pool().idle == 0);
  client->Close();
}

TEST_CASE("Close waits for what is under way", "[redis]") {
  const auto server = Serve();
  const auto client = ConnectTo(OptionsFor(server->address()));
  std::string answer;
  std::thread caller(
      [&] { answer = Say(*client, Command("BLPOP", "nothing", "0.3")); });
  REQUIRE(Eventually([&] { return client->pool().active == 1; }));
  client->Close();
  caller.join();
  CHECK(answer == "(nil)");
}

TEST_CASE("Close ends what takes too long", "[redis]") {
  const auto server = Serve();
  RedisOptions options = OptionsFor(server->address());
  options.socket_timeout = milliseconds(300);
  const auto client = ConnectTo(options);
  server->Pause();
  absl::Status status;
  std::thread caller(
      [&] { status = client->Call(Command("SET", "a", "1")).status(); });
  REQUIRE(Eventually([&] { return client->pool().active == 1; }));
  client->Close();
  caller.join();
  server->Resume();
  CHECK(absl::IsUnknown(status));
}

// --- Connections that break -------------------------------------------------

TEST_CASE("An idle connection that was closed is not used", "[redis]") {
  const auto server = Serve();
  const auto client = ConnectTo(OptionsFor(server->address()));
  CHECK(Say(*client, Command("SET", "a", "1")) == "OK");

  SECTION("by a restart of the server") {
    server->Stop();
    REQUIRE(server->Restart());
  }
  SECTION("by its death") {
    server->Kill();
    REQUIRE(server->Restart());
  }
  SECTION("by CLIENT KILL") {
    CHECK(server->Call({"CLIENT", "KILL", "TYPE", "normal"}).number >= 1);
  }
  SECTION("by its idle limit") {
    server->Call({"CONFIG", "SET", "timeout", "1"});
    std::this_thread::sleep_for(milliseconds(2500));
  }
  CHECK(Say(*client, Command("SET", "a", "2")) == "OK");
  CHECK(client->pool().opened == 2);
}

TEST_CASE("A call waits for a server that starts again", "[redis]") {
  const auto server = Serve();
  const auto client = ConnectTo(OptionsFor(server->address()));
  server->Stop();
  std::thread later([&] {
    std::this_thread::sleep_for(milliseconds(200));
    server->Restart();
  });
  CHECK(Say(*client, Command("SET", "a", "2")) == "OK");
  later.join();
}

TEST_CASE("A server that is gone is Unavailable", "[redis]") {
  const auto server = Serve();
  RedisOptions options = OptionsFor(server->address());
  options.attempts_max = 3;
  options.backoff_max = milliseconds(20);
  const auto client = ConnectTo(options);
  server->Stop();
  const absl::Status status = client->Call(Command("SET", "a", "1")).status();
  CHECK(absl::IsUnavailable(status));
  CHECK(Contains(status.ToString(), server->address()));
  CHECK(Contains(status.ToString(), "attempts: 3"));
  CHECK(absl::IsUnavailable(Client::Connect(options).status()));
}

TEST_CASE("A lost answer is Unknown, and of a read asked for again",
          "[redis]") {
  const auto server = Serve();
  CuttingProxy proxy(*server);
  const auto client = ConnectTo(OptionsFor(proxy.address()));
  CHECK(Say(*client, Command("SET", "n", "0")) == "OK");

  proxy.Arm({.direction = Direction::kReply});
  CHECK(absl::IsUnknown(client->Call(Command("INCR", "n")).status()));
  CHECK(Say(*client, Read("GET", "n")) == "1");

  proxy.Arm({.direction = Direction::kReply});
  CHECK(Say(*client, Read("GET", "n")) == "1");
  CHECK(proxy.cuts() == 2);
}

TEST_CASE("Of many requests those are Unknown whose answers are lost",
          "[redis]") {
  const auto server = Serve();
  CuttingProxy proxy(*server);
  const auto client = ConnectTo(OptionsFor(proxy.address()));
  std::vector<Request> requests = {Command("INCR", "n"), Command("INCR", "n"),
                                   Read("GET", "n"), Command("INCR", "n")};
  std::vector<absl::StatusOr<ReplyPtr>> answers;
  proxy.Arm({.direction = Direction::kReply, .after_bytes = 4});
  client->CallMany(requests, answers);
  CHECK(Shown(answers[0]) == "1");
  CHECK(absl::IsUnknown(answers[1].status()));
  CHECK(Shown(answers[2]) == "3");
  CHECK(absl::IsUnknown(answers[3].status()));
}

TEST_CASE("An answer that takes too long is Unknown, of a read Unavailable",
          "[redis]") {
  const auto server = Serve();
  RedisOptions options = OptionsFor(server->address());
  options.socket_timeout = milliseconds(150);
  const auto client = ConnectTo(options);
  server->Pause();
  const auto begin = std::chrono::steady_clock::now();
  const absl::Status write = client->Call(Command("SET", "a", "1")).status();
  const auto end = std::chrono::steady_clock::now();
  CHECK(absl::IsUnknown(write));
  CHECK(Contains(write.ToString(), "150000us"));
  CHECK(end - begin >= milliseconds(150));
  CHECK(end - begin < seconds(3));
  server->Resume();
  CHECK(Say(*client, Command("SET", "a", "2")) == "OK");
  server->Pause();
  CHECK(absl::IsUnavailable(client->Call(Read("GET", "a")).status()));
  server->Resume();
}

TEST_CASE("A server that does not answer at first is Unavailable", "[redis]") {
  const auto server = Serve();
  RedisOptions options = OptionsFor(server->address());
  options.socket_timeout = milliseconds(100);
  options.attempts_max = 2;
  server->Pause();
  const absl::Status status = Client::Connect(options).status();
  server->Resume();
  CHECK(absl::IsUnavailable(status));
}

TEST_CASE("An answer that is too long is refused and its connection closed",
          "[redis]") {
  const auto server = Serve();
  RedisOptions options = OptionsFor(server->address());
  options.reply_bytes_max = 64 << 10;
  const auto client = ConnectTo(options);
  const std::string big(70'000, 'x');
  CHECK(Say(*client, Command("SET", "big", big)) == "OK");

  const absl::Status read = client->Call(Read("GET", "big")).status();
  CHECK(absl::IsResourceExhausted(read));
  CHECK(Contains(read.ToString(), "reply_bytes_max, 65536"));
  const absl::Status write = client->Call(Command("GETDEL", "big")).status();
  CHECK(absl::IsUnknown(write));
  CHECK(Contains(write.ToString(), "reply_bytes_max"));
  CHECK(Say(*client, Read("PING")) == "PONG");
  CHECK(client->pool().failed == 2);

  const std::string fits(60'000, 'x');
  const std::vector<Request> requests(10, Command("ECHO", fits));
  std::vector<absl::StatusOr<ReplyPtr>> answers;
  client->CallMany(requests, answers);
  for (const auto& answer : answers) CHECK(Shown(answer) == fits);
}

TEST_CASE("A connection unused for long is asked first", "[redis]") {
  const auto server = Serve();
  CuttingProxy proxy(*server);
  RedisOptions options = OptionsFor(proxy.address());
  options.health_check = milliseconds(1);
  const auto client = ConnectTo(options);
  std::this_thread::sleep_for(milliseconds(20));
  proxy.Arm({.direction = Direction::kReply});
  CHECK(Say(*client, Command("INCR", "n")) == "1");
  CHECK(proxy.cuts() == 1);
  CHECK(client->pool().opened == 2);
}

TEST_CASE("Who polls busily gets answers soon, late or not at all", "[redis]") {
  const auto server = Serve();
  RedisOptions options = OptionsFor(server->address());
  options.busy_poll = milliseconds(20);
  options.socket_timeout = milliseconds(300);
  const auto client = ConnectTo(options);
  CHECK(Say(*client, Command("ECHO", "soon")) == "soon");
  CHECK(Say(*client, Command("BLPOP", "nothing", "0.1")) == "(nil)");
  const absl::Status status =
      client->Call(Command("BLPOP", "nothing", "5")).status();
  INFO(status);
  CHECK(Contains(status.ToString(), "no answer within 300000us"));
}

// --- The pool ---------------------------------------------------------------

// Keeps `count` connections busy for a while.
class Busy {
 public:
  Busy(Client& client, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      threads_.emplace_back(
          [&client] { (void)client.Call(Command("BLPOP", "free", "5")); });
    }
    REQUIRE(Eventually([&] { return client.pool().active == count; }));
  }
  ~Busy() {
    for (std::thread& thread : threads_) thread.join();
  }
  Busy(const Busy&) = delete;
  Busy& operator=(const Busy&) = delete;

 private:
  std::vector<std::thread> threads_;
};

TEST_CASE("Callers wait for a connection, and not for ever", "[redis]") {
  const auto server = Serve();
  RedisOptions options = OptionsFor(server->address());
  options.connections_max = 2;
  options.acquire_timeout = milliseconds(100);
  const auto client = ConnectTo(options);
  {
    const Busy busy(*client, 2);
    const absl::Status status = client->Call(Command("PING")).status();
    CHECK(absl::IsResourceExhausted(status));
    CHECK(Contains(status.ToString(), server->address()));
    CHECK(Contains(status.ToString(), "exhausted"));
    CHECK(Contains(status.ToString(), "connections_max, 2"));
    server->Call({"RPUSH", "free", "1", "2"});
  }
  CHECK(client->pool().idle == 2);
  CHECK(client->pool().active == 0);
  CHECK(client->pool().waiting == 0);
  CHECK(Say(*client, Command("PING")) == "PONG");
}

TEST_CASE("Whoever waits gets the connection that comes free", "[redis]") {
  const auto server = Serve();
  RedisOptions options = OptionsFor(server->address());
  options.connections_max = 1;
  const auto client = ConnectTo(options);
  std::string answer;
  {
    const Busy busy(*client, 1);
    std::thread waiter([&] { answer = Say(*client, Command("PING")); });
    CHECK(Eventually([&] { return client->pool().waiting == 1; }));
    server->Call({"RPUSH", "free", "1"});
    waiter.join();
  }
  CHECK(answer == "PONG");
  CHECK(client->pool().opened == 1);
}

TEST_CASE("The least number of connections is kept open", "[redis]") {
  const auto server = Serve();
  RedisOptions options = OptionsFor(server->address());
  options.connections_min = 3;
  options.idle_close = milliseconds(40);
  const auto client = ConnectTo(options);
  CHECK(client->pool().idle == 3);
  {
    const Busy busy(*client, 5);
    server->Call({"RPUSH", "free", "1", "2", "3", "4", "5"});
  }
  CHECK(client->pool().opened == 5);
  CHECK(Eventually([&] { return client->pool().idle == 3; }));
  CHECK(client->pool().failed == 0);
}

TEST_CASE("Many threads share a few connections", "[redis]") {
  const auto server = Serve();
  RedisOptions options = OptionsFor(server->address());
  options.connections_max = 3;
  const auto client = ConnectTo(options);
  constexpr int kThreads = 8;
  constexpr int kCalls = 200;
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      const std::string mine = std::to_string(t);
      for (int i = 0; i < kCalls; ++i) {
        if (Say(*client, Command("ECHO", mine)) != mine) ++wrong;
        if (!client->Call(Command("INCR", "n")).ok()) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
  CHECK(Say(*client, Read("GET", "n")) == std::to_string(kThreads * kCalls));
  CHECK(client->pool().opened <= 3);
}

// --- Who we are -------------------------------------------------------------

constexpr std::string_view kPassword = "open,sesame";

TEST_CASE("A password opens a server, a wrong one does not", "[redis]") {
  const auto server = Serve({.password = std::string(kPassword)});
  RedisOptions options = OptionsFor(server->address());
  options.password = kPassword;
  CHECK(Say(*ConnectTo(options), Command("PING")) == "PONG");

  options.password = "sim sala bim";
  const absl::Status wrong = Client::Connect(options).status();
  CHECK(absl::IsUnauthenticated(wrong));
  CHECK_FALSE(Contains(wrong.ToString(), options.password));
  options.password = "";
  CHECK(absl::IsUnauthenticated(Client::Connect(options).status()));
}

TEST_CASE("A user has its own password and rights", "[redis]") {
  const auto server = Serve();
  server->Call({"ACL", "SETUSER", "seller", "on", ">" + std::string(kPassword),
                "~*", "+@all", "-set"});
  RedisOptions options = OptionsFor(server->address());
  options.user = "seller";
  options.password = kPassword;
  const auto client = ConnectTo(options);
  CHECK(Say(*client, Command("ACL", "WHOAMI")) == "seller");
  const auto forbidden = client->Call(Command("SET", "a", "1"));
  REQUIRE(forbidden.ok());
  CHECK(Shown(forbidden).starts_with("NOPERM"));
  const absl::Status everywhere =
      client->CallEverywhere(Command("SET", "a", "1"));
  CHECK(absl::IsPermissionDenied(everywhere));

  server->Call({"ACL", "SETUSER", "seller", "-info"});
  CHECK(absl::IsPermissionDenied(Client::Connect(options).status()));
  options.user = "nobody";
  const absl::Status wrong = Client::Connect(options).status();
  CHECK(absl::IsUnauthenticated(wrong));
  CHECK_FALSE(Contains(wrong.ToString(), kPassword));
}

TEST_CASE("A user who is locked out meanwhile is Unauthenticated", "[redis]") {
  const auto server = Serve();
  const auto client = ConnectTo(OptionsFor(server->address()));
  const auto link = server->Connect();
  REQUIRE(link != nullptr);
  link->Call({"CONFIG", "SET", "requirepass", "new"});
  CHECK(link->Call({"CLIENT", "KILL", "TYPE", "normal"}).number >= 1);
  const absl::Status status = client->Call(Command("SET", "a", "1")).status();
  CHECK(absl::IsUnauthenticated(status));
}

TEST_CASE("A server that knows no users takes the password alone", "[redis]") {
  const auto server = Serve({.password = std::string(kPassword)});
  const KvrocksProxy proxy(*server);
  RedisOptions options = OptionsFor(proxy.address());
  options.user = "default";
  options.password = kPassword;
  const auto client = ConnectTo(options);
  CHECK(Say(*client, Command("PING")) == "PONG");
  CHECK(client->server().kvrocks);
  CHECK(client->server().version == "2.10.1");

  options.password = "sim sala bim";
  const absl::Status wrong = Client::Connect(options).status();
  CHECK(absl::IsUnauthenticated(wrong));
  CHECK_FALSE(Contains(wrong.ToString(), options.password));
}

// --- Servers that answer strangely ------------------------------------------

// Answers each piece that it receives with the next of its lines; the last one
// again and again.
class Parrot {
 public:
  explicit Parrot(std::vector<std::string> lines)
      : lines_(std::move(lines)),
        connections_([this](Socket& client) { Serve(client); }) {}

  std::string address() const { return connections_.address(); }
  std::size_t heard() const { return heard_; }

 private:
  void Serve(Socket& client) {
    std::string bytes;
    for (;;) {
      bytes.clear();
      const Received received = client.Receive(bytes, seconds(10));
      if (received != Received::kBytes) return;
      const std::size_t at = std::min<std::size_t>(heard_++, lines_.size() - 1);
      if (lines_[at].empty()) return;
      if (!client.Send(lines_[at])) return;
    }
  }

  const std::vector<std::string> lines_;
  std::atomic<std::size_t> heard_ = 0;
  ConnectionServer connections_;
};

const std::string kInfo = "$21\r\nredis_version:1.2.3\r\n\r\n";

TEST_CASE("An answer that promises that nothing was done is asked for again",
          "[redis]") {
  const std::string error = GENERATE(
      "-LOADING Redis is loading the dataset in memory\r\n",
      "-MASTERDOWN Link with MASTER is down\r\n", "-CLUSTERDOWN not yet\r\n",
      "-TRYAGAIN Multiple keys\r\n", "-READONLY You can't write\r\n",
      "-ERR Error running script (call to f_1): @user_script:1: -READONLY You "
      "can't write against a read only replica.\r\n");
  INFO(error);
  Parrot parrot({"+PONG\r\n", kInfo, "+PONG\r\n", error, "+OK\r\n", "+OK\r\n"});
  const auto client = ConnectTo(OptionsFor(parrot.address()));
  CHECK(Say(*client, Command("SET", "a", "1")) == "OK");
}

TEST_CASE("So is a transaction of which one says so", "[redis]") {
  const std::string error = GENERATE(
      "+OK\r\n-LOADING Redis is loading\r\n-EXECABORT Transaction discarded "
      "because of previous errors.\r\n",
      "+OK\r\n+QUEUED\r\n-EXECABORT Transaction discarded because of: -LOADING "
      "Redis is loading\r\n",
      "+OK\r\n+QUEUED\r\n*1\r\n-TRYAGAIN Multiple keys\r\n",
      "+OK\r\n+QUEUED\r\n-MASTERDOWN Link with MASTER is down\r\n");
  INFO(error);
  Parrot parrot({"+PONG\r\n", kInfo, "+PONG\r\n", error,
                 "+OK\r\n+QUEUED\r\n*1\r\n+DONE\r\n"});
  const auto client = ConnectTo(OptionsFor(parrot.address()));
  CHECK(Say(*client, Wrapped(Command("SET", "a", "1"))) == "DONE");
}

TEST_CASE("A transaction that did something is an answer", "[redis]") {
  const std::string mixed =
      "+OK\r\n+QUEUED\r\n*2\r\n+OK\r\n-TRYAGAIN Multiple keys\r\n";
  Parrot parrot({"+PONG\r\n", kInfo, "+PONG\r\n", mixed});
  const auto client = ConnectTo(OptionsFor(parrot.address()));
  CHECK(Contains(Say(*client, Wrapped(Command("SET", "a", "1"))), "TRYAGAIN"));
}

TEST_CASE("A server that never gets ready is Unavailable", "[redis]") {
  Parrot parrot({"+PONG\r\n", kInfo, "+PONG\r\n", "-LOADING not yet\r\n"});
  RedisOptions options = OptionsFor(parrot.address());
  options.attempts_max = 3;
  const auto client = ConnectTo(options);
  const absl::Status status = client->Call(Command("SET", "a", "1")).status();
  CHECK(absl::IsUnavailable(status));
  CHECK(Contains(status.ToString(), "LOADING not yet (attempts: 3)"));
  CHECK(parrot.heard() == 6);
}

TEST_CASE("What does not speak the protocol is named", "[redis]") {
  Parrot parrot({"HTTP/1.1 400 Bad Request\r\n\r\n"});
  RedisOptions options = OptionsFor(parrot.address());
  options.attempts_max = 1;
  const absl::Status status = Client::Connect(options).status();
  CHECK(absl::IsUnavailable(status));
  CHECK(Contains(status.ToString(), "not of the Redis protocol"));
}

TEST_CASE("A server that repeats the password does not give it away",
          "[redis]") {
  Parrot parrot({"-ERR invalid password open,sesame\r\n+PONG\r\n"});
  RedisOptions options = OptionsFor(parrot.address());
  options.password = kPassword;
  const absl::Status status = Client::Connect(options).status();
  CHECK(absl::IsUnauthenticated(status));
  CHECK(Contains(status.ToString(), "invalid password ***"));
}

TEST_CASE("A server with too many clients is Unavailable", "[redis]") {
  const auto server = Serve({.arguments = {"--maxclients", "1"}});
  const auto first = server->Connect();
  REQUIRE(first != nullptr);
  RedisOptions options = OptionsFor(server->address());
  options.attempts_max = 1;
  const absl::Status status = Client::Connect(options).status();
  CHECK(absl::IsUnavailable(status));
}

TEST_CASE("A host that does not exist is named", "[redis]") {
  RedisOptions options = OptionsFor("seats.invalid:6379");
  options.attempts_max = 1;
  const absl::Status host = Client::Connect(options).status();
  CHECK(absl::IsUnavailable(host));
  CHECK(Contains(host.ToString(), "seats.invalid:6379"));
  options.servers = {"/nowhere/redis"};
  const absl::Status socket = Client::Connect(options).status();
  CHECK(absl::IsUnavailable(socket));
  CHECK(Contains(socket.ToString(), "/nowhere/redis: cannot connect"));
}

// --- TLS --------------------------------------------------------------------

// A key and a certificate that speaks for itself.
bool MakeCertificate(const std::string& directory) {
  const std::string command =
      "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost "
      "-keyout " +
      directory + "/key.pem -out " + directory + "/cert.pem >/dev/null 2>&1";
  return std::system(command.c_str()) == 0;
}

// The port is that after the server's.
std::unique_ptr<RedisServer> ServeTls(const std::string& directory,
                                      std::uint16_t port) {
  return Serve(
      {.arguments = {"--tls-port", std::to_string(port), "--tls-cert-file",
                     directory + "/cert.pem", "--tls-key-file",
                     directory + "/key.pem", "--tls-ca-cert-file",
                     directory + "/cert.pem", "--tls-auth-clients", "no"}});
}

TEST_CASE("TLS is spoken, or refused where hiredis has none", "[redis]") {
  RedisOptions options = OptionsFor("127.0.0.1:1");
  options.tls = true;
  options.attempts_max = 1;
  const absl::Status none = Client::Connect(options).status();
  if (absl::IsFailedPrecondition(none)) {
    CHECK(Contains(none.ToString(), "option tls: this hiredis"));
    return;
  }
  CHECK(absl::IsUnavailable(none));

  const TemporaryDirectory directory;
  REQUIRE(MakeCertificate(directory.path()));
  const std::uint16_t port = FreePort();
  const auto server = ServeTls(directory.path(), port);
  options.servers = {"localhost:" + std::to_string(port)};
  options.tls_ca_file = directory.path() + "/cert.pem";
  const auto client = ConnectTo(options);
  const std::string big(3 << 20, 'x');
  const std::vector<Request> requests(4, Command("ECHO", big));
  std::vector<absl::StatusOr<ReplyPtr>> answers;
  client->CallMany(requests, answers);
  for (const auto& answer : answers) CHECK(Shown(answer) == big);
  std::atomic<int> right = 0;
  for (int i = 0; i < 1000; ++i) {
    client->CallAsync(Command("INCR", "n"), [&](auto answer) {
      if (answer.ok()) ++right;
    });
  }
  CHECK(Eventually([&] { return right == 1000; }));
  CHECK(client->pool().failed == 0);
  server->Call({"CLIENT", "KILL", "TYPE", "normal"});
  CHECK(Say(*client, Command("INCR", "n")) == "1001");

  // A certificate that nobody we trust has signed.
  options.tls_ca_file = "";
  CHECK(absl::IsUnavailable(Client::Connect(options).status()));
}

// --- Options ----------------------------------------------------------------

TEST_CASE("An option that cannot be is named", "[redis]") {
  const struct {
    const char* name;
    std::function<void(RedisOptions&)> set;
  } cases[] = {
      {"servers", [](auto& o) { o.servers = {}; }},
      {"servers",
       [](auto& o) {
         o.servers = {"a:1", "b:2"};
       }},
      {"servers", [](auto& o) { o.servers = {"localhost"}; }},
      {"servers", [](auto& o) { o.servers = {"localhost:"}; }},
      {"servers", [](auto& o) { o.servers = {":6379"}; }},
      {"servers", [](auto& o) { o.servers = {"localhost:0"}; }},
      {"servers", [](auto& o) { o.servers = {"localhost:65536"}; }},
      {"servers", [](auto& o) { o.servers = {"::1:6379"}; }},
      {"servers", [](auto& o) { o.servers = {"[::1]"}; }},
      {"servers", [](auto& o) { o.servers = {"redis://localhost:1"}; }},
      {"servers", [](auto& o) { o.servers = {"/"}; }},
      {"servers", [](auto& o) { o.servers = {"/" + std::string(200, 'x')}; }},
      {"tls", [](auto& o) { o.servers = {"/socket"}, o.tls = true; }},
      {"cluster", [](auto& o) { o.servers = {"/socket"}, o.cluster = true; }},
      {"tls_ca_file", [](auto& o) { o.tls_ca_file = "ca.pem"; }},
      {"database", [](auto& o) { o.database = 1, o.cluster = true; }},
      {"database", [](auto& o) { o.database = UINT32_MAX; }},
      {"read_replicas", [](auto& o) { o.read_replicas = true; }},
      {"key_prefix", [](auto& o) { o.key_prefix = "a{b"; }},
      {"key_prefix", [](auto& o) { o.key_prefix = "a}"; }},
      {"connections_max", [](auto& o) { o.connections_max = 0; }},
      {"connections_max", [](auto& o) { o.connections_max = 10'001; }},
      {"connections_min", [](auto& o) { o.connections_min = 51; }},
      {"attempts_max", [](auto& o) { o.attempts_max = 0; }},
      {"in_flight_max", [](auto& o) { o.in_flight_max = 0; }},
      {"reply_bytes_max", [](auto& o) { o.reply_bytes_max = 1; }},
      {"wait_timeout", [](auto& o) { o.wait_timeout = Duration(0); }},
      {"connect_timeout", [](auto& o) { o.connect_timeout = Duration(0); }},
      {"socket_timeout", [](auto& o) { o.socket_timeout = Duration(-1); }},
      {"acquire_timeout", [](auto& o) { o.acquire_timeout = kForever; }},
      {"busy_poll", [](auto& o) { o.busy_poll = Duration(-1); }},
      {"busy_poll", [](auto& o) { o.busy_poll = seconds(6); }},
      {"keep_alive", [](auto& o) { o.keep_alive = Duration(0); }},
      {"idle_close", [](auto& o) { o.idle_close = Duration(0); }},
      {"health_check", [](auto& o) { o.health_check = Duration(0); }},
      {"backoff_min", [](auto& o) { o.backoff_min = seconds(2); }},
      {"backoff_max", [](auto& o) { o.backoff_max = Duration(0); }},
  };
  for (const auto& [name, set] : cases) {
    RedisOptions options;
    set(options);
    const absl::Status status = Client::Connect(options).status();
    INFO(name << ": " << status);
    CHECK(absl::IsInvalidArgument(status));
    CHECK(Contains(status.ToString(), std::string("option ") + name));
  }
}

TEST_CASE("A plain server is no cluster", "[redis]") {
  const auto server = Serve();
  RedisOptions options = OptionsFor(server->address());
  options.cluster = true;
  options.layout = RedisLayout::kEvent;
  const absl::Status status = Client::Connect(options).status();
  CHECK(absl::IsFailedPrecondition(status));
  CHECK(Contains(status.ToString(), "option cluster"));
}

}  // namespace
}  // namespace seatfield::test
