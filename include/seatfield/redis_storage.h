// SPDX-License-Identifier: MIT
//
// RedisStorage keeps an inventory in Redis, Redis Cluster or Apache Kvrocks,
// under the keys that the services' specification gives, so that readers of it
// can work on the same data.
//
//   auto storage = RedisStorage::Connect({.key_prefix = "live_"});
//   if (!storage.ok()) ...;
//   Inventory inventory(*std::move(storage));
//
// Each transaction is one call of one script, which restates the ledger: it
// reads and checks every key, decides, and then writes what cannot fail. Every
// answer equals that of MemoryStorage.
//
// Keys, behind RedisOptions::key_prefix; E is the event, S the section:
//   seats_bf:E:S        string  the SeatMap bytes
//   section_config:E:S  hash    rows, seats_per_row
//   section_stats:E:S   hash    section_id, event_id, available, reserved,
//                               sold, total, updated_at (seconds); ours:
//                               blocked, version, changed_at (microseconds),
//                               made, paused, next_deadline
//   seat_meta:E:S:ROW   hash    seat number -> JSON {buyer_id, booking_id,
//                               price, reserved_at}, or by option the price
//   event_sections:E    zset    section names, score 0
//   seatfield_*:E...            ours alone: bookings, holds, ids, what was
//                               found on free seats
//   seatfield_events    set     the events that this library works on
// A reader that knows three states takes a blocked seat's 3 for a state that it
// does not know: it must not offer it, and most count it as taken.
// What others wrote is read with care: a short string, missing counters (they
// are recounted), a seat_meta that is a bare price, unknown fields (they stay).
// A seat that others reserved never lapses here; a price that stood on a free
// seat stands there again when it is released.
//
// Layouts: how E and S are written, and so how far a transaction may reach.
//   plain    1:A-1      one server; a cluster is refused
//   event    {1}:A-1    an event stands on one node of a cluster
//   section  {1:A-1}    a section does; a transaction over several sections is
//                       refused `unsupported`, and bookings, transaction ids
//                       and the seats of a buyer belong to a section and go
//                       with it. Where a step names no section, its booking is
//                       first looked for in all.
//   compact  {1}:A-1    as event, for those who need no other reader: metadata
//                       in fixed slots, counters packed. Less than half the
//                       memory.
//
// Durability is the server's: info().durability_max says what it was set to
//   when it was connected to (appendfsync always: kGroup, everysec: kInterval,
//   else kNone; Kvrocks: kNone, with synchronous writes kGroup). Failover is
//   asynchronous: a replica that becomes the primary may lack the last
//   acknowledged commits, whatever the level. `wait_replicas` makes a commit
//   wait until so many replicas have received it, which makes that less likely
//   and does not rule it out: a replica that was not among them may be the one
//   that is promoted.
// Errors, beside those of storage.h, by what the caller should do:
//   Unavailable         nothing was sent, or a read failed: try again
//   Unknown             a commit was sent and its answer is lost, or too few
//                       replicas confirmed it: retry with the same transaction
//                       id, which is safe; without one, read
//   ResourceExhausted   every connection was busy for acquire_timeout, or the
//                       server is out of memory
//   Unauthenticated, PermissionDenied
//                       fix user, password or access rules
//   DataLoss            a key of ours holds what it should not, named
//   FailedPrecondition  closed; a cluster with the layout plain; a server that
//                       forbids what the script needs
//   A message never has the password.
// Thread safety: every member from any thread. Threads of the storage's own
//   serve CommitAsync and look after connections.
// Cost: one round trip a call, one for a whole batch; several only where a node
//   has moved or a server has lost the script, where best seats are chosen
//   (the script does first fit alone), and where sections stand apart: their
//   names come first. ExpireDue and NextDeadline ask each event.
// Limits: RedisOptions. Times lie in the years 1970 to 2255; a deadline beyond
//   is none. Limits::sections_max and seats_max are compared before sections
//   are made, and makers who do so at once may pass them together.
//   Limits::seats_per_buyer_max must be the same for all who sell an event.

#ifndef SEATFIELD_REDIS_STORAGE_H_
#define SEATFIELD_REDIS_STORAGE_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "seatfield/booking.h"
#include "seatfield/commit_options.h"
#include "seatfield/ids.h"
#include "seatfield/limits.h"
#include "seatfield/outcome.h"
#include "seatfield/read_view.h"
#include "seatfield/section.h"
#include "seatfield/storage.h"
#include "seatfield/time.h"
#include "seatfield/transaction.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN

