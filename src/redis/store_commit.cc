// SPDX-License-Identifier: MIT
//
// Transactions: from a request to its outcome, by as many calls as it takes.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "redis/answer_reader.h"
#include "redis/chooser.h"
#include "redis/command.h"
#include "redis/names.h"
#include "redis/pack.h"
#include "redis/reply.h"
#include "redis/request_writer.h"
#include "redis/script.h"
#include "redis/store.h"
#include "seatfield/best_available.h"
#include "seatfield/ids.h"
#include "seatfield/internal/request_check.h"
#include "seatfield/internal/text.h"
#include "seatfield/outcome.h"
#include "seatfield/redis_storage.h"
#include "seatfield/refusal.h"
#include "seatfield/section.h"
#include "seatfield/storage.h"
#include "seatfield/time.h"
#include "seatfield/transaction.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN

using redis::Domain;
using redis::Expired;
using redis::NamedSection;
using redis::OutcomeKind;
using redis::Packer;
using redis::Request;
using redis::ScriptAnswer;
using redis::ScriptCall;
using redis::Unpacker;

// A transaction that somebody waits for.
struct RedisStorage::Store::AsyncCommit {
  AsyncCommit(Transaction from, CommitCallback to)
      : transaction(std::move(from)), callback(std::move(to)) {}

  Transaction transaction;
  CommitCallback callback;
  Attempt attempt;
  Outcome outcome;
};

namespace {

bool MayAskForChoice(const Transaction& transaction) {
  const auto asks = [](const Transaction::Step& step) {
    return step.kind == StepKind::kReserveBest
               ? step.policy.order == BestPolicy::Order::kBest
               : step.policy.orphans != OrphanRule::kAllow;
  };
  return std::any_of(transaction.steps().begin(), transaction.steps().end(),
                     asks);
}

}  // namespace

// --- Where to ---------------------------------------------------------------

// What a section knows of a transaction that names none: its id weighs most,
// then the bookings that are open, then those that are closed.
Request RedisStorage::Store::AskWhatIsKnown(const Transaction& transaction,
                                            const Domain& domain) const {
  Request ask;
  ask.slot = domain.slot;
  ask.reads_only = true;
  redis::AppendCommandHead(ask.bytes, 2 + 2 * transaction.steps().size());
  redis::AppendWord(ask.bytes, "HMGET");
  redis::AppendWord(ask.bytes, names_.EventKey("seatfield_bookings", domain));
  for (const Transaction::Step& step : transaction.steps()) {
    redis::AppendWord(ask.bytes, form_.Write(step.booking));
    redis::AppendWord(ask.bytes, form_.Write(step.to_booking));
  }
  return ask;
}

namespace {

std::int64_t WeightOf(const redisReply& bookings, const redisReply& id) {
  std::int64_t weight = id.integer == 1 ? INT64_C(1) << 40 : 0;
  for (const redisReply* packed : redis::ElementsOf(bookings)) {
    Unpacker booking(redis::TextOf(*packed));
    if (booking.Array() == 0) continue;
    const bool open = booking.Number() == 0;
    weight += open ? INT64_C(1) << 20 : 1;
  }
  return weight;
}

}  // namespace

// The section that knows the most of a transaction that names none.
absl::StatusOr<Domain> RedisStorage::Store::Locate(
    const Transaction& transaction) {
  const auto names = ListSections(transaction.event());
  if (!names.ok()) return names.status();
  const TransactionId id = transaction.id();
  const std::string id_text = form_.Write(BookingId(id.high(), id.low()));
  std::vector<Request> requests;
  for (const SectionName& name : *names) {
    const Domain domain = names_.DomainOf(transaction.event(), name.view());
    requests.push_back(AskWhatIsKnown(transaction, domain));
    Request& known_id = requests.emplace_back();
    known_id.slot = domain.slot;
    known_id.reads_only = true;
    redis::AppendCommand(known_id.bytes, "HEXISTS",
                         names_.EventKey("seatfield_ids", domain), id_text);
  }
  std::vector<absl::StatusOr<redis::ReplyPtr>> replies;
  client_->CallMany(requests, replies);
  std::size_t best = 0;
  std::int64_t most = 0;
  for (std::size_t i = 0; i + 1 < replies.size(); i += 2) {
    if (!replies[i].ok()) return replies[i].status();
    if (!replies[i + 1].ok()) return replies[i + 1].status();
    const std::int64_t weight = WeightOf(**replies[i], **replies[i + 1]);
    if (weight <= most) continue;
    most = weight;
    best = i / 2;
  }
  return names->empty()
             ? names_.DomainOf(transaction.event(), {})
             : names_.DomainOf(transaction.event(), (*names)[best].view());
}

