// SPDX-License-Identifier: MIT
//
// The crash simulation, on stores that are broken on purpose: between them and
// the disk, system calls are left out, made late, made on another file, or made
// in part. Each such bug must be found.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "mapped/store_rig.h"
#include "support/catch.h"
#include "support/seed.h"
#include "support/simulated_system.h"

namespace seatfield::test {
namespace {

constexpr char kJournal[] = "jrnl-";
constexpr char kSnapshot[] = "snap.new";
constexpr char kDirectory[] = "store";

// Whether the call is of this kind, about a file whose name begins so.
bool Is(const Call& call, CallKind kind, std::string_view name) {
  return call.kind == kind && call.name.starts_with(name);
}
bool IsSync(const Call& call, std::string_view name) {
  return Is(call, CallKind::kSync, name) || Is(call, CallKind::kSyncData, name);
}

// What a bug may look at and do.
class Bench {
 public:
  explicit Bench(SimulatedSystem& system) : system_(system) {}

  void SyncFile(std::string_view name) {
    if (const NodePtr node = Find(name); node != nullptr) node->file.Sync();
  }
  void SyncDirectory() {
    if (const NodePtr node = Find(""); node != nullptr) node->directory.Sync();
  }
  // As a failed sync does, which the next one does not make up for.
  void Forget(std::string_view name) {
    if (const NodePtr node = Find(name)) node->file.ForgetUnsynced();
  }
  // The first or last name, in their order, that begins so.
  std::string First(std::string_view prefix) {
    for (const std::string& name : system_.disk().Names(kStorePath)) {
      if (name.starts_with(prefix)) return name;
    }
    return {};
  }
  std::string Last(std::string_view prefix) {
    std::string last;
    for (const std::string& name : system_.disk().Names(kStorePath)) {
      if (name.starts_with(prefix)) last = name;
    }
    return last;
  }
  void Unlink(const std::string& name) {
    const NodePtr node = Find("");
    if (!name.empty()) node->directory.Unlink(name);
  }
  // True at every `period`th call.
  bool NowAndThen(std::uint64_t period) { return ++times_ % period == 0; }

  std::string late;  // what is to be done later: a file's name

 private:
  NodePtr Find(std::string_view name) {
    return system_.disk().Find(std::string(kStorePath) + "/" +
                               std::string(name));
  }

