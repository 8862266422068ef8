// SPDX-License-Identifier: MIT

#include "support/redis_server.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/socket.h"

namespace seatfield::test {
namespace {

constexpr std::chrono::milliseconds kStep(5);
constexpr int kSteps = 4000;  // 20 seconds, for a machine that is busy

// The process, or 0. Its output is the log of the server.
pid_t SpawnProgram(std::vector<std::string> words, const std::string& output) {
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output.c_str(),
                                   O_WRONLY | O_CREAT | O_APPEND, 0600);
  posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  pid_t process = 0;
  const bool spawned = ::posix_spawnp(&process, arguments[0], &actions, nullptr,
                                      arguments.data(), environ) == 0;
  posix_spawn_file_actions_destroy(&actions);
  return spawned ? process : 0;
}

}  // namespace

std::unique_ptr<RedisServer> RedisServer::Start(
    const RedisServerOptions& options, std::string* reason) {
  std::string why;
  // The port may be taken between the look and the start.
  for (int attempt = 0; attempt < 5; ++attempt) {
    std::unique_ptr<RedisServer> server(new RedisServer(options));
    server->port_ = FreePort();
    if (options.cluster) server->bus_port_ = FreePort();
    if (!server->Spawn()) {
      why = "redis-server cannot be started: is it installed?";
      break;
    }
    if (server->WaitUntil(Until::kLoaded)) return server;
    why = "redis-server does not come up: " + server->log();
  }
  if (reason != nullptr) *reason = std::move(why);
  return nullptr;
}

RedisServer::~RedisServer() { Kill(); }

std::string RedisServer::address() const {
  return "127.0.0.1:" + std::to_string(port_);
}

std::string RedisServer::log() const {
  std::ifstream file(directory() + "/log");
  return std::string(std::istreambuf_iterator<char>(file), {});
}

std::vector<std::string> RedisServer::Arguments() const {
  std::vector<std::string> words = {"redis-server",
                                    "--port",
                                    std::to_string(port_),
                                    "--bind",
                                    "127.0.0.1",
                                    "--unixsocket",
                                    socket(),
                                    "--dir",
                                    directory(),
                                    "--save",
                                    "",
                                    "--daemonize",
                                    "no",
                                    "--loglevel",
                                    "warning",
                                    "--appendonly",
                                    options_.append_only ? "yes" : "no",
                                    "--appendfsync",
                                    "always",
                                    "--shutdown-timeout",
                                    "0"};
  const auto add = [&](std::initializer_list<std::string> more) {
    words.insert(words.end(), more);
  };
  if (options_.cluster) {
    add({"--cluster-enabled", "yes", "--cluster-port",
         std::to_string(bus_port_), "--cluster-config-file", "nodes.conf"});
  }
  if (!options_.password.empty()) {
    add({"--requirepass", options_.password, "--masterauth",
         options_.password});
  }
  words.insert(words.end(), options_.arguments.begin(),
               options_.arguments.end());
  return words;
}

bool RedisServer::Spawn() {
  process_ = SpawnProgram(Arguments(), directory() + "/log");
  return process_ != 0;
}

bool RedisServer::HasEnded() {
  if (process_ == 0) return true;
  if (::waitpid(process_, nullptr, WNOHANG) == 0) return false;
  process_ = 0;
  return true;
}

bool RedisServer::WaitUntil(Until until) {
  for (int i = 0; i < kSteps && !HasEnded(); ++i) {
    const RespValue answer = Call({"PING"});
    if (answer.text == "PONG") return true;
    const bool loading = answer.text.rfind("LOADING", 0) == 0;
    if (loading && until == Until::kListens) return true;
    std::this_thread::sleep_for(kStep);
  }
  return false;
}

void RedisServer::End(int signal) {
  if (process_ == 0) return;
  ::kill(process_, signal);
  ::kill(process_, SIGCONT);
  for (int i = 0; i < kSteps; ++i) {
    if (HasEnded()) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
  process_ = 0;
}

void RedisServer::Kill() { End(SIGKILL); }

void RedisServer::Stop() { End(SIGTERM); }

bool RedisServer::Restart(Until until) {
  Stop();
  return Spawn() && WaitUntil(until);
}

void RedisServer::Pause() {
  if (process_ != 0) ::kill(process_, SIGSTOP);
}

void RedisServer::Resume() {
  if (process_ != 0) ::kill(process_, SIGCONT);
}

std::unique_ptr<RedisLink> RedisServer::Connect() const {
  return RedisLink::ConnectUnix(socket(), password());
}

RespValue RedisServer::Call(const Words& command) const {
  const auto link = RedisLink::ConnectUnix(socket());
  if (link == nullptr) return RespValue::Error("LOST");
  if (!password().empty()) {
    RespValue answer = link->Call({"AUTH", password()});
    if (answer.is_error()) return answer;
  }
  return link->Call(command);
}

}  // namespace seatfield::test
