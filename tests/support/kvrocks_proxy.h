// SPDX-License-Identifier: MIT
//
// Makes a RedisServer answer as Apache Kvrocks 2.10.1 does where the two
// differ:
//   INFO        redis_version 4.0.0, kvrocks_version 2.10.1
//   CONFIG GET  no appendonly; rocksdb.write_options.sync
//   AUTH        one argument; other words for its errors
//   HELLO, ACL, WAIT, EXPIRE with NX and the like, XADD MAXLEN ~, BITFIELD with
//               #n offsets: errors
//   SET, HMSET, MSET, SETEX answer "OK" as a bulk string
//   GETRANGE    of a key that is missing is nil
//   bitmaps     a string made by BITFIELD or SETBIT, on which GETRANGE,
//               SETRANGE, STRLEN and APPEND fail with WRONGTYPE and GET shows
//               each byte's bits in the other order; TYPE says bitmap
//
// Scripts run inside the real server, which answers them as Redis does. What
// they did is watched, and the proxy tells what Kvrocks would have done
// otherwise: bitmap_keys_made(), refused_in_scripts(). Scripts that a client
// sends outside MULTI are counted, for Kvrocks may keep half of one.
// Commands inside MULTI are changed where their answers are; what a transaction
// does to a bitmap is not undone.
//
// Thread safety: every member from any thread.

#ifndef SEATFIELD_TESTS_SUPPORT_KVROCKS_PROXY_H_
#define SEATFIELD_TESTS_SUPPORT_KVROCKS_PROXY_H_

#include <atomic>
#include <cstdint>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "support/command_monitor.h"
#include "support/connection_server.h"
#include "support/redis_server.h"
#include "support/resp.h"

namespace seatfield::test {

class KvrocksProxy {
 public:
  // The server must outlive it. It must be watched from its beginning, or its
  // strings be made by SET.
  explicit KvrocksProxy(const RedisServer& server);

  std::string address() const { return connections_.address(); }
  std::uint16_t port() const { return connections_.port(); }

  // What CONFIG GET rocksdb.write_options.sync answers.
  void SetSynchronous(bool on) { synchronous_ = on; }

  // String keys that were ever made by BITFIELD or SETBIT, by whomever.
  std::vector<std::string> bitmap_keys_made();

  // Commands of scripts that Kvrocks refuses, as text.
  std::vector<std::string> refused_in_scripts();

  // EVAL and EVALSHA outside MULTI; those of them that wrote anything.
  std::uint64_t bare_scripts() const { return bare_scripts_; }
  std::uint64_t bare_writing_scripts() const { return bare_writing_scripts_; }
  std::uint64_t wrapped_scripts() const { return wrapped_scripts_; }

 private:
  class Session;

  void See(const SeenCommand& seen);
  void NoteKeys(const Words& words);
  bool IsBitmap(const std::string& key);

  const RedisServer& server_;
  std::atomic<bool> synchronous_{false};
  std::atomic<std::uint64_t> bare_scripts_{0};
  std::atomic<std::uint64_t> bare_writing_scripts_{0};
  std::atomic<std::uint64_t> wrapped_scripts_{0};
  std::atomic<std::uint64_t> script_writes_{0};
  std::mutex scripts_;  // one script at a time, to know whose writes are seen

  std::mutex mutex_;  // guards the rest
  std::set<std::string> strings_;
  std::set<std::string> bitmaps_;
  std::set<std::string> bitmaps_made_;
  std::vector<std::string> refused_;

  CommandMonitor monitor_;
  ConnectionServer connections_;  // last: its threads use the others
};

}  // namespace seatfield::test

#endif  // SEATFIELD_TESTS_SUPPORT_KVROCKS_PROXY_H_
