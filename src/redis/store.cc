// SPDX-License-Identifier: MIT

#include "redis/store.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "redis/client.h"
#include "redis/command.h"
#include "redis/form.h"
#include "redis/names.h"
#include "redis/reply.h"
#include "redis/request_writer.h"
#include "redis/script.h"
#include "seatfield/commit_options.h"
#include "seatfield/ids.h"
#include "seatfield/internal/text.h"
#include "seatfield/limits.h"
#include "seatfield/read_view.h"
#include "seatfield/redis_storage.h"
#include "seatfield/section.h"
#include "seatfield/storage.h"
#include "seatfield/time.h"
#include "seatfield/transaction.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN

using redis::Domain;
using redis::NamedSection;
using redis::Request;
using redis::ScriptAnswer;
using redis::ScriptCall;

// --- Opening ----------------------------------------------------------------

RedisStorage::Store::Store(const RedisOptions& options,
                           std::unique_ptr<redis::Client> client)
    : options_(options),
      names_(options.key_prefix, options.layout),
      form_(options.layout == RedisLayout::kCompact),
      client_(std::move(client)) {}

absl::StatusOr<std::unique_ptr<RedisStorage::Store>> RedisStorage::Store::Open(
    const RedisOptions& options) {
  if (options.layout == RedisLayout::kSection &&
      options.limits.seats_per_buyer_max != kNoLimit) {
    return internal::InvalidArgument(
        "redis: seats_per_buyer_max needs a layout whose transactions reach a "
        "whole event, not section");
  }
  if (options.layout == RedisLayout::kCompact &&
      options.seat_meta != RedisMetaForm::kJson) {
    return internal::InvalidArgument(
        "redis: the layout compact has no seat_meta to choose a form of");
  }
  auto client = redis::Client::Connect(options);
  if (!client.ok()) return client.status();
  return Over(options, *std::move(client));
}

absl::StatusOr<std::unique_ptr<RedisStorage::Store>> RedisStorage::Store::Over(
    const RedisOptions& options, std::unique_ptr<redis::Client> client) {
  std::unique_ptr<Store> store(new Store(options, std::move(client)));
  absl::Status status = store->Learn();
  if (!status.ok()) return status;
  return store;
}

absl::Status RedisStorage::Store::Learn() {
  auto script = redis::Script::Load(*client_, names_, options_);
  if (!script.ok()) return script.status();
  script_ = *std::move(script);
  if (options_.wait_replicas > 0) {
    Request wait;
    redis::AppendCommand(wait.bytes, "WAIT", "0", "1");
    wait.reads_only = true;
    const auto reply = client_->Call(wait);
    if (!reply.ok()) return reply.status();
    if (redis::IsError(**reply)) {
      return absl::FailedPreconditionError(
          "redis: wait_replicas needs a server that knows WAIT");
    }
  }
  durability_ = LearnDurability();
  return absl::OkStatus();
}

// The values that CONFIG GET gives for names, as "name=value;": empty where the
// server does not tell.
static std::string ConfigText(redis::Client& client, std::string_view pattern) {
  Request get;
  redis::AppendCommand(get.bytes, "CONFIG", "GET", pattern);
  get.reads_only = true;
  const auto reply = client.Call(get);
  if (!reply.ok()) return {};
  std::string text;
  const auto words = redis::ElementsOf(**reply);
  for (std::size_t i = 0; i + 1 < words.size(); i += 2) {
    text += internal::Cat(redis::TextOf(*words[i]), "=",
                          redis::TextOf(*words[i + 1]), ";");
  }
  return text;
}

Durability RedisStorage::Store::LearnDurability() {
  const auto is = [this](std::string_view name, std::string_view value) {
    return ConfigText(*client_, name) == internal::Cat(name, "=", value, ";");
  };
  if (client_->server().kvrocks) {
    return is("rocksdb.write_options.sync", "yes") ? Durability::kGroup
                                                   : Durability::kNone;
  }
  if (!is("appendonly", "yes")) return Durability::kNone;
  if (is("appendfsync", "always")) return Durability::kGroup;
  return is("appendfsync", "everysec") ? Durability::kInterval
                                       : Durability::kNone;
}

StorageInfo RedisStorage::Store::info() const {
  StorageInfo info;
  info.name = client_->server().kvrocks ? "kvrocks" : "redis";
  info.span = names_.tag_has_section() ? TransactionSpan::kSection
                                       : TransactionSpan::kEvent;
  info.durability_max = durability_;
  info.durability_default = durability_;
  info.limits = options_.limits;
  return info;
}

StoreCounters RedisStorage::Store::counters() const {
  StoreCounters counters;
  counters.commits = commits_;
  counters.replays = replays_;
  for (std::size_t i = 0; i < kRefusalCount; ++i) {
    counters.refusals[i] = refusals_[i];
  }
  counters.expired_holds = expired_holds_;
  counters.expired_seats = expired_seats_;
  counters.retries = retries_;
  return counters;
}

// --- Domains ----------------------------------------------------------------

// 0 stands for the server's clock.
std::int64_t RedisStorage::Store::ScriptTime(Time now) const {
  if (options_.server_time) return 0;
  return std::max<std::int64_t>(1, redis::NumberOf(now));
}

absl::StatusOr<std::vector<SectionName>> RedisStorage::Store::ListSections(
    EventId event) {
  Request request;
  const std::string key = names_.SectionList(event);
  request.slot = redis::SlotOf(key);
  request.reads_only = true;
  redis::AppendCommand(request.bytes, "ZRANGE", key, "0", "-1");
  auto reply = client_->Call(request);
  if (!reply.ok()) return reply.status();
  if (redis::IsError(**reply)) {
    return redis::StatusOfError(
        internal::Cat("SEATFIELD key ", key, ": ", redis::TextOf(**reply)));
  }
  std::vector<SectionName> names;
  for (const redisReply* name : redis::ElementsOf(**reply)) {
    const std::string_view text = redis::TextOf(*name);
    if (SectionName::IsValid(text)) names.push_back(SectionName::Known(text));
  }
  return names;
}

