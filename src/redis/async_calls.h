// SPDX-License-Identifier: MIT
//
// CallAsync: callers queue requests, one thread sends them and runs their
// callbacks.
//
//   AsyncCalls calls(topology, options);
//   calls.Call(request, callback);
//   calls.Refuse();
//   calls.Close(After(seconds(5)));
//
// Thread safety: every member from any thread; Close() once, last.
// Cost: a call is one lock and, when the thread sleeps, one system call. The
//   thread takes one lock for all that were queued meanwhile, and one write for
//   each node.

#ifndef SEATFIELD_REDIS_ASYNC_CALLS_H_
#define SEATFIELD_REDIS_ASYNC_CALLS_H_

#include <poll.h>

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "redis/async_pipe.h"
#include "redis/client.h"
#include "redis/command.h"
#include "redis/node.h"
#include "redis/opener.h"
#include "redis/reply.h"
#include "redis/settle.h"
#include "redis/socket.h"
#include "redis/topology.h"
#include "redis/wake_pipe.h"
#include "seatfield/redis_storage.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {

class AsyncCalls final : private FlightEnds {
 public:
  // Both must outlive it.
  AsyncCalls(Topology& topology, const RedisOptions& options);
  ~AsyncCalls() override { Close(SteadyTime()); }
  AsyncCalls(const AsyncCalls&) = delete;
  AsyncCalls& operator=(const AsyncCalls&) = delete;

  // As Client::CallAsync().
  void Call(Request request, Client::Callback callback);

  // Lets no call in any more.
  void Refuse();

  // Waits until `deadline` for the calls under way, then ends them.
  void Close(SteadyTime deadline);

 private:
  // --- Of the callers -------------------------------------------------------
  absl::Status Enter(std::unique_lock<std::mutex>& lock, std::uint32_t home);
  absl::Status Start();
  void Deliver(Opened opened);

  // --- Of the thread --------------------------------------------------------
  void Run();
  // Returns false: it is time to stop. Sets whether the thread may sleep.
  bool Exchange(bool& may_sleep);
  void Serve(SteadyTime now);
  void Wait(bool may_sleep);
  int MillisToWait(SteadyTime now) const;
  AsyncPipe& PipeOf(Node& node);
  void Dispatch(Flight flight);
  void DispatchDue(SteadyTime now);
  void Settle(Flight flight, Settlement settlement);
  void End(Flight& flight, absl::StatusOr<ReplyPtr> answer);
  void EndAll();
  void OnAnswer(Node& node, Flight flight, ReplyPtr reply) override;
  void OnLost(Flight flight, const absl::Status& status, bool left,
              bool first) override;

  Topology& topology_;
  const RedisOptions& options_;
  Settler settler_;
  Opener opener_;
  WakePipe wake_;
  std::thread thread_;

  std::mutex mutex_;  // of what follows, up to the next line of this kind
  std::condition_variable changed_;
  std::vector<Flight> inbox_;
  std::vector<Opened> opened_;
  std::vector<std::uint32_t> under_way_;  // by node
  std::uint64_t all_under_way_ = 0;
  std::uint32_t waiting_ = 0;  // callers, and Close()
  bool started_ = false;
  bool refuses_ = false;
  bool stops_ = false;
  bool sleeps_ = false;

  // --- Of the thread alone --------------------------------------------------
  std::vector<std::unique_ptr<AsyncPipe>> pipes_;  // by node; null: none yet
  std::multimap<SteadyTime, Flight> later_;
  std::vector<Flight> arrived_;
  std::vector<Opened> opened_now_;
  std::vector<std::uint32_t> ended_;  // by node, since the last Exchange()
  bool has_ended_ = false;
  bool ends_all_ = false;
  std::vector<pollfd> polled_;
  std::vector<AsyncPipe*> polled_pipes_;
};

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_REDIS_ASYNC_CALLS_H_
