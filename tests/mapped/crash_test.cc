// SPDX-License-Identifier: MIT
//
// A process that sells seats from a mapped store dies at any system call, by a
// kill or a power cut, again and again: what was acknowledged is found, and
// nothing else. How many crash states the long test tries is
// SEATFIELD_CRASH_STATES.

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "mapped/store_rig.h"
#include "support/catch.h"
#include "support/seed.h"
#include "support/volume.h"

namespace seatfield::test {
namespace {

void TryCrashStates(std::uint64_t states) {
  SEATFIELD_INFO_SEED();
  Rng seeds;
  for (std::uint64_t tried = 0; tried < states;) {
    const std::uint64_t seed = seeds.Next();
    INFO("rig seed " << seed);
    StoreRig rig(seed);
    for (int life = 0; life < 6; ++life) {
      INFO("life " << life);
      rig.RunAndCrash();
      REQUIRE(rig.complaint() == "");
    }
    rig.OpenUndisturbed();
    REQUIRE(rig.complaint() == "");
    tried += rig.crash_states();
  }
}

TEST_CASE("A store is found as it was acknowledged after every crash",
          "[mapped]") {
  TryCrashStates(Volume(100'000));
}

TEST_CASE("A store is found as it was acknowledged after very many crashes",
          "[.][mapped][slow]") {
  const char* const text = std::getenv("SEATFIELD_CRASH_STATES");
  TryCrashStates(text == nullptr ? Volume(1'000'000)
                                 : std::strtoull(text, nullptr, 10));
}

// What a process found in the machine's memory alone, because it was not synced
// or a sync that failed has forgotten it, is not on the disk.
TEST_CASE("What is found in memory alone is not called durable", "[mapped]") {
  SEATFIELD_INFO_SEED();
  Rng rng;
  for (std::uint64_t tried = 0; tried < Volume(1000); ++tried) {
    const std::uint64_t seed = rng.Next();
    const bool forgets = rng.Chance(.5);
    const std::uint64_t sync = rng.Between(1, 2);
    const std::uint64_t dies = rng.Between(1, 120);
    INFO("rig seed " << seed << ", sync " << sync << (forgets ? " forgets" : "")
                     << ", dies at " << dies);
    StoreRig rig(seed);
    rig.RunUntilCall(UINT64_MAX, 4);
    rig.DieTwice(forgets ? Fault::Effect::kForget : Fault::Effect::kCrash, sync,
                 dies, 4);
    rig.OpenUndisturbed();
    REQUIRE(rig.complaint() == "");
  }
}

TEST_CASE("Each outcome of a power cut at each call of a short life is good",
          "[mapped]") {
  SEATFIELD_INFO_SEED();
  std::uint64_t states = 0, enumerated = 0, calls = 0;
  for (bool dies = true; dies;) {
    StoreRig rig(TestSeed());
    dies = rig.RunUntilCall(++calls, 12);
    INFO("call " << calls);
    enumerated += rig.TryEachCut(Volume(9) == 9 ? 9 : 5) ? 1 : 0;
    REQUIRE(rig.complaint() == "");
    states += rig.crash_states();
  }
  INFO(states << " states, " << calls << " calls");
  CHECK(enumerated > calls / 2);
}

}  // namespace
}  // namespace seatfield::test