class StorageRegistry;

enum class RedisLayout : std::uint8_t { kPlain, kEvent, kSection, kCompact };

// What stands in seat_meta.
enum class RedisMetaForm : std::uint8_t {
  kJson,   // {"buyer_id":7,"booking_id":"...","price":3000,"reserved_at":"..."}
  kPrice,  // the price in minor units; owners stand in a key of ours
};

struct RedisOptions {
  Limits limits{};

  // --- The server -----------------------------------------------------------

  // "host:port" or the path of a unix socket, which begins with '/'. Of a
  // cluster some of its nodes: the others are found from them.
  std::vector<std::string> servers = {"127.0.0.1:6379"};
  bool cluster = false;

  // An empty user with a password is the one-argument AUTH.
  std::string user{};
  std::string password{};
  std::uint32_t database = 0;  // 0 in a cluster

  // Needs a hiredis with TLS: else Connect answers FailedPrecondition.
  bool tls = false;
  std::string tls_ca_file{};  // empty: the system's

  // --- The data -------------------------------------------------------------

  std::string key_prefix{};  // as it is; no braces
  RedisLayout layout = RedisLayout::kPlain;
  RedisMetaForm seat_meta = RedisMetaForm::kJson;

  // Transactions take the server's time instead of the caller's.
  bool server_time = false;

  // Calls are of functions that the server keeps (FUNCTION, from Redis 7 on),
  // which are faster than a script; a server that does not take functions gets
  // the script. They stay when the store is closed, in a library
  // `seatfield_` and the SHA-1 of its text: FUNCTION DELETE removes it.
  bool functions = true;

  // Reads may come from replicas of a cluster, and be older than writes.
  bool read_replicas = false;

  // How many replicas must have a commit before it is acknowledged, and how
  // long that may take: then the answer is Unknown.
  std::uint32_t wait_replicas = 0;
  Duration wait_timeout = std::chrono::seconds(1);

  // How often the best seats are chosen anew because the section has changed;
  // then the commit answers Unavailable.
  std::uint32_t best_retries_max = 16;

  // Shapes of sections that are remembered.
  std::uint32_t configs_max = 100'000;

  // --- Connections, for each node -------------------------------------------

  std::uint32_t connections_min = 1;   // kept open
  std::uint32_t connections_max = 50;  // 1 to 10,000
  Duration connect_timeout = std::chrono::seconds(5);
  Duration socket_timeout = std::chrono::seconds(5);   // of one answer
  Duration acquire_timeout = std::chrono::seconds(5);  // of a free connection
  // How long a blocking call looks for its answer before it sleeps, 0 to
  // socket_timeout. Where a processor is free for it, 100us or so save the time
  // that a sleeping thread takes to wake; where none is, it is for nothing.
  Duration busy_poll = Duration::zero();
  Duration keep_alive = std::chrono::seconds(15);  // of TCP
  Duration idle_close = std::chrono::minutes(5);   // above connections_min
  // A connection unused for so long is asked before it is used again.
  Duration health_check = std::chrono::seconds(30);

  // How often a call tries to reach a server that is not there or is not ready,
  // and how long it waits in between: at random up to a bound that doubles.
  std::uint32_t attempts_max = 5;
  Duration backoff_min = std::chrono::milliseconds(20);
  Duration backoff_max = std::chrono::seconds(1);

  // Commits under way at once by CommitAsync, for each node; the next call
  // waits.
  std::uint32_t in_flight_max = 4096;

  // An answer that is longer is refused and its connection closed.
  std::uint64_t reply_bytes_max = std::uint64_t{256} << 20;
};

// What it is connected to.
struct RedisServerInfo {
  bool kvrocks = false;
  bool cluster = false;
  std::string version;
  std::uint32_t nodes = 1;
};

struct RedisPoolStats {
  std::uint32_t idle = 0;
  std::uint32_t active = 0;
  std::uint32_t waiting = 0;  // callers, for a connection
  std::uint64_t opened = 0;
  std::uint64_t failed = 0;  // to open, or while in use
};

// A seat that is taken and of which no booking here knows.
struct ForeignSeat {
  SectionName section;
  Seat seat;
  SeatState state = SeatState::kReserved;

  friend bool operator==(const ForeignSeat&, const ForeignSeat&) = default;
};

