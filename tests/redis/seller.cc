// SPDX-License-Identifier: MIT
//
// A program that sells the seats of a section from several threads until none
// is left, beside others that do the same.
//
//   redis_seller SERVER EVENT SECTION PROCESS THREADS
//
// Prints a line "ROW-NUMBER BOOKING" for each seat that was acknowledged as
// sold. Exit: 0 when nothing is left, else 1 and what was wrong on the standard
// error.

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "seatfield/internal/text.h"
#include "seatfield/redis_storage.h"
#include "support/seed.h"

namespace seatfield::test {
namespace {

constexpr BuyerId kBuyer{3};
constexpr int kCallsMax = 5000;  // of one thread

struct Sale {
  EventId event{};
  std::string section;
  std::uint64_t process = 0;
};

Time Now() {
  return std::chrono::time_point_cast<Duration>(
      std::chrono::system_clock::now());
}

class Seller {
 public:
  Seller(RedisStorage& storage, const Sale& sale, const SectionConfig& config,
         std::uint64_t thread)
      : storage_(storage),
        sale_(sale),
        config_(config),
        thread_(thread),
        rng_(TestSeed() + sale.process * 1000 + thread) {}

  // Until nothing is left. The empty text, or what is wrong.
  std::string Run() {
    for (int call = 0; call < kCallsMax; ++call) {
      MakeTransaction();
      const absl::Status status =
          storage_.Commit(transaction_, Now(), {}, outcome_);
      if (absl::IsUnavailable(status) || absl::IsUnknown(status)) continue;
      if (!status.ok()) return status.ToString();
      if (outcome_.committed()) Note();
      if (outcome_.refusal == Refusal::kNoBestAvailable) return {};
    }
    return "seats are left after too many calls";
  }

  const std::string& sold() const { return sold_; }

 private:
  // Best seats, or one that may be gone; now and then two steps apart.
  void MakeTransaction() {
    const BookingId booking{sale_.process << 32 | thread_, ++last_};
    transaction_.Clear(sale_.event);
    transaction_.SetId({sale_.process << 32 | thread_, last_});
    if (rng_.Chance(.5)) {
      transaction_.ReserveBest({.booking = booking,
                                .buyer = kBuyer,
                                .offers = {{.section = sale_.section}},
                                .count = 1,
                                .hold_for = std::chrono::minutes(5)});
    } else {
      const auto seat =
          static_cast<SeatIndex>(rng_.Below(config_.seat_count()));
      transaction_.Reserve({.booking = booking,
                            .buyer = kBuyer,
                            .section = sale_.section,
                            .seats = {config_.SeatAt(seat)},
                            .hold_for = std::chrono::minutes(5)});
    }
    transaction_.Finalize({.booking = booking});
  }

  void Note() {
    const Seat seat = outcome_.seats.front().seat;
    sold_ += internal::Cat(seat.ToString(), " ",
                           transaction_.steps()[0].booking.ToString(), "\n");
  }

  RedisStorage& storage_;
  const Sale& sale_;
  const SectionConfig config_;
  const std::uint64_t thread_;
  Rng rng_;
  std::uint64_t last_ = 0;
  Transaction transaction_;
  Outcome outcome_;
  std::string sold_;
};

int Fail(std::string_view what) {
  std::fprintf(stderr, "%.*s\n", static_cast<int>(what.size()), what.data());
  return 1;
}

int Sell(RedisStorage& storage, const Sale& sale, std::uint64_t thread_count) {
  SectionView view;
  const absl::Status read =
      storage.ReadSection(sale.event, sale.section, {}, view);
  if (!read.ok()) return Fail(read.ToString());
  std::mutex mutex;  // guards the next two
  std::string wrong, sold;
  std::vector<std::thread> threads;
  for (std::uint64_t i = 0; i < thread_count; ++i) {
    threads.emplace_back([&, i] {
      Seller seller(storage, sale, view.stats.config, i);
      const std::string complaint = seller.Run();
      const std::lock_guard lock(mutex);
      if (!complaint.empty()) wrong = complaint;
      sold += seller.sold();
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::fwrite(sold.data(), 1, sold.size(), stdout);
  return wrong.empty() ? 0 : Fail(wrong);
}

int Main(const std::vector<std::string>& words) {
  if (words.size() != 5) {
    return Fail("usage: redis_seller SERVER EVENT SECTION PROCESS THREADS");
  }
  const auto number = [&](std::size_t at) {
    return internal::ParseDecimal<std::uint64_t>(words[at]).value_or(1);
  };
  RedisOptions options;
  options.servers = {words[0]};
  auto storage = RedisStorage::Connect(options);
  if (!storage.ok()) return Fail(storage.status().ToString());
  const Sale sale{EventId{static_cast<std::int64_t>(number(1))}, words[2],
                  number(3)};
  return Sell(**storage, sale, number(4));
}

}  // namespace
}  // namespace seatfield::test

int main(int argc, char** argv) {
  return seatfield::test::Main({argv + 1, argv + argc});
}
