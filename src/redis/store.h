// SPDX-License-Identifier: MIT
//
// What a RedisStorage is made of: a client, the script, and what is remembered
// of sections between calls. How sections come and go stands in
// store_sections.cc, transactions in store_commit.cc, reads in store_read.cc.

#ifndef SEATFIELD_REDIS_STORE_H_
#define SEATFIELD_REDIS_STORE_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "redis/answer_reader.h"
#include "redis/client.h"
#include "redis/form.h"
#include "redis/names.h"
#include "redis/request_writer.h"
#include "redis/script.h"
#include "seatfield/booking.h"
#include "seatfield/commit_options.h"
#include "seatfield/ids.h"
#include "seatfield/outcome.h"
#include "seatfield/read_view.h"
#include "seatfield/redis_storage.h"
#include "seatfield/section.h"
#include "seatfield/storage.h"
#include "seatfield/time.h"
#include "seatfield/transaction.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN

// The members without a comment do what those of RedisStorage do.
class RedisStorage::Store {
 public:
  static absl::StatusOr<std::unique_ptr<Store>> Open(
      const RedisOptions& options);

  // As Open(), over a client that is connected: a benchmark's looks at what is
  // sent.
  static absl::StatusOr<std::unique_ptr<Store>> Over(
      const RedisOptions& options, std::unique_ptr<redis::Client> client);

  redis::Client& client() { return *client_; }
  const redis::Script& script() const { return *script_; }
  const redis::Names& names() const { return names_; }
  const redis::Form& form() const { return form_; }
  StorageInfo info() const;
  StoreCounters counters() const;
  void Close() { client_->Close(); }

  // --- Sections ---
  absl::Status CreateSections(EventId event,
                              std::span<const SectionSpec> sections, Time now);
  absl::Status Drop(Scope scope, bool force, Time now);
  absl::Status Reset(Scope scope, bool force, Time now);
  absl::Status SetPaused(Scope scope, bool paused);
  absl::StatusOr<SectionHandle> Resolve(EventId event,
                                        std::string_view section);
  absl::StatusOr<std::vector<EventId>> ListEvents();
  absl::Status ImportOneBitRows(EventId event, const SectionSpec& to,
                                std::uint32_t reason, Time now);

  // --- Transactions ---
  absl::Status Commit(const Transaction& transaction, Time now,
                      Outcome& outcome);
  absl::Status CommitBatch(std::span<const Transaction> transactions, Time now,
                           std::span<Outcome> outcomes);
  void CommitAsync(const Transaction& transaction, Time now,
                   CommitCallback callback);
  absl::StatusOr<std::uint64_t> ExpireDue(Time now, std::uint64_t holds_max);
  absl::StatusOr<Time> NextDeadline();

  // --- Reads ---
  absl::Status ReadSections(EventId event, std::span<const SectionRef> sections,
                            const ReadOptions& options,
                            std::span<SectionView> views);
  absl::Status ReadStats(Scope scope, std::vector<SectionStats>& stats);
  absl::StatusOr<Booking> ReadBooking(EventId event, BookingId booking);
  absl::StatusOr<std::vector<Booking>> ListBookings(EventId event,
                                                    BuyerId buyer);
  absl::StatusOr<std::vector<Hold>> ListHolds(EventId event, Time from,
                                              std::size_t holds_max);
  absl::StatusOr<std::vector<ForeignSeat>> Verify(EventId event);

 private:
  // A section as a handle leads to it.
  struct Place {
    EventId event{};
    redis::NamedSection section;
  };

  // A transaction on its way: it may have to be sent more than once.
  struct Attempt {
    const Transaction* transaction = nullptr;
    std::vector<redis::NamedSection> sections;
    std::vector<redis::StepChoice> choices;
    redis::ScriptCall call;
    std::uint32_t choices_made = 0;
  };
  struct AsyncCommit;

  Store(const RedisOptions& options, std::unique_ptr<redis::Client> client);

  absl::Status Learn();
  Durability LearnDurability();