absl::StatusOr<std::vector<Domain>> RedisStorage::Store::DomainsOf(
    Scope scope) {
  std::vector<Domain> domains;
  const bool named = !scope.section.empty();
  if (named && !SectionName::IsValid(scope.section)) return domains;
  if (!names_.tag_has_section() || named) {
    domains.push_back(names_.DomainOf(scope.event, scope.section));
    return domains;
  }
  const auto names = ListSections(scope.event);
  if (!names.ok()) return names.status();
  for (const SectionName& name : *names) {
    domains.push_back(names_.DomainOf(scope.event, name.view()));
  }
  return domains;
}

absl::StatusOr<std::vector<Domain>> RedisStorage::Store::AllDomains() {
  const auto events = ListEvents();
  if (!events.ok()) return events.status();
  std::vector<Domain> all;
  for (const EventId event : *events) {
    auto domains = DomainsOf({event});
    if (!domains.ok()) return domains.status();
    std::move(domains->begin(), domains->end(), std::back_inserter(all));
  }
  return all;
}

ScriptCall RedisStorage::Store::CallOf(std::string_view operation,
                                       Domain domain, std::int64_t now,
                                       std::string body,
                                       bool reads_only) const {
  ScriptCall call;
  call.operation = operation;
  call.domain = std::move(domain);
  call.now = now;
  call.body = std::move(body);
  call.reads_only = reads_only;
  return call;
}

absl::Status RedisStorage::Store::RunAll(std::string_view operation,
                                         std::span<const Domain> domains,
                                         std::int64_t now,
                                         const std::string& body,
                                         bool reads_only,
                                         std::vector<ScriptAnswer>& answers) {
  std::vector<ScriptCall> calls;
  calls.reserve(domains.size());
  for (const Domain& domain : domains) {
    calls.push_back(CallOf(operation, domain, now, body, reads_only));
  }
  std::vector<absl::StatusOr<ScriptAnswer>> found;
  script_->RunMany(calls, found);
  answers.clear();
  for (auto& answer : found) {
    if (!answer.ok()) return answer.status();
    answers.push_back(*std::move(answer));
  }
  return absl::OkStatus();
}

// --- Handles ----------------------------------------------------------------

absl::StatusOr<SectionHandle> RedisStorage::Store::Resolve(
    EventId event, std::string_view section) {
  const auto key = SectionKey::Make(event, section);
  if (!key.ok()) return key.status();
  redis::Packer body;
  body.Array(1).Text(section);
  auto answer = script_->Run(CallOf("resolve", names_.DomainOf(event, section),
                                    ScriptTime(Time()), body.bytes(), true));
  if (!answer.ok()) return answer.status();
  redis::Unpacker found(answer->bytes);
  const std::size_t count = found.Array();
  const std::string_view made = found.Text();
  if (!found.ok() || count != 1) return redis::UnsoundAnswer();
  if (made.empty()) {
    return absl::NotFoundError(internal::Cat("no section ", key->ToString()));
  }
  NamedSection named{key->name,
                     made == "-" ? std::string() : std::string(made)};
  const std::string text = internal::Cat(key->ToString(), "/", named.made);
  const std::lock_guard lock(places_mutex_);
  const auto [at, fresh] = place_of_.try_emplace(text, places_.size() + 1);
  if (fresh) places_.push_back({event, std::move(named)});
  return SectionHandle{at->second, 1};
}

std::optional<RedisStorage::Store::Place> RedisStorage::Store::PlaceOf(
    SectionHandle handle) const {
  const std::shared_lock lock(places_mutex_);
  if (handle.generation != 1 || handle.place == 0 ||
      handle.place > places_.size()) {
    return std::nullopt;
  }
  return places_[handle.place - 1];
}

// Without a name if it is none of that event.
NamedSection RedisStorage::Store::Find(EventId event,
                                       const SectionRef& section) const {
  if (const auto handle = section.handle()) {
    const auto place = PlaceOf(*handle);
    return place && place->event == event ? place->section : NamedSection();
  }
  return SectionName::IsValid(section.name())
             ? NamedSection{SectionName::Known(section.name()), {}}
             : NamedSection();
}

// --- Shapes -----------------------------------------------------------------

static std::string ConfigKey(EventId event, const SectionName& name) {
  return internal::Cat(Value(event), "/", name.view());
}

void RedisStorage::Store::RememberConfig(EventId event, const SectionName& name,
                                         const SectionConfig& config) {
  const std::lock_guard lock(configs_mutex_);
  if (configs_.size() >= options_.configs_max) configs_.clear();
  configs_[ConfigKey(event, name)] = config;
}

std::optional<SectionConfig> RedisStorage::Store::KnownConfig(
    EventId event, const SectionName& name) const {
  const std::shared_lock lock(configs_mutex_);
  const auto found = configs_.find(ConfigKey(event, name));
  if (found == configs_.end()) return std::nullopt;
  return found->second;
}

void RedisStorage::Store::ForgetConfigs(EventId event) {
  const std::lock_guard lock(configs_mutex_);
  const std::string prefix = internal::Cat(Value(event), "/");
  std::erase_if(configs_, [&prefix](const auto& entry) {
    return entry.first.starts_with(prefix);
  });
}

SEATFIELD_ABI_END
}  // namespace seatfield
