// SPDX-License-Identifier: MIT
//
// A process that uses a journal dies at any system call, by a kill or a power
// cut, again and again: what was acknowledged is found, and nothing else.

#include <cstddef>
#include <cstdint>

#include "mapped/journal_crash_rig.h"
#include "support/catch.h"
#include "support/seed.h"
#include "support/volume.h"

namespace seatfield::test {
namespace {

TEST_CASE("What was acknowledged is found after every crash", "[journal]") {
  SEATFIELD_INFO_SEED();
  Rng seeds;
  for (std::size_t i = 0; i < Volume(2000); ++i) {
    const std::uint64_t seed = seeds.Next();
    INFO("rig seed " << seed);
    JournalCrashRig rig(seed);
    for (int life = 0; life < 6; ++life) {
      rig.RunAndCrash();
      INFO("life " << life);
      REQUIRE(rig.complaint() == "");
    }
    rig.OpenUndisturbed();
    REQUIRE(rig.complaint() == "");
  }
}

}  // namespace
}  // namespace seatfield::test
