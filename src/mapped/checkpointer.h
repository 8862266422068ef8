// SPDX-License-Identifier: MIT
//
// Keeps a store's journal short: writes a snapshot when the journal has grown
// for long enough, from the files alone, while commits go on; then drops what
// is needed no more. Two snapshots are kept, and the journal behind the older.
//
// Its thread leaves the processors to those who sell: a snapshot is late rather
// than a commit.
//
// Thread safety: every member from any thread.

#ifndef SEATFIELD_MAPPED_CHECKPOINTER_H_
#define SEATFIELD_MAPPED_CHECKPOINTER_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

#include "absl/status/status.h"
#include "mapped/journal.h"
#include "mapped/journal_format.h"
#include "platform/file.h"
#include "seatfield/limits.h"

namespace seatfield::mapped {

class Checkpointer {
 public:
  // All but the numbers must outlive it. `snapshot_bytes` is the size of the
  // newest snapshot. Without a thread of its own it works inside MaybeStart().
  Checkpointer(platform::Directory& directory, Journal& journal,
               const StoreId& id, const Limits& limits,
               std::uint64_t checkpoint_bytes, std::uint64_t snapshot_bytes,
               bool background);
  ~Checkpointer() { Stop(); }
  Checkpointer(const Checkpointer&) = delete;
  Checkpointer& operator=(const Checkpointer&) = delete;

  // Starts a snapshot if the journal has grown for long enough. Cheap.
  void MaybeStart() {
    if (journal_.bytes() >= due_.load(std::memory_order_relaxed)) {
      StartWhenDue();
    }
  }

  // Starts one in any case, if there is a thread for it.
  void Start();

  // A snapshot of all that has been decided before the call, by the thread if
  // there is one. Errors: those of the files: then there is none, and the
  // journal stays.
  absl::Status Run();

  // Calls fn() while no snapshot is written and nothing is dropped.
  template <typename Fn>
  auto WhileIdle(Fn fn) {
    const std::lock_guard running(running_);
    return fn();
  }

  // Ends the thread, after the snapshot it may be writing.
  void Stop();

 private:
  void StartWhenDue();
  void Work();
  absl::Status MakeAlone();
  absl::Status MakeSnapshot();
  void SetDue(std::uint64_t snapshot_bytes);

  platform::Directory& directory_;
  Journal& journal_;
  const StoreId id_;
  const Limits limits_;
  const std::uint64_t checkpoint_bytes_;
  const bool background_;
  std::atomic<std::uint64_t> due_{0};  // bytes of journal

  std::mutex running_;            // one snapshot at a time; guards what follows
  std::uint64_t snapshot_bytes_;  // of the newest

  std::mutex mutex_;
  std::condition_variable wake_;
  bool wanted_ = false;
  bool stopping_ = false;
  std::uint64_t asked_ = 0;  // calls of Run()
  std::uint64_t answered_ = 0;
  std::condition_variable done_;
  absl::Status answer_;  // to the last of them
  std::thread thread_;
};

// Leaves the two newest snapshots and the journal behind the older one.
absl::Status DropOldFiles(platform::Directory& directory, Journal& journal);

}  // namespace seatfield::mapped

#endif  // SEATFIELD_MAPPED_CHECKPOINTER_H_