// Whether the transaction can be sent somewhere; else outcome or status say why
// not.
bool RedisStorage::Store::FindDomain(Attempt& attempt, Outcome& outcome,
                                     absl::Status& status) {
  const Transaction& transaction = *attempt.transaction;
  if (!names_.tag_has_section()) {
    attempt.call.domain = names_.DomainOf(transaction.event(), {});
    return true;
  }
  if (attempt.sections.empty()) {
    auto domain = Locate(transaction);
    status = domain.status();
    if (domain.ok()) attempt.call.domain = *std::move(domain);
    return status.ok();
  }
  for (const NamedSection& section : attempt.sections) {
    if (section.name == attempt.sections[0].name) continue;
    return internal::Refuse(outcome, 0, Refusal::kUnsupported,
                            RefusalDetail::kSeveralSections);
  }
  attempt.call.domain =
      names_.DomainOf(transaction.event(), attempt.sections[0].name.view());
  return true;
}

// --- Attempts ---------------------------------------------------------------

// Whether there is something to send; else outcome or status have the answer.
bool RedisStorage::Store::Prepare(const Transaction& transaction, Time now,
                                  Attempt& attempt, Outcome& outcome,
                                  absl::Status& status) {
  outcome.Clear();
  outcome.time = now;
  outcome.durability = durability_;
  attempt.transaction = &transaction;
  if (!internal::RequestCheck(transaction, options_.limits, outcome).Run()) {
    return false;
  }
  for (std::size_t i = 0; i < transaction.section_count(); ++i) {
    attempt.sections.push_back(
        Find(transaction.event(), transaction.section(i)));
  }
  if (!FindDomain(attempt, outcome, status)) return false;
  status = List(transaction.event());
  if (!status.ok()) return false;
  attempt.call.operation = "commit";
  attempt.call.now = ScriptTime(now);
  attempt.call.confirm = true;
  for (const NamedSection& section : attempt.sections) {
    if (section.name.empty()) continue;
    attempt.call.sections.push_back(section.name);
  }
  WriteBody(attempt);
  return true;
}

void RedisStorage::Store::WriteBody(Attempt& attempt) const {
  Packer body;
  redis::WriteRequest(*attempt.transaction, attempt.sections, attempt.choices,
                      form_, body);
  attempt.call.body = std::move(body).bytes();
}

bool RedisStorage::Store::Conclude(Attempt& attempt,
                                   absl::StatusOr<ScriptAnswer> answer,
                                   Outcome& outcome, absl::Status& status) {
  status = answer.status();
  if (!status.ok()) return true;
  Unpacker bytes(answer->bytes);
  bytes.Array();
  const OutcomeKind kind = redis::ReadKind(bytes);
  if (kind != OutcomeKind::kChoose) {
    Expired expired;
    status = redis::ReadOutcome(kind, form_, bytes, outcome, expired);
    if (!status.ok()) return true;
    CountExpired(expired);
    return true;
  }
  auto choice = redis::Choose(*attempt.transaction, bytes);
  status = choice.status();
  if (!status.ok()) return true;
  const std::size_t steps = attempt.transaction->steps().size();
  if (++attempt.choices_made > options_.best_retries_max + steps) {
    status = absl::UnavailableError(internal::Cat(
        "step ", choice->step, ": its sections have changed ",
        options_.best_retries_max, " times while seats were chosen"));
    return true;
  }
  std::erase_if(attempt.choices, [&choice](const redis::StepChoice& earlier) {
    return earlier.step == choice->step;
  });
  if (attempt.choices_made > steps) ++retries_;
  attempt.choices.push_back(*std::move(choice));
  WriteBody(attempt);
  return false;
}

