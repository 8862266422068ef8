// SPDX-License-Identifier: MIT
//
// A redis-server of the test's own: on a free port of 127.0.0.1 and on a unix
// socket in a temporary directory, with nothing of a user's configuration and,
// unless asked for, nothing written to disk. It ends with the object, and its
// directory with it.
//
//   const auto server = RedisServer::Start();
//   Connect(server->address());
//
// Errors: Start() returns null and says why where there is no redis-server or
//   it does not come up.
// Thread safety: const members from any thread, the others from one.

#ifndef SEATFIELD_TESTS_SUPPORT_REDIS_SERVER_H_
#define SEATFIELD_TESTS_SUPPORT_REDIS_SERVER_H_

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "support/resp.h"
#include "support/temporary_directory.h"

namespace seatfield::test {

struct RedisServerOptions {
  std::vector<std::string> arguments;  // "--name", "value", as one types them
  bool append_only = false;            // every write reaches the disk at once
  bool cluster = false;
  std::string password;
};

class RedisServer {
 public:
  // How far a server must be that is started again.
  enum class Until : std::uint8_t { kListens, kLoaded };

  static std::unique_ptr<RedisServer> Start(
      const RedisServerOptions& options = {}, std::string* reason = nullptr);

  ~RedisServer();
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;

  std::string address() const;  // 127.0.0.1:port
  std::uint16_t port() const { return port_; }
  std::uint16_t bus_port() const { return bus_port_; }  // of a cluster
  std::string socket() const { return directory() + "/redis"; }
  pid_t pid() const { return process_; }  // 0 while it does not run
  const std::string& directory() const { return directory_.path(); }
  const std::string& password() const { return options_.password; }
  std::string log() const;

  void Kill();                           // SIGKILL
  void Stop();                           // SIGTERM, and waits
  bool Restart(Until = Until::kLoaded);  // the same port and directory
  void Pause();                          // SIGSTOP
  void Resume();

  // A connection of its own, with the password; null if it has none to give.
  std::unique_ptr<RedisLink> Connect() const;
  // One command on a connection of its own.
  RespValue Call(const Words& command) const;

 private:
  explicit RedisServer(const RedisServerOptions& options) : options_(options) {}

  std::vector<std::string> Arguments() const;
  bool Spawn();
  bool WaitUntil(Until until);
  bool HasEnded();
  void End(int signal);

  const RedisServerOptions options_;
  const TemporaryDirectory directory_;
  std::uint16_t port_ = 0;
  std::uint16_t bus_port_ = 0;
  pid_t process_ = 0;
};

}  // namespace seatfield::test

#endif  // SEATFIELD_TESTS_SUPPORT_REDIS_SERVER_H_
