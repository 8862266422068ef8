// SPDX-License-Identifier: MIT
//
// What a server runs, command by command, those of scripts included: the
// server's own MONITOR, read by a thread.
//
// Thread safety: every member from any thread. `see` runs on the monitor's.

#ifndef SEATFIELD_TESTS_SUPPORT_COMMAND_MONITOR_H_
#define SEATFIELD_TESTS_SUPPORT_COMMAND_MONITOR_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "support/redis_server.h"
#include "support/resp.h"

namespace seatfield::test {

struct SeenCommand {
  bool by_script = false;
  Words words;
};

// A line of MONITOR: `1700000000.123 [0 lua] "SET" "a" "\x01"`.
SeenCommand ParseMonitorLine(std::string_view line);

class CommandMonitor {
 public:
  using See = std::function<void(const SeenCommand&)>;

  CommandMonitor(const RedisServer& server, See see);
  ~CommandMonitor();

  // Whether the server lets itself be watched.
  bool ok() const { return link_ != nullptr; }

  // Returns once all that was answered before has been seen; false if the
  // server does not answer for ten seconds.
  bool Sync();

 private:
  void Read();
  bool IsMark(const SeenCommand& seen);

  const RedisServer& server_;
  const See see_;
  std::unique_ptr<RedisLink> link_;
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::condition_variable marked_;
  std::uint64_t last_mark_ = 0;  // guarded, as the next
  std::uint64_t seen_mark_ = 0;
  std::thread reading_;
};

}  // namespace seatfield::test

#endif  // SEATFIELD_TESTS_SUPPORT_COMMAND_MONITOR_H_
