// SPDX-License-Identifier: MIT

#include "snapshot_jobs.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "clients.h"
#include "files_read.h"
#include "houses.h"
#include "our_durable_inventory.h"
#include "rounds.h"
#include "scratch_directory.h"
#include "seatfield/mapped_storage.h"

namespace seatfield::bench {
namespace {

using Clock = std::chrono::steady_clock;

std::string GroupOf(const House& house) {
  return "Durable, " + Title(house) + ", snapshots";
}

// --- Commits while snapshots are written ------------------------------------

// A store, four fifths of it sold; in the rest of its sections two clients are
// at the job.
class BusyStore {
 public:
  BusyStore(const House& house, const ScratchDirectory& scratch)
      : house_(house),
        free_section_(house.sections * 4 / 5),
        ours_(scratch.Fresh("ours"), house, {}) {
    House part = house;
    part.sections = free_section_;
    ours_.SetLevel(Durability::kNone);
    SellAll(ours_, DrawFullHouse(part, 1));
    ours_.SetLevel(Durability::kGroup);
  }

  // What 999 of 1000 commits take no longer than.
  double Slow(bool with_snapshots, Duration time) {
    House part = house_;
    part.sections = house_.sections - free_section_;
    const Requests requests = DrawRequests(
        house_, free_section_, house_.sections, part.request_count(), ++seed_);
    ClientsJob job{.requests = requests,
                   .clients = 2,
                   .warm_up = time / 10,
                   .timed = time};
    if (with_snapshots) {
      job.beside = [this](double) {
        Require(ours_.storage().Checkpoint());
        ++snapshots_;
      };
    }
    ClientsResult result = RunClients(ours_, job);
    return Percentile(result.latencies, 999);
  }
  std::size_t snapshots() const { return snapshots_; }

 private:
  House house_;
  std::uint32_t free_section_;
  OurDurableInventory ours_;
  std::uint64_t seed_ = 1;
  std::size_t snapshots_ = 0;
};

void RunBusyStore(Report& report, const Options& options,
                  const ScratchDirectory& scratch) {
  const House house = Scaled(kMillion, options);
  BusyStore store(house, scratch);
  const Duration time = options.Scaled(Duration(std::chrono::seconds(1)));
  const Measured m = RunRounds(options.RoundsOf(10),
                               {[&](int) { return store.Slow(true, time); },
                                [&](int) { return store.Slow(false, time); }});
  Row row =
      TimesAsLarge(GroupOf(house), "999 of 1000 commits, while one is written",
                   "us", m, 0, 1, "while none is", AtMost(3));
  row.note = std::to_string(store.snapshots()) + " snapshots";
  report.Add(std::move(row));
}

// --- A store that was closed ------------------------------------------------

double SecondsOf(const std::function<void()>& act) {
  const Clock::time_point start = Clock::now();
  act();
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::string Newest(const std::set<std::string>& snapshots) {
  Demand(!snapshots.empty(), "a closed store has no snapshot");
  return *snapshots.rbegin();
}

void RunClosedStore(Report& report, const Options& options,
                    const ScratchDirectory& scratch) {
  const House house = Scaled(kMillion, options);
  const std::filesystem::path directory = scratch.Fresh("ours");
  std::filesystem::path snapshot;
  {
    OurDurableInventory ours(directory, house,
                             {.durability = Durability::kNone});
    SellAll(ours, DrawFullHouse(house, 1));
    Require(ours.storage().Close());
    snapshot = directory / Newest(ours.Files("snap-"));
  }
  bool in_memory = true;  // its live memory was still good
  const std::filesystem::path live = directory / "live.map";
  const Measured m = RunRounds(
      options.RoundsOf(6),
      {[&](int) {
         std::unique_ptr<MappedStorage> store;
         const double seconds =
             SecondsOf([&] { store = OpenOurs(directory, {}); });
         in_memory = store->recovery().kind == RecoveryReport::Kind::kClean;
         Require(store->Close());
         return 1e3 * seconds;
       },
       [&](int) {
         return 1e3 * SecondsOf([&] {
                  Keep(HashOfFile(in_memory ? live : snapshot));
                });
       }});
  Row row = TimesAsLarge(GroupOf(house), "to open it, closed and all sold",
                         "ms", m, 0, 1, "read and hash its file", AtMost(3));
  if (!in_memory) row.note = "from its snapshot";
  report.Add(std::move(row));
  report.Add(
      {.group = GroupOf(house),
       .name = "its snapshot, all sold",
       .unit = "B/seat",
       .ours = static_cast<double>(std::filesystem::file_size(snapshot)) /
               static_cast<double>(house.seat_count()),
       .target = AtMost(64)});
}

// --- The journal ------------------------------------------------------------

// A frame of its own for each reserve of four seats.
void RunJournalBytes(Report& report, const ScratchDirectory& scratch) {
  const std::filesystem::path directory = scratch.Fresh("ours");
  const House house{.sections = 1, .config = {.rows = 10, .seats_per_row = 40}};
  OurDurableInventory ours(directory, house, {});
  const std::unique_ptr<DurableClerk> clerk = ours.NewClerk();
  for (SeatIndex first = 0; first < house.seat_count(); first += 4) {
    Demand(clerk->Do(Act::kReserve,
                     {.booking = BookingId(1, first + 1),
                      .buyer = BuyerId{1},
                      .first = first,
                      .size = 4},
                     kNow),
           "a free seat was not reserved");
  }
  std::vector<double> frames;
  for (const std::string& segment : ours.Files("jrnl-")) {
    const auto more = SingleRecordFrames(directory / segment);
    frames.insert(frames.end(), more.begin(), more.end());
  }
  Row row{.group = "Durable, the journal",
          .name = "a reserve of four seats, its frame with it",
          .unit = "B",
          .target = AtMost(200)};
  if (!frames.empty()) row.ours = Percentile(frames, 500);
  report.Add(std::move(row));
}

}  // namespace

void RunSnapshotJobs(Report& report, const Options& options) {
  const ScratchDirectory scratch(options.directory);
  RunBusyStore(report, options, scratch);
  RunClosedStore(report, options, scratch);
  RunJournalBytes(report, scratch);
}

}  // namespace seatfield::bench
