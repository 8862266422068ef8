// SPDX-License-Identifier: MIT
//
// A program to be killed while it sells, and to check afterwards what is left.
//
//   seller sell STORE LOG ROUND    sells and refunds from several threads until
//                                  it is killed; what is acknowledged goes to
//                                  the log
//   seller check STORE LOG kill    opens the store and checks that all that was
//   seller check STORE LOG power   acknowledged is there (power: at group), no
//                                  seat sold twice; then the log is made anew
//                                  from what is there
//
// Exit: 0 for a check that found nothing wrong, else 1 and what was wrong on
// the standard error.

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "seatfield/internal/text.h"
#include "seatfield/mapped_storage.h"
#include "seatfield/seat_map.h"
#include "support/seed.h"

namespace seatfield::test {
namespace {

constexpr EventId kEvent{1};
constexpr SectionConfig kConfig{40, 50};
constexpr std::uint64_t kThreads = 4;

enum class Act : std::uint8_t { kSold, kRefunds, kRefunded };

struct Entry {
  Act act;
  Durability level;
  std::uint16_t unused = 0;
  SeatIndex seat;
  std::uint64_t round;
  std::uint64_t number;
};
static_assert(sizeof(Entry) == 24);

MappedOptions Options() {
  MappedOptions options;
  options.segment_bytes = std::uint64_t{64} << 10;
  options.checkpoint_bytes = std::uint64_t{128} << 10;
  options.buffer_bytes = std::uint64_t{64} << 10;
  options.interval = std::chrono::milliseconds(20);
  return options;
}

Time Now() {
  return TimeFromMicros(std::chrono::duration_cast<std::chrono::microseconds>(
                            std::chrono::system_clock::now().time_since_epoch())
                            .count());
}

int Fail(std::string_view what) {
  std::fprintf(stderr, "%.*s\n", static_cast<int>(what.size()), what.data());
  return 1;
}

// --- Selling ----------------------------------------------------------------

class Seller {
 public:
  Seller(MappedStorage& storage, int log, std::uint64_t round,
         std::uint64_t thread)
      : storage_(storage),
        log_(log),
        round_(round),
        next_(thread << 32 | 1),
        rng_(TestSeed() + thread) {}

  // For ever, unless something is wrong.
  void Run() {
    bool well = true;
    while (well) {
      well = !sold_.empty() && rng_.Chance(.48) ? Refund() : Sell();
    }
  }

 private:
  bool Sell() {
    const SeatIndex seat =
        static_cast<SeatIndex>(rng_.Below(kConfig.seat_count()));
    const BookingId booking{round_, next_++};
    transaction_.Clear(kEvent);
    transaction_
        .Reserve({.booking = booking,
                  .section = "A",
                  .seats = {kConfig.SeatAt(seat)},
                  .hold_for = std::chrono::minutes(1)})
        .Finalize({.booking = booking});
    const Durability level = PickLevel();
    if (!Commit(level)) return false;
    if (!outcome_.committed()) return true;
    sold_.emplace_back(seat, booking.low());
    return Log({Act::kSold, level, 0, seat, round_, booking.low()});
  }

  bool Refund() {
    std::swap(sold_[rng_.Below(sold_.size())], sold_.back());
    const auto [seat, number] = sold_.back();
    sold_.pop_back();
    const Durability level = PickLevel();
    if (!Log({Act::kRefunds, level, 0, seat, round_, number})) return false;
    transaction_.Clear(kEvent);
    transaction_.Refund({.booking = {round_, number}});
    return Commit(level) && outcome_.committed() &&
           Log({Act::kRefunded, level, 0, seat, round_, number});
  }

  Durability PickLevel() {
    constexpr Durability kLevels[] = {Durability::kNone, Durability::kInterval,
                                      Durability::kGroup};
    return kLevels[rng_.Below(3)];
  }
  bool Commit(Durability level) {
    return storage_.Commit(transaction_, Now(), {.durability = level}, outcome_)
        .ok();
  }
  bool Log(const Entry& entry) const {
    return ::write(log_, &entry, sizeof entry) == sizeof entry;
  }

