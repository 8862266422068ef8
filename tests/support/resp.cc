// SPDX-License-Identifier: MIT

#include "support/resp.h"

#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace seatfield::test {
namespace {

constexpr std::string_view kEnd = "\r\n";

// Takes a line off the text; false if there is no whole one.
bool TakeLine(std::string_view& text, std::string_view& line) {
  const std::size_t end = text.find(kEnd);
  if (end == std::string_view::npos) return false;
  line = text.substr(0, end);
  text.remove_prefix(end + kEnd.size());
  return true;
}

bool ParseNumber(std::string_view text, std::int64_t& number) {
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && stop == end;
}

RespParse ParseOne(std::string_view& text, RespValue& value);

RespParse ParseText(std::string_view& text, RespValue& value) {
  if (value.null) return RespParse::kWhole;
  const auto size = static_cast<std::size_t>(value.number);
  if (text.size() < size + kEnd.size()) return RespParse::kTooShort;
  if (text.substr(size, kEnd.size()) != kEnd) return RespParse::kMalformed;
  value.text = text.substr(0, size);
  text.remove_prefix(size + kEnd.size());
  return RespParse::kWhole;
}

RespParse ParseList(std::string_view& text, RespValue& value) {
  for (std::int64_t i = 0; i < value.number; ++i) {
    const RespParse part = ParseOne(text, value.elements.emplace_back());
    if (part != RespParse::kWhole) return part;
  }
  return RespParse::kWhole;
}

RespParse ParseOne(std::string_view& text, RespValue& value) {
  value = {};
  std::string_view line;
  if (!TakeLine(text, line)) return RespParse::kTooShort;
  if (line.empty()) return RespParse::kMalformed;
  value.type = line.front();
  line.remove_prefix(1);
  if (value.type == '+' || value.type == '-') {
    value.text = line;
    return RespParse::kWhole;
  }
  if (!ParseNumber(line, value.number)) return RespParse::kMalformed;
  if (value.type == ':') return RespParse::kWhole;
  value.null = value.number < 0;
  if (value.type == '$') return ParseText(text, value);
  if (value.type == '*') return ParseList(text, value);
  return RespParse::kMalformed;
}

void AppendText(std::string& bytes, std::string_view text) {
  bytes += '$';
  bytes += std::to_string(text.size());
  bytes += kEnd;
  bytes += text;
  bytes += kEnd;
}

void AppendValue(std::string& bytes, const RespValue& value) {
  if (value.null) {
    bytes += value.type == '*' ? "*-1\r\n" : "$-1\r\n";
  } else if (value.type == '$') {
    AppendText(bytes, value.text);
  } else if (value.type == '*') {
    bytes += '*' + std::to_string(value.elements.size()) + "\r\n";
    for (const RespValue& part : value.elements) AppendValue(bytes, part);
  } else {
    bytes += value.type;
    bytes += value.type == ':' ? std::to_string(value.number) : value.text;
    bytes += kEnd;
  }
}

}  // namespace

RespParse ParseResp(std::string_view text, RespValue& value,
                    std::size_t& used) {
  const std::size_t before = text.size();
  const RespParse parse = ParseOne(text, value);
  used = before - text.size();
  return parse;
}

std::string RespBytes(const RespValue& value) {
  std::string bytes;
  AppendValue(bytes, value);
  return bytes;
}

std::string RespBytes(const Words& command) {
  std::string bytes = '*' + std::to_string(command.size()) + "\r\n";
  for (const std::string& word : command) AppendText(bytes, word);
  return bytes;
}

std::string Upper(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return upper;
}

std::unique_ptr<RedisLink> RedisLink::Begin(Socket socket,
                                            const std::string& password) {
  if (!socket) return nullptr;
  auto link = std::make_unique<RedisLink>(std::move(socket));
  if (password.empty()) return link;
  return link->Call({"AUTH", password}).is_error() ? nullptr : std::move(link);
}

std::unique_ptr<RedisLink> RedisLink::Connect(std::uint16_t port,
                                              const std::string& password) {
  return Begin(Socket::Connect(port), password);
}

std::unique_ptr<RedisLink> RedisLink::ConnectUnix(const std::string& path,
                                                  const std::string& password) {
  return Begin(Socket::ConnectUnix(path), password);
}

RespValue RedisLink::Call(const Words& command) {
  RespValue value;
  if (!Send(command) || Receive(value, wait_max) != Received::kBytes) {
    return RespValue::Error("LOST");
  }
  return value;
}

Received RedisLink::Receive(RespValue& value, std::chrono::milliseconds wait) {
  const auto until = std::chrono::steady_clock::now() + wait;
  for (;;) {
    std::size_t used = 0;
    const RespParse parse = ParseResp(buffer_, value, used);
    if (parse == RespParse::kMalformed) return Received::kEnd;
    if (parse == RespParse::kWhole) {
      buffer_.erase(0, used);
      return Received::kBytes;
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        until - std::chrono::steady_clock::now());
    if (left.count() < 0) return Received::kNothingYet;
    if (socket_.Receive(buffer_, left) == Received::kEnd) return Received::kEnd;
  }
}

}  // namespace seatfield::test
