// SPDX-License-Identifier: MIT
//
// A redis-server of our own: on a unix socket in a temporary directory, no
// port, nothing written to disk, ended with the object.
//
// Errors: Start() returns null where there is no redis-server, or it does not
//   come up.

#ifndef SEATFIELD_BENCH_PEERS_REDIS_SERVER_H_
#define SEATFIELD_BENCH_PEERS_REDIS_SERVER_H_

#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
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
  static std::unique_ptr<RedisServer> Start() {
    std::unique_ptr<RedisServer> server(new RedisServer());
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
    RedisConnection connection(redisConnectUnix(socket().c_str()));
    if (connection != nullptr && connection->err != 0) return nullptr;
    return connection;
  }

 private:
  RedisServer() = default;

  std::string socket() const { return directory_.path() + "/redis"; }

  bool Spawn() {
    std::vector<std::string> words = {
        "redis-server",    "--port", "0", "--unixsocket", socket(), "--dir",
        directory_.path(), "--save", "",  "--appendonly", "no"};
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
  pid_t process_ = 0;
};

}  // namespace seatfield::bench

#endif  // SEATFIELD_BENCH_PEERS_REDIS_SERVER_H_
