// SPDX-License-Identifier: MIT
//
// What a mapped storage refuses, and in which words; and what other processes
// may do with a store that one has open. On the real file system.

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "seatfield/internal/text.h"
#include "seatfield/mapped_storage.h"
#include "support/catch.h"
#include "support/mapped_store.h"
#include "support/simulated_system.h"
#include "support/temporary_directory.h"

namespace seatfield::test {
namespace {

using absl::StatusCode;
namespace fs = std::filesystem;

constexpr EventId kEvent{1};
const SectionSpec kSection{"A", {10, 20}};
const Time kNow = TimeFromMicros(1'700'000'000'000'000);

MappedOptions Options() {
  MappedOptions options = SmallOptions();
  options.durability = Durability::kGroup;
  return options;
}

absl::Status Sell(Storage& storage, std::uint64_t number) {
  Transaction transaction(kEvent);
  const Seat seat =
      kSection.config.SeatAt(static_cast<SeatIndex>(number % 200));
  if (number % 400 < 200) {
    transaction
        .Reserve({.booking = {1, number + 1}, .section = "A", .seats = {seat}})
        .Finalize({.booking = {1, number + 1}});
  } else {
    transaction.Refund({.booking = {1, number - 199}});
  }
  Outcome outcome;
  absl::Status status = storage.Commit(transaction, kNow, {}, outcome);
  if (status.ok() && !outcome.committed()) {
    return absl::InternalError(Describe(outcome));
  }
  return status;
}

// A store with one seat sold, closed.
void MakeStore(const std::string& path) {
  auto storage = MappedStorage::Open(path, Options());
  REQUIRE(storage.ok());
  REQUIRE((*storage)->CreateSections(kEvent, {&kSection, 1}, kNow).ok());
  REQUIRE(Sell(**storage, 0).ok());
  REQUIRE((*storage)->Close().ok());
}

std::map<std::string, std::string> TruthOf(const std::string& path) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::directory_iterator(path)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with("snap-") && !name.starts_with("jrnl-")) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    files[name] = {std::istreambuf_iterator<char>(file), {}};
  }
  return files;
}

std::string NewestSnapshot(const std::string& path) {
  std::string newest;
  for (const auto& [name, bytes] : TruthOf(path)) {
    if (name.starts_with("snap-")) newest = path + "/" + name;
  }
  return newest;
}

void CheckStatus(const absl::Status& status, StatusCode code,
                 const std::string& words) {
  INFO(status.ToString());
  CHECK(status.code() == code);
  CHECK(std::string(status.message()).find(words) != std::string::npos);
}

void CheckRefused(const std::string& path, StatusCode code,
                  const std::string& words,
                  const MappedOptions& options = Options()) {
  CheckStatus(MappedStorage::Open(path, options).status(), code, words);
}

// --- What is not a store ----------------------------------------------------

TEST_CASE("What is no store is refused, each in its own words", "[mapped]") {
  const TemporaryDirectory scratch;
  const std::string store = scratch.path() + "/store";
  MappedOptions no_create = Options();
  no_create.create = false;

  CheckRefused(store, StatusCode::kNotFound, store, no_create);
  CheckRefused(scratch.path() + "/no/store", StatusCode::kNotFound, "no/store");
  CheckRefused(scratch.path(), StatusCode::kNotFound, "there is no store",
               no_create);

  const std::string file = scratch.path() + "/file";
  std::ofstream(file) << "text";
  CheckRefused(file, StatusCode::kFailedPrecondition, file);

  MakeStore(store);
  const std::string link = scratch.path() + "/link";
  fs::create_directory_symlink(store, link);
  CheckRefused(link, StatusCode::kFailedPrecondition, "symbolic link");
}