  MappedStorage& storage_;
  const int log_;
  const std::uint64_t round_;
  std::uint64_t next_;
  Rng rng_;
  Transaction transaction_;
  Outcome outcome_;
  std::vector<std::pair<SeatIndex, std::uint64_t>> sold_;
};

int Sell(const std::string& directory, const char* log_path,
         std::uint64_t round) {
  auto storage = MappedStorage::Open(directory, Options());
  if (!storage.ok()) return Fail(storage.status().ToString());
  const SectionSpec section{"A", kConfig};
  const absl::Status made =
      (*storage)->CreateSections(kEvent, {&section, 1}, Now());
  if (!made.ok()) return Fail(made.ToString());
  const int log = ::open(log_path, O_WRONLY | O_CREAT | O_APPEND, 0600);
  if (log < 0) return Fail("no log");
  std::vector<std::thread> threads;
  for (std::uint64_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] { Seller(**storage, log, round, i).Run(); });
  }
  for (std::thread& thread : threads) thread.join();
  return Fail("a commit failed");
}

// --- Checking ---------------------------------------------------------------

// What is known of a booking; one has one seat.
struct Known {
  SeatIndex seat = 0;
  bool must_be = false;
  bool must_not_be = false;
};
using Bookings = std::map<std::pair<std::uint64_t, std::uint64_t>, Known>;

Bookings ReadLog(const char* path, bool power_cut) {
  Bookings bookings;
  std::ifstream file(path, std::ios::binary);
  Entry entry{};
  while (file.read(reinterpret_cast<char*>(&entry), sizeof entry)) {
    Known& known = bookings[{entry.round, entry.number}];
    const bool safe = !power_cut || entry.level == Durability::kGroup;
    known.seat = entry.seat;
    if (entry.act == Act::kSold) known.must_be = safe;
    if (entry.act == Act::kRefunds) known.must_be = false;
    if (entry.act == Act::kRefunded) known.must_not_be = safe;
  }
  return bookings;
}

// Whose each seat is.
absl::Status ReadSeats(MappedStorage& storage, Bookings& sold) {
  SectionView view;
  absl::Status status =
      storage.ReadSection(kEvent, "A", {.details = true}, view);
  if (!status.ok()) return absl::IsNotFound(status) ? absl::OkStatus() : status;
  for (const SeatRecord& record : view.details) {
    if (record.state != SeatState::kSold) continue;
    sold[{record.meta->booking.high(), record.meta->booking.low()}] = {
        .seat = kConfig.IndexOf(record.seat), .must_be = true};
  }
  return status;
}

std::string Difference(const Bookings& known, const Bookings& sold) {
  for (const auto& [booking, what] : known) {
    const auto found = sold.find(booking);
    const bool is_sold = found != sold.end();
    const std::string name = internal::Cat(
        "booking ", booking.first, "-", booking.second, ", seat ", what.seat);
    if (what.must_be && !is_sold) return name + " was sold, and is lost";
    if (what.must_not_be && is_sold) return name + " was refunded, and is back";
    if (is_sold && found->second.seat != what.seat) {
      return name + " has another seat";
    }
  }
  return {};
}

void WriteLog(const char* path, const Bookings& sold) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  for (const auto& [booking, known] : sold) {
    const Entry entry{Act::kSold, Durability::kGroup, 0,
                      known.seat, booking.first,      booking.second};
    file.write(reinterpret_cast<const char*>(&entry), sizeof entry);
  }
}

int Check(const std::string& directory, const char* log_path, bool power_cut) {
  auto opened = MappedStorage::Open(directory, Options());
  if (!opened.ok()) return Fail(opened.status().ToString());
  MappedStorage& storage = **opened;
  Bookings sold;
  const absl::Status read = ReadSeats(storage, sold);
  if (!read.ok()) return Fail(read.ToString());
  const std::string difference = Difference(ReadLog(log_path, power_cut), sold);
  if (!difference.empty()) return Fail(difference);
  const absl::Status verified = storage.Verify(kEvent);
  if (!verified.ok() && !absl::IsNotFound(verified)) {
    return Fail(verified.ToString());
  }
  const absl::Status files = storage.VerifyFiles();
  if (!files.ok()) return Fail(files.ToString());
  if (sold.size() > kConfig.seat_count() * 3 / 4) {
    const absl::Status reset = storage.Reset({kEvent}, true, Now());
    if (!reset.ok()) return Fail(reset.ToString());
    sold.clear();
  }
  WriteLog(log_path, sold);
  return 0;
}

int Main(int argc, char** argv) {
  const std::vector<std::string_view> words(argv + 1, argv + argc);
  if (words.size() != 4) return Fail("usage: seller sell|check STORE LOG X");
  const std::string directory(words[1]);
  if (words[0] == "check") {
    return Check(directory, argv[3], words[3] == "power");
  }
  return Sell(directory, argv[3],
              internal::ParseDecimal<std::uint64_t>(words[3]).value_or(1));
}

}  // namespace
}  // namespace seatfield::test

int main(int argc, char** argv) { return seatfield::test::Main(argc, argv); }
