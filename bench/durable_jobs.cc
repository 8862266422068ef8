// SPDX-License-Identifier: MIT

#include "durable_jobs.h"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "contest.h"
#include "houses.h"
#include "job.h"
#include "peers/durable_peers.h"
#include "scratch_directory.h"

namespace seatfield::bench {
namespace {

constexpr House kDistrict{.sections = 400,
                          .config = {.rows = 26, .seats_per_row = 25}};

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

Row Faster(const Contest& contest, const std::string& group,
           const std::string& name, std::size_t peer,
           std::optional<Target> target) {
  Row row = TimesAsLarge(group, name, "/s", contest.measured(), Contest::kOurs,
                         peer, contest.name(peer), target);
  row.lower_is_better = false;
  return row;
}

// The row that counts, beside the best of the peers, and one for each other.
void AddRows(Report& report, const Contest& contest, const std::string& group,
             const std::string& name, Target target) {
  const std::vector<std::size_t> peers = contest.Ranking();
  for (std::size_t i = 0; i < peers.size(); ++i) {
    Row row = i == 0 ? Faster(contest, group, name, peers[i], target)
                     : Faster(contest, group, "...", peers[i], {});
    if (i == 0) row.note = contest.Shortfall();
    report.Add(std::move(row));
  }
}

MappedOptions Mapped(std::uint64_t segment_bytes) {
  return {.segment_bytes = segment_bytes, .checkpoint_bytes = segment_bytes};
}

// --- Every commit synced ----------------------------------------------------

constexpr const char* kSynced = "synced";

void RunOneClient(Report& report, const Options& options,
                  const ScratchDirectory& scratch) {
  const House house = Scaled(kStadium, options);
  Contest contest(options, scratch,
                  {.house = house,
                   .clients = 1,
                   .bare_disk = true,
                   .options = Mapped(std::uint64_t{2} << 20)});
  contest.Run();
  const std::string group = GroupOf(house, kSynced);
  AddRows(report, contest, group, "the job, 1 client", AtLeast(1.2));
  report.Add(TimesAsLarge(group, "... the median of a commit", "us",
                          contest.latencies(), Contest::kMedian,
                          Contest::kDiskMedian, "write a page, fdatasync",
                          AtMost(1.3)));
  report.Add({.group = group,
              .name = "the disk: a page and fdatasync",
              .unit = "/s",
              .ours = contest.DiskRate().median,
              .lower_is_better = false});
}

void RunClientsOf(Report& report, const Options& options,
                  const ScratchDirectory& scratch, const House& full,
                  std::size_t clients, Target target) {
  const House house = Scaled(full, options);
  Contest contest(options, scratch,
                  {.house = house,
                   .clients = clients,
                   .options = Mapped(std::uint64_t{2} << 20)});
  contest.Run();
  AddRows(report, contest, GroupOf(house, kSynced),
          "the job, " + std::to_string(clients) + " clients", target);
}

}  // namespace

void RunDurableJobs(Report& report, const Options& options) {
  const ScratchDirectory scratch(options.directory);
  SayWhatIsMissing(report, scratch);
  RunOneClient(report, options, scratch);
  RunClientsOf(report, options, scratch, kStadium, 2, AtLeast(1.3));
  RunClientsOf(report, options, scratch, kDistrict, 16, AtLeast(2));
  RunClientsOf(report, options, scratch, kDistrict, 64, AtLeast(3.5));
}

}  // namespace seatfield::bench
