// SPDX-License-Identifier: MIT
//
// 64 clients in several processes sell one section of 500 seats: each seat is
// sold once, and bits, counters, metadata and bookings say the same.

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "redis/storage_rig.h"
#include "support/catch.h"
#include "support/redis_server.h"
#include "support/seed.h"
#include "support/temporary_directory.h"

namespace seatfield::test {
namespace {

constexpr int kProcesses = 4;
constexpr int kThreads = 16;
constexpr SectionConfig kConfig{25, 20};

// Its standard output goes to the file.
pid_t StartSeller(std::vector<std::string> words, const std::string& output) {
  words.insert(words.begin(), SEATFIELD_REDIS_SELLER);
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output.c_str(),
                                   O_WRONLY | O_CREAT | O_TRUNC, 0600);
  pid_t child = -1;
  const int error = ::posix_spawn(&child, SEATFIELD_REDIS_SELLER, &actions,
                                  nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  REQUIRE(error == 0);
  return child;
}

int WaitFor(pid_t child) {
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

struct Acknowledged {
  std::map<std::string, std::string> owners;  // of seats, as on tickets
  int twice = 0;
};

void ReadSales(const std::string& path, Acknowledged& sales) {
  std::ifstream file(path);
  std::string seat, booking;
  while (file >> seat >> booking) {
    if (!sales.owners.emplace(seat, booking).second) ++sales.twice;
  }
}

Acknowledged SellByProcesses(const RedisServer& server) {
  const TemporaryDirectory scratch;
  const auto output = [&](int process) {
    return scratch.path() + "/sales" + std::to_string(process);
  };
  std::vector<pid_t> children;
  for (int process = 1; process <= kProcesses; ++process) {
    children.push_back(
        StartSeller({process % 2 == 0 ? server.socket() : server.address(), "1",
                     "A", std::to_string(process), std::to_string(kThreads)},
                    output(process)));
  }
  Acknowledged sales;
  for (int process = 1; process <= kProcesses; ++process) {
    const auto at = static_cast<std::size_t>(process - 1);
    CHECK(WaitFor(children[at]) == 0);
    ReadSales(output(process), sales);
  }
  return sales;
}

TEST_CASE("Clients of several processes sell each seat once",
          "[redis][threads]") {
  SEATFIELD_INFO_SEED();
  const auto server = Serve();
  const auto storage = Connect(*server);
  Create(*storage, "A", kConfig.rows, kConfig.seats_per_row);
  const Acknowledged sales = SellByProcesses(*server);
  CHECK(sales.twice == 0);
  CHECK(sales.owners.size() == kConfig.seat_count());
  const SectionView view = ReadAll(*storage, "A");
  CHECK(view.stats.counts.sold == kConfig.seat_count());
  CHECK(view.stats.counts == view.map.CountAll());
  CHECK(view.stats.version == kConfig.seat_count());
  REQUIRE(view.details.size() == kConfig.seat_count());
  int wrong = 0;
  for (const SeatRecord& record : view.details) {
    const auto known = sales.owners.find(record.seat.ToString());
    const auto booking = storage->ReadBooking(kEvent, record.meta->booking);
    const bool well = known != sales.owners.end() &&
                      known->second == record.meta->booking.ToString() &&
                      booking.ok() && booking->seats.size() == 1 &&
                      booking->seats[0].seat == record.seat &&
                      booking->seats[0].state == SeatState::kSold;
    if (!well) ++wrong;
  }
  CHECK(wrong == 0);
  const absl::Status verified = storage->Verify(kEvent);
  INFO(verified.ToString());
  CHECK(verified.ok());
}

}  // namespace
}  // namespace seatfield::test
