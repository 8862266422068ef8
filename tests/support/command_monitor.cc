// SPDX-License-Identifier: MIT

#include "support/command_monitor.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace seatfield::test {
namespace {

constexpr std::string_view kMark = "seatfield-monitor-mark-";

int Digit(char c) { return c <= '9' ? c - '0' : c - 'a' + 10; }

// One character of quoted text; `at` stands on it and goes past it.
char TakeCharacter(std::string_view line, std::size_t& at) {
  if (line[at] != '\\' || at + 1 >= line.size()) return line[at++];
  const char escaped = line[at + 1];
  if (escaped == 'x' && at + 3 < line.size()) {
    const int code = Digit(line[at + 2]) << 4 | Digit(line[at + 3]);
    at += 4;
    return static_cast<char>(code);
  }
  at += 2;
  switch (escaped) {
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'a':
      return '\a';
    case 'b':
      return '\b';
    default:
      return escaped;
  }
}

}  // namespace

SeenCommand ParseMonitorLine(std::string_view line) {
  SeenCommand seen;
  std::size_t at = std::min(line.find(']'), line.size());
  const std::string_view from = line.substr(0, at);
  seen.by_script = from.size() >= 4 && from.substr(from.size() - 4) == " lua";
  while ((at = line.find('"', at)) != std::string_view::npos) {
    std::string& word = seen.words.emplace_back();
    ++at;
    while (at < line.size() && line[at] != '"') word += TakeCharacter(line, at);
    ++at;
  }
  return seen;
}

CommandMonitor::CommandMonitor(const RedisServer& server, See see)
    : server_(server), see_(std::move(see)), link_(server.Connect()) {
  if (link_ != nullptr && link_->Call({"MONITOR"}).is_error()) link_.reset();
  if (link_ != nullptr) reading_ = std::thread([this] { Read(); });
}

CommandMonitor::~CommandMonitor() {
  stopping_ = true;
  if (reading_.joinable()) reading_.join();
}

void CommandMonitor::Read() {
  RespValue line;
  while (!stopping_) {
    const Received received =
        link_->Receive(line, std::chrono::milliseconds(20));
    if (received == Received::kEnd) return;
    if (received == Received::kNothingYet) continue;
    const SeenCommand seen = ParseMonitorLine(line.text);
    if (!seen.words.empty() && !IsMark(seen)) see_(seen);
  }
}

bool CommandMonitor::IsMark(const SeenCommand& seen) {
  if (seen.words.size() != 2 || seen.words[1].rfind(kMark, 0) != 0) {
    return false;
  }
  const std::lock_guard lock(mutex_);
  seen_mark_ = std::max<std::uint64_t>(
      seen_mark_, std::stoull(seen.words[1].substr(kMark.size())));
  marked_.notify_all();
  return true;
}

bool CommandMonitor::Sync() {
  std::unique_lock lock(mutex_);
  const std::uint64_t mark = ++last_mark_;
  lock.unlock();
  const Words command = {"ECHO", std::string(kMark) + std::to_string(mark)};
  if (server_.Call(command).is_error()) return false;
  lock.lock();
  return marked_.wait_for(lock, std::chrono::seconds(10),
                          [&] { return seen_mark_ >= mark; });
}

}  // namespace seatfield::test
