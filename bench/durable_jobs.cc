// SPDX-License-Identifier: MIT

#include "durable_jobs.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <future>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "async_client.h"
#include "bare_disk.h"
#include "contest.h"
#include "houses.h"
#include "job.h"
#include "our_durable_inventory.h"
#include "peers/durable_peers.h"
#include "scratch_directory.h"
#include "threads.h"

namespace seatfield::bench {
namespace {

constexpr House kDistrict{.sections = 400,
                          .config = {.rows = 26, .seats_per_row = 25}};
constexpr std::size_t kInFlight = 1024;
constexpr std::size_t kDiskPages = 4000;
constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
constexpr std::uint64_t kNoCheckpoint = 1024 * kMiB;

std::string GroupOf(const House& house, const char* how) {
  return "Durable, " + Title(house) + ", " + how;
}

void SayWhatIsMissing(Report& report, const ScratchDirectory& scratch) {
  if (scratch.IsInMemory()) {
    std::printf("\n%s never reaches a disk: choose another --dir\n",
                scratch.path().c_str());
  }
  for (const DurablePeer& peer : DurablePeers()) {
    if (peer.open != nullptr) continue;
    report.Add({.group = "Durable",
                .name = "the job",
                .unit = "/s",
                .note = peer.name + ": built without"});
  }
}

// The row that counts, beside the best of the peers, and one for each other.
void AddRows(Report& report, const Contest& contest, const std::string& group,
             const std::string& name, Target target) {
  bool first = true;
  for (const std::size_t peer : contest.Ranking()) {
    Row row =
        TimesAsLarge(group, first ? name : "...", "/s", contest.measured(),
                     Contest::kOurs, peer, contest.name(peer));
    row.lower_is_better = false;
    if (first) {
      row.target = target;
      row.note = contest.crossed().Shortfall();
    }
    first = false;
    report.Add(std::move(row));
  }
}

// Segments so small that a run goes through several; of snapshots, those that
// it asks for and no others.
MappedOptions SmallSegments() {
  return {.segment_bytes = 2 * kMiB, .checkpoint_bytes = kNoCheckpoint};
}

// --- Every commit synced ----------------------------------------------------

constexpr const char* kSynced = "synced";

// The microseconds that bare pages take, on the processor of the lone client:
// where the disk interrupts, a sync returns a third sooner than elsewhere.
std::vector<double> WritePages(const Options& options,
                               const ScratchDirectory& scratch) {
  return std::async(std::launch::async,
                    [&] {
                      StayOnProcessor(0);
                      return BareDisk(scratch.path() + "/bare",
                                      options.Scaled(kDiskPages))
                          .WriteAll();
                    })
      .get();
}

// One client, whose commit is one write and one flush; and those alone.
void RunOneClient(Report& report, const Options& options,
                  const ScratchDirectory& scratch) {
  const House house = Scaled(kStadium, options);
  Contest contest(options, scratch,
                  {.house = house,
                   .clients = 1,
                   .stays = true,
                   .timed = std::chrono::milliseconds(1500),
                   .options = SmallSegments()});
  std::vector<double> disk_medians;
  const std::size_t disk = contest.AddSide([&](int) {
    std::vector<double> times = WritePages(options, scratch);
    disk_medians.push_back(Percentile(times, 500));
    return 1e6 * static_cast<double>(times.size()) /
           std::accumulate(times.begin(), times.end(), 0.0);
  });
  contest.Run();
  const std::string group = GroupOf(house, kSynced);
  AddRows(report, contest, group, "the job, 1 client", AtLeast(1.2));

  Measured medians(2);
  medians.AddAll(0, contest.Latencies(500));
  medians.AddAll(1, disk_medians);
  report.Add(TimesAsLarge(group, "... the median of its commits", "us", medians,
                          0, 1, "a page and fdatasync", AtMost(1.3)));
  report.Add({.group = group,
              .name = "the disk: a page and fdatasync",
              .unit = "/s",
              .ours = contest.measured().figure(disk).median,
              .lower_is_better = false});
}

void RunClientsOf(Report& report, const Options& options,
                  const ScratchDirectory& scratch, const House& full,
                  std::size_t clients, Target target) {
  const House house = Scaled(full, options);
  Contest contest(
      options, scratch,
      {.house = house, .clients = clients, .options = SmallSegments()});
  contest.Run();
  AddRows(report, contest, GroupOf(house, kSynced),
          "the job, " + std::to_string(clients) + " clients", target);
}

// --- In one thread, asynchronously ------------------------------------------

class AsyncSide {
 public:
  AsyncSide(const Options& options, const ScratchDirectory& scratch)
      : house_(Scaled(kMillion, options)), scratch_(scratch) {}