  // --- Domains ---
  std::int64_t ScriptTime(Time now) const;
  // The names of an event's sections, in order; none if there is no event.
  absl::StatusOr<std::vector<SectionName>> ListSections(EventId event);
  // What the calls for a scope are sent to; none if it does not exist.
  absl::StatusOr<std::vector<redis::Domain>> DomainsOf(Scope scope);
  absl::StatusOr<std::vector<redis::Domain>> AllDomains();
  redis::ScriptCall CallOf(std::string_view operation, redis::Domain domain,
                           std::int64_t now, std::string body,
                           bool reads_only) const;
  // The same for each domain.
  absl::Status RunAll(std::string_view operation,
                      std::span<const redis::Domain> domains, std::int64_t now,
                      const std::string& body, bool reads_only,
                      std::vector<redis::ScriptAnswer>& answers);

  // --- Handles and shapes ---
  std::optional<Place> PlaceOf(SectionHandle handle) const;
  redis::NamedSection Find(EventId event, const SectionRef& section) const;
  void RememberConfig(EventId event, const SectionName& name,
                      const SectionConfig& config);
  std::optional<SectionConfig> KnownConfig(EventId event,
                                           const SectionName& name) const;
  void ForgetConfigs(EventId event);

  // --- Sections ---
  absl::Status CheckSpecs(EventId event, std::span<const SectionSpec> sections,
                          std::size_t& sound) const;
  struct Growth {
    std::uint64_t sections = 0;
    std::uint64_t seats = 0;
  };
  absl::StatusOr<Growth> RunCreate(EventId event,
                                   std::span<const SectionSpec> sections,
                                   Time now, bool check_only);
  absl::Status CheckRoom(EventId event, const Growth& growth);
  absl::Status List(EventId event);
  absl::Status ListAsMade(EventId event, std::span<const SectionSpec> sections);
  absl::StatusOr<bool> IsEventPaused(EventId event);
  absl::Status EndSections(std::string_view operation, Scope scope, bool force,
                           Time now);
  absl::Status CheckUnowned(Scope scope, std::span<const redis::Domain> domains,
                            Time now);
  absl::Status Unlist(Scope scope, std::span<const redis::Domain> domains);
  absl::Status CallOne(const redis::Request& request);

  // --- Transactions ---
  bool Prepare(const Transaction& transaction, Time now, Attempt& attempt,
               Outcome& outcome, absl::Status& status);
  bool FindDomain(Attempt& attempt, Outcome& outcome, absl::Status& status);
  redis::Request AskWhatIsKnown(const Transaction& transaction,
                                const redis::Domain& domain) const;
  absl::StatusOr<redis::Domain> Locate(const Transaction& transaction);
  void WriteBody(Attempt& attempt) const;
  // Whether the answer is the last; else the attempt has a new choice.
  bool Conclude(Attempt& attempt, absl::StatusOr<redis::ScriptAnswer> answer,
                Outcome& outcome, absl::Status& status);
  void Finish(const Attempt& attempt, Outcome& outcome, absl::Status& status);
  absl::Status RunAttempt(Attempt& attempt, Outcome& outcome);
  absl::Status RunBatch(std::span<Attempt> attempts,
                        std::span<Outcome* const> outcomes);
  void Count(const Outcome& outcome, const redis::Expired& expired);
  void CountExpired(const redis::Expired& expired);
  void SendAsync(const std::shared_ptr<AsyncCommit>& commit);

  // --- Reads ---
  absl::Status ReadStates(EventId event,
                          std::span<const redis::NamedSection> sections,
                          const ReadOptions& options,
                          std::span<SectionView> views, bool& all_known);
  absl::Status ReadView(EventId event, const ReadOptions& options,
                        const redis::ScriptAnswer& answer, SectionView& view);

  const RedisOptions options_;
  const redis::Names names_;
  const redis::Form form_;
  const std::unique_ptr<redis::Client> client_;
  std::unique_ptr<redis::Script> script_;
  Durability durability_ = Durability::kNone;

  mutable std::shared_mutex places_mutex_;
  std::vector<Place> places_;
  std::unordered_map<std::string, std::uint64_t> place_of_;

  mutable std::shared_mutex configs_mutex_;
  std::unordered_map<std::string, SectionConfig> configs_;

  mutable std::shared_mutex listed_mutex_;
  std::set<EventId> listed_;  // that seatfield_events has

  std::atomic<std::uint64_t> commits_{0};
  std::atomic<std::uint64_t> replays_{0};
  std::array<std::atomic<std::uint64_t>, kRefusalCount> refusals_{};
  std::atomic<std::uint64_t> expired_holds_{0};
  std::atomic<std::uint64_t> expired_seats_{0};
  std::atomic<std::uint64_t> retries_{0};
};

SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_REDIS_STORE_H_
