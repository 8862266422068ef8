// SPDX-License-Identifier: MIT
//
// A store whose asynchronous commits, snapshots and end come from many threads
// at once, on real files.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "seatfield/mapped_storage.h"
#include "support/catch.h"
#include "support/temporary_directory.h"
#include "support/volume.h"

namespace seatfield {
namespace {

constexpr EventId kEvent{1};
constexpr SectionConfig kConfig{100, 200};
constexpr Time kStart = TimeFromMicros(1'000'000);
constexpr std::uint64_t kSellers = 3;

std::unique_ptr<MappedStorage> OpenStore(const std::string& directory) {
  auto storage = MappedStorage::Open(
      directory, {.segment_bytes = std::uint64_t{64} << 10,
                  .checkpoint_bytes = std::uint64_t{256} << 10});
  REQUIRE(storage.ok());
  return *std::move(storage);
}

Transaction SaleOf(SeatIndex seat) {
  const BookingId booking{1, seat + 1};
  return Transaction(kEvent)
      .Reserve({.booking = booking,
                .buyer = BuyerId{1},
                .section = "A",
                .seats = {kConfig.SeatAt(seat)}})
      .Finalize({.booking = booking});
}

// What the callbacks of all sellers have said.
struct Answers {
  std::atomic<std::uint64_t> asked = 0;
  std::atomic<std::uint64_t> durable = 0;
  std::atomic<std::uint64_t> refused = 0;
  std::atomic<std::uint64_t> wrong = 0;

  std::uint64_t answered() const { return durable + refused + wrong; }
};

void Sell(MappedStorage& storage, std::uint64_t seller, std::uint64_t sales,
          Answers& answers) {
  for (std::uint64_t i = 0; i < sales; ++i) {
    ++answers.asked;
    storage.CommitAsync(
        SaleOf(static_cast<SeatIndex>(i * kSellers + seller)), kStart, {},
        [&](const absl::Status& status, const Outcome& outcome) {
          if (!status.ok()) {
            ++(absl::IsFailedPrecondition(status) ? answers.refused
                                                  : answers.wrong);
            return;
          }
          const bool is_durable =
              outcome.committed() && outcome.durability == Durability::kGroup &&
              outcome.sequence <= storage.durable_sequence();
          ++(is_durable ? answers.durable : answers.wrong);
        });
  }
}

std::uint64_t SoldIn(const std::string& directory) {
  SectionView view;
  REQUIRE(OpenStore(directory)->ReadSection(kEvent, "A", {}, view).ok());
  return view.stats.counts.sold;
}

TEST_CASE("Many threads commit and each asks for snapshots",
          "[mapped][threads]") {
  const test::TemporaryDirectory scratch;
  const std::string directory = scratch.path() + "/store";
  const std::uint64_t sales = test::Volume(5000);
  Answers answers;
  {
    const auto storage = OpenStore(directory);
    const SectionSpec section{"A", kConfig};
    REQUIRE(storage->CreateSections(kEvent, {&section, 1}, kStart).ok());
    std::vector<std::thread> threads;
    std::atomic<std::uint64_t> failed = 0;
    for (std::uint64_t seller = 0; seller < kSellers; ++seller) {
      threads.emplace_back([&, seller] {
        Sell(*storage, seller, sales, answers);
        if (!storage->Checkpoint().ok()) ++failed;
      });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(failed == 0);
    CHECK(storage->Close().ok());
    CHECK(answers.asked == answers.answered());
  }
  CHECK(answers.durable == kSellers * sales);
  CHECK(SoldIn(directory) == kSellers * sales);
}

TEST_CASE("A store that is closed under its sellers answers each of them once",
          "[mapped][threads]") {
  for (std::size_t round = 0; round < test::Volume(20); ++round) {
    const test::TemporaryDirectory scratch;
    const std::string directory = scratch.path() + "/store";
    Answers answers;
    {
      const auto storage = OpenStore(directory);
      const SectionSpec section{"A", kConfig};
      REQUIRE(storage->CreateSections(kEvent, {&section, 1}, kStart).ok());
      std::vector<std::thread> threads;
      for (std::uint64_t seller = 0; seller < kSellers; ++seller) {
        threads.emplace_back(
            [&, seller] { Sell(*storage, seller, 2000, answers); });
      }
      while (answers.durable == 0) std::this_thread::yield();
      CHECK(storage->Close().ok());
      for (std::thread& thread : threads) thread.join();
      CHECK(answers.asked == answers.answered());
      CHECK(answers.wrong == 0);
    }
    CHECK(SoldIn(directory) == answers.durable);
  }
}

}  // namespace
}  // namespace seatfield