// A section that stands by itself cannot tell whether its event exists.
void RedisStorage::Store::Finish(const Attempt& attempt, Outcome& outcome,
                                 absl::Status& status) {
  if (!status.ok()) return;
  if (names_.tag_has_section() && !attempt.sections.empty() &&
      outcome.refusal == Refusal::kNotFound &&
      outcome.detail == RefusalDetail::kEvent) {
    const auto names = ListSections(attempt.transaction->event());
    status = names.status();
    if (!status.ok()) return;
    if (!names->empty()) {
      internal::Refuse(outcome, attempt.transaction->StepOfSection(0),
                       Refusal::kNotFound, RefusalDetail::kSection);
    }
  }
  if (!outcome.committed()) {
    ++refusals_[static_cast<std::size_t>(outcome.refusal)];
  } else {
    ++(outcome.replayed ? replays_ : commits_);
  }
}

void RedisStorage::Store::CountExpired(const Expired& expired) {
  expired_holds_ += expired.holds;
  expired_seats_ += expired.seats;
}

absl::Status RedisStorage::Store::RunAttempt(Attempt& attempt,
                                             Outcome& outcome) {
  absl::Status status;
  while (!Conclude(attempt, script_->Run(attempt.call), outcome, status)) {
  }
  return status;
}

// --- Calls ------------------------------------------------------------------

absl::Status RedisStorage::Store::Commit(const Transaction& transaction,
                                         Time now, Outcome& outcome) {
  Attempt attempt;
  absl::Status status;
  if (Prepare(transaction, now, attempt, outcome, status)) {
    status = RunAttempt(attempt, outcome);
  }
  Finish(attempt, outcome, status);
  return status;
}