  double Play(int round) {
    const Requests requests =
        DrawRequests(house_, 0, house_.sections, house_.request_count(),
                     static_cast<std::uint64_t>(round));
    OurDurableInventory ours(
        scratch_.Fresh("ours"), house_,
        {.segment_bytes = 8 * kMiB, .checkpoint_bytes = kNoCheckpoint});
    Crossing crossing(ours);
    const ClientsResult result =
        RunAsyncClient(ours, requests, kInFlight,
                       [&](double progress) { crossing.Step(progress); });
    DemandEnd(ours, house_, requests, result.sold);
    crossed_.Add(crossing.Result());
    return result.commits_per_second;
  }
  const Crossed& crossed() const { return crossed_; }

 private:
  House house_;
  const ScratchDirectory& scratch_;
  Crossed crossed_;
};

// And 64 clients, whose peers it is compared with, in the same house.
void RunManyClients(Report& report, const Options& options,
                    const ScratchDirectory& scratch) {
  const House house = Scaled(kMillion, options);
  Contest contest(options, scratch,
                  {.house = house,
                   .clients = 64,
                   .timed = std::chrono::milliseconds(2000),
                   .options = SmallSegments()});
  AsyncSide async(options, scratch);
  const std::size_t side =
      contest.AddSide([&](int round) { return async.Play(round); });
  contest.Run();
  AddRows(report, contest, GroupOf(house, kSynced), "the job, 64 clients",
          AtLeast(3.5));
  const std::vector<std::size_t> peers = contest.Ranking();
  if (peers.empty()) return;
  Row row =
      TimesAsLarge(GroupOf(house, kSynced), "the job, 1 thread, 1024 in flight",
                   "/s", contest.measured(), side, peers[0],
                   contest.name(peers[0]) + ", 64", AtLeast(25));
  row.lower_is_better = false;
  row.note = async.crossed().Shortfall();
  report.Add(std::move(row));
}

// --- Synced at intervals ----------------------------------------------------

void RunAtIntervals(Report& report, const Options& options,
                    const ScratchDirectory& scratch) {
  const House house = Scaled(kMillion, options);
  Contest contest(options, scratch,
                  {.house = house,
                   .clients = 1,
                   .sync = SyncKind::kAtIntervals,
                   .warm_up = std::chrono::milliseconds(20),
                   .timed = std::chrono::milliseconds(2000),
                   .options = {.durability = Durability::kInterval,
                               .interval = kSyncInterval,
                               .checkpoint_bytes = kNoCheckpoint}});
  const std::size_t alone = contest.AddOursAlone();
  contest.Run();
  const std::string group = GroupOf(house, "at 100 ms");
  AddRows(report, contest, group, "the job, 1 client", AtLeast(30));
  const std::vector<std::size_t> peers = contest.Ranking();
  if (!peers.empty()) {
    Row row = TimesAsLarge(group, "... without the snapshots", "/s",
                           contest.measured(), alone, peers[0],
                           contest.name(peers[0]));
    row.lower_is_better = false;
    report.Add(std::move(row));
  }
  report.Add({.group = group,
              .name = "... 999 of 1000 of its commits within",
              .unit = "us",
              .ours = SpreadOf(contest.Latencies(999)).median});
}

}  // namespace

void RunDurableJobs(Report& report, const Options& options) {
  const ScratchDirectory scratch(options.directory);
  SayWhatIsMissing(report, scratch);
  RunOneClient(report, options, scratch);
  RunClientsOf(report, options, scratch, kStadium, 2, AtLeast(1.3));
  RunClientsOf(report, options, scratch, kDistrict, 16, AtLeast(2));
  RunManyClients(report, options, scratch);
  RunAtIntervals(report, options, scratch);
}

}  // namespace seatfield::bench
