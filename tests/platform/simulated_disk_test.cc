// SPDX-License-Identifier: MIT
//
// The simulated disk keeps what it must and no more: what may be lost at a
// power cut is lost at times, what may not be never is.

#include "support/simulated_disk.h"

#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "platform/file.h"
#include "platform/simulated_rig.h"
#include "platform/system.h"
#include "support/catch.h"
#include "support/cut_choices.h"
#include "support/seed.h"
#include "support/simulated_system.h"

namespace seatfield::test {
namespace {

using platform::Directory;
using platform::File;
using platform::Mapping;
using platform::OpenMode;

// --- Content ----------------------------------------------------------------

TEST_CASE("A write is read at once, and may vanish until it is synced",
          "[simulated]") {
  SEATFIELD_INFO_SEED();
  SimulatedSystem system;
  Directory directory = OpenStore(system);
  File file = MakeDurable(directory, "a", Sector('x'));
  REQUIRE(system.unsynced() == 0);
  REQUIRE(file.Write(0, Bytes(Sector('y'))).ok());
  REQUIRE(Content(system, "a") == Sector('y'));
  REQUIRE(system.unsynced() == 1);
  const auto look = [&] { return Content(system, "a"); };

  CutOdds odds;
  odds.sector_torn = odds.sector_garbage = odds.sector_zero = 0;
  SECTION("unsynced") {
    const auto found = FindAfterCuts(system, look, odds);
    REQUIRE(found.size() == 2);
    REQUIRE(found.at(Sector('x')) > 100);
    REQUIRE(found.at(Sector('y')) > 100);
  }
  SECTION("synced") {
    const bool data_only = GENERATE(false, true);
    REQUIRE((data_only ? file.SyncData() : file.Sync()).ok());
    REQUIRE(system.unsynced() == 0);
    const auto found = FindAfterCuts(system, look);
    REQUIRE(found.size() == 1);
    REQUIRE(found.contains(Sector('y')));
  }
  SECTION("synced through another descriptor") {
    REQUIRE(Open(directory, "a", OpenMode::kRead).SyncData().ok());
    REQUIRE(FindAfterCuts(system, look).size() == 1);
  }
}

TEST_CASE("Each sector has a fate of its own", "[simulated]") {
  SEATFIELD_INFO_SEED();
  SimulatedSystem system;
  Directory directory = OpenStore(system);
  File file = MakeDurable(directory, "a", Sector('x') + Sector('x'));
  REQUIRE(file.Write(0, Bytes(Sector('y') + Sector('y'))).ok());
  const auto fate = [&](const std::string& sector) -> std::string {
    if (sector == Sector('x')) return "old";
    if (sector == Sector('y')) return "new";
    if (sector == Sector('\0')) return "zero";
    bool torn = true;
    for (std::size_t i = 0; i < sector.size(); i += 8) {
      const std::string word = sector.substr(i, 8);
      torn = torn && (word == "xxxxxxxx" || word == "yyyyyyyy");
    }
    return torn ? "torn" : "garbage";
  };
  CutOdds odds;
  odds.sector_new = odds.sector_torn = .2;
  odds.sector_garbage = odds.sector_zero = .2;
  const auto found = FindAfterCuts(
      system,
      [&] {
        const std::string content = Content(system, "a");
        return fate(content.substr(0, kSectorBytes)) + " " +
               fate(content.substr(kSectorBytes));
      },
      odds);
  REQUIRE(found.size() == 25);
}

TEST_CASE("A size is durable with its file, and not before", "[simulated]") {
  SEATFIELD_INFO_SEED();
  SimulatedSystem system;
  Directory directory = OpenStore(system);
  File file = MakeDurable(directory, "a", Sector('x'));
  const auto look = [&] { return Content(system, "a").size(); };
  SECTION("growth") {
    REQUIRE(file.Allocate(4 * kSectorBytes).ok());
    auto found = FindAfterCuts(system, look);
    REQUIRE(found.begin()->first == kSectorBytes);
    REQUIRE(found.rbegin()->first == 4 * kSectorBytes);
    REQUIRE(found.size() > 2);  // and between
    REQUIRE(file.Status().status().code() != absl::StatusCode::kOk);
  }
  SECTION("growth that was synced") {
    REQUIRE(file.Truncate(4 * kSectorBytes).ok());
    REQUIRE(file.SyncData().ok());
    REQUIRE(FindAfterCuts(system, look).size() == 1);
    REQUIRE(look() == 4 * kSectorBytes);
  }
  SECTION("truncation") {
    REQUIRE(file.Truncate(10).ok());
    const auto found = FindAfterAllCuts(system, look);
    REQUIRE(found.size() == 2);
    REQUIRE(found.contains(10));
    REQUIRE(found.contains(kSectorBytes));
  }
}

TEST_CASE("What lies behind the end of a file is zero when it grows",
          "[simulated]") {
  SimulatedSystem system;
  Directory directory = OpenStore(system);
  File file = MakeDurable(directory, "a", Sector('x') + Sector('x'));
  REQUIRE(file.Truncate(100).ok());
  REQUIRE(file.Truncate(2 * kSectorBytes).ok());
  const std::string zeroed =
      std::string(100, 'x') + std::string(2 * kSectorBytes - 100, '\0');
  REQUIRE(Content(system, "a") == zeroed);
  REQUIRE(file.Sync().ok());
  system.PowerCut(1);
  REQUIRE(Content(system, "a") == zeroed);

  directory = OpenStore(system);
  file = Open(directory, "a");
  REQUIRE(file.Truncate(0).ok());
  REQUIRE(file.Sync().ok());
  REQUIRE(file.Write(2 * kSectorBytes, Bytes("z")).ok());
  REQUIRE(Content(system, "a") == std::string(2 * kSectorBytes, '\0') + "z");
}

TEST_CASE("What was lost behind the end of a file does not come back",
          "[simulated]") {
  SimulatedSystem system;
  Directory directory = OpenStore(system);
  File file = MakeDurable(directory, "a", Sector('x'));
  REQUIRE(file.Write(100, Bytes(Sector('y') + Sector('y'))).ok());
  const auto found = FindAfterAllCuts(system, [&] {
    const std::size_t size = Content(system, "a").size();
    REQUIRE(Open(OpenStore(system), "a").Truncate(3 * kSectorBytes).ok());
    const std::string behind = Content(system, "a").substr(size);
    REQUIRE(behind == std::string(behind.size(), '\0'));
    return size;
  });
  REQUIRE(found.size() == 2);
}

TEST_CASE("The system may write a sector any time before its sync",
          "[simulated]") {
  SEATFIELD_INFO_SEED();
  std::set<std::string> found;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SimulatedSystem system({.seed = seed, .early_write = .5});
    Directory directory = OpenStore(system);
    File file = MakeDurable(directory, "a", Sector('x'));
    REQUIRE(file.Write(0, Bytes(Sector('y'))).ok());
    REQUIRE(file.Write(0, Bytes(Sector('z'))).ok());
    CutOdds odds;
    odds.sector_torn = odds.sector_garbage = odds.sector_zero = 0;
    system.PowerCut(seed, odds);
    found.insert(Content(system, "a"));
  }
  REQUIRE(found ==
          std::set<std::string>{Sector('x'), Sector('y'), Sector('z')});
}

TEST_CASE("A store through a map is unsynced content", "[simulated]") {
  SEATFIELD_INFO_SEED();
  SimulatedSystem system;
  Directory directory = OpenStore(system);
  File file = MakeDurable(directory, "a", std::string(8192, 'x'));
  absl::StatusOr<Mapping> map = file.Map(4096, 4096, true);
  REQUIRE(map.ok());
  std::fill_n(map->data(), kSectorBytes, std::byte{'y'});
  REQUIRE(Content(system, "a").substr(4096, kSectorBytes) == Sector('y'));
  const auto look = [&] {
    return Content(system, "a").substr(4096, kSectorBytes);
  };
  const auto with_map = [&] { return FindAfterAllCuts(system, look); };
  SECTION("unsynced") {
    REQUIRE(system.unsynced() == 1);
    REQUIRE(with_map().size() == 2);
  }
  SECTION("unmapped") {
    *map = Mapping();
    REQUIRE(with_map().size() == 2);
  }
  SECTION("synced") {
    REQUIRE(file.SyncData().ok());
    REQUIRE(with_map().size() == 1);
    REQUIRE(look() == Sector('y'));
  }
  SECTION("written to as well") {
    REQUIRE(file.Write(4096, Bytes("zzzz")).ok());
    REQUIRE(file.Sync().ok());
    map->data()[1] = std::byte{'q'};
    REQUIRE(Content(system, "a").substr(4096, 5) == "zqzzy");
    REQUIRE(system.unsynced() == 1);
  }
}

TEST_CASE("A map goes on as its file grows", "[simulated]") {
  SimulatedSystem system;
  Directory directory = OpenStore(system);
  File file = MakeDurable(directory, "a", "x");
  const absl::StatusOr<Mapping> map = file.Map(0, 1 << 20, true);
  REQUIRE(map.ok());
  REQUIRE(file.Allocate(100'000).ok());
  map->data()[99'999] = std::byte{'z'};
  REQUIRE(Content(system, "a").back() == 'z');
  REQUIRE(system.stores_into_holes() == 0);
  REQUIRE(file.Truncate(200'000).ok());
  map->data()[199'999] = std::byte{'z'};
  REQUIRE(system.stores_into_holes() == 1);
}

// --- Names ------------------------------------------------------------------

TEST_CASE("A name is durable when its directory was synced", "[simulated]") {
  SEATFIELD_INFO_SEED();
  SimulatedSystem system;
  Directory directory = OpenStore(system);
  const auto look = [&] { return NamesIn(system); };
  SECTION("a new file") {
    File file = Open(directory, "a", OpenMode::kCreate);
    REQUIRE(file.Write(0, Bytes("x")).ok());
    REQUIRE(file.Sync().ok());
    REQUIRE(FindAfterCuts(system, look).size() == 2);
  }
  SECTION("a new file, its directory synced") {
    (void)Open(directory, "a", OpenMode::kCreate);
    REQUIRE(directory.Sync().ok());
    const auto found = FindAfterCuts(system, look);
    REQUIRE(found == std::map<Names, int>{{{"a"}, 500}});
  }
  SECTION("an unlinked file") {
    (void)MakeDurable(directory, "a", "x");
    REQUIRE(directory.Unlink("a").ok());
    REQUIRE(NamesIn(system).empty());
    REQUIRE(FindAfterCuts(system, look).size() == 2);
    system.Restore(system.Save());
  }
  SECTION("a rename, whole or not at all") {
    (void)MakeDurable(directory, "new", "new");
    (void)MakeDurable(directory, "old", "old");
    REQUIRE(directory.Rename("new", "old").ok());
    const auto found = FindAfterCuts(system, [&] {
      return std::pair(NamesIn(system), Content(system, "old"));
    });
    REQUIRE(found.size() == 2);
    REQUIRE(found.contains({Names{"old"}, "new"}));
    REQUIRE(found.contains({Names{"new", "old"}, "old"}));
  }
}

TEST_CASE("A directory is lost with what is in it", "[simulated]") {
  SEATFIELD_INFO_SEED();
  SimulatedSystem system;
  REQUIRE(system.MakeDirectory(kStore) == 0);
  const int made = system.OpenDirectory(kStore);
  REQUIRE(system.OpenAt(made, "a", OpenMode::kCreate) >= 0);
  REQUIRE(system.Sync(made) == 0);
  const auto found =
      FindAfterAllCuts(system, [&] { return system.disk().Names("/"); });
  REQUIRE(found == std::map<Names, int>{{{}, 1}, {{"store"}, 1}});
  REQUIRE(NamesIn(system) == Names{"a"});
}

TEST_CASE("Changes of names are kept each for itself, in any order",
          "[simulated]") {
  SEATFIELD_INFO_SEED();
  SimulatedSystem system;
  Directory directory = OpenStore(system);
  (void)MakeDurable(directory, "a", "a");
  (void)MakeDurable(directory, "b", "b");
  REQUIRE(directory.Rename("a", "c").ok());
  REQUIRE(directory.Rename("b", "c").ok());
  CutOdds odds;
  odds.entry_kept = .9;
  const auto found = FindAfterCuts(
      system, [&] { return std::pair(NamesIn(system), Content(system, "c")); },
      odds);
  REQUIRE(found.contains({Names{"c"}, "b"}));
  REQUIRE(found.contains({Names{"c"}, "a"}));       // in the other order
  REQUIRE(found.contains({Names{"b", "c"}, "a"}));  // the first alone
  REQUIRE(found.contains({Names{"a", "c"}, "b"}));  // the second alone
  REQUIRE(found.contains({Names{"a", "b"}, ""}));
  REQUIRE(found.size() == 5);
}

TEST_CASE("A change of a name is of one file, in any order", "[simulated]") {
  SEATFIELD_INFO_SEED();
  SimulatedSystem system;
  Directory directory = OpenStore(system);
  (void)MakeDurable(directory, "a", "old");
  CutOdds odds;
  odds.entry_kept = odds.reorder = 1;
  SECTION("removed and made again") {
    REQUIRE(directory.Unlink("a").ok());
    (void)Open(directory, "a", OpenMode::kCreate);
    const auto found = FindAfterCuts(
        system, [&] { return NamesIn(system); }, odds);
    REQUIRE(found == std::map<Names, int>{{{"a"}, 500}});
    REQUIRE(Content(system, "a").empty());
  }
  SECTION("made and renamed") {
    (void)Open(directory, "b", OpenMode::kCreate);
    REQUIRE(directory.Rename("b", "c").ok());
    const auto found = FindAfterCuts(
        system, [&] { return NamesIn(system); }, odds);
    REQUIRE(found == std::map<Names, int>{{{"a", "c"}, 500}});
  }
}

TEST_CASE("All combinations are each found once", "[simulated]") {
  SimulatedSystem system({.early_write = 0});
  Directory directory = OpenStore(system);
  File file = MakeDurable(directory, "a", Sector('x') + Sector('x'));
  REQUIRE(file.Write(0, Bytes(Sector('y') + Sector('y') + Sector('y'))).ok());
  REQUIRE(directory.Rename("a", "b").ok());
  REQUIRE(system.unsynced() == 5);  // three sectors, the size, the name
  const auto found = FindAfterAllCuts(system, [&] {
    return Content(system, "a") + "|" + Content(system, "b");
  });
  // The third sector counts only if the size is new.
  REQUIRE(found.size() == 24);
  for (const auto& [content, count] : found) REQUIRE(count == 1);
}

}  // namespace
}  // namespace seatfield::test