  SimulatedSystem& system_;
  std::uint64_t times_ = 0;
};

struct PlantedBug {
  std::string_view name;
  // As SimulatedSystem::Filter.
  std::function<bool(Bench&, Call&)> filter;
};

// A call that says it was made, and was not.
PlantedBug LeftOut(std::string_view name,
                   const std::function<bool(const Call&)>& which,
                   std::uint64_t period = 1) {
  return {name, [=](Bench& bench, Call& call) {
            return !which(call) || !bench.NowAndThen(period);
          }};
}

// A write of which only a part is made, and the whole is believed.
PlantedBug CutShort(std::string_view name, std::string_view file,
                    std::uint64_t period) {
  return {name, [=](Bench& bench, Call& call) {
            const bool cut =
                Is(call, CallKind::kWrite, file) && bench.NowAndThen(period);
            if (!cut) return true;
            call.answer = static_cast<std::int64_t>(call.size);
            call.size = call.size / 16;
            return true;
          }};
}

// A sync that is made when `when` holds for a later call.
PlantedBug SyncedLate(std::string_view name, std::string_view file,
                      const std::function<bool(const Call&)>& when) {
  return {name, [=](Bench& bench, Call& call) {
            if (!bench.late.empty() && when(call)) {
              bench.SyncFile(bench.late);
              bench.late.clear();
            }
            if (!IsSync(call, file) || call.is_directory) return true;
            bench.late = std::string(call.name);
            return false;
          }};
}

const PlantedBug kBugs[] = {
    LeftOut("the journal is not synced",
            [](const Call& call) { return IsSync(call, kJournal); }),
    LeftOut(
        "one sync in eight of the journal is left out",
        [](const Call& call) { return IsSync(call, kJournal); }, 8),
    LeftOut("a snapshot is not synced",
            [](const Call& call) { return IsSync(call, kSnapshot); }),
    LeftOut(
        "a snapshot is not synced behind its header",
        [](const Call& call) { return Is(call, CallKind::kSync, kSnapshot); }),
    LeftOut("the directory is not synced",
            [](const Call& call) {
              return call.is_directory && IsSync(call, kDirectory);
            }),
    LeftOut(
        "every second sync of the directory is left out",
        [](const Call& call) {
          return call.is_directory && IsSync(call, kDirectory);
        },
        2),
    LeftOut("the new directory is not made durable",
            [](const Call& call) {
              return call.kind == CallKind::kSync && call.is_directory &&
                     call.name != kDirectory;
            }),
    LeftOut("nothing is synced",
            [](const Call& call) { return IsSync(call, ""); }),
    LeftOut("memory is not allocated",
            [](const Call& call) { return call.kind == CallKind::kAllocate; }),
    LeftOut("snapshots are not renamed",
            [](const Call& call) {
              return Is(call, CallKind::kRenameAt, kSnapshot);
            }),
    LeftOut("the working memory is not renamed",
            [](const Call& call) {
              return Is(call, CallKind::kRenameAt, "live.");
            }),
    LeftOut(
        "a file is not closed",
        [](const Call& call) { return Is(call, CallKind::kClose, kJournal); },
        3),
    LeftOut(
        "one write in sixteen to the journal is left out",
        [](const Call& call) { return Is(call, CallKind::kWrite, kJournal); },
        16),
    LeftOut("segments have no header",
            [](const Call& call) {
              return Is(call, CallKind::kWrite, kJournal) && call.offset == 0 &&
                     call.size == 4096;
            }),
    LeftOut("a snapshot has no header",
            [](const Call& call) {
              return Is(call, CallKind::kWrite, kSnapshot) && call.offset == 0;
            }),
    LeftOut("a snapshot has no image",
            [](const Call& call) {
              return Is(call, CallKind::kWrite, kSnapshot) && call.offset > 0;
            }),
    CutShort("a short write to the journal is believed", kJournal, 8),
    CutShort("a short write to a snapshot is believed", kSnapshot, 3),
    SyncedLate(
        "the journal is synced before it is written", kJournal,
        [](const Call& call) { return Is(call, CallKind::kWrite, kJournal); }),
    SyncedLate("a snapshot is synced when a segment goes", kSnapshot,
               [](const Call& call) {
                 return Is(call, CallKind::kUnlinkAt, kJournal);
               }),
    {"the directory is synced before the rename",
     [](Bench& bench, Call& call) {
       if (call.kind == CallKind::kRenameAt) bench.SyncDirectory();
       return !(call.is_directory && IsSync(call, kDirectory));
     }},
    {"another file is synced than the journal",
     [](Bench& bench, Call& call) {
       if (!IsSync(call, kJournal)) return true;
       bench.SyncFile("ctl");
       return false;
     }},
    {"another segment is synced than the last",
     [](Bench& bench, Call& call) {
       if (!Is(call, CallKind::kSyncData, kJournal)) return true;
       bench.SyncFile(bench.First(kJournal));
       return false;
     }},
    {"one segment too many is removed",
     [](Bench& bench, Call& call) {
       if (!Is(call, CallKind::kUnlinkAt, kJournal)) return true;
       bench.Unlink(bench.Last(kJournal));
       return true;
     }},
    {"old files go before there is a new snapshot",
     [](Bench& bench, Call& call) {
       if (!Is(call, CallKind::kWrite, kSnapshot) || call.offset == 0) {
         return true;
       }
       bench.Unlink(bench.First("snap-"));
       bench.Unlink(bench.First(kJournal));
       bench.SyncDirectory();
       return true;
     }},
    {"a sync that failed is made again",
     [](Bench& bench, Call& call) {
       if (!Is(call, CallKind::kSyncData, kJournal)) return true;
       if (bench.NowAndThen(6)) bench.Forget(call.name);
       return true;
     }},
    {"the lock is not taken",
     [](Bench&, Call& call) { return call.kind != CallKind::kTryLock; }},
};

// Whether the simulation complains of it.
bool IsFound(const PlantedBug& bug, Rng& seeds, std::size_t tries_max) {
  for (std::size_t i = 0; i < tries_max; ++i) {
    StoreRig rig(seeds.Next());
    Bench bench(rig.system());
    rig.system().SetFilter([&](Call& call) { return bug.filter(bench, call); });
    for (int life = 0; life < 6 && rig.complaint().empty(); ++life) {
      rig.RunAndCrash();
    }
    if (rig.complaint().empty()) rig.OpenUndisturbed();
    if (!rig.complaint().empty()) return true;
  }
  return false;
}

TEST_CASE("Every planted bug of a store is found", "[mapped]") {
  SEATFIELD_INFO_SEED();
  STATIC_REQUIRE(std::size(kBugs) >= 20);
  for (const PlantedBug& bug : kBugs) {
    INFO(bug.name);
    Rng seeds;
    CHECK(IsFound(bug, seeds, 300));
  }
}

}  // namespace
}  // namespace seatfield::test
