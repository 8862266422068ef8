// SPDX-License-Identifier: MIT
//
// MappedStorage keeps an inventory in a directory of files, safe from kill -9,
// from a crash of the system and from a power cut.
//
//   auto storage = MappedStorage::Open("/var/lib/box-office");
//   if (!storage.ok()) ...;
//   Inventory inventory(*std::move(storage));
//
// Durability: nothing acknowledged at Durability::kGroup, the default, is ever
//   lost, if the device honours a flush; nothing acknowledged at any level is
//   lost when the process is killed. A transaction is found whole or not at
//   all. Damage is detected and reported, not repaired: keep backups.
//
//     level      process killed   system crash or power cut
//     none       nothing lost     an unbounded tail may go; what is left is a
//                                 consistent prefix
//     interval   nothing lost     at most MappedOptions::interval and one sync
//     group      nothing lost     nothing lost
//
//   A level may be chosen for each commit. There is one journal, so that a sale
//   made durable makes its hold durable too. An answer waits for all it rests
//   on: so do, at their own level, a commit that found nothing to do and the
//   replay of a transaction id. Refusals and reads may rest on commits that are
//   not durable yet: compare durable_sequence().
// Failure: a write or a sync that fails is final. The store is poisoned: calls
//   that wait answer Unknown, later writes Unavailable, reads go on. The cure
//   is to close it and open it again.
// Processes: one writer, any number of readers (OpenReadOnly) while it runs. A
//   second writer is refused with the holder's process id. After fork() the
//   child's calls answer FailedPrecondition.
// Thread safety: every member from any thread; Open and OpenReadOnly as well.
//   Three threads of the store's own journal what nobody waits for, write
//   snapshots, and take memory before it is used.
// Cost: a commit at kNone or kInterval is a memory transaction and a copy into
//   the journal's buffer, without a system call. At kGroup, one write and one
//   flush for all commits of the moment.
// Limits: MappedOptions. POSIX systems with a local file system.

#ifndef SEATFIELD_MAPPED_STORAGE_H_
#define SEATFIELD_MAPPED_STORAGE_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "seatfield/booking.h"
#include "seatfield/change.h"
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

struct MappedOptions {
  Limits limits{};

  // Of commits that ask for no level.
  Durability durability = Durability::kGroup;

  // What kInterval may lose: 1 ms to 1 h.
  Duration interval = std::chrono::milliseconds(100);

  // The journal's files: 16 KiB to 1 GiB, a multiple of 4 KiB. Each is made and
  // filled with zeros before it is needed.
  std::uint64_t segment_bytes = std::uint64_t{16} << 20;

  // A snapshot is made when the journal since the last one has grown past this,
  // and past four times that snapshot. At least 16 KiB.
  std::uint64_t checkpoint_bytes = std::uint64_t{16} << 20;

  // Room for what is decided and not yet written, twice: 64 KiB to 256 MiB. A
  // transaction whose record needs more than half of it, or more than a segment
  // has, is refused invalid_argument (too many seats).
  std::uint64_t buffer_bytes = std::uint64_t{4} << 20;

  // Make the store if the directory has none; the directory itself, too.
  bool create = true;

  // A flush over a network promises less.
  bool allow_network_file_system = false;

  // A store whose last change lies further ahead of the wall clock than this
  // does not open: its holds would not lapse for so long. kForever: any does.
  Duration clock_skew_max = std::chrono::hours(1);
};

// How a store was found when it was opened.
struct RecoveryReport {
  enum class Kind : std::uint8_t {
    kCreated,   // there was none
    kClean,     // closed properly, and its memory was still good
    kRebuilt,   // from a snapshot and the journal
    kAttached,  // read-only, to the memory of the process that writes
  };
  Kind kind = Kind::kCreated;
  std::uint64_t snapshot_sequence = 0;  // that it was built from
  std::uint64_t records_replayed = 0;   // of the journal
  std::uint64_t records_rescued = 0;    // of those, from a killed process
  std::uint64_t bytes_discarded = 0;    // torn, and never acknowledged
  std::string discarded_at;             // file and offset; empty: nothing
  std::string damaged;                  // a snapshot; empty: none. An older
                                        // one, and the journal, did instead
  std::uint64_t sequence = 0;           // the last one found
  Duration took{};
};

// What stands on the disk.
struct MappedFiles {
  std::string directory;
  std::string uuid;
  std::uint64_t sequence = 0;
  std::uint64_t durable_sequence = 0;
  std::uint64_t oldest_sequence = 0;  // that ReadChanges() can still tell
  std::uint64_t snapshot_bytes = 0;   // of all snapshots kept
  std::uint64_t journal_bytes = 0;
  std::uint64_t memory_bytes = 0;  // of the working memory
  std::int64_t writer = 0;         // process id; 0: none
};

struct SalvageReport {
  std::uint64_t sequence = 0;    // of the last change that was saved
  std::string stopped_at;        // file, offset and why; empty: nothing bad
  std::uint64_t bytes_lost = 0;  // of journal behind it
};

