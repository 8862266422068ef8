// SPDX-License-Identifier: MIT
//
// How the durable peers are called. A session is a connection to a store, in
// one thread at a time, a transaction at a time:
//
//   plain     a session and a transaction for each client
//   gathered  one session for all clients; what they ask for while a
//             transaction commits is done and committed as the next one. The
//             first client of a transaction leads: it waits for its
//             predecessor, then a moment for as many clients as the last
//             transaction had, commits for all, and wakes them by one call.
//
// Tried for the moment, with 2 to 64 clients: none (0.7x to 0.9x: two clients
// take turns and gain nothing), 20 and 150 us (0.9x to 1x).

#ifndef SEATFIELD_BENCH_PEERS_SESSION_H_
#define SEATFIELD_BENCH_PEERS_SESSION_H_

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "../durable_inventory.h"
#include "../job.h"
#include "seatfield/time.h"

namespace seatfield::bench {

class Session {
 public:
  virtual ~Session() = default;

  virtual void Begin() = 0;
  // False: refused, and nothing has changed.
  virtual bool Do(Act act, const Request& request, Time now) = 0;
  virtual void Commit() = 0;
  virtual void Rollback() = 0;
};

struct PeerOptions {
  bool gathered = false;
  SyncKind sync = SyncKind::kEveryCommit;
  bool whole_log = false;  // nothing is taken out of the log
};

class PlainClerk : public DurableClerk {
 public:
  explicit PlainClerk(std::unique_ptr<Session> session)
      : session_(std::move(session)) {}

  bool Do(Act act, const Request& request, Time now) override {
    session_->Begin();
    const bool done = session_->Do(act, request, now);
    done ? session_->Commit() : session_->Rollback();
    return done;
  }

 private:
  std::unique_ptr<Session> session_;
};

class Committer {
 public:
  explicit Committer(std::unique_ptr<Session> session)
      : session_(std::move(session)) {}

  bool Do(Act act, const Request& request, Time now) {
    Job job{act, &request, now};
    bool leads = false;
    const std::shared_ptr<Group> group = Join(job, leads);
    if (!leads) {
      group->done.wait(false);
      return job.done;
    }
    Lead(*group);
    group->done = true;
    group->done.notify_all();
    return job.done;
  }

 private:
  struct Job {
    Act act;
    const Request* request;
    Time now;
    bool done = false;
  };
  struct Group {
    std::vector<Job*> jobs;
    std::atomic<bool> done = false;
  };

  std::shared_ptr<Group> Join(Job& job, bool& leads) {
    const std::lock_guard lock(mutex_);
    next_->jobs.push_back(&job);
    leads = next_->jobs.size() == 1;
    return next_;
  }

  void Lead(Group& group) {
    const std::lock_guard turn(turn_);
    Gather();
    Close();
    session_->Begin();
    bool changed = false;
    for (Job* const job : group.jobs) {
      job->done = session_->Do(job->act, *job->request, job->now);
      changed |= job->done;
    }
    changed ? session_->Commit() : session_->Rollback();
    last_size_ = group.jobs.size();
  }

  void Gather() {
    const auto start = std::chrono::steady_clock::now();
    while (Size() < last_size_ &&
           std::chrono::steady_clock::now() - start < kMoment) {
      std::this_thread::yield();
    }
  }
  std::size_t Size() {
    const std::lock_guard lock(mutex_);
    return next_->jobs.size();
  }
  void Close() {
    const std::lock_guard lock(mutex_);
    next_ = std::make_shared<Group>();
  }

  static constexpr auto kMoment = std::chrono::microseconds(50);

  std::unique_ptr<Session> session_;
  std::mutex turn_;   // held by who commits
  std::mutex mutex_;  // of next_
  std::shared_ptr<Group> next_ = std::make_shared<Group>();
  std::size_t last_size_ = 0;  // of who has the turn
};

class GatheredClerk : public DurableClerk {
 public:
  explicit GatheredClerk(Committer& committer) : committer_(committer) {}

  bool Do(Act act, const Request& request, Time now) override {
    return committer_.Do(act, request, now);
  }

 private:
  Committer& committer_;
};

// Makes clerks of a store's sessions.
class PeerInventory : public DurableInventory {
 public:
  explicit PeerInventory(bool gathered) : gathered_(gathered) {}

  std::unique_ptr<DurableClerk> NewClerk() override {
    if (!gathered_) return std::make_unique<PlainClerk>(NewSession());
    std::call_once(
        once_, [&] { committer_ = std::make_unique<Committer>(NewSession()); });
    return std::make_unique<GatheredClerk>(*committer_);
  }

 protected:
  virtual std::unique_ptr<Session> NewSession() = 0;
  // Before what sessions rest on goes.
  void EndSessions() { committer_.reset(); }

 private:
  bool gathered_;
  std::once_flag once_;
  std::unique_ptr<Committer> committer_;
};

// Calls sync() every kSyncInterval, on a thread of its own.
class IntervalSyncer {
 public:
  explicit IntervalSyncer(std::function<void()> sync)
      : sync_(std::move(sync)), thread_([this] { Run(); }) {}
  ~IntervalSyncer() {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }
  IntervalSyncer(const IntervalSyncer&) = delete;
  IntervalSyncer& operator=(const IntervalSyncer&) = delete;

 private:
  void Run() {
    std::unique_lock lock(mutex_);
    while (!wake_.wait_for(lock, kSyncInterval, [&] { return ended_; })) {
      lock.unlock();
      sync_();
      lock.lock();
    }
  }

  std::function<void()> sync_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace seatfield::bench

#endif  // SEATFIELD_BENCH_PEERS_SESSION_H_