TEST_CASE("A store that others may write to is refused", "[mapped]") {
  const TemporaryDirectory scratch;
  const std::string store = scratch.path() + "/store";
  MakeStore(store);
  REQUIRE(::chmod(store.c_str(), 0777) == 0);
  CheckRefused(store, StatusCode::kFailedPrecondition, "others may write");
  REQUIRE(::chmod(store.c_str(), 0700) == 0);
  const std::string snapshot = NewestSnapshot(store);
  REQUIRE(::chmod(snapshot.c_str(), 0666) == 0);
  CheckRefused(store, StatusCode::kFailedPrecondition, snapshot);
  REQUIRE(::chmod(snapshot.c_str(), 0600) == 0);
  CHECK(MappedStorage::Open(store, Options()).ok());
}

TEST_CASE("Files that were exchanged are refused, and left as they are",
          "[mapped]") {
  const TemporaryDirectory scratch;
  const std::string store = scratch.path() + "/store";
  const auto fresh = [&] {
    fs::remove_all(store);
    MakeStore(store);
    fs::remove(store + "/live.map");
    return NewestSnapshot(store);
  };

  SECTION("a foreign file") {
    const std::string snapshot = fresh();
    std::ofstream(snapshot, std::ios::in | std::ios::binary) << "SOMEONE'S";
    const auto before = TruthOf(store);
    CheckRefused(store, StatusCode::kFailedPrecondition, snapshot);
    CHECK(TruthOf(store) == before);
  }
  SECTION("a symbolic link") {
    const std::string snapshot = fresh();
    fs::rename(snapshot, scratch.path() + "/elsewhere");
    fs::create_symlink(scratch.path() + "/elsewhere", snapshot);
    CheckRefused(store, StatusCode::kFailedPrecondition, "symbolic link");
  }
  SECTION("a directory") {
    const std::string snapshot = fresh();
    fs::remove(snapshot);
    fs::create_directory(snapshot);
    CheckRefused(store, StatusCode::kFailedPrecondition, snapshot);
  }
  SECTION("all snapshots are too short") {
    fresh();
    for (const auto& [name, bytes] : TruthOf(store)) {
      if (name.starts_with("snap-")) fs::resize_file(store + "/" + name, 4096);
    }
    CheckRefused(store, StatusCode::kDataLoss, "is damaged");
  }
  SECTION("no snapshots are there") {
    fresh();
    for (const auto& [name, bytes] : TruthOf(store)) {
      if (name.starts_with("snap-")) fs::remove(store + "/" + name);
    }
    CheckRefused(store, StatusCode::kDataLoss, "but no snapshot");
  }
}

