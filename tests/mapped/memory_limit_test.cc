// SPDX-License-Identifier: MIT

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "seatfield/mapped_storage.h"
#include "seatfield/transaction.h"
#include "support/catch.h"
#include "support/temporary_directory.h"
#include "support/volume.h"

namespace seatfield {
namespace {

constexpr std::uint64_t kLimitBytes = std::uint64_t{48} << 20;
constexpr int kSections = 600;
constexpr SectionConfig kConfig{100, 100};
constexpr EventId kEvent{1};

bool LimitMemory() {
  const struct rlimit limit = {kLimitBytes, kLimitBytes};
  return ::setrlimit(RLIMIT_DATA, &limit) == 0;
}

Time Now() {
  return std::chrono::time_point_cast<Duration>(
      std::chrono::system_clock::now());
}

std::string NameOf(int section) { return "S" + std::to_string(section); }

bool Create(MappedStorage& storage) {
  std::vector<SectionSpec> specs;
  for (int i = 0; i < kSections; ++i) specs.push_back({NameOf(i), kConfig});
  return storage.CreateSections(kEvent, specs, Now()).ok();
}

// One booking of ten seats in each section.
bool Sell(MappedStorage& storage, std::uint32_t row) {
  Outcome outcome;
  const CommitOptions options{Durability::kNone};
  for (int i = 0; i < kSections; ++i) {
    std::vector<Seat> seats;
    for (std::uint32_t number = 1; number <= 10; ++number) {
      seats.push_back({row, number});
    }
    const std::string name = NameOf(i);
    Transaction reserve(kEvent);
    reserve.Reserve({.booking = BookingId(row, static_cast<unsigned>(i) + 1),
                     .buyer = BuyerId{1},
                     .section = name,
                     .seats = seats,
                     .price = Price(100)});
    if (!storage.Commit(reserve, Now(), options, outcome).ok() ||
        !outcome.committed()) {
      return false;
    }
  }
  return true;
}

bool HasSold(MappedStorage& storage, std::uint64_t rows) {
  std::vector<SectionStats> stats;
  if (!storage.ReadStats({kEvent}, stats).ok()) return false;
  for (const SectionStats& section : stats) {
    if (section.counts.reserved != rows * 10) return false;
  }
  return stats.size() == kSections;
}

// What each process does in turn; the number is where it failed.
int MakeAndDie(const std::string& directory) {
  if (!LimitMemory()) return 1;
  auto storage = MappedStorage::Open(directory);
  if (!storage.ok() || !Create(**storage)) return 2;
  if (!Sell(**storage, 1)) return 3;
  if ((*storage)->files()->memory_bytes < 4 * kLimitBytes) return 4;
  if (!(*storage)->Checkpoint().ok() || !Sell(**storage, 2)) return 5;
  ::raise(SIGKILL);
  return 6;
}

int RecoverAndSell(const std::string& directory) {
  if (!LimitMemory()) return 1;
  auto storage = MappedStorage::Open(directory);
  if (!storage.ok() || !HasSold(**storage, 2)) return 2;
  if (!Sell(**storage, 3) || !(*storage)->Verify(kEvent).ok()) return 3;
  return (*storage)->Close().ok() ? 0 : 4;
}

template <typename Fn>
int InChild(Fn fn) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(fn());
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

TEST_CASE("A store four times the memory a process may have is sold from",
          "[mapped]") {
  if constexpr (test::kSanitized) {
    SUCCEED("a sanitizer needs more memory for itself");
    return;
  }
  const test::TemporaryDirectory temporary;
  const std::string directory = temporary.path() + "/store";
  CHECK(InChild([&] { return MakeAndDie(directory); }) == -SIGKILL);
  CHECK(InChild([&] { return RecoverAndSell(directory); }) == 0);
}

}  // namespace
}  // namespace seatfield
