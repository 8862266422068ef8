// SPDX-License-Identifier: MIT
//
// A small store whose bytes never change: made on a simulated machine, whose
// clock and random numbers are the same each time.

#ifndef SEATFIELD_TESTS_MAPPED_GOLDEN_STORE_H_
#define SEATFIELD_TESTS_MAPPED_GOLDEN_STORE_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mapped/store_rig.h"
#include "seatfield/mapped_storage.h"
#include "support/mapped_store.h"
#include "support/random_sales.h"
#include "support/seed.h"
#include "support/simulated_system.h"

namespace seatfield::test {

struct Golden {
  std::uint64_t sequence = 0;
  Digest128 digest;
};

// Requests of every kind; closed, and sold from once more without being closed.
// Its clocks stand still, so that the bytes do not tell how many calls were
// made.
inline constexpr SimulatedOptions kGoldenMachine{.seed = 1, .tick_micros = 0};

inline absl::StatusOr<Golden> MakeGolden(SimulatedSystem& system) {
  Golden golden;
  Rng rng(2026);
  RandomSales sales(rng);
  for (int life = 0; life < 2; ++life) {
    auto store = OpenStore(system, TinyOptions());
    if (!store.ok()) return store.status();
    MappedStorage::Store& inside = **store;
    MappedStorage storage(*std::move(store));
    for (const std::int64_t event : {0, 1}) {
      absl::Status made = storage.CreateSections(
          EventId{event}, RandomSales::Sections(), sales.now());
      if (!made.ok()) return made;
    }
    for (int i = 0; i < 40; ++i) {
      sales.MoveTime();
      Outcome outcome;
      absl::Status status =
          storage.Commit(sales.MakeTransaction(), sales.now(),
                         {.durability = Durability::kNone}, outcome);
      if (!status.ok()) return status;
    }
    absl::Status paused = storage.SetPaused({EventId{1}, "B"}, true);
    if (!paused.ok()) return paused;
    absl::Status durable = storage.WaitDurable(storage.sequence());
    if (!durable.ok()) return durable;
    golden.sequence = storage.sequence();
    const auto digest = DigestOf(inside);
    if (!digest.ok()) return digest.status();
    golden.digest = *digest;
    if (life == 0) {
      absl::Status closed = storage.Close();
      if (!closed.ok()) return closed;
    }
    // The second time it ends here.
    Fault crash;
    crash.effect = Fault::Effect::kCrash;
    if (life == 1) system.Inject(crash);
  }
  return golden;
}

// What is the store's truth, without its memory.
inline std::vector<std::string> GoldenFiles(const SimulatedDisk& disk) {
  std::vector<std::string> files;
  for (const std::string& name : disk.Names(kStorePath)) {
    if (name.starts_with("snap-") || name.starts_with("jrnl-") ||
        name == "ctl") {
      files.push_back(name);
    }
  }
  return files;
}

}  // namespace seatfield::test

#endif  // SEATFIELD_TESTS_MAPPED_GOLDEN_STORE_H_