// Sends those together that the script decides alone.
absl::Status RedisStorage::Store::RunBatch(std::span<Attempt> attempts,
                                           std::span<Outcome* const> outcomes) {
  std::vector<ScriptCall> calls;
  for (Attempt& attempt : attempts) calls.push_back(std::move(attempt.call));
  std::vector<absl::StatusOr<ScriptAnswer>> answers;
  script_->RunMany(calls, answers);
  for (std::size_t i = 0; i < attempts.size(); ++i) {
    absl::Status status;
    Conclude(attempts[i], std::move(answers[i]), *outcomes[i], status);
    Finish(attempts[i], *outcomes[i], status);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status RedisStorage::Store::CommitBatch(
    std::span<const Transaction> transactions, Time now,
    std::span<Outcome> outcomes) {
  std::vector<Attempt> attempts;
  std::vector<Outcome*> waiting;
  const auto flush = [&] {
    absl::Status status = RunBatch(attempts, waiting);
    attempts.clear();
    waiting.clear();
    return status;
  };
  for (std::size_t i = 0; i < transactions.size(); ++i) {
    absl::Status status;
    const bool alone = MayAskForChoice(transactions[i]);
    if (alone) status = flush();
    if (!status.ok()) return status;
    if (alone) {
      status = Commit(transactions[i], now, outcomes[i]);
      if (!status.ok()) return status;
      continue;
    }
    Attempt attempt;
    if (Prepare(transactions[i], now, attempt, outcomes[i], status)) {
      attempts.push_back(std::move(attempt));
      waiting.push_back(&outcomes[i]);
    } else {
      Finish(attempt, outcomes[i], status);
      if (!status.ok()) return status;
    }
  }
  return flush();
}

void RedisStorage::Store::SendAsync(
    const std::shared_ptr<AsyncCommit>& commit) {
  script_->RunAsync(commit->attempt.call,
                    [this, commit](absl::StatusOr<ScriptAnswer> answer) {
                      absl::Status status;
                      if (!Conclude(commit->attempt, std::move(answer),
                                    commit->outcome, status)) {
                        return SendAsync(commit);
                      }
                      Finish(commit->attempt, commit->outcome, status);
                      commit->callback(status, commit->outcome);
                    });
}

void RedisStorage::Store::CommitAsync(const Transaction& transaction, Time now,
                                      CommitCallback callback) {
  const auto commit =
      std::make_shared<AsyncCommit>(transaction, std::move(callback));
  absl::Status status;
  if (Prepare(commit->transaction, now, commit->attempt, commit->outcome,
              status)) {
    return SendAsync(commit);
  }
  Finish(commit->attempt, commit->outcome, status);
  commit->callback(status, commit->outcome);
}

// --- Time -------------------------------------------------------------------

namespace {

// So many in one call at most: the server does nothing else meanwhile.
constexpr std::uint64_t kHoldsPerCall = 1000;

}  // namespace

absl::StatusOr<std::uint64_t> RedisStorage::Store::ExpireDue(
    Time now, std::uint64_t holds_max) {
  const auto domains = AllDomains();
  if (!domains.ok()) return domains.status();
  const std::int64_t time = ScriptTime(now);
  std::uint64_t ended = 0;
  while (ended < holds_max) {
    // The earliest of all domains go first: each tells its own.
    const std::uint64_t many = std::min(holds_max - ended, kHoldsPerCall);
    Packer body;
    body.Array(1).Number(static_cast<std::int64_t>(many));
    std::vector<ScriptAnswer> answers;
    absl::Status status =
        RunAll("due", *domains, time, body.bytes(), true, answers);
    if (!status.ok()) return status;
    std::vector<std::pair<std::int64_t, std::size_t>> due;
    for (std::size_t i = 0; i < answers.size(); ++i) {
      Unpacker times(answers[i].bytes);
      for (std::size_t left = times.Array(); left > 0; --left) {
        due.emplace_back(times.Number(), i);
      }
      if (!times.ok()) return redis::UnsoundAnswer();
    }
    if (due.empty()) break;
    std::stable_sort(due.begin(), due.end(), [](const auto& a, const auto& b) {
      return a.first < b.first;
    });
    due.resize(std::min<std::size_t>(due.size(), many));
    std::vector<std::int64_t> shares(domains->size());
    for (const auto& [deadline, domain] : due) ++shares[domain];
    std::vector<ScriptCall> calls;
    for (std::size_t i = 0; i < shares.size(); ++i) {
      if (shares[i] == 0) continue;
      Packer share;
      share.Array(1).Number(shares[i]);
      calls.push_back(
          CallOf("expire", (*domains)[i], time, share.bytes(), false));
    }
    std::vector<absl::StatusOr<ScriptAnswer>> ended_by;
    script_->RunMany(calls, ended_by);
    for (const auto& answer : ended_by) {
      if (!answer.ok()) return answer.status();
      Unpacker found(answer->bytes);
      found.Array();
      Expired expired;
      status = redis::ReadExpired(found, expired);
      if (!status.ok()) return status;
      CountExpired(expired);
      ended += expired.holds;
    }
  }
  return ended;
}

absl::StatusOr<Time> RedisStorage::Store::NextDeadline() {
  const auto domains = AllDomains();
  if (!domains.ok()) return domains.status();
  std::vector<Request> requests;
  for (const Domain& domain : *domains) {
    Request& first = requests.emplace_back();
    first.slot = domain.slot;
    first.reads_only = true;
    redis::AppendCommand(first.bytes, "ZRANGE",
                         names_.EventKey("seatfield_due", domain), "0", "0",
                         "WITHSCORES");
  }
  std::vector<absl::StatusOr<redis::ReplyPtr>> replies;
  client_->CallMany(requests, replies);
  Time next = kNever;
  for (const auto& reply : replies) {
    if (!reply.ok()) return reply.status();
    const auto entry = redis::ElementsOf(**reply);
    if (entry.size() < 2) continue;
    const auto micros =
        internal::ParseDecimal<std::int64_t>(redis::TextOf(*entry[1]));
    if (!micros) return redis::UnsoundAnswer();
    next = std::min(next, redis::TimeOfNumber(*micros));
  }
  return next;
}

SEATFIELD_ABI_END
}  // namespace seatfield