TEST_CASE("Options that make no sense are named", "[mapped]") {
  const TemporaryDirectory scratch;
  const std::string store = scratch.path() + "/store";
  const auto refused = [&](const std::string& name,
                           const std::function<void(MappedOptions&)>& set) {
    MappedOptions options = Options();
    set(options);
    CheckRefused(store, StatusCode::kInvalidArgument, name, options);
    CHECK_FALSE(fs::exists(store));
  };
  refused("segment_bytes", [](auto& o) { o.segment_bytes = 5'000; });
  refused("checkpoint_bytes", [](auto& o) { o.checkpoint_bytes = 1; });
  refused("buffer_bytes", [](auto& o) { o.buffer_bytes = 1; });
  refused("interval", [](auto& o) { o.interval = Duration(-1); });
}

TEST_CASE("A store whose last change lies in the future waits for the clock",
          "[mapped]") {
  SimulatedSystem system;
  const std::int64_t now = system.WallMicros();
  REQUIRE(OpenStore(system, Options()).ok());
  {
    auto store = OpenStore(system, Options());
    MappedStorage storage(*std::move(store));
    REQUIRE(storage.CreateSections(kEvent, {&kSection, 1}, kNow).ok());
  }
  system.SetWallMicros(now - 7'200'000'000);
  MappedOptions options = Options();
  options.clock_skew_max = std::chrono::hours(1);
  CheckStatus(OpenStore(system, options).status(),
              StatusCode::kFailedPrecondition, "clock");
  options.clock_skew_max = std::chrono::hours(3);
  CHECK(OpenStore(system, options).ok());
}

TEST_CASE("A network file system is refused, unless it is allowed",
          "[mapped]") {
  SimulatedSystem system({.network = true});
  MappedOptions options = Options();
  CheckStatus(OpenStore(system, options).status(),
              StatusCode::kFailedPrecondition, "network");
  options.allow_network_file_system = true;
  CHECK(OpenStore(system, options).ok());
}

TEST_CASE("A read-only disk opens to be read alone", "[mapped]") {
  SimulatedSystem system;
  { REQUIRE(OpenStore(system, Options()).ok()); }
  system.options().read_only = true;
  CheckStatus(OpenStore(system, Options()).status(),
              StatusCode::kPermissionDenied, "/store");
  CHECK(MappedStorage::Store::OpenToRead(system, kStorePath, Options()).ok());
}

TEST_CASE("A full disk refuses what takes seats first, and sells what is held",
          "[mapped]") {
  SimulatedSystem system;
  auto opened = OpenStore(system, Options());
  REQUIRE(opened.ok());
  MappedStorage storage(*std::move(opened));
  REQUIRE(storage.CreateSections(kEvent, {&kSection, 1}, kNow).ok());
  for (std::uint64_t i = 0; i < 3; ++i) {
    Transaction hold(kEvent);
    hold.Reserve(
        {.booking = {2, i + 1},
         .section = "A",
         .seats = {kSection.config.SeatAt(static_cast<SeatIndex>(190 + i))}});
    Outcome outcome;
    REQUIRE(storage.Commit(hold, kNow, {}, outcome).ok());
  }
  system.options().disk_bytes =
      system.disk().blocks_used() * std::uint64_t{4096};
  absl::Status status;
  std::uint64_t sold = 0;
  for (; status.ok() && sold < 1000; ++sold) {
    Transaction hold(kEvent);
    hold.Reserve({.booking = {3, sold + 1},
                  .section = "A",
                  .seats = {kSection.config.SeatAt(
                      static_cast<SeatIndex>(sold % 190))}});
    Outcome outcome;
    status = storage.Commit(hold, kNow, {}, outcome);
  }
  CheckStatus(status, StatusCode::kResourceExhausted, "no room");
  Transaction sell(kEvent);
  sell.Finalize({.booking = {2, 1}});
  Outcome outcome;
  CHECK(storage.Commit(sell, kNow, {}, outcome).ok());
  CHECK(outcome.committed());
  CHECK(storage.Verify(kEvent).ok());

  system.options().disk_bytes = UINT64_MAX;
  Transaction hold(kEvent);
  hold.Reserve({.booking = {4, 1}, .section = "A", .seats = {{10, 20}}});
  CHECK(storage.Commit(hold, kNow, {}, outcome).ok());
  CHECK(storage.Close().ok());
}

// --- Other processes --------------------------------------------------------

// Calls fn() in a child process; its answer, from 0 to 100.
int InChild(const std::function<int()>& fn) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(fn());
  int status = 0;
  REQUIRE(child > 0);
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  return WEXITSTATUS(status);
}

TEST_CASE("A second writer is refused with the first one's process id",
          "[mapped]") {
  const TemporaryDirectory scratch;
  const std::string store = scratch.path() + "/store";
  const auto storage = MappedStorage::Open(store, Options());
  REQUIRE(storage.ok());
  const std::string id = internal::Cat("process ", ::getpid());
  CheckRefused(store, StatusCode::kFailedPrecondition, id);
  CHECK(InChild([&] {
          const auto other = MappedStorage::Open(store, Options());
          const std::string words(other.status().message());
          return !other.ok() && words.find(id) != std::string::npos ? 0 : 1;
        }) == 0);
  CHECK((*storage)->files()->writer == ::getpid());
}

TEST_CASE("A forked child is told so, and spoils nothing", "[mapped]") {
  const TemporaryDirectory scratch;
  const std::string store = scratch.path() + "/store";
  auto opened = MappedStorage::Open(store, Options());
  REQUIRE(opened.ok());
  MappedStorage& storage = **opened;
  REQUIRE(storage.CreateSections(kEvent, {&kSection, 1}, kNow).ok());
  REQUIRE(Sell(storage, 0).ok());
  CHECK(InChild([&] {
          const bool told = absl::IsFailedPrecondition(Sell(storage, 1)) &&
                            absl::IsFailedPrecondition(storage.Checkpoint()) &&
                            absl::IsFailedPrecondition(storage.Verify(kEvent));
          (void)storage.Close();
          opened->reset();
          return told ? 0 : 1;
        }) == 0);
  CHECK(Sell(storage, 1).ok());
  CHECK(storage.Verify(kEvent).ok());
  CHECK(storage.Close().ok());
  const auto again = MappedStorage::Open(store, Options());
  REQUIRE(again.ok());
  CHECK((*again)->recovery().kind == RecoveryReport::Kind::kClean);
}

// Reads until a seat of the last row is sold. Versions never fall, and counters
// add up.
int ReadAlong(const std::string& store) {
  auto opened = MappedStorage::OpenReadOnly(store, Options());
  if (!opened.ok()) return 1;
  MappedStorage& storage = **opened;
  if (storage.recovery().kind != RecoveryReport::Kind::kAttached) return 2;
  if (!absl::IsFailedPrecondition(Sell(storage, 5))) return 3;
  std::uint64_t version = 0;
  std::vector<SectionCounters> counters;
  SectionView view;
  for (;;) {
    if (!storage.ReadCounters(kEvent, counters).ok()) return 4;
    const SectionCounters& now = counters.front();
    if (now.version < version) return 5;
    if (now.available + now.sold != 200) return 6;
    version = now.version;
    if (!storage.ReadSection(kEvent, "A", {.details = true}, view).ok()) {
      return 7;
    }
    if (view.stats.version < version) return 8;
    if (view.map.Count(SeatState::kSold) != view.stats.counts.sold) return 9;
    version = view.stats.version;
    if (version > 2'000) return 0;
  }
}

TEST_CASE("Another process reads while this one sells", "[mapped]") {
  const TemporaryDirectory scratch;
  const std::string store = scratch.path() + "/store";
  int begin[2];
  REQUIRE(::pipe(begin) == 0);
  // Before there are threads.
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    char byte = 0;
    ::_exit(::read(begin[0], &byte, 1) == 1 ? ReadAlong(store) : 100);
  }
  MappedOptions options = Options();
  options.durability = Durability::kNone;
  auto storage = MappedStorage::Open(store, options);
  REQUIRE(storage.ok());
  REQUIRE((*storage)->CreateSections(kEvent, {&kSection, 1}, kNow).ok());
  REQUIRE(::write(begin[1], "x", 1) == 1);
  absl::Status sold;
  int ended = 0, status = 0;
  for (std::uint64_t i = 0; sold.ok() && ended == 0; ++i) {
    sold = Sell(**storage, i);
    if (i % 64 == 0) ended = ::waitpid(child, &status, WNOHANG);
  }
  INFO(sold.ToString());
  REQUIRE(ended == child);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  ::close(begin[0]);
  ::close(begin[1]);
}

TEST_CASE("A reader is told that its writer has ended", "[mapped]") {
  const TemporaryDirectory scratch;
  const std::string store = scratch.path() + "/store";
  auto writer = MappedStorage::Open(store, Options());
  REQUIRE(writer.ok());
  REQUIRE((*writer)->CreateSections(kEvent, {&kSection, 1}, kNow).ok());
  auto reader = MappedStorage::OpenReadOnly(store, Options());
  REQUIRE(reader.ok());
  SectionView view;
  CHECK((*reader)->ReadSection(kEvent, "A", {}, view).ok());
  REQUIRE((*writer)->Close().ok());
  CheckStatus((*reader)->ReadSection(kEvent, "A", {}, view),
              StatusCode::kUnavailable, "open the store again");
  auto again = MappedStorage::OpenReadOnly(store, Options());
  REQUIRE(again.ok());
  CHECK((*again)->ReadSection(kEvent, "A", {}, view).ok());
  CHECK((*again)->recovery().kind == RecoveryReport::Kind::kRebuilt);
}

}  // namespace
}  // namespace seatfield::test
