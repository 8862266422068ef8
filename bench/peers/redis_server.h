// SPDX-License-Identifier: MIT
//
// A redis-server of our own: on a unix socket in a temporary directory and, if
// asked for, on a free port of the loopback, nothing written to disk, ended
// with the object.
//
// Errors: Start() returns null where there is no redis-server, or it does not
//   come up.

#ifndef SEATFIELD_BENCH_PEERS_REDIS_SERVER_H_
#define SEATFIELD_BENCH_PEERS_REDIS_SERVER_H_

#include <arpa/inet.h>
#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "../scratch_directory.h"

namespace seatfield::bench {

struct FreeRedisContext {
  void operator()(redisContext* context) const { redisFree(context); }
};
using RedisConnection = std::unique_ptr<redisContext, FreeRedisContext>;

class RedisServer {
 public:
  enum class Reach : std::uint8_t { kSocket, kSocketAndPort };

  static std::unique_ptr<RedisServer> Start(Reach reach = Reach::kSocket) {
    std::unique_ptr<RedisServer> server(new RedisServer());
    if (reach == Reach::kSocketAndPort) server->port_ = FreePort();
    if (!server->Spawn() || !server->WaitUntilUp()) return nullptr;
    return server;
  }

  ~RedisServer() {
    if (process_ > 0) {
      kill(process_, SIGTERM);
      waitpid(process_, nullptr, 0);
    }
  }
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;

  // Null if it cannot connect.
  RedisConnection Connect() const {
    return Sound(redisConnectUnix(socket().c_str()));
  }
  RedisConnection ConnectByPort() const {
    return Sound(redisConnect("127.0.0.1", port_));
  }

  pid_t process() const { return process_; }
  std::string socket() const { return directory_.path() + "/redis"; }
  // "host:port". Requires kSocketAndPort.
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  RedisServer() = default;

  static RedisConnection Sound(redisContext* context) {
    RedisConnection connection(context);
    if (connection != nullptr && connection->err != 0) return nullptr;
    return connection;
  }

  // One that nobody listens to now; 0: there is none.
  static std::uint16_t FreePort() {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    const bool found =
        bind(socket, any, size) == 0 && getsockname(socket, any, &size) == 0;
    close(socket);
    return found ? ntohs(address.sin_port) : std::uint16_t{0};
  }

  bool Spawn() {
    std::vector<std::string> words = {"redis-server",
                                      "--port",
                                      std::to_string(port_),
                                      "--bind",
                                      "127.0.0.1",
                                      "--unixsocket",
                                      socket(),
                                      "--dir",
                                      directory_.path(),
                                      "--save",
                                      "",
                                      "--appendonly",
                                      "no"};
    std::vector<char*> arguments;
    arguments.reserve(words.size() + 1);
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null",
                                     O_WRONLY, 0);
    const bool spawned = posix_spawnp(&process_, arguments[0], &actions,
                                      nullptr, arguments.data(), environ) == 0;
    posix_spawn_file_actions_destroy(&actions);
    if (!spawned) process_ = 0;
    return spawned;
  }

  bool WaitUntilUp() {
    for (int i = 0; i < 500; ++i) {
      if (Connect() != nullptr) return true;
      if (waitpid(process_, nullptr, WNOHANG) != 0) {
        process_ = 0;
        return false;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }

  ScratchDirectory directory_{std::filesystem::temp_directory_path()};
  std::uint16_t port_ = 0;
  pid_t process_ = 0;
};

}  // namespace seatfield::bench

#endif  // SEATFIELD_BENCH_PEERS_REDIS_SERVER_H_
