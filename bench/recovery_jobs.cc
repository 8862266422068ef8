// SPDX-License-Identifier: MIT

#include "recovery_jobs.h"

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "durable_inventory.h"
#include "houses.h"
#include "job.h"
#include "our_durable_inventory.h"
#include "peers/durable_peers.h"
#include "rounds.h"
#include "scratch_directory.h"

namespace seatfield::bench {
namespace {

constexpr const char* kOurs = "ours";
constexpr std::size_t kTransactions = 1'000'000;

MappedOptions WholeJournal() {
  return {.durability = Durability::kNone,
          .checkpoint_bytes = std::numeric_limits<std::int64_t>::max()};
}

// `whole_log`: while it works. It is opened again as it usually is.
std::unique_ptr<DurableInventory> Open(const std::string& name,
                                       const std::string& directory,
                                       const House& house, bool whole_log) {
  if (name == kOurs) {
    return std::make_unique<OurDurableInventory>(directory, house,
                                                 WholeJournal());
  }
  for (const DurablePeer& peer : DurablePeers()) {
    if (peer.name != name || peer.open == nullptr) continue;
    return peer.open(directory, house,
                     {.sync = SyncKind::kNever, .whole_log = whole_log});
  }
  throw std::runtime_error("no store is called " + name);
}

// So many transactions that leave every seat sold: some reserve and release
// first, under another booking.
void DoTheWork(DurableInventory& inventory, RequestSpan requests,
               std::size_t transactions) {
  const std::unique_ptr<DurableClerk> clerk = inventory.NewClerk();
  const std::size_t tries = transactions / 2 - requests.size();
  for (Request request : requests.first(tries)) {
    request.booking = BookingId(request.booking.low(), request.booking.high());
    Demand(clerk->Do(Act::kReserve, request, kNow) &&
               clerk->Do(Act::kRelease, request, kNow),
           "a free seat was not reserved and released");
  }
  SellAll(inventory, requests);
}

// What is sold in the end.
Requests WorkFor(const House& house) { return DrawFullHouse(house, 1); }

class Victim {
 public:
  Victim(std::string name, std::string directory, const Options& options)
      : name_(std::move(name)), directory_(std::move(directory)) {
    std::vector<std::string> words = {options.program, "--victim", name_,
                                      "--dir", directory_};
    if (options.quick) words.emplace_back("--quick");
    std::vector<char*> arguments;
    arguments.reserve(words.size() + 1);
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    Demand(posix_spawnp(&process_, arguments[0], nullptr, nullptr,
                        arguments.data(), environ) == 0,
           "cannot start " + options.program);
  }

  void WaitUntilKilled() const {
    int status = 0;
    Demand(waitpid(process_, &status, 0) == process_ && WIFSIGNALED(status) &&
               WTERMSIG(status) == SIGKILL,
           name_ + " did not come to be killed");
  }

  // Milliseconds until what it left can be asked: a copy of it, in `directory`,
  // that is on the disk and in the system's memory.
  double TimeToOpen(const House& house, const std::string& directory) const {
    std::filesystem::copy(directory_, directory,
                          std::filesystem::copy_options::recursive);
    sync();
    const auto start = std::chrono::steady_clock::now();
    const auto inventory = Open(name_, directory, house, false);
    inventory->ReadSection(0);
    const std::chrono::duration<double, std::milli> time =
        std::chrono::steady_clock::now() - start;
    const Requests requests = WorkFor(house);
    DemandEnd(*inventory, house, requests,
              std::vector<std::uint8_t>(requests.size(), 1));
    return time.count();
  }

  const std::string& name() const { return name_; }

 private:
  std::string name_;
  std::string directory_;
  pid_t process_ = 0;
};

}  // namespace

void RunRecoveryJobs(Report& report, const Options& options) {
  const ScratchDirectory scratch(options.directory);
  std::vector<Victim> victims;
  const auto start = [&](const std::string& name) {
    victims.emplace_back(name, scratch.Fresh("killed " + name), options);
  };
  start(kOurs);
  for (const DurablePeer& peer : DurablePeers()) {
    if (peer.open != nullptr && peer.has_log) start(peer.name);
  }
  for (const Victim& victim : victims) victim.WaitUntilKilled();
  const House house = Scaled(kMillion, options);
  std::vector<Side> sides;
  sides.reserve(victims.size());
  for (const Victim& victim : victims) {
    sides.emplace_back(
        [&](int) { return victim.TimeToOpen(house, scratch.Fresh("opened")); });
  }
  const Measured m = RunRounds(options.RoundsOf(10), sides);
  for (std::size_t i = 1; i < victims.size(); ++i) {
    report.Add(TimesFaster(
        "Durable, " + Title(house) + ", killed",
        "to open it, " + std::to_string(options.Scaled(kTransactions)) +
            " transactions",
        "ms", m, 0, i, victims[i].name() + ", whole log", AtLeast(10)));
  }
}

void RunVictim(const std::string& name, const Options& options) {
  const House house = Scaled(kMillion, options);
  const auto inventory = Open(name, options.directory, house, true);
  DoTheWork(*inventory, WorkFor(house), options.Scaled(kTransactions));
  kill(getpid(), SIGKILL);
  std::abort();
}

}  // namespace seatfield::bench
