// SPDX-License-Identifier: MIT
//
// Calls that do not wait, against real servers.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "redis/client.h"
#include "redis/client_rig.h"
#include "support/catch.h"
#include "support/cutting_proxy.h"
#include "support/redis_server.h"

namespace seatfield::test {
namespace {

// Answers in the order in which they came.
class Answers {
 public:
  Client::Callback Next() {
    return [this](absl::StatusOr<ReplyPtr> answer) {
      const std::lock_guard lock(mutex_);
      texts_.push_back(Shown(answer));
      codes_.push_back(answer.status().code());
      came_.notify_all();
    };
  }

  bool WaitFor(std::size_t count) {
    std::unique_lock lock(mutex_);
    return came_.wait_for(lock, seconds(20),
                          [&] { return texts_.size() >= count; });
  }
  std::size_t size() {
    const std::lock_guard lock(mutex_);
    return texts_.size();
  }
  const std::string& operator[](std::size_t i) { return texts_[i]; }
  std::size_t Count(absl::StatusCode code) {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(std::ranges::count(codes_, code));
  }

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::vector<std::string> texts_;
  std::vector<absl::StatusCode> codes_;
};

TEST_CASE("Calls that do not wait are answered in order", "[redis]") {
  const auto server = Serve();
  Answers answers;
  const auto client = ConnectTo(OptionsFor(server->address()));
  constexpr std::size_t kCalls = 20'000;
  for (std::size_t i = 0; i < kCalls; ++i) {
    client->CallAsync(Command("INCR", "n"), answers.Next());
  }
  REQUIRE(answers.WaitFor(kCalls));
  bool in_order = true;
  for (std::size_t i = 0; i < kCalls; ++i) {
    in_order = in_order && answers[i] == std::to_string(i + 1);
  }
  CHECK(in_order);
  CHECK(client->pool().opened == 2);
}

TEST_CASE("Of a transaction that is not waited for the last answer counts",
          "[redis]") {
  const auto server = Serve();
  Answers answers;
  const auto client = ConnectTo(OptionsFor(server->address()));
  client->CallAsync(Wrapped(Command("INCR", "n")), answers.Next());
  client->CallAsync(Wrapped(Command("INCR", "n")), answers.Next());
  client->CallAsync(Command("NONSENSE"), answers.Next());
  REQUIRE(answers.WaitFor(3));
  CHECK(answers[0] == "1");
  CHECK(answers[1] == "2");
  CHECK(Contains(answers[2], "unknown command"));
}

TEST_CASE("Many threads call and none waits for its answer", "[redis]") {
  const auto server = Serve();
  const auto client = ConnectTo(OptionsFor(server->address()));
  constexpr int kThreads = 4;
  constexpr int kCalls = 3000;
  std::atomic<int> right = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, mine = std::to_string(t)] {
      for (int i = 0; i < kCalls; ++i) {
        client->CallAsync(Command("ECHO", mine), [&right, mine](auto answer) {
          if (Shown(answer) == mine) ++right;
        });
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(Eventually([&] { return right == kThreads * kCalls; }));
}

TEST_CASE("A callback may call again", "[redis]") {
  const auto server = Serve();
  RedisOptions options = OptionsFor(server->address());
  options.in_flight_max = 1;
  Answers answers;
  const auto client = ConnectTo(options);
  client->CallAsync(Command("INCR", "n"), [&](auto) {
    client->CallAsync(Command("INCR", "n"), answers.Next());
    client->CallAsync(Command("INCR", "n"), answers.Next());
  });
  REQUIRE(answers.WaitFor(2));
  CHECK(answers[1] == "3");
}

TEST_CASE("A caller waits while too many are under way", "[redis]") {
  const auto server = Serve();
  RedisOptions options = OptionsFor(server->address());
  options.in_flight_max = 10;
  Answers answers;
  const auto client = ConnectTo(options);
  client->CallAsync(Command("PING"), answers.Next());
  REQUIRE(answers.WaitFor(1));

  server->Pause();
  std::atomic<int> called = 0;
  std::thread caller([&] {
    for (; called < 15; ++called) {
      client->CallAsync(Command("PING"), answers.Next());
    }
  });
  CHECK(Eventually([&] { return called == 10; }));
  std::this_thread::sleep_for(milliseconds(50));
  CHECK(called == 10);
  server->Resume();
  caller.join();
  CHECK(answers.WaitFor(16));
  CHECK(answers.Count(absl::StatusCode::kOk) == 16);
}

TEST_CASE("What was sent on a lost connection is Unknown", "[redis]") {
  const auto server = Serve();
  CuttingProxy proxy(*server);
  Answers answers;
  const auto client = ConnectTo(OptionsFor(proxy.address()));
  client->CallAsync(Command("SET", "n", "0"), answers.Next());
  REQUIRE(answers.WaitFor(1));

  proxy.Arm({.direction = Direction::kReply});
  client->CallAsync(Command("INCR", "n"), answers.Next());
  REQUIRE(answers.WaitFor(2));
  CHECK(answers.Count(absl::StatusCode::kUnknown) == 1);

  proxy.Arm({.direction = Direction::kReply});
  client->CallAsync(Read("GET", "n"), answers.Next());
  REQUIRE(answers.WaitFor(3));
  CHECK(answers[2] == "1");
  CHECK(proxy.cuts() == 2);
}

TEST_CASE("An idle connection that was closed is not used without waiting",
          "[redis]") {
  const auto server = Serve();
  Answers answers;
  const auto client = ConnectTo(OptionsFor(server->address()));
  client->CallAsync(Command("SET", "n", "0"), answers.Next());
  REQUIRE(answers.WaitFor(1));
  server->Stop();
  REQUIRE(server->Restart());
  client->CallAsync(Command("SET", "n", "1"), answers.Next());
  REQUIRE(answers.WaitFor(2));
  CHECK(answers[1] == "OK");
  CHECK(server->Call({"CLIENT", "KILL", "TYPE", "normal"}).number >= 1);
  client->CallAsync(Command("SET", "n", "2"), answers.Next());
  REQUIRE(answers.WaitFor(3));
  CHECK(answers[2] == "OK");
}

TEST_CASE("A call that does not wait is tried until a server starts again",
          "[redis]") {
  const auto server = Serve();
  Answers answers;
  const auto client = ConnectTo(OptionsFor(server->address()));
  server->Stop();
  for (int i = 0; i < 10; ++i) {
    client->CallAsync(Command("SET", "n", "1"), answers.Next());
  }
  std::this_thread::sleep_for(milliseconds(100));
  REQUIRE(server->Restart());
  REQUIRE(answers.WaitFor(10));
  CHECK(answers.Count(absl::StatusCode::kOk) == 10);
}

TEST_CASE("Without a server a call that does not wait is Unavailable",
          "[redis]") {
  const auto server = Serve();
  RedisOptions options = OptionsFor(server->address());
  options.attempts_max = 3;
  options.backoff_max = milliseconds(20);
  Answers answers;
  const auto client = ConnectTo(options);
  server->Stop();
  client->CallAsync(Command("SET", "n", "1"), answers.Next());
  client->CallAsync(Read("GET", "n"), answers.Next());
  REQUIRE(answers.WaitFor(2));
  CHECK(answers.Count(absl::StatusCode::kUnavailable) == 2);
  CHECK(Contains(answers[0], "attempts: 3"));
}

TEST_CASE("An answer that is not waited for may take too long", "[redis]") {
  const auto server = Serve();
  RedisOptions options = OptionsFor(server->address());
  options.socket_timeout = milliseconds(150);
  Answers answers;
  const auto client = ConnectTo(options);
  client->CallAsync(Command("PING"), answers.Next());
  REQUIRE(answers.WaitFor(1));
  server->Pause();
  client->CallAsync(Command("SET", "n", "1"), answers.Next());
  client->CallAsync(Read("GET", "n"), answers.Next());
  REQUIRE(answers.WaitFor(3));
  server->Resume();
  CHECK(answers.Count(absl::StatusCode::kUnknown) == 1);
  CHECK(answers.Count(absl::StatusCode::kUnavailable) == 1);
}

TEST_CASE("Close waits for calls that do not wait, and refuses more",
          "[redis]") {
  const auto server = Serve();
  Answers answers;
  const auto client = ConnectTo(OptionsFor(server->address()));
  for (int i = 0; i < 1000; ++i) {
    client->CallAsync(Command("INCR", "n"), answers.Next());
  }
  client->Close();
  CHECK(answers.size() == 1000);
  CHECK(answers.Count(absl::StatusCode::kOk) == 1000);
  client->CallAsync(Command("INCR", "n"), answers.Next());
  CHECK(answers.size() == 1001);
  CHECK(answers.Count(absl::StatusCode::kFailedPrecondition) == 1);
}

TEST_CASE("Close ends calls that do not wait and take too long", "[redis]") {
  const auto server = Serve();
  RedisOptions options = OptionsFor(server->address());
  options.socket_timeout = milliseconds(200);
  options.in_flight_max = 5;
  Answers answers;
  const auto client = ConnectTo(options);
  client->CallAsync(Command("PING"), answers.Next());
  REQUIRE(answers.WaitFor(1));
  server->Pause();
  std::thread caller([&] {
    for (int i = 0; i < 6; ++i) {
      client->CallAsync(Command("SET", "n", "1"), answers.Next());
    }
  });
  std::this_thread::sleep_for(milliseconds(50));
  client->Close();
  caller.join();
  server->Resume();
  CHECK(answers.size() == 7);
  CHECK(answers.Count(absl::StatusCode::kUnknown) == 5);
}

TEST_CASE("Large requests that are not waited for arrive", "[redis]") {
  const auto server = Serve();
  Answers answers;
  const auto client = ConnectTo(OptionsFor(server->address()));
  const std::string big(3 << 20, 'x');
  for (int i = 0; i < 8; ++i) {
    client->CallAsync(Command("ECHO", big), answers.Next());
  }
  REQUIRE(answers.WaitFor(8));
  for (std::size_t i = 0; i < 8; ++i) CHECK(answers[i] == big);
}

// How many a second; [.] for it measures.
TEST_CASE("Many small requests a second", "[.][redis][speed]") {
  const auto server = Serve();
  const auto client = ConnectTo(OptionsFor(server->socket()));
  constexpr int kCalls = 1'000'000;
  std::atomic<int> done = 0;
  const Request request = Command("SET", "section", std::string(200, 'x'));
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < kCalls; ++i) {
    client->CallAsync(request, [&done](auto) { ++done; });
  }
  client->Close();
  const auto end = std::chrono::steady_clock::now();
  CHECK(done == kCalls);
  const double rate =
      kCalls / std::chrono::duration<double>(end - begin).count();
  WARN(rate << " requests a second");
  CHECK(rate > 100'000);
}

}  // namespace
}  // namespace seatfield::test
