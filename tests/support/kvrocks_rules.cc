// SPDX-License-Identifier: MIT

#include "support/kvrocks_rules.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace seatfield::test {
namespace {

using Names = std::set<std::string_view>;

std::string NameOf(const Words& command) { return Upper(command.at(0)); }

bool Is(const Words& command, const Names& names) {
  const std::string name = NameOf(command);
  return names.find(name) != names.end();
}

bool HasWord(const Words& command, std::string_view word) {
  return std::any_of(command.begin() + 1, command.end(),
                     [&](const auto& each) { return Upper(each) == word; });
}

RespValue UnknownCommand(const Words& command) {
  return RespValue::Error("ERR unknown command `" + command[0] +
                          "`, with args beginning with: ");
}

RespValue WrongNumber() {
  return RespValue::Error("ERR wrong number of arguments");
}

bool HasNumberedOffset(const Words& command) {
  return Is(command, {"BITFIELD", "BITFIELD_RO"}) &&
         std::any_of(command.begin() + 1, command.end(), [](const auto& word) {
           return word.size() > 1 && word[0] == '#';
         });
}

}  // namespace

std::optional<RespValue> KvrocksRefusal(const Words& command) {
  if (NameOf(command) == "HELLO") {
    return RespValue::Error("NOPROTO unsupported protocol version");
  }
  if (Is(command, {"ACL", "WAIT"})) return UnknownCommand(command);
  if (Is(command, {"AUTH"}) && command.size() != 2) return WrongNumber();
  if (Is(command, {"EXPIRE", "PEXPIRE", "EXPIREAT", "PEXPIREAT"}) &&
      command.size() > 3) {
    return WrongNumber();
  }
  if (Is(command, {"XADD"}) && HasWord(command, "~")) {
    return RespValue::Error("ERR syntax error");
  }
  if (HasNumberedOffset(command)) {
    return RespValue::Error("ERR bit offset is not an integer or out of range");
  }
  return std::nullopt;
}

RespValue KvrocksAnswer(const Words& command, RespValue answer) {
  if (answer.type == '+' && answer.text == "OK" &&
      Is(command, {"SET", "HMSET", "MSET", "SETEX"})) {
    return RespValue::Text("OK");
  }
  if (!Is(command, {"AUTH"}) || !answer.is_error()) return answer;
  if (answer.text.rfind("WRONGPASS", 0) == 0) {
    return RespValue::Error("ERR invalid password");
  }
  return RespValue::Error("ERR Client sent AUTH, but no password is set");
}

std::string KvrocksInfo() {
  return "# Server\r\nversion:2.10.1\r\nkvrocks_version:2.10.1\r\n"
         "redis_version:4.0.0\r\ngit_sha1:0000000\r\nredis_mode:standalone\r\n"
         "os:Linux\r\narch_bits:64\r\n\r\n"
         "# Clients\r\nmaxclients:10000\r\nconnected_clients:1\r\n\r\n"
         "# Persistence\r\nloading:0\r\n\r\n"
         "# Replication\r\nrole:master\r\nconnected_slaves:0\r\n";
}

bool IsScriptCall(const Words& command) {
  return Is(command, {"EVAL", "EVALSHA", "FCALL"});
}

bool Writes(const Words& command) {
  static const Names reads = {
      "BITCOUNT",      "BITFIELD_RO", "BITPOS",    "DBSIZE",   "ECHO",
      "EXISTS",        "GET",         "GETBIT",    "GETRANGE", "HEXISTS",
      "HGET",          "HGETALL",     "HKEYS",     "HLEN",     "HMGET",
      "HSCAN",         "HSTRLEN",     "HVALS",     "INFO",     "KEYS",
      "LINDEX",        "LLEN",        "LRANGE",    "MGET",     "PING",
      "PTTL",          "SCAN",        "SCARD",     "SELECT",   "SISMEMBER",
      "SMEMBERS",      "SMISMEMBER",  "SSCAN",     "STRLEN",   "SUBSTR",
      "TIME",          "TTL",         "TYPE",      "XLEN",     "XRANGE",
      "ZCARD",         "ZCOUNT",      "ZMSCORE",   "ZRANGE",   "ZRANGEBYLEX",
      "ZRANGEBYSCORE", "ZRANK",       "ZREVRANGE", "ZSCAN",    "ZSCORE"};
  if (Is(command, {"BITFIELD"})) return MakesBitmap(command);
  return !Is(command, reads);
}

bool MakesBitmap(const Words& command) {
  if (Is(command, {"SETBIT"})) return true;
  return Is(command, {"BITFIELD"}) &&
         (HasWord(command, "SET") || HasWord(command, "INCRBY"));
}

bool MakesString(const Words& command) {
  return Is(command, {"SET", "SETEX", "PSETEX", "SETNX", "GETSET", "SETRANGE",
                      "APPEND", "INCR", "DECR", "INCRBY", "DECRBY"});
}

bool NeedsPlainString(const Words& command) {
  return Is(command, {"GETRANGE", "SUBSTR", "SETRANGE", "STRLEN", "APPEND"});
}

std::string WithBitsReversed(std::string_view bytes) {
  std::string reversed(bytes);
  for (char& c : reversed) {
    const auto from = static_cast<unsigned char>(c);
    unsigned to = 0;
    for (int bit = 0; bit < 8; ++bit) to |= (from >> bit & 1u) << (7 - bit);
    c = static_cast<char>(to);
  }
  return reversed;
}

}  // namespace seatfield::test