class RedisStorage final : public Storage {
 public:
  // Connects, learns what the server is, gives it the script and opens
  // connections_min connections. Errors: InvalidArgument (an option, named),
  //   Unavailable, Unauthenticated, PermissionDenied, FailedPrecondition.
  static absl::StatusOr<std::unique_ptr<RedisStorage>> Connect(
      const RedisOptions& options = {});

  ~RedisStorage() override;

  RedisServerInfo server() const;
  RedisPoolStats pool() const;

  StorageInfo info() const override;

  absl::Status CreateSections(EventId event,
                              std::span<const SectionSpec> sections,
                              Time now) override;
  absl::Status Drop(Scope scope, bool force, Time now) override;
  absl::Status Reset(Scope scope, bool force, Time now) override;
  absl::Status SetPaused(Scope scope, bool paused) override;
  absl::StatusOr<SectionHandle> Resolve(EventId event,
                                        std::string_view section) override;
  absl::StatusOr<std::vector<EventId>> ListEvents() override;

  absl::Status Commit(const Transaction& transaction, Time now,
                      const CommitOptions& options, Outcome& outcome) override;
  // One round trip for all of them and each node.
  absl::Status CommitBatch(std::span<const Transaction> transactions, Time now,
                           const CommitOptions& options,
                           std::span<Outcome> outcomes) override;
  // The callback runs on the storage's own thread and must not wait for the
  // storage.
  void CommitAsync(const Transaction& transaction, Time now,
                   const CommitOptions& options,
                   CommitCallback callback) override;
  absl::StatusOr<std::uint64_t> ExpireDue(Time now,
                                          std::uint64_t holds_max) override;
  absl::StatusOr<Time> NextDeadline() override;

  absl::Status ReadSection(EventId event, SectionRef section,
                           const ReadOptions& options,
                           SectionView& view) override;
  // One round trip for all of them and each node.
  absl::Status ReadSections(EventId event, std::span<const SectionRef> sections,
                            const ReadOptions& options,
                            std::vector<SectionView>& views) override;
  absl::Status ReadStats(Scope scope,
                         std::vector<SectionStats>& stats) override;
  absl::StatusOr<Booking> ReadBooking(EventId event,
                                      BookingId booking) override;
  absl::StatusOr<std::vector<Booking>> ListBookings(EventId event,
                                                    BuyerId buyer) override;
  absl::StatusOr<std::vector<Hold>> ListHolds(EventId event, Time from,
                                              std::size_t holds_max) override;
  StoreCounters counters() const override;

  // Foreign seats are no error.
  absl::Status Verify(EventId event) override;

  // The taken seats of an event that others have taken, by section and seat.
  // Errors: as Verify.
  absl::StatusOr<std::vector<ForeignSeat>> ListForeignSeats(EventId event);

  // Takes over a section of another service that keeps one bit a seat in a
  // string a row, `seats:EVENT:SECTION:ROW`: makes the section `to` of `event`
  // and blocks the seats that are taken, with `reason`. The rows stay as they
  // are; to do it again changes nothing. Errors: as CreateSections;
  // FailedPrecondition, if such a seat is held or sold in `to`; DataLoss, if a
  // row is longer than the section's.
  absl::Status ImportOneBitRows(EventId event, const SectionSpec& to,
                                std::uint32_t reason, Time now);

  // Waits for the commits under way and closes every connection.
  absl::Status Close() override;

  // What it is made of; see src/redis/.
  class Store;
  explicit RedisStorage(std::unique_ptr<Store> store);

 private:
  std::unique_ptr<Store> store_;
};

// `redis:HOST:PORT` or `redis:/path/of/socket`, also redis://, and several with
// commas between them. Options: cluster, tls, tls_ca_file, user, password,
// database, prefix, layout (plain, event, section, compact), seat_meta (json,
// price), server_time, functions, read_replicas, wait_replicas, wait_timeout,
// best_retries_max, connections_min, connections_max, connect_timeout,
// socket_timeout, acquire_timeout, busy_poll, idle_close, health_check, and
// every Limits option; flags are 0 or 1. Without `prefix` it is that of the
// environment variable KVROCKS_KEY_PREFIX; without `password` that of the
// variable SEATFIELD_REDIS_PASSWORD, which does not show in a list of
// processes.
void AddRedis(StorageRegistry& registry);

SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_REDIS_STORAGE_H_
