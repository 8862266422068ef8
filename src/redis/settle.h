// SPDX-License-Identifier: MIT
//
// What follows from a judgement or a failure for one request: where it goes
// next, or with what it ends. The same for callers who wait and for those who
// do not.
//
// Thread safety: every member from any thread; one thread at a time for an
//   Effort.

#ifndef SEATFIELD_REDIS_SETTLE_H_
#define SEATFIELD_REDIS_SETTLE_H_

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "redis/answer.h"
#include "redis/command.h"
#include "redis/node.h"
#include "redis/topology.h"
#include "seatfield/redis_storage.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {

// What has been tried for a request.
struct Effort {
  std::uint32_t attempts = 0;  // that failed
  std::uint32_t redirections = 0;
  Node* next = nullptr;  // where it must go; null: where its slot stands
  bool asking = false;   // behind an ASKING
  bool pinned = false;   // `next` stays
  bool no_replica = false;
};

struct Settlement {
  enum class Kind : std::uint8_t {
    kAnswered,  // the answer is the caller's
    kFailed,    // with `status`
    kAgain,     // at once
    kLater,     // after a pause
  };
  Kind kind = Kind::kAnswered;
  absl::Status status{};
};

class Settler {
 public:
  // Both must outlive it.
  Settler(Topology& topology, const RedisOptions& options)
      : topology_(topology), options_(options) {}

  // Where it goes now; null: nowhere, for the time being.
  Node* Choose(const Request& request, const Effort& effort);

  // Its answers have come from `node`.
  Settlement OnAnswer(Node& node, const Judgement& judgement, Effort& effort);

  // Nothing of it has left, for the reason of `status`.
  Settlement OnUnsent(const absl::Status& status, Effort& effort);

  // The connection was lost. `left`: a byte of it may have left; `first`: its
  // answer was the next.
  Settlement OnLost(const absl::Status& status, bool left, bool first,
                    const Request& request, Effort& effort);

  // No node serves its slot.
  Settlement OnNowhere(const Request& request, Effort& effort);

 private:
  Settlement OnRedirection(Node& node, const Judgement& judgement,
                           Effort& effort);
  Settlement Later(std::string_view why, Effort& effort);

  Topology& topology_;
  const RedisOptions& options_;
};

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_REDIS_SETTLE_H_
