// SPDX-License-Identifier: MIT
//
// RESP2 as text and as values, in both directions, and a connection that speaks
// it: enough to look at a server without the client under test.
//
//   auto link = RedisLink::Connect(port);
//   link->Call({"GET", "a"}).text;
//
// Source: https://redis.io/docs/latest/develop/reference/protocol-spec/
// Thread safety: one thread an object.

#ifndef SEATFIELD_TESTS_SUPPORT_RESP_H_
#define SEATFIELD_TESTS_SUPPORT_RESP_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/socket.h"

namespace seatfield::test {

using Words = std::vector<std::string>;

struct RespValue {
  char type = '$';  // + status, - error, : number, $ text, * list
  bool null = false;
  std::int64_t number = 0;
  std::string text;
  std::vector<RespValue> elements;

  static RespValue Status(std::string text) { return Make('+', text); }
  static RespValue Error(std::string text) { return Make('-', text); }
  static RespValue Text(std::string text) { return Make('$', text); }
  static RespValue Null() { return {.null = true}; }

  bool is_error() const { return type == '-'; }

 private:
  static RespValue Make(char type, std::string& text) {
    return {.type = type, .text = std::move(text)};
  }
};

enum class RespParse : std::uint8_t { kWhole, kTooShort, kMalformed };

// Reads one value; `used` bytes of the text are of it.
RespParse ParseResp(std::string_view text, RespValue& value, std::size_t& used);

std::string RespBytes(const RespValue& value);
std::string RespBytes(const Words& command);

// Capital letters, for names of commands.
std::string Upper(std::string_view text);

class RedisLink {
 public:
  explicit RedisLink(Socket socket) : socket_(std::move(socket)) {}

  // Null if it cannot connect or the password is refused.
  static std::unique_ptr<RedisLink> Connect(std::uint16_t port,
                                            const std::string& password = {});
  static std::unique_ptr<RedisLink> ConnectUnix(
      const std::string& path, const std::string& password = {});

  // An error "LOST" when the connection is, or nothing comes for `wait_max`.
  RespValue Call(const Words& command);

  bool Send(const Words& command) { return socket_.Send(RespBytes(command)); }
  // The next value. kNothingYet after `wait`.
  Received Receive(RespValue& value, std::chrono::milliseconds wait);

  std::chrono::milliseconds wait_max{10'000};

  Socket& socket() { return socket_; }

 private:
  static std::unique_ptr<RedisLink> Begin(Socket socket,
                                          const std::string& password);

  Socket socket_;
  std::string buffer_;
};

}  // namespace seatfield::test

#endif  // SEATFIELD_TESTS_SUPPORT_RESP_H_
