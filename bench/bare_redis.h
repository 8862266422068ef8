// SPDX-License-Identifier: MIT
//
// A redis-server by hiredis alone: bytes that are ready, and what the server
// says of itself.
//
// Errors: std::runtime_error when the server is gone or answers with an error.

#ifndef SEATFIELD_BENCH_BARE_REDIS_H_
#define SEATFIELD_BENCH_BARE_REDIS_H_

#include <hiredis/hiredis.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "peers/redis_server.h"

namespace seatfield::bench {

class BareRedis {
 public:
  struct FreeReply {
    void operator()(redisReply* reply) const { freeReplyObject(reply); }
  };
  using Reply = std::unique_ptr<redisReply, FreeReply>;

  explicit BareRedis(RedisConnection connection)
      : connection_(std::move(connection)) {
    if (connection_ == nullptr) throw std::runtime_error("no connection");
  }

  // Sends all of them, then reads their answers.
  void Run(const std::vector<std::string>& commands) {
    for (const std::string& command : commands) {
      redisAppendFormattedCommand(connection_.get(), command.data(),
                                  command.size());
    }
    for (std::size_t i = 0; i < commands.size(); ++i) Receive();
  }

  Reply Call(const std::vector<std::string>& words) {
    std::vector<const char*> texts;
    std::vector<std::size_t> sizes;
    for (const std::string& word : words) {
      texts.push_back(word.data());
      sizes.push_back(word.size());
    }
    redisAppendCommandArgv(connection_.get(), static_cast<int>(texts.size()),
                           texts.data(), sizes.data());
    return Receive();
  }

  // Fields of INFO.
  std::map<std::string, std::string> Info(const std::string& section) {
    const Reply reply = Call({"INFO", section});
    std::istringstream lines(std::string(reply->str, reply->len));
    std::map<std::string, std::string> fields;
    for (std::string line; std::getline(lines, line);) {
      const std::size_t colon = line.find(':');
      if (colon == std::string::npos) continue;
      fields[line.substr(0, colon)] = line.substr(colon + 1);
    }
    return fields;
  }

  // How often each command ran since CONFIG RESETSTAT, by scripts too. Those
  // that ask for it are left out.
  std::map<std::string, std::uint64_t> Commands() {
    constexpr std::string_view kHead = "cmdstat_";
    std::map<std::string, std::uint64_t> commands;
    for (const auto& [name, value] : Info("commandstats")) {
      const std::string command = name.substr(kHead.size());
      if (command == "info" || command.starts_with("config")) continue;
      commands[command] =
          std::strtoull(value.substr(value.find('=') + 1).c_str(), nullptr, 10);
    }
    return commands;
  }

 private:
  Reply Receive() {
    void* reply = nullptr;
    if (redisGetReply(connection_.get(), &reply) != REDIS_OK) {
      throw std::runtime_error("redis: " + std::string(connection_->errstr));
    }
    Reply owned(static_cast<redisReply*>(reply));
    if (owned->type == REDIS_REPLY_ERROR) {
      throw std::runtime_error("redis: " + std::string(owned->str, owned->len));
    }
    return owned;
  }

  RedisConnection connection_;
};

}  // namespace seatfield::bench

#endif  // SEATFIELD_BENCH_BARE_REDIS_H_
