// SPDX-License-Identifier: MIT

#include "redis/answer.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "redis/command.h"
#include "redis/endpoint.h"
#include "redis/reply.h"
#include "seatfield/internal/no_memory.h"
#include "seatfield/internal/text.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {
namespace {

constexpr struct {
  std::string_view word;
  AnswerKind kind;
} kKinds[] = {
    {"MOVED", AnswerKind::kMoved},
    {"ASK", AnswerKind::kAsk},
    {"LOADING", AnswerKind::kNotReady},
    {"MASTERDOWN", AnswerKind::kNotReady},
    {"CLUSTERDOWN", AnswerKind::kNotReady},
    {"TRYAGAIN", AnswerKind::kNotReady},
    {"READONLY", AnswerKind::kReadOnly},
    {"NOAUTH", AnswerKind::kUnauthenticated},
    {"WRONGPASS", AnswerKind::kUnauthenticated},
};

bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// By the word that an error begins with.
AnswerKind KindOfFirstWord(std::string_view text) {
  if (text.starts_with("ERR ")) text.remove_prefix(4);
  if (text.starts_with('-')) text.remove_prefix(1);
  const std::string_view word = text.substr(0, text.find(' '));
  const auto* const found = std::ranges::find_if(
      kKinds, [&](const auto& entry) { return entry.word == word; });
  return found == std::end(kKinds) ? AnswerKind::kAnswer : found->kind;
}

bool IsGivenUp(std::string_view text) { return text.starts_with("EXECABORT"); }

}  // namespace

AnswerKind KindOfError(std::string_view text) {
  constexpr std::string_view kCause = "because of: ";
  if (IsGivenUp(text)) {
    const std::size_t at = text.find(kCause);
    return at == std::string_view::npos
               ? AnswerKind::kAnswer
               : KindOfFirstWord(text.substr(at + kCause.size()));
  }
  // Until Redis 7 a script's error stands within another.
  if (Contains(text, "unning script") && Contains(text, "-READONLY ")) {
    return AnswerKind::kReadOnly;
  }
  return KindOfFirstWord(text);
}

bool AnswerJudge::Add(const redisReply& reply) {
  --left_;
  if (left_ > 0) {
    NoteQueued(reply);
    return false;
  }
  JudgeLast(reply);
  return true;
}

void AnswerJudge::NoteQueued(const redisReply& reply) {
  if (!IsError(reply) || judgement_.kind != AnswerKind::kAnswer) return;
  const AnswerKind kind = KindOfError(TextOf(reply));
  if (kind != AnswerKind::kAnswer)
    judgement_ = {kind, std::string(TextOf(reply))};
}

void AnswerJudge::JudgeLast(const redisReply& reply) {
  const std::string_view text = TextOf(reply);
  const AnswerKind kind =
      IsError(reply) ? KindOfError(text) : AnswerKind::kAnswer;
  if (kind != AnswerKind::kAnswer) {
    judgement_ = {kind, std::string(text)};
  } else if (!IsError(reply) || !IsGivenUp(text)) {
    judgement_ = {};
    if (several_) JudgeResults(reply);
  }
}

void AnswerJudge::JudgeResults(const redisReply& reply) {
  for (const redisReply* const result : ElementsOf(reply)) {
    if (!IsError(*result)) {
      judgement_ = {};
      return;
    }
    NoteQueued(*result);
  }
}

std::optional<Redirection> RedirectionOf(std::string_view text,
                                         const Endpoint& from) {
  const std::size_t slot_at = text.find(' ');
  if (slot_at == std::string_view::npos) return std::nullopt;
  const std::size_t to_at = text.find(' ', slot_at + 1);
  if (to_at == std::string_view::npos) return std::nullopt;
  const auto slot = internal::ParseDecimal<std::uint16_t>(
      text.substr(slot_at + 1, to_at - slot_at - 1));
  const std::string_view rest = text.substr(to_at + 1);
  const auto to = ParseRedirection(rest.substr(0, rest.find(' ')), from);
  if (!slot.has_value() || *slot >= kSlotCount || !to.has_value()) {
    return std::nullopt;
  }
  return Redirection{*slot, *to};
}

absl::Status StatusOfError(const Endpoint& from, std::string_view text) {
  absl::StatusCode code = absl::StatusCode::kFailedPrecondition;
  if (text.starts_with("NOPERM")) code = absl::StatusCode::kPermissionDenied;
  if (text.starts_with("OOM")) code = absl::StatusCode::kResourceExhausted;
  switch (KindOfError(text)) {
    case AnswerKind::kUnauthenticated:
      code = absl::StatusCode::kUnauthenticated;
      break;
    case AnswerKind::kMoved:
    case AnswerKind::kAsk:
    case AnswerKind::kNotReady:
    case AnswerKind::kReadOnly:
      code = absl::StatusCode::kUnavailable;
      break;
    case AnswerKind::kAnswer:
      break;
  }
  return internal::StatusOf(code, "redis ", from.ToString(), ": ", text);
}

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield
