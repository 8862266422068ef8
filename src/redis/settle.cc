// SPDX-License-Identifier: MIT

#include "redis/settle.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "redis/answer.h"
#include "redis/command.h"
#include "redis/endpoint.h"
#include "redis/node.h"
#include "redis/topology.h"
#include "seatfield/internal/no_memory.h"
#include "seatfield/internal/text.h"
#include "seatfield/redis_storage.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {
namespace {

using Kind = Settlement::Kind;

// More in a row mean that the nodes do not agree.
constexpr std::uint32_t kRedirectionsAtOnce = 5;

std::string_view MessageOf(const absl::Status& status) {
  return {status.message().data(), status.message().size()};
}

Settlement Fail(absl::StatusCode code, std::string_view text) {
  return {Kind::kFailed, internal::StatusOf(code, text)};
}

std::string From(const Node& node, std::string_view text) {
  return internal::Cat("redis ", node.endpoint.ToString(), ": ", text);
}

}  // namespace

Node* Settler::Choose(const Request& request, const Effort& effort) {
  if (effort.next != nullptr) return effort.next;
  return topology_.Route(request.slot,
                         request.reads_only && !effort.no_replica);
}

Settlement Settler::OnAnswer(Node& node, const Judgement& judgement,
                             Effort& effort) {
  switch (judgement.kind) {
    case AnswerKind::kAnswer:
      return {};
    case AnswerKind::kMoved:
    case AnswerKind::kAsk:
      return OnRedirection(node, judgement, effort);
    case AnswerKind::kNotReady:
      return Later(From(node, judgement.text), effort);
    case AnswerKind::kReadOnly:
      // The name may lead elsewhere by now.
      node.pool.Clear();
      return Later(From(node, judgement.text), effort);
    case AnswerKind::kUnauthenticated:
      break;
  }
  return Fail(absl::StatusCode::kUnauthenticated, From(node, judgement.text));
}

Settlement Settler::OnRedirection(Node& node, const Judgement& judgement,
                                  Effort& effort) {
  const std::optional<Redirection> to =
      RedirectionOf(judgement.text, node.endpoint);
  if (!options_.cluster || effort.pinned || !to.has_value()) {
    return Fail(absl::StatusCode::kFailedPrecondition,
                From(node, judgement.text));
  }
  const bool ask = judgement.kind == AnswerKind::kAsk;
  Node* const target =
      ask ? topology_.At(to->to) : topology_.Moved(to->slot, to->to);
  if (++effort.redirections % kRedirectionsAtOnce == 0) {
    return Later(From(node, judgement.text), effort);
  }
  effort.no_replica = true;
  effort.next = target;
  effort.asking = ask;
  return {Kind::kAgain, {}};
}

Settlement Settler::OnUnsent(const absl::Status& status, Effort& effort) {
  if (!absl::IsUnavailable(status) && !absl::IsDeadlineExceeded(status)) {
    return {Kind::kFailed, status};
  }
  return Later(MessageOf(status), effort);
}

Settlement Settler::OnLost(const absl::Status& status, bool left, bool first,
                           const Request& request, Effort& effort) {
  if (!left) return Later(MessageOf(status), effort);
  if (!request.reads_only) {
    return Fail(absl::StatusCode::kUnknown,
                internal::Cat(MessageOf(status),
                              ": a request was sent, and whether it has been "
                              "carried out is not known"));
  }
  if (first && absl::IsResourceExhausted(status)) {
    return {Kind::kFailed, status};
  }
  // Who has waited so long once does not wait again.
  if (absl::IsDeadlineExceeded(status)) {
    topology_.WantRefresh();
    return Fail(absl::StatusCode::kUnavailable, MessageOf(status));
  }
  return Later(MessageOf(status), effort);
}

Settlement Settler::OnNowhere(const Request& request, Effort& effort) {
  return Later(internal::Cat("redis: no node is known to serve the slot ",
                             request.slot.value_or(0)),
               effort);
}

Settlement Settler::Later(std::string_view why, Effort& effort) {
  effort.no_replica = true;
  effort.asking = false;
  if (!effort.pinned) effort.next = nullptr;
  ++effort.attempts;
  if (effort.attempts < options_.attempts_max) {
    topology_.WantRefresh();
    return {Kind::kLater, {}};
  }
  return Fail(absl::StatusCode::kUnavailable,
              internal::Cat(why, " (attempts: ", effort.attempts, ")"));
}

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield
