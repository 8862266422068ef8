// SPDX-License-Identifier: MIT
//
// What an answer means for the client: most are the caller's, some say that
// nothing was done and where or when to try again.

#ifndef SEATFIELD_REDIS_ANSWER_H_
#define SEATFIELD_REDIS_ANSWER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "redis/endpoint.h"
#include "redis/reply.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {

enum class AnswerKind : std::uint8_t {
  kAnswer,    // the caller's
  kMoved,     // the slot stands elsewhere
  kAsk,       // this once, elsewhere
  kNotReady,  // LOADING, MASTERDOWN, CLUSTERDOWN, TRYAGAIN
  kReadOnly,  // the node has become a replica
  kUnauthenticated,
};

AnswerKind KindOfError(std::string_view text);

inline bool IsNotReady(std::string_view text) {
  return KindOfError(text) == AnswerKind::kNotReady;
}

struct Judgement {
  AnswerKind kind = AnswerKind::kAnswer;
  std::string text{};  // the error, unless it is the caller's
};

// The answers to one request, as they come. A request of several commands is
// taken for a transaction between MULTI and EXEC: an error of a queued command
// counts if EXEC says that the transaction was given up, or if each of its
// results is an error.
class AnswerJudge {
 public:
  // `skipped` answers come first that are not the request's.
  explicit AnswerJudge(std::uint32_t answers, std::uint32_t skipped = 0)
      : left_(answers + skipped), several_(answers > 1) {}

  // Returns whether `reply` was the last one.
  bool Add(const redisReply& reply);
  Judgement Take() { return std::move(judgement_); }

 private:
  void NoteQueued(const redisReply& reply);
  void JudgeLast(const redisReply& reply);
  void JudgeResults(const redisReply& reply);

  std::uint32_t left_;
  bool several_;
  Judgement judgement_;
};

// Where MOVED or ASK point to, and for which slot.
struct Redirection {
  std::uint16_t slot = 0;
  Endpoint to;
};
std::optional<Redirection> RedirectionOf(std::string_view text,
                                         const Endpoint& from);

// An error that a server gave, for callers who wait for a success.
absl::Status StatusOfError(const Endpoint& from, std::string_view text);

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_REDIS_ANSWER_H_
