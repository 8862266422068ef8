// SPDX-License-Identifier: MIT
//
// The simulated machine does what it says: its processes die where they are
// told to, its calls fail as they are told to, and the same seed gives the same
// run. Files are used over it, so that what a real file system cannot be made
// to do is seen there, too.

#include "support/simulated_system.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "platform/file.h"
#include "platform/simulated_rig.h"
#include "platform/system.h"
#include "support/catch.h"
#include "support/cut_choices.h"
#include "support/seed.h"
#include "support/simulated_disk.h"
#include "support/simulated_file.h"
#include "support/volume.h"

namespace seatfield::test {
namespace {

using platform::Directory;
using platform::File;
using platform::Mapping;
using platform::OpenMode;
using Effect = Fault::Effect;
using Kind = SimulatedNode::Kind;

// --- Crashes ----------------------------------------------------------------

TEST_CASE("A killed process leaves all it wrote and stored", "[simulated]") {
  SimulatedSystem system;
  Directory directory = OpenStore(system);
  File file = Open(directory, "a", OpenMode::kCreate);
  REQUIRE(file.Write(0, Bytes(std::string(4096, 'x'))).ok());
  const absl::StatusOr<Mapping> map = file.Map(0, 4096, true);
  map->data()[0] = std::byte{'y'};
  REQUIRE(*file.TryLock());
  const std::string boot = system.BootId();
  const std::int64_t process = system.ProcessId();
  system.Kill();
  REQUIRE(Content(system, "a") == "y" + std::string(4095, 'x'));
  REQUIRE(system.unsynced() > 0);
  REQUIRE(system.BootId() == boot);
  REQUIRE(system.ProcessId() != process);
  REQUIRE(system.files_open() == 0);
  REQUIRE(system.maps_open() == 0);
  // What it stores after its end is for nothing.
  map->data()[0] = std::byte{'z'};
  REQUIRE(Content(system, "a")[0] == 'y');
  REQUIRE_FALSE(file.Write(0, Bytes("z")).ok());
  File next = Open(OpenStore(system), "a");
  REQUIRE(*next.TryLock());
}

TEST_CASE("A power cut starts the machine again", "[simulated]") {
  SimulatedSystem system;
  const std::unique_ptr<SimulatedSystem> other = system.NewProcess();
  Directory directory = OpenStore(system);
  File file = MakeDurable(directory, "a", "x");
  REQUIRE(*file.TryLock());
  const Directory elsewhere = OpenStore(*other);
  const std::string boot = system.BootId();
  const std::int64_t wall = system.WallMicros();
  const SimulatedDisk locked = system.Save();
  system.AdvanceClocks(5'000'000);
  system.PowerCut(1);
  REQUIRE(system.BootId() != boot);
  REQUIRE(system.BootId().size() == 36);
  REQUIRE(other->files_open() == 0);
  REQUIRE(system.WallMicros() > wall + 5'000'000);
  REQUIRE(system.MonotonicMicros() < 5'000'000);
  REQUIRE(*Open(OpenStore(system), "a").TryLock());
  system.Restore(locked);
  REQUIRE(*Open(OpenStore(system), "a").TryLock());
}

TEST_CASE("A crash ends the process inside a call", "[simulated]") {
  SEATFIELD_INFO_SEED();
  std::set<std::size_t> sizes;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SimulatedSystem system({.seed = seed});
    Directory directory = OpenStore(system);
    File file = MakeDurable(directory, "a", "0000");
    const absl::StatusOr<Mapping> map = file.Map(0, 4096, true);
    system.Inject(
        {.effect = Effect::kCrash, .at = 2, .kind = CallKind::kWrite});
    REQUIRE(file.Write(0, Bytes("1111")).ok());
    REQUIRE_FALSE(system.crashed());
    REQUIRE(file.Write(0, Bytes("2222")).code() == absl::StatusCode::kDataLoss);
    REQUIRE(system.crashed());
    REQUIRE_FALSE(file.Write(0, Bytes("3333")).ok());
    REQUIRE_FALSE(Directory::Open(system, kStore).ok());
    map->data()[0] = std::byte{'4'};
    const std::string content = Content(system, "a");
    const auto written = static_cast<std::size_t>(
        std::count(content.begin(), content.end(), '2'));
    REQUIRE(content ==
            std::string(written, '2') + std::string(4 - written, '1'));
    sizes.insert(written);
    system.Kill();
    REQUIRE_FALSE(system.crashed());
    REQUIRE(Content(system, "a") == content);
    REQUIRE(Open(OpenStore(system), "a").Write(0, Bytes("5")).ok());
  }
  REQUIRE(sizes.size() == 5);
}

TEST_CASE("Two processes share the disk, its locks and its memory",
          "[simulated]") {
  SimulatedSystem system;
  const std::unique_ptr<SimulatedSystem> other = system.NewProcess();
  REQUIRE(other->ProcessId() != system.ProcessId());
  Directory directory = OpenStore(system);
  File file = MakeDurable(directory, "a", std::string(4096, 'x'));
  Directory same = OpenStore(*other);
  File reader = Open(same, "a");
  REQUIRE(*reader.TryLock());
  REQUIRE_FALSE(*file.TryLock());
  reader.Close();
  reader = Open(same, "a");
  REQUIRE(*file.TryLock());
  REQUIRE(*file.TryLock());
  REQUIRE_FALSE(*reader.TryLock());

  const absl::StatusOr<Mapping> writes = file.Map(0, 4096, true);
  const absl::StatusOr<Mapping> reads = reader.Map(0, 4096, false);
  writes->data()[7] = std::byte{'y'};
  REQUIRE(reads->data()[7] == std::byte{'y'});
  system.Kill();
  REQUIRE(*reader.TryLock());
  // Who comes after it shares the reader's memory.
  File next = Open(OpenStore(system), "a");
  REQUIRE_FALSE(*next.TryLock());
  const absl::StatusOr<Mapping> again = next.Map(0, 4096, true);
  again->data()[8] = std::byte{'z'};
  REQUIRE(reads->data()[8] == std::byte{'z'});
  REQUIRE(system.unsynced() == 1);
}

// --- Faults -----------------------------------------------------------------

TEST_CASE("A call fails once, or for ever", "[simulated]") {
  SimulatedSystem system;
  Directory directory = OpenStore(system);
  File file = MakeDurable(directory, "a", "");
  const auto writes = [&] {
    std::string results;
    for (int i = 0; i < 5; ++i) {
      results += file.Write(0, Bytes("x")).ok() ? '+' : '-';
    }
    return results;
  };
  Fault fault = {.error = ENOSPC, .at = 2, .kind = CallKind::kWrite};
  SECTION("once") {
    system.Inject(fault);
    REQUIRE(writes() == "+-+++");
    REQUIRE(system.faults_met() == 1);
  }
  SECTION("for ever") {
    fault.for_ever = true;
    system.Inject(fault);
    REQUIRE(writes() == "+----");
    system.ClearFaults();
    REQUIRE(writes() == "+++++");
  }
  SECTION("of another file") {
    fault.name = "b";
    system.Inject(fault);
    REQUIRE(writes() == "+++++");
    REQUIRE(system.faults_met() == 0);
  }
  SECTION("of any kind") {
    fault.kind.reset();
    system.Inject(fault);
    REQUIRE(file.Sync().ok());
    const absl::Status write = file.Write(0, Bytes("x"));
    REQUIRE(write.code() == absl::StatusCode::kResourceExhausted);
    REQUIRE(std::string(write.message()) ==
            "cannot write /store/a: No space left on device");
  }
}

TEST_CASE("Short and interrupted transfers are completed", "[simulated]") {
  SEATFIELD_INFO_SEED();
  SimulatedSystem system;
  Directory directory = OpenStore(system);
  File file = MakeDurable(directory, "a", "");
  const std::string text(1000, 't');
  for (const CallKind kind : {CallKind::kRead, CallKind::kWrite}) {
    system.Inject({.error = EINTR, .at = 3, .kind = kind});
    system.Inject({.effect = Effect::kShort, .for_ever = true, .kind = kind});
  }
  REQUIRE(file.Write(0, Bytes(text)).ok());
  REQUIRE(system.calls() > 5);
  std::string back(text.size(), '?');
  REQUIRE(file.Read(0, std::as_writable_bytes(std::span(back))).ok());
  REQUIRE(back == text);
  REQUIRE(system.faults_met() > 6);
}

TEST_CASE("What is interrupted is done again, but for ever", "[simulated]") {
  SimulatedSystem system;
  Directory directory = OpenStore(system);
  File file = MakeDurable(directory, "a", "x");
  system.Inject({.error = EINTR});
  REQUIRE(file.Sync().ok());
  REQUIRE(system.faults_met() == 1);
  system.Inject({.error = EINTR, .for_ever = true});
  REQUIRE_FALSE(file.Sync().ok());
  REQUIRE_FALSE(file.Status().ok());
  REQUIRE_FALSE(directory.List().ok());
  REQUIRE_FALSE(directory.Unlink("a").ok());
}

TEST_CASE("A write of nothing is an error", "[simulated]") {
  SimulatedSystem system;
  Directory directory = OpenStore(system);
  File file = MakeDurable(directory, "a", "x");
  system.SetFilter([](Call& call) {
    if (call.kind == CallKind::kWrite) call.answer = 0;
    return call.kind != CallKind::kWrite;
  });
  REQUIRE(file.Write(0, Bytes("y")).code() == absl::StatusCode::kDataLoss);
}

TEST_CASE("A failed sync is not made again", "[simulated]") {
  SimulatedSystem system;
  Directory directory = OpenStore(system);
  File file = MakeDurable(directory, "a", "x");
  const std::uint64_t before = system.calls();
  system.Inject({.for_ever = true, .kind = CallKind::kSyncData});
  REQUIRE(file.SyncData().code() == absl::StatusCode::kDataLoss);
  REQUIRE(system.calls() == before + 1);
}

TEST_CASE("A sync that lies makes nothing durable", "[simulated]") {
  SEATFIELD_INFO_SEED();
  SimulatedSystem system;
  Directory directory = OpenStore(system);
  File file = MakeDurable(directory, "a", Sector('x'));
  system.Inject({.effect = Effect::kLie, .for_ever = true});
  REQUIRE(file.Write(0, Bytes(Sector('y'))).ok());
  REQUIRE(file.Sync().ok());
  (void)Open(directory, "b", OpenMode::kCreate);
  REQUIRE(directory.Sync().ok());
  REQUIRE(system.unsynced() == 2);
  system.ClearFaults();
  REQUIRE(file.SyncData().ok());
  REQUIRE(system.unsynced() == 1);
}

TEST_CASE("A sync that forgets leaves what later syncs do not write",
          "[simulated]") {
  SEATFIELD_INFO_SEED();
  SimulatedSystem system;
  Directory directory = OpenStore(system);
  File file = MakeDurable(directory, "a", Sector('x') + Sector('x'));
  REQUIRE(file.Write(0, Bytes(Sector('y') + Sector('y'))).ok());
  system.Inject({.effect = Effect::kForget});
  REQUIRE(file.SyncData().code() == absl::StatusCode::kDataLoss);
  REQUIRE(Content(system, "a") == Sector('y') + Sector('y'));
  REQUIRE(system.unsynced() == 0);
  REQUIRE(file.Write(0, Bytes(Sector('z'))).ok());
  REQUIRE(file.SyncData().ok());
  const auto found =
      FindAfterCuts(system, [&] { return Content(system, "a"); });
  REQUIRE(found.size() == 1);
  REQUIRE(found.contains(Sector('z') + Sector('x')));
}

TEST_CASE("A filter swallows calls, or answers for them", "[simulated]") {
  std::vector<std::uint64_t> numbers;  // of the calls it saw
  SimulatedSystem system;
  Directory directory = OpenStore(system);
  File file = MakeDurable(directory, "jrnl-1", "x");
  File other = MakeDurable(directory, "snap-1", "x");
  system.SetFilter([&](Call& call) {
    numbers.push_back(call.number);
    const bool sync = call.kind == CallKind::kSync;
    if (call.name == "snap-1" && sync) call.answer = -EIO;
    return !sync || call.is_directory || !call.name.starts_with("jrnl-");
  });
  REQUIRE(file.Write(0, Bytes("y")).ok());
  REQUIRE(file.Sync().ok());
  REQUIRE(system.unsynced() == 1);
  REQUIRE_FALSE(other.Sync().ok());
  REQUIRE(directory.Rename("jrnl-1", "jrnl-2").ok());
  REQUIRE(file.Sync().ok());
  REQUIRE(directory.Sync().ok());
  REQUIRE(system.unsynced() == 1);
  REQUIRE(numbers.size() == 6);
  REQUIRE(std::is_sorted(numbers.begin(), numbers.end()));
  system.Kill();
  (void)OpenStore(system);
  REQUIRE(numbers.size() > 6);  // it belongs to the program
}

// --- Limits and errors ------------------------------------------------------

TEST_CASE("A full disk takes what fits", "[simulated]") {
  SimulatedSystem system({.disk_bytes = 4 * kBlockBytes});
  Directory directory = OpenStore(system);
  File file = Open(directory, "a", OpenMode::kCreate);
  File other = Open(directory, "b", OpenMode::kCreate);
  REQUIRE(file.Allocate(3 * kBlockBytes).ok());
  REQUIRE(other.Write(0, Bytes("x")).ok());
  const auto full = [](const absl::Status& status) {
    return status.code() == absl::StatusCode::kResourceExhausted;
  };
  REQUIRE(full(file.Allocate(3 * kBlockBytes + 1)));
  REQUIRE(full(other.Write(kBlockBytes - 1, Bytes("xy"))));
  REQUIRE(other.Status()->size == kBlockBytes);
  // What was allocated can be written.
  REQUIRE(file.Write(0, Bytes(std::string(3 * kBlockBytes, 'y'))).ok());
  REQUIRE(other.Write(0, Bytes(std::string(kBlockBytes, 'y'))).ok());
  REQUIRE(file.Truncate(kBlockBytes).ok());
  REQUIRE(other.Allocate(3 * kBlockBytes).ok());
  file.Close();
  REQUIRE(directory.Unlink("a").ok());
  REQUIRE(full(other.Allocate(4 * kBlockBytes)));
  REQUIRE(directory.Sync().ok());
  REQUIRE(other.Allocate(4 * kBlockBytes).ok());
}

TEST_CASE("A read-only disk refuses every change", "[simulated]") {
  SimulatedSystem system;
  Directory directory = OpenStore(system);
  File file = MakeDurable(directory, "a", "x");
  system.options().read_only = true;
  const auto refused = [](const absl::Status& status) {
    return status.code() == absl::StatusCode::kPermissionDenied;
  };
  REQUIRE(refused(file.Write(0, Bytes("y"))));
  REQUIRE(refused(file.Allocate(10)));
  REQUIRE(refused(file.Truncate(0)));
  REQUIRE(refused(directory.Open("b", OpenMode::kCreate).status()));
  REQUIRE(refused(directory.Open("a", OpenMode::kReadWrite).status()));
  REQUIRE(refused(directory.Rename("a", "b")));
  REQUIRE(refused(directory.Unlink("a")));
  REQUIRE(refused(Directory::OpenOrMake(system, "/new").status()));
  REQUIRE(directory.Open("a", OpenMode::kRead).ok());
  REQUIRE(Directory::OpenOrMake(system, kStore).ok());
}

TEST_CASE("Other kinds, modes and owners are as on a real disk",
          "[simulated]") {
  SimulatedSystem system;
  const Directory directory = OpenStore(system);
  SimulatedDisk& disk = system.disk();
  const auto code = [&](const std::string& name, OpenMode mode) {
    return directory.Open(name, mode).status().code();
  };
  constexpr auto kUnfit = absl::StatusCode::kFailedPrecondition;
  for (const auto& [name, kind] :
       {std::pair{"link", Kind::kSymbolicLink}, std::pair{"fifo", Kind::kFifo},
        std::pair{"directory", Kind::kDirectory}}) {
    disk.Plant(std::string(kStore) + "/" + name, kind);
    REQUIRE(code(name, OpenMode::kRead) == kUnfit);
    REQUIRE(code(name, OpenMode::kReadWrite) == kUnfit);
    REQUIRE(code(name, OpenMode::kCreate) == absl::StatusCode::kAlreadyExists);
  }
  disk.WriteAll("/store/file", Bytes("x"));
  REQUIRE(code("file", OpenMode::kReadWrite) == absl::StatusCode::kOk);
  const NodePtr file = disk.Find("/store/file");
  file->mode = 0660;
  REQUIRE(code("file", OpenMode::kRead) == kUnfit);
  file->mode = 0400;
  REQUIRE(code("file", OpenMode::kReadWrite) ==
          absl::StatusCode::kPermissionDenied);
  file->mode = 0644;
  file->owner = 7;
  REQUIRE(code("file", OpenMode::kRead) == kUnfit);
  system.options().user = 0;
  REQUIRE(code("file", OpenMode::kRead) == absl::StatusCode::kOk);
  REQUIRE(code("file", OpenMode::kReadWrite) == kUnfit);

  disk.Plant("/alias", Kind::kSymbolicLink);
  REQUIRE(Directory::Open(system, "/alias").status().code() == kUnfit);
  REQUIRE_FALSE(*directory.IsOnNetwork());
  system.options().network = true;
  REQUIRE(*directory.IsOnNetwork());
}

TEST_CASE("Nothing is left open by files that are gone", "[simulated]") {
  SimulatedSystem system;
  {
    Directory directory = OpenStore(system);
    File file = MakeDurable(directory, "a", "x");
    const absl::StatusOr<Mapping> map = file.Map(0, 4096, false);
    REQUIRE(system.files_open() == 2);
    REQUIRE(system.maps_open() == 1);
    REQUIRE(directory.Open("none", OpenMode::kRead).status().code() ==
            absl::StatusCode::kNotFound);
    system.disk().Plant("/store/fifo", Kind::kFifo);
    REQUIRE_FALSE(directory.Open("fifo", OpenMode::kRead).ok());
  }
  REQUIRE(system.files_open() == 0);
  REQUIRE(system.maps_open() == 0);
}

TEST_CASE("A store's directory is durable once it is opened", "[simulated]") {
  SEATFIELD_INFO_SEED();
  SimulatedSystem system;
  SECTION("made by this process") { (void)OpenStore(system); }
  SECTION("made by one that was killed") {
    system.Inject({.effect = Effect::kCrash, .kind = CallKind::kSync});
    REQUIRE_FALSE(Directory::OpenOrMake(system, kStore).ok());
    system.Kill();
    REQUIRE(system.unsynced() == 1);
    (void)OpenStore(system);
  }
  REQUIRE(system.unsynced() == 0);
}

// --- Determinism and cost ---------------------------------------------------

// A run of random calls; its trace.
std::string RandomRun(std::uint64_t seed) {
  SimulatedSystem system({.seed = seed});
  SplitMix random(seed);
  std::string trace;
  for (int round = 0; round < 5; ++round) {
    Directory directory = OpenStore(system);
    system.Inject({.effect = Effect::kCrash, .at = 5 + random.Below(60)});
    while (!system.crashed()) {
      const std::string name(1, static_cast<char>('a' + random.Below(3)));
      absl::StatusOr<File> file = directory.Open(name, OpenMode::kReadWrite);
      if (!file.ok()) file = directory.Open(name, OpenMode::kCreate);
      if (!file.ok()) break;
      const std::string text(random.Below(2000), 'w');
      (void)file->Write(random.Below(5000), Bytes(text));
      if (random.Chance(.2)) (void)file->Sync();
      if (random.Chance(.2)) (void)directory.Sync();
      if (random.Chance(.1)) (void)directory.Unlink(name);
      if (random.Chance(.1)) (void)directory.Rename(name, "a");
    }
    system.PowerCut(random.Next());
    for (const std::string& name : NamesIn(system)) {
      trace += name + Content(system, name);
    }
  }
  return trace + std::to_string(system.MonotonicMicros());
}

TEST_CASE("The same seed gives the same run", "[simulated]") {
  SEATFIELD_INFO_SEED();
  Rng rng;
  std::set<std::string> traces;
  for (int i = 0; i < 50; ++i) {
    const std::uint64_t seed = rng.Next();
    const std::string trace = RandomRun(seed);
    REQUIRE(trace == RandomRun(seed));
    traces.insert(trace);
  }
  REQUIRE(traces.size() > 40);
}

// A plain model of one file: its content now, and when it was last synced.
TEST_CASE("Random writes are read, synced and lost as a model says",
          "[simulated]") {
  SEATFIELD_INFO_SEED();
  Rng rng;
  for (std::size_t i = 0; i < Volume(2000); ++i) {
    SimulatedSystem system({.seed = rng.Next(), .early_write = 0});
    Directory directory = OpenStore(system);
    File file = MakeDurable(directory, "a", "");
    std::string content;
    std::string durable;
    const std::size_t steps = rng.Between(1, 12);
    for (std::size_t step = 0; step < steps; ++step) {
      const std::size_t at = rng.Below(3000);
      const std::string text(rng.Below(3000),
                             static_cast<char>('a' + rng.Below(26)));
      if (rng.Chance(.2)) {
        REQUIRE(file.SyncData().ok());
        durable = content;
      } else if (rng.Chance(.2)) {
        REQUIRE(file.Truncate(at).ok());
        content.resize(at);
      } else {
        REQUIRE(file.Write(at, Bytes(text)).ok());
        if (text.empty()) continue;
        content.resize(std::max(content.size(), at + text.size()));
        content.replace(at, text.size(), text);
      }
      REQUIRE(Content(system, "a") == content);
    }
    CutOdds odds;
    odds.sector_torn = odds.sector_garbage = odds.sector_zero = 0;
    odds.size_between = 0;
    system.PowerCut(rng.Next(), odds);
    const std::string found = Content(system, "a");
    REQUIRE((found.size() == content.size() || found.size() == durable.size()));
    content.resize(found.size());
    durable.resize(found.size());
    for (std::size_t k = 0; k < found.size(); k += kSectorBytes) {
      const std::string sector = found.substr(k, kSectorBytes);
      REQUIRE((sector == content.substr(k, kSectorBytes) ||
               sector == durable.substr(k, kSectorBytes)));
    }
  }
}

}  // namespace
}  // namespace seatfield::test