class MappedStorage final : public Storage {
 public:
  // Opens the store in `directory` for writing, after putting right what a
  // crash left. Cost: reading and hashing the store once after a clean close;
  // else loading a snapshot and replaying the journal since.
  // Errors: InvalidArgument (an option, named), NotFound (no store, and
  //   `create` is off), FailedPrecondition (another writer, with its process
  //   id; a symbolic link; a foreign or newer file; wrong permissions; a
  //   network file system; the clock), DataLoss (damage: which file and
  //   where), PermissionDenied, ResourceExhausted. The files are left as they
  //   were.
  static absl::StatusOr<std::unique_ptr<MappedStorage>> Open(
      const std::string& directory, const MappedOptions& options = {});

  // Reads alone. While a writer runs, its live memory; else the store as it
  // would be opened, without changing a file. Errors: as Open; Unavailable
  // from a call when the writer has ended in the middle of one: open again.
  static absl::StatusOr<std::unique_ptr<MappedStorage>> OpenReadOnly(
      const std::string& directory, const MappedOptions& options = {});

  // Makes a store in `to`, which has none, of what is whole in a store that is
  // damaged: everything up to the first bad place. Errors: as Open.
  static absl::StatusOr<SalvageReport> Salvage(
      const std::string& from, const std::string& to,
      const MappedOptions& options = {});

  // Closes. What was acknowledged is safe even if that fails.
  ~MappedStorage() override;

  const RecoveryReport& recovery() const;

  // --- Durability -----------------------------------------------------------

  // The last sequence that was given, and the last that survives a power cut.
  std::uint64_t sequence() const;
  std::uint64_t durable_sequence() const override;

  // Returns when everything up to `sequence` survives a power cut.
  // Errors: InvalidArgument (it was not given yet), Unavailable, Unknown.
  absl::Status WaitDurable(std::uint64_t sequence);

  // Writes a snapshot of all that is decided, and drops the journal that is
  // needed no more. Commits go on meanwhile, and first: the store's own thread,
  // of the lowest priority, writes it.
  absl::Status Checkpoint();

  // Makes a store in `directory`, which has none, of all that is decided.
  // Commits go on meanwhile. To restore a backup, open it, or a copy of its
  // directory; it is a store of its own, with another UUID. Open read-only
  // beside a process that writes: of all that is durable.
  absl::Status Backup(const std::string& directory);

  // Calls fn(change) for each entry of the feed after `since`, oldest first,
  // up to durable_sequence(), until it returns false.
  // Errors: OutOfRange when the journal does not reach back so far: start from
  //   a read of the sections; then go on after MappedFiles::oldest_sequence.
  absl::Status ReadChanges(std::uint64_t since,
                           const std::function<bool(const StoreChange&)>& fn);

  absl::StatusOr<MappedFiles> files() const;

  // Reads all that is kept on the disk and builds the inventory anew from it,
  // and compares. Errors: DataLoss, naming the file and place, or the event. A
  //   write that the system forgot when a sync failed is such damage too,
  //   though the next opening saves all it can still read into a snapshot: it
  //   then concerns the history before that snapshot alone, and goes with it.
  absl::Status VerifyFiles();

  // --- Storage --------------------------------------------------------------

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
  // One wait for all of them.
  absl::Status CommitBatch(std::span<const Transaction> transactions, Time now,
                           const CommitOptions& options,
                           std::span<Outcome> outcomes) override;
  // The callback runs on the caller's thread if it need not wait, else on the
  // store's own, in the order of the commits; it must not wait for the store.
  void CommitAsync(const Transaction& transaction, Time now,
                   const CommitOptions& options,
                   CommitCallback callback) override;
  absl::StatusOr<std::uint64_t> ExpireDue(Time now,
                                          std::uint64_t holds_max) override;
  absl::StatusOr<Time> NextDeadline() override;

  absl::Status ReadSection(EventId event, SectionRef section,
                           const ReadOptions& options,
                           SectionView& view) override;
  absl::Status ReadStats(Scope scope,
                         std::vector<SectionStats>& stats) override;
  absl::Status ReadCounters(EventId event,
                            std::vector<SectionCounters>& counters) override;
  absl::StatusOr<Booking> ReadBooking(EventId event,
                                      BookingId booking) override;
  absl::StatusOr<std::vector<Booking>> ListBookings(EventId event,
                                                    BuyerId buyer) override;
  absl::StatusOr<std::vector<Hold>> ListHolds(EventId event, Time from,
                                              std::size_t holds_max) override;
  StoreCounters counters() const override;
  absl::Status Verify(EventId event) override;

  // Makes all durable, writes a snapshot and lets go of the files.
  absl::Status Close() override;

  // What it is made of; see src/mapped/.
  class Store;
  explicit MappedStorage(std::unique_ptr<Store> store);

 private:
  std::unique_ptr<Store> store_;
};

// `file:PATH`, with durability (none, interval, group), interval,
// segment_bytes, checkpoint_bytes, buffer_bytes, create, read_only and
// allow_network_file_system (0 or 1), clock_skew_max, and every Limits option.
void AddMapped(StorageRegistry& registry);

SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_MAPPED_STORAGE_H_
